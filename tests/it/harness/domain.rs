//! What a test needs before it begins, made through the API in one line each.

use kehoach::pb;
use tonic::Response;

use super::Harness;

/// `jurisdictions/{jurisdiction}`
pub fn jurisdiction_name(jurisdiction: &str) -> String {
    format!("jurisdictions/{jurisdiction}")
}

/// `jurisdictions/{jurisdiction}/units/{unit}`
pub fn unit_name(jurisdiction: &str, unit: &str) -> String {
    format!("jurisdictions/{jurisdiction}/units/{unit}")
}

/// A request id of its own for each number.
pub fn request_id(number: u64) -> String {
    format!("0190f5a0-0000-7000-8000-{number:012x}")
}

/// The head that the metadata of an answer names.
#[track_caller]
pub fn revision_of<T>(response: &Response<T>) -> i64 {
    let named = response.metadata().get("kehoach-revision").and_then(|value| value.to_str().ok());
    named.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no kehoach-revision in the metadata"))
}

/// Whether the metadata of an answer says that an earlier execution is answered again.
pub fn was_replayed<T>(response: &Response<T>) -> bool {
    response.metadata().get("kehoach-replayed").is_some_and(|value| value == "true")
}

impl Harness {
    /// A jurisdiction as [`new_jurisdiction`] asks for it.
    pub async fn jurisdiction(&self, id: &str) -> pb::Jurisdiction {
        let made = self.organisation().create_jurisdiction(new_jurisdiction(id)).await;
        made.unwrap_or_else(|status| panic!("no jurisdiction {id}: {status:?}")).into_inner()
    }

    /// A department at the root of a jurisdiction.
    pub async fn unit(&self, jurisdiction: &str, id: &str) -> pb::Unit {
        self.new_unit(jurisdiction, id, department(id)).await
    }

    /// A department below another unit.
    pub async fn unit_below(&self, jurisdiction: &str, id: &str, parent: &str) -> pb::Unit {
        let unit = pb::Unit { parent_unit: unit_name(jurisdiction, parent), ..department(id) };
        self.new_unit(jurisdiction, id, unit).await
    }

    /// A unit that the test describes.
    pub async fn new_unit(&self, jurisdiction: &str, id: &str, unit: pb::Unit) -> pb::Unit {
        let request = pb::CreateUnitRequest { unit: Some(unit), ..new_unit(jurisdiction, id) };
        let made = self.organisation().create_unit(request).await;
        made.unwrap_or_else(|status| panic!("no unit {id}: {status:?}")).into_inner()
    }

    /// A unit as it stands.
    pub async fn get_unit(&self, jurisdiction: &str, id: &str) -> pb::Unit {
        let key = Some(pb::get_unit_request::Key::Name(unit_name(jurisdiction, id)));
        let found = self.organisation().get_unit(pb::GetUnitRequest { key, read_at: None }).await;
        found.unwrap_or_else(|status| panic!("unit {id} is not found: {status:?}")).into_inner()
    }

    /// The head of a jurisdiction as the metadata of a read names it; `system` has one too.
    pub async fn revision(&self, jurisdiction: &str) -> i64 {
        let mut client = self.organisation();
        let read = if jurisdiction == "system" {
            let all = pb::ListJurisdictionsRequest { page_size: 1, ..Default::default() };
            client.list_jurisdictions(all).await.map(|response| revision_of(&response))
        } else {
            let parent = jurisdiction_name(jurisdiction);
            let all = pb::ListUnitsRequest { parent, page_size: 1, ..Default::default() };
            client.list_units(all).await.map(|response| revision_of(&response))
        };
        read.unwrap_or_else(|status| panic!("{jurisdiction} has no head: {status:?}"))
    }
}

/// Asks for a jurisdiction as most tests need it: đồng, Vietnam's time, the calendar year.
pub fn new_jurisdiction(id: &str) -> pb::CreateJurisdictionRequest {
    pb::CreateJurisdictionRequest {
        jurisdiction_id: id.to_owned(),
        jurisdiction: Some(pb::Jurisdiction {
            display_name: format!("Tỉnh {id}"),
            currency_code: "VND".to_owned(),
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Asks for a department at the root of a jurisdiction.
pub fn new_unit(jurisdiction: &str, id: &str) -> pb::CreateUnitRequest {
    pb::CreateUnitRequest {
        parent: jurisdiction_name(jurisdiction),
        unit_id: id.to_owned(),
        unit: Some(department(id)),
        ..Default::default()
    }
}

/// A department of a province, called by its id.
pub fn department(id: &str) -> pb::Unit {
    pb::Unit {
        display_name: format!("Sở {id}"),
        kind: pb::UnitKind::Department.into(),
        government_level: pb::GovernmentLevel::Province.into(),
        unit_level: pb::UnitLevel::LevelI.into(),
        ..Default::default()
    }
}
