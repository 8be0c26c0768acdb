//! What an estimate takes in of the units below, and whether what they are given ties with what was decided. Pure.

use std::collections::BTreeMap;

use super::{Line, Nature, Side, Stage};
use crate::classification::model::Dimension;
use crate::error::{Error, Result};
use crate::word::Word;

/// That an estimate takes another in, as it stood at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The id of the estimate that takes in.
    pub parent: String,
    /// The id of the one that is taken in.
    pub child: String,
    /// Its submission.
    pub submission: i64,
    /// The revision that had last changed it.
    pub revision: i64,
}

/// What must tie: the field (else the functional code), nature, autonomy and programme of spending.
pub type Tied = (String, &'static str, &'static str, String);

/// Sums of spending by what must tie.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Balance(pub BTreeMap<Tied, i64>);

/// Which lines of an estimate count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Everything: what the whole was decided with.
    Whole,
    /// Without cuts that are to be distributed; a reserve stays.
    Distributed,
}

impl Balance {
    /// Adds the lines of an estimate: each by the latest of these stages that it states.
    ///
    /// `field` says the field of a functional code. Money that only passes down is that of the units below.
    pub fn add(
        &mut self,
        lines: &[Line],
        stages: &[Stage],
        counting: Counting,
        field: impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let spending =
            lines.iter().filter(|line| line.side == Side::Expenditure && line.nature != Nature::TransferDown);
        for line in spending {
            let figure = stages.iter().find_map(|stage| line.amounts.get(*stage)).unwrap_or_default();
            if counting == Counting::Distributed && line.unallocated && figure < 0 {
                continue;
            }
            let functional = line.codes.get(Dimension::Functional).unwrap_or_default();
            let of = field(functional).unwrap_or_else(|| functional.to_owned());
            let programme = line.codes.get(Dimension::Programme).unwrap_or_default().to_owned();
            let sum = self.0.entry((of, line.nature.as_str(), line.autonomy.as_str(), programme)).or_default();
            *sum = sum.checked_add(figure).ok_or_else(overflow)?;
        }
        Ok(())
    }

    /// Where two differ: what, here, there.
    pub fn differences(&self, there: &Self) -> Vec<(Tied, i64, i64)> {
        let mut keys: Vec<&Tied> = self.0.keys().chain(there.0.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        let pair = |key: &Tied| {
            let at = |balance: &Self| balance.0.get(key).copied().unwrap_or_default();
            (key.clone(), at(self), at(there))
        };
        keys.into_iter().map(pair).filter(|(_, here, there)| here != there).collect()
    }
}

fn overflow() -> Error {
    Error::refused(crate::error::Reason::AmountOverflow, "", "a sum of the estimates below does not fit 64 bits")
}
