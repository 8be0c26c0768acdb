//! What an estimate takes in of the units below, and whether what they are given ties with what was decided. Pure.

use std::collections::BTreeMap;

use super::{Autonomy, Nature};
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

/// What some lines of spending say by their latest figures, told apart by what must tie. What is only passed down is that of the units below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiedSum {
    /// The functional code.
    pub functional: Option<String>,
    /// The nature.
    pub nature: Nature,
    /// The autonomy.
    pub autonomy: Autonomy,
    /// The programme.
    pub programme: Option<String>,
    /// Whether the lines are cuts that are to be distributed.
    pub is_cut: bool,
    /// The sum.
    pub amount: i64,
}

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
    /// Adds sums of an estimate. `field` says the field of a functional code.
    pub fn add(&mut self, sum: &TiedSum, counting: Counting, field: impl Fn(&str) -> Option<String>) -> Result<()> {
        if counting == Counting::Distributed && sum.is_cut {
            return Ok(());
        }
        let functional = sum.functional.as_deref().unwrap_or_default();
        let of = field(functional).unwrap_or_else(|| functional.to_owned());
        let programme = sum.programme.clone().unwrap_or_default();
        let key = (of, sum.nature.as_str(), sum.autonomy.as_str(), programme);
        let total = self.0.entry(key).or_default();
        *total = total.checked_add(sum.amount).ok_or_else(overflow)?;
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
