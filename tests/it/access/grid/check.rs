//! How each method of CheckService is called in the grid.

use kehoach::pb;
use prost::Message;

use crate::check::consistency::asked;
use crate::check::{enable, rule_name, weigh};
use crate::harness::jurisdiction_name;

/// A request of a method that is in order; what changes something is only tried.
pub fn request(method: &str) -> Option<Vec<u8>> {
    let (validate_only, parent, fiscal_year) = (true, jurisdiction_name("dt"), 2026);
    Some(match method {
        "ListRules" => pb::ListRulesRequest { parent, fiscal_year, ..Default::default() }.encode_to_vec(),
        "GetRule" => pb::GetRuleRequest { name: rule_name("BUD-04"), fiscal_year, read_at: None }.encode_to_vec(),
        "SetRule" => {
            pb::SetRuleRequest { validate_only, ..weigh("BUD-04", pb::Severity::Info, 2026, "", "") }.encode_to_vec()
        }
        "ListRuleSets" => pb::ListRuleSetsRequest { parent, read_at: None }.encode_to_vec(),
        "CheckConsistency" => asked(2026, &[]).encode_to_vec(),
        "EnableRuleSet" => pb::EnableRuleSetRequest { validate_only, ..enable(2026, 0, "") }.encode_to_vec(),
        _ => return None,
    })
}
