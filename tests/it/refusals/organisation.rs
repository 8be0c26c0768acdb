//! The faults of OrganisationService.

use kehoach::pb;
use kehoach::pb::get_unit_request::Key;

use super::world::{DEEPEST, World};
use super::{Asked, SPENT, read, write};
use crate::budget::at;
use crate::harness::{department, jurisdiction_name, new_jurisdiction, new_unit, unit_name};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

/// An etag that was right once.
fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

fn code_of_coded() -> Vec<pb::ExternalCode> {
    vec![pb::ExternalCode { system: "mqhns".to_owned(), code: "1".to_owned() }]
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = jurisdictions(w);
    table.extend(reads());
    table.extend([create_unit(), update_unit(w), move_unit(w), close_unit(w)]);
    table
}

fn jurisdictions(w: &World) -> Vec<Asked> {
    let update = |id: &str| pb::UpdateJurisdictionRequest {
        jurisdiction: Some(pb::Jurisdiction {
            name: jurisdiction_name(id),
            display_name: "Mới".to_owned(),
            ..Default::default()
        }),
        etag: w.etag(&jurisdiction_name(id)),
        ..Default::default()
    };
    vec![
        write(
            "CreateJurisdiction",
            new_jurisdiction("fresh"),
            pb::CreateJurisdictionRequest { request_id: spent(), ..new_jurisdiction("spent") },
        )
        .invalid("currency", |m| m.jurisdiction.as_mut().unwrap().currency_code = "XYZ".to_owned())
        .reused(|m| m.request_id = spent())
        .denied()
        .exists("id", "ALREADY_EXISTS", |m| m.jurisdiction_id = "dt".to_owned())
        .done(),
        write(
            "UpdateJurisdiction",
            update("dt"),
            pb::UpdateJurisdictionRequest { request_id: spent(), ..update("spare") },
        )
        .invalid("time_zone", |m| m.jurisdiction.as_mut().unwrap().time_zone = "Mars/Base".to_owned())
        .reused(|m| m.request_id = spent())
        .denied()
        .missing("name", |m| m.jurisdiction.as_mut().unwrap().name = jurisdiction_name("nowhere"))
        .stale(|m| m.etag = old())
        .refused("currency", "FIELD_IMMUTABLE", |m| m.jurisdiction.as_mut().unwrap().currency_code = "USD".to_owned())
        .done(),
        read("GetJurisdiction", pb::GetJurisdictionRequest { name: jurisdiction_name("dt"), read_at: None })
            .invalid("name", |m| m.name = "Dt".to_owned())
            .missing("name", |m| m.name = jurisdiction_name("nowhere"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListJurisdictions", pb::ListJurisdictionsRequest::default())
            .invalid("page_size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

fn reads() -> Vec<Asked> {
    let by_name = |id: &str| Some(Key::Name(unit_name("dt", id)));
    let none = pb::ExternalCode { system: "mqhns".to_owned(), code: "none".to_owned() };
    let external = pb::UnitByExternalCode { parent: jurisdiction_name("dt"), external_code: Some(none) };
    vec![
        read("GetUnit", pb::GetUnitRequest { key: by_name("khcn"), read_at: None })
            .invalid("key", |m| m.key = None)
            .missing("key", move |m| m.key = by_name("nowhere"))
            .missing("key", move |m| m.key = Some(Key::External(external.clone())))
            // Whether the unit is there cannot be said of a revision that is not.
            .refused("key", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListUnits", pb::ListUnitsRequest { parent: jurisdiction_name("dt"), ..Default::default() })
            .invalid("as_of_on", |m| m.as_of_on = "2025-02-30".to_owned())
            .token(|m| m.page_token = "none".to_owned())
            .missing("subtree_of", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("subtree_of", |m| m.subtree_of = unit_name("dt", "nowhere"))
            .refused("subtree_of", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

fn create_unit() -> Asked {
    write(
        "CreateUnit",
        new_unit("dt", "fresh"),
        pb::CreateUnitRequest { request_id: spent(), ..new_unit("dt", "spent") },
    )
    .invalid("kind", |m| m.unit.as_mut().unwrap().kind = 0)
    .reused(|m| m.request_id = spent())
    // The request id belongs to the journal of a jurisdiction, and there is none.
    .missing("request_id", |m| {
        m.parent = jurisdiction_name("nowhere");
        m.unit.as_mut().unwrap().parent_unit = String::new();
    })
    .exists("id", "ALREADY_EXISTS", |m| m.unit_id = "khcn".to_owned())
    .exists("codes", "EXTERNAL_CODE_TAKEN", |m| m.unit.as_mut().unwrap().external_codes = code_of_coded())
    .refused("parent", "REFERENCE_UNKNOWN", |m| m.unit.as_mut().unwrap().parent_unit = unit_name("dt", "nowhere"))
    .refused("parent", "PARENT_CLOSED", |m| m.unit.as_mut().unwrap().parent_unit = unit_name("dt", "closed"))
    .limit("parent", "TREE_TOO_DEEP", |m| m.unit.as_mut().unwrap().parent_unit = unit_name("dt", DEEPEST))
    .done()
}

fn update_unit(w: &World) -> Asked {
    let update = |id: &str| pb::UpdateUnitRequest {
        unit: Some(pb::Unit { name: unit_name("dt", id), display_name: "Mới".to_owned(), ..Default::default() }),
        etag: w.etag(&unit_name("dt", id)),
        ..Default::default()
    };
    write("UpdateUnit", update("closed"), pb::UpdateUnitRequest { request_id: spent(), ..update("spare") })
        .invalid("kind", |m| m.unit.as_mut().unwrap().kind = 99)
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.unit.as_mut().unwrap().name = unit_name("dt", "nowhere"))
        .stale(|m| m.etag = old())
        .exists("codes", "EXTERNAL_CODE_TAKEN", |m| m.unit.as_mut().unwrap().external_codes = code_of_coded())
        .refused("parent", "FIELD_IMMUTABLE", |m| m.unit.as_mut().unwrap().parent_unit = unit_name("dt", "spare"))
        .refused("opens_on", "UNIT_CLOSED", |m| m.unit.as_mut().unwrap().opens_on = "2020-01-01".to_owned())
        .done()
}

fn move_unit(w: &World) -> Asked {
    let below = |id: &str, parent: &str| pb::MoveUnitRequest {
        name: unit_name("dt", id),
        new_parent_unit: unit_name("dt", parent),
        etag: w.etag(&unit_name("dt", id)),
        ..Default::default()
    };
    write("MoveUnit", below("khcn", "coded"), pb::MoveUnitRequest { request_id: spent(), ..below("spare-2", "coded") })
        .invalid("parent", |m| m.new_parent_unit = "coded".to_owned())
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = unit_name("dt", "nowhere"))
        .stale(|m| m.etag = old())
        .refused("parent", "REFERENCE_UNKNOWN", |m| m.new_parent_unit = unit_name("dt", "nowhere"))
        .refused("parent", "UNIT_CYCLE", |m| m.new_parent_unit = unit_name("dt", "below"))
        .refused("parent", "PARENT_CLOSED", |m| m.new_parent_unit = unit_name("dt", "closed"))
        .limit("parent", "TREE_TOO_DEEP", |m| m.new_parent_unit = unit_name("dt", DEEPEST))
        .done()
}

fn close_unit(w: &World) -> Asked {
    let close = |id: &str| pb::CloseUnitRequest {
        name: unit_name("dt", id),
        closes_on: "2030-01-01".to_owned(),
        etag: w.etag(&unit_name("dt", id)),
        ..Default::default()
    };
    let other = w.etag(&unit_name("dt", "khcn"));
    write("CloseUnit", close("late"), pb::CloseUnitRequest { request_id: spent(), ..close("spare-3") })
        .invalid("closes_on", |m| m.closes_on = "2030-02-30".to_owned())
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = unit_name("dt", "nowhere"))
        .stale(|m| m.etag = old())
        .refused("name", "UNIT_HAS_CHILDREN", move |m| {
            m.name = unit_name("dt", "khcn");
            if m.etag != old() {
                m.etag.clone_from(&other);
            }
        })
        .refused("closes_on", "PARENT_CLOSED", |m| m.closes_on = "2041-01-01".to_owned())
        .refused("closes_on", "UNIT_CLOSED", |m| m.closes_on = "2010-01-01".to_owned())
        .refused("successors", "REFERENCE_UNKNOWN", |m| m.successors.push(unit_name("dt", "nowhere")))
        .refused("successors", "SUCCESSOR_INVALID", |m| m.successors.push(unit_name("dt", "closed")))
        .done()
}

/// The unit that CloseUnit closes: below one that closes later, and open only from 2015 on.
pub fn late() -> (pb::Unit, pb::Unit) {
    let above = pb::Unit { closes_on: "2040-01-01".to_owned(), ..department("above") };
    let parent_unit = unit_name("dt", "above");
    (
        above,
        pb::Unit {
            parent_unit,
            opens_on: "2015-01-01".to_owned(),
            closes_on: "2035-01-01".to_owned(),
            ..department("late")
        },
    )
}
