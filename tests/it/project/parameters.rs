//! The thresholds of a jurisdiction: adopted, corrected, removed, and in force from their day.

use pb::project_parameter_operation::Operation as What;
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused};

async fn all(h: &Harness, read_at: Option<pb::ReadAt>) -> Vec<pb::ProjectParameter> {
    let request = pb::ListProjectParametersRequest { parent: jurisdiction_name("dt"), read_at };
    h.projects().list_project_parameters(request).await.unwrap().into_inner().project_parameters
}

fn adopt() -> pb::AdoptProjectParametersRequest {
    pb::AdoptProjectParametersRequest { parent: jurisdiction_name("dt"), ..Default::default() }
}

engines! {
    async fn what_ships_is_copied_and_corrected_from_a_day_on(h: Harness) {
        h.proposed("p").await;
        let own = threshold("2023-01-01", 20);
        h.projects().batch_write_project_parameters(parameters(vec![(own, String::new())])).await.unwrap();
        let adopted = h.projects().adopt_project_parameters(adopt()).await.unwrap().into_inner();
        assert_eq!((adopted.added_count, adopted.kept_count), (7, 1));
        let there = all(&h, None).await;
        assert_eq!((there.len(), there[0].value, there[0].provenance(), there[7].name.as_str()), (8, 20, pb::Provenance::Own, "jurisdictions/dt/projectParameters/late-months.2014-01-01"));
        assert!(there.iter().skip(1).all(|one| one.provenance() == pb::Provenance::Sourced && !one.citation.is_empty()));
        h.brought("p", State::Called).await;
        let mut closing = made(Verb::CloseBidding);
        closing.on = "2025-08-01".to_owned();
        refused(h.moved("drafter", "p", vec![closing.clone()]).await, Code::FailedPrecondition, "PROJECT_THRESHOLD");
        // The province sets another number for later days; what was in force before stays.
        let later = parameters(vec![(threshold("2025-08-01", 1), String::new())]);
        let written = h.projects().batch_write_project_parameters(later).await.unwrap().into_inner();
        assert_eq!(written.project_parameters.len(), 9);
        h.moved("drafter", "p", vec![closing]).await.unwrap();
        let correct = parameters(vec![(threshold("2023-01-01", 25), there[0].etag.clone())]);
        h.projects().batch_write_project_parameters(correct.clone()).await.unwrap();
        refused(h.projects().batch_write_project_parameters(correct).await, Code::Aborted, "STALE_ETAG");
        assert_eq!(all(&h, Some(at(adopted.revision))).await, there);
        let now = all(&h, None).await;
        let remove = pb::ProjectParameterOperation { operation: Some(What::Remove(now[1].name.clone())), etag: now[1].etag.clone() };
        let remove = pb::BatchWriteProjectParametersRequest { parent: jurisdiction_name("dt"), operations: vec![remove], ..Default::default() };
        let left = h.projects().batch_write_project_parameters(remove).await.unwrap().into_inner();
        assert_eq!((left.project_parameters.len(), left.project_parameters[0].value), (8, 25));
        h.is_sound();
    }
}
