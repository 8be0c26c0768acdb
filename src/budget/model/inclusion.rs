//! What an estimate takes in of the units below, and whether what they are given ties with what was decided. Pure.

use std::collections::BTreeMap;

use super::{Autonomy, Nature};
use crate::error::{Error, Reason, Result};
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
    /// The revision at which that was fixed; of no meaning before it is written.
    pub since: i64,
}

/// A sum of spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Empty where none is stated, as the programme.
    pub functional: String,
    pub nature: Nature,
    pub autonomy: Autonomy,
    pub programme: String,
    pub figure: i64,
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
    /// Adds what is spent; `fields` says the fields of functional codes.
    pub fn add(&mut self, spent: Vec<Spent>, fields: &BTreeMap<String, String>) -> Result<()> {
        for Spent { functional, nature, autonomy, programme, figure } in spent {
            let of = fields.get(&functional).cloned().unwrap_or(functional);
            let sum = self.0.entry((of, nature.as_str(), autonomy.as_str(), programme)).or_default();
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
    Error::refused(Reason::AmountOverflow, "", "a sum of the estimates below does not fit 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(functional: &str, programme: &str, figure: i64) -> Spent {
        let (functional, programme) = (functional.to_owned(), programme.to_owned());
        Spent { functional, nature: Nature::Recurrent, autonomy: Autonomy::Autonomous, programme, figure }
    }

    #[test]
    fn codes_of_one_field_tie_together_and_programmes_apart() {
        let fields = BTreeMap::from([("101".to_owned(), "F".to_owned()), ("102".to_owned(), "F".to_owned())]);
        let (mut whole, mut given) = (Balance::default(), Balance::default());
        whole.add(vec![spent("101", "", 10), spent("102", "", 5), spent("341", "p", 7)], &fields).unwrap();
        given.add(vec![spent("102", "", 15), spent("341", "", 7)], &fields).unwrap();
        let told: Vec<(String, String, i64, i64)> = whole
            .differences(&given)
            .into_iter()
            .map(|((of, _, _, programme), here, there)| (of, programme, here, there))
            .collect();
        let row = |programme: &str, here, there| ("341".to_owned(), programme.to_owned(), here, there);
        assert_eq!(told, [row("", 0, 7), row("p", 7, 0)]);
        assert!(whole.add(vec![spent("101", "", i64::MAX)], &fields).is_err());
    }
}
