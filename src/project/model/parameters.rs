//! The thresholds that provinces set themselves, each in force from a day on. Pure.

use crate::classification::model::Provenance;
use crate::clock::Micros;
use crate::words;

words! {
    /// What is limited.
    ParameterKind {
        CallDays "CALL_DAYS",
        SecondCallMonths "SECOND_CALL_MONTHS",
        ExtensionThresholdMonths "EXTENSION_THRESHOLD_MONTHS",
        ExtensionLongMonths "EXTENSION_LONG_MONTHS",
        ExtensionShortMonths "EXTENSION_SHORT_MONTHS",
        ExtensionRequestMonths "EXTENSION_REQUEST_MONTHS",
        ResultDays "RESULT_DAYS",
        LateMonths "LATE_MONTHS",
    }
}

/// One dated threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What is limited.
    pub kind: ParameterKind,
    /// The first day on which it holds.
    pub starts_on: String,
    /// The number, in the unit that the kind says.
    pub value: i64,
    /// How sure it is.
    pub provenance: Provenance,
    /// Where it is written.
    pub citation: String,
    /// A remark.
    pub note: String,
    /// The revision that last changed it.
    pub revision: i64,
    /// When.
    pub updated_at: Micros,
}

/// The thresholds of a jurisdiction; what it has not set limits nothing.
#[derive(Debug, Clone, Default)]
pub struct Parameters(pub Vec<Parameter>);

impl Parameters {
    /// What is in force on a day, with where it is written.
    pub fn on(&self, kind: ParameterKind, day: &str) -> Option<(i64, &str)> {
        let begun = self.0.iter().filter(|one| one.kind == kind && one.starts_on.as_str() <= day);
        begun.max_by(|a, b| a.starts_on.cmp(&b.starts_on)).map(|one| (one.value, one.citation.as_str()))
    }
}

#[cfg(test)]
pub(super) fn shipped() -> Parameters {
    use crate::word::Word;

    let one = |kind, value| Parameter {
        kind,
        starts_on: "2014-01-01".to_owned(),
        value,
        provenance: Provenance::Own,
        citation: "TT".to_owned(),
        note: String::new(),
        revision: 1,
        updated_at: 0,
    };
    let values = [30, 6, 24, 12, 6, 1, 30, 6];
    Parameters(ParameterKind::ALL.iter().copied().zip(values).map(|(kind, value)| one(kind, value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_began_last_is_in_force() {
        let mut parameters = shipped();
        let later = Parameter { starts_on: "2020-01-01".to_owned(), value: 45, ..parameters.0[0].clone() };
        parameters.0.push(later);
        let on = |day: &str| parameters.on(ParameterKind::CallDays, day).map(|found| found.0);
        assert_eq!(
            [on("2013-12-31"), on("2014-01-01"), on("2019-12-31"), on("2020-01-01")],
            [None, Some(30), Some(30), Some(45)]
        );
    }
}
