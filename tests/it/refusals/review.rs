//! The faults of ReviewService.

use kehoach::{limits, pb};

use super::{Asked, read};
use crate::approval::by;
use crate::budget::at;
use crate::harness::{Harness, unit_name};
use crate::review::crowd;

const FAR: i64 = 1 << 40;

/// One document of a year more than a review puts together.
pub async fn make(h: &Harness) {
    for number in 0..=limits::REVIEW_DOCUMENTS {
        h.plans().create_plan(by("drafter", crowd(&format!("crowd-{number}")))).await.unwrap();
    }
}

pub fn table() -> Vec<Asked> {
    let good = pb::ReviewYearRequest { unit: unit_name("dt", "khcn"), year: 2024, ..Default::default() };
    vec![
        read("ReviewYear", good)
            .invalid("at_risk", |m| m.at_risk_bp = 10_000)
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("year", "AMOUNT_OVERFLOW", |m| m.year = 2150)
            .limit("year", "TOO_MANY_DOCUMENTS", |m| m.year = 2190)
            .done(),
    ]
}
