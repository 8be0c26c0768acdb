//! The messages of `project.proto`, to and from the words of this slice.

mod answers;
mod changes;
mod moves;
mod parameters;
mod projects;
mod review;

use crate::error::{Error, Result};
use crate::id::{JurisdictionName, ProjectName};

fn project_name(name: &str, field: &str) -> Result<ProjectName> {
    ProjectName::parse(name).ok_or_else(|| Error::invalid(field, "is not the name of a project"))
}

fn jurisdiction_of(name: &str) -> String {
    JurisdictionName::parse(name).map(|name| name.jurisdiction).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same;
    use crate::project::model::parameters::ParameterKind;
    use crate::project::model::states::{State, Verb};
    use crate::project::model::{Cause, Field, Kind, Level, Method, Outcome, Payment, Rating};

    #[test]
    fn words_are_those_of_the_protos() {
        same! {
            State = ProjectState "PROJECT_STATE_";
            Verb = ProjectVerb "PROJECT_VERB_";
            Kind = ProjectKind "PROJECT_KIND_";
            Level = ProjectLevel "PROJECT_LEVEL_";
            Field = ResearchField "RESEARCH_FIELD_";
            Method = ProjectMethod "PROJECT_METHOD_";
            Payment = PaymentMode "PAYMENT_MODE_";
            Outcome = CouncilOutcome "COUNCIL_OUTCOME_";
            Rating = AcceptanceRating "ACCEPTANCE_RATING_";
            Cause = FailureCause "FAILURE_CAUSE_";
            ParameterKind = ProjectParameterKind "PROJECT_PARAMETER_KIND_";
        }
    }
}
