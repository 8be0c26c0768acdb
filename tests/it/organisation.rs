//! Jurisdictions and units, through the front door.

use tonic::Code;

use crate::harness::{Harness, engines, jurisdiction_name};

engines! {
    async fn a_new_unit_is_read_as_it_was_answered(h: Harness) {
        h.jurisdiction("dt").await;
        let made = h.unit("dt", "so-khcn").await;
        assert_eq!(h.get_unit("dt", "so-khcn").await, made);
        assert_eq!((h.revision("system").await, h.revision("dt").await), (1, 1));
        let missing = kehoach::pb::GetJurisdictionRequest { name: jurisdiction_name("xx"), read_at: None };
        h.refuses(h.organisation().get_jurisdiction(missing), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        h.is_sound();
    }
}
