//! The calendars of the regimes of Việt Nam, as suggestions: an administrator corrects them and sets what holds in the province.
//!
//! Absent: what comes after the decision (allocation, closing, settlement), which no verb of a document is.

use std::collections::BTreeMap;

use super::desk::CalendarStep;
use crate::document::kind::DocumentKind;
use crate::document::state::Verb;

/// First and last fiscal year, then for each verb the month and day of the year before, the title, and what it rests on.
type Regime = (i64, i64, &'static [(Verb, &'static str, &'static str, &'static str)]);

/// Estimates are planned in the year before: that of 2026 still under the law of 2015, which ended with 2025.
const REGIMES: &[Regime] = &[
    (
        2004,
        2017,
        &[
            (
                Verb::Endorse,
                "07-19",
                "Gửi dự toán (trước 20/7)",
                "Luật 01/2002/QH11; NĐ 60/2003/NĐ-CP (memory, not verified)",
            ),
            (Verb::Approve, "12-09", "HĐND tỉnh quyết định (trước 10/12)", "Luật 01/2002/QH11 (memory, not verified)"),
        ],
    ),
    (
        2018,
        2026,
        &[
            (
                Verb::Endorse,
                "07-19",
                "Gửi dự toán (trước 20/7)",
                "Luật 83/2015/QH13, Điều 44; NĐ 163/2016/NĐ-CP, Điều 22",
            ),
            (Verb::Approve, "12-09", "HĐND tỉnh quyết định (trước 10/12)", "Luật 83/2015/QH13, Điều 44"),
        ],
    ),
    (
        2027,
        9999,
        &[
            (Verb::Endorse, "07-09", "Gửi dự toán (trước 10/7)", "TT 26/2026/TT-BTC, Điều 12.3"),
            (Verb::Approve, "12-09", "HĐND tỉnh quyết định (trước 10/12)", "Luật 89/2025/QH15; NĐ 73/2026/NĐ-CP"),
        ],
    ),
];

/// What the regime of a fiscal year says of the annual estimates of a province; nothing of other kinds and earlier years.
pub fn suggested(kind: DocumentKind, year: i64) -> Vec<CalendarStep> {
    if kind != DocumentKind::AnnualEstimate {
        return Vec::new();
    }
    let holds = |regime: &&Regime| (regime.0..=regime.1).contains(&year);
    let steps = REGIMES.iter().find(holds).map_or(&[] as &[_], |regime| regime.2);
    let step = |(verb, day, title, citation): &(Verb, &str, &str, &str)| CalendarStep {
        key: (kind, year, *verb),
        due_on: format!("{}-{day}", year - 1),
        term: None,
        title: (*title).to_owned(),
        citation: (*citation).to_owned(),
        blocks: false,
        exceptions: BTreeMap::new(),
        revision: 0,
    };
    steps.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_year_has_the_regime_under_which_it_is_planned() {
        let due = |year| {
            suggested(DocumentKind::AnnualEstimate, year).into_iter().map(|step| step.due_on).collect::<Vec<_>>()
        };
        assert_eq!(due(2014), ["2013-07-19", "2013-12-09"]);
        assert_eq!(due(2026), ["2025-07-19", "2025-12-09"]);
        assert_eq!(due(2027), ["2026-07-09", "2026-12-09"]);
        assert!(due(2003).is_empty());
        assert!(suggested(DocumentKind::SupplementEstimate, 2027).is_empty());
    }
}
