//! The faults of CheckService.

use kehoach::pb;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::approval::by;
use crate::budget::at;
use crate::check::consistency::asked;
use crate::check::{enable, rule_name, weigh};
use crate::harness::{Harness, jurisdiction_name};

const FAR: i64 = 1 << 40;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

fn weighed(rule: &str) -> pb::SetRuleRequest {
    weigh(rule, pb::Severity::Info, 2026, "", "")
}

fn rules() -> pb::ListRulesRequest {
    pb::ListRulesRequest { parent: jurisdiction_name("dt"), fiscal_year: 2026, ..Default::default() }
}

fn sets() -> pb::ListRuleSetsRequest {
    pb::ListRuleSetsRequest { parent: jurisdiction_name("dt"), read_at: None }
}

const SET: &str = "jurisdictions/dt/ruleSets/vietnam";

/// The earlier request. There is one set to enable, so it is executed before the etags are kept, and later only repeated.
fn first() -> pb::EnableRuleSetRequest {
    pb::EnableRuleSetRequest { request_id: spent(), ..enable(2199, 2199, "") }
}

/// Enables the set, in a year in which there is nothing.
pub async fn make(world: &mut World, h: &Harness) {
    let set = h.rules().enable_rule_set(by("boss", first())).await.unwrap().into_inner();
    world.keep(set.name, set.etag);
}

pub fn table(w: &World) -> Vec<Asked> {
    vec![
        read("ListRules", rules())
            .invalid("fiscal_year", |m| m.fiscal_year = 0)
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetRule", pb::GetRuleRequest { name: rule_name("BUD-04"), fiscal_year: 2026, read_at: None })
            .invalid("fiscal_year", |m| m.fiscal_year = 0)
            .missing("name", |m| m.name = rule_name("NO-99"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        write("SetRule", weighed("BUD-04"), pb::SetRuleRequest { request_id: spent(), ..weighed("BUD-09") })
            .invalid("setting", |m| m.setting.get_or_insert_default().first_fiscal_year = 0)
            .reused(|m| m.request_id = spent())
            .missing("name", |m| m.name = rule_name("NO-99"))
            .stale(|m| m.etag = old())
            .refused("name", "RULE_CITATION_MISSING", |m| {
                *m = pb::SetRuleRequest {
                    request_id: m.request_id.take(),
                    etag: std::mem::take(&mut m.etag),
                    ..weigh("CLS-03", pb::Severity::Error, 2026, "", "")
                };
            })
            .done(),
        read("ListRuleSets", sets())
            .invalid("parent", |m| m.parent = "dt".to_owned())
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        write("EnableRuleSet", enable(2198, 0, &w.etag(SET)), first())
            .invalid("years", |m| m.last_fiscal_year = 2020)
            .reused(|m| m.request_id = spent())
            .missing("request_id", |m| m.name = "jurisdictions/nowhere/ruleSets/vietnam".to_owned())
            .stale(|m| m.etag = old())
            .done(),
        read("CheckConsistency", asked(2026, &[]))
            .invalid("fiscal_years", |m| m.fiscal_years.clear())
            .token(|m| m.page_token = "x".to_owned())
            .missing("unit", |m| m.unit = "jurisdictions/dt/units/nowhere".to_owned())
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}
