//! What an HR plan is: a header and staff groups over some years. Pure: no store, no clock.

use super::{Grade, StaffGroup};
use crate::budget::model::LegalBasis;
use crate::clock::Micros;
use crate::document::state::State;
use crate::error::{Error, Reason, Result};
use crate::id::{StaffGroupName, WorkforcePlanName};
use crate::word::Word;

/// The header of an HR plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkforcePlan {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// The id.
    pub id: String,
    /// Which plan it is; never changes.
    pub key: PlanKey,
    /// What it is called.
    pub title: String,
    /// What it rests on.
    pub legal_basis: Vec<LegalBasis>,
    /// Where it stands.
    pub state: State,
    /// How often it was submitted.
    pub submission: i64,
    /// 0 for the first text, n for its n-th amendment.
    pub number: i64,
    /// The revision whose text is in force.
    pub in_force: Option<i64>,
    /// Whether the text in force is shown, at the place in life of another revision.
    pub shown_in_force: bool,
    /// How many groups it has.
    pub group_count: i64,
    /// The sequence number that the last group got.
    pub last_sequence: i64,
    /// The revision that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
}

/// Which plan of a unit it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanKey {
    /// The unit that owns it.
    pub unit: String,
    /// The first fiscal year.
    pub first_year: i64,
    /// The last one.
    pub last_year: i64,
    /// Which of the plans of these years.
    pub sequence: i64,
}

/// A group of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedGroup {
    /// The id.
    pub id: String,
    /// Its place in the order of entry.
    pub sequence: i64,
    /// The people.
    pub group: StaffGroup,
    /// The revision that last changed it.
    pub revision: i64,
}

impl WorkforcePlan {
    /// Its resource name.
    pub fn name(&self) -> WorkforcePlanName {
        WorkforcePlanName { jurisdiction: self.jurisdiction.clone(), plan: self.id.clone() }
    }

    /// Its name below the jurisdiction, as the life of documents keeps it.
    pub fn document(&self) -> String {
        format!("workforcePlans/{}", self.id)
    }

    /// The name of one of its groups.
    pub fn group_name(&self, group: &str) -> StaffGroupName {
        StaffGroupName { jurisdiction: self.jurisdiction.clone(), plan: self.id.clone(), group: group.to_owned() }
    }

    /// Refuses what only a draft allows.
    pub fn require_draft(&self) -> Result<()> {
        if self.state == State::Draft {
            return Ok(());
        }
        let text = format!("{} is {}, not DRAFT", self.name(), self.state.as_str());
        Err(Error::refused(Reason::NotDraft, self.name().to_string(), text))
    }
}

/// The fields in which a group differs from how it was.
pub fn changed_fields(old: &StaffGroup, new: &StaffGroup) -> Vec<String> {
    let step = |grade: &Grade| match grade {
        Grade::Rank(_, step) | Grade::Scale(_, step) => Some(*step),
        Grade::Coefficient(_) | Grade::Vacant => None,
    };
    let differs = [
        (old.display_name != new.display_name, "display_name"),
        (old.staff_kind != new.staff_kind, "staff_kind"),
        (old.count != new.count, "count"),
        (old.full_time_bp != new.full_time_bp, "full_time_bp"),
        (old.grade != new.grade && step(&old.grade) == step(&new.grade), "grade"),
        (step(&old.grade) != step(&new.grade), "step"),
        (old.preserved != new.preserved, "preserved_coefficient"),
        (old.next_step_on != new.next_step_on, "next_step_on"),
        (old.starts_on != new.starts_on, "starts_on"),
        (old.ends_on != new.ends_on, "ends_on"),
        (old.given != new.given, "given"),
    ];
    differs.into_iter().filter(|(differs, _)| *differs).map(|(_, field)| field.to_owned()).collect()
}
