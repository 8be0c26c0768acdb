//! Rules: listed with what they rest on, enabled by sets, weighed; and what they then find.

mod across;
pub mod consistency;
mod golden;

use kehoach::document::state::Verb::{Appraise, Endorse, Submit};
use kehoach::pb;
use kehoach::pb::check_service_client::CheckServiceClient;
use pb::Severity::{Error, Info, Warning};
use tonic::Code;
use tonic::transport::Channel;

use crate::approval::by;
use crate::budget::{at, line};
use crate::harness::{Harness, engines, fields, jurisdiction_name, refused, request_id, violations, was_replayed};

pub fn rule_name(rule: &str) -> String {
    format!("jurisdictions/dt/rules/{rule}")
}

/// Asks for the law of Việt Nam in these years; 0 is no end.
pub fn enable(first_fiscal_year: i32, last_fiscal_year: i32, etag: &str) -> pb::EnableRuleSetRequest {
    pb::EnableRuleSetRequest {
        name: "jurisdictions/dt/ruleSets/vietnam".to_owned(),
        first_fiscal_year,
        last_fiscal_year,
        etag: etag.to_owned(),
        ..Default::default()
    }
}

/// Asks that a rule mean the same in both phases from a year on.
pub fn weigh(rule: &str, severity: pb::Severity, from: i32, document: &str, etag: &str) -> pb::SetRuleRequest {
    pb::SetRuleRequest {
        name: rule_name(rule),
        setting: Some(pb::RuleSetting {
            asking_severity: severity.into(),
            deciding_severity: severity.into(),
            first_fiscal_year: from,
            document: document.to_owned(),
            ..Default::default()
        }),
        etag: etag.to_owned(),
        ..Default::default()
    }
}

impl Harness {
    pub fn rules(&self) -> CheckServiceClient<Channel> {
        CheckServiceClient::new(self.channel())
    }

    async fn rule(&self, rule: &str, fiscal_year: i32) -> pb::Rule {
        let request = pb::GetRuleRequest { name: rule_name(rule), fiscal_year, read_at: None };
        self.rules().get_rule(request).await.unwrap().into_inner()
    }

    /// An estimate of which two lines break rules of the law.
    async fn lawless(&self, id: &str, year: i32) {
        let split = pb::Line { autonomy: pb::Autonomy::NotApplicable.into(), ..line("101", 5) };
        let chapter = |code: &str| pb::Line { administrative_code: code.to_owned(), ..line("101", 1) };
        self.estimate(id, year, vec![split, chapter("417"), chapter("417"), chapter("418")]).await;
    }

    async fn law_ground(&self) {
        self.budget_ground().await;
        let code = |code: &str| pb::CodeOperation {
            operation: Some(pb::code_operation::Operation::Create(pb::Code {
                dimension: pb::Dimension::Administrative.into(),
                code: code.to_owned(),
                display_name: code.to_owned(),
                postable: true,
                provenance: pb::Provenance::Own.into(),
                ..Default::default()
            })),
        };
        let parent = "jurisdictions/dt/schemes/own".to_owned();
        let operations = vec![code("417"), code("418")];
        let codes = pb::BatchWriteCodesRequest { parent, operations, ..Default::default() };
        self.classification().batch_write_codes(codes).await.unwrap();
    }

    async fn law(&self, estimate: &str, read_at: Option<pb::ReadAt>) -> Vec<(String, pb::Severity)> {
        let found = self.checked(estimate, read_at).await;
        let of_law = found.into_iter().filter(|found| !found.rule.starts_with("FORM"));
        of_law.map(|found| (found.rule.clone(), found.severity())).collect()
    }
}

fn told(rules: &[(&str, pb::Severity)]) -> Vec<(String, pb::Severity)> {
    rules.iter().map(|(rule, severity)| ((*rule).to_owned(), *severity)).collect()
}

engines! {
    async fn a_rule_says_what_it_rests_on_in_the_year_that_is_asked_for(h: Harness) {
        h.budget_ground().await;
        let floor = h.rule("BUD-04", 2015).await;
        assert_eq!(floor.citations, ["NĐ 95/2014/NĐ-CP, Điều 5.2c"]);
        assert_eq!((floor.asking_severity(), floor.deciding_severity(), floor.tested), (Warning, Error, true));
        assert_eq!((floor.title.as_str(), floor.english_title.as_str()), ("Không thấp hơn mức cấp trên giao", "Not below the floor that was assigned from above"));
        assert_eq!(h.rule("BUD-04", 2026).await.citations, ["TT 133/2025/TT-BTC, Điều 3.4"]);
        let ended = h.rule("BUD-06", 2026).await;
        assert_eq!((ended.tested, ended.first_fiscal_year, ended.last_fiscal_year, ended.rule_set()), (false, 2017, 2025, pb::RuleSet::Vietnam));
        let remembered = h.rule("CLS-03", 2024).await;
        assert_eq!((remembered.asking_severity(), remembered.all_citations[0].sourced), (Warning, false));
        assert_eq!(remembered.citations, ["Mục lục ngân sách nhà nước, memory, not verified"]);
        let list = pb::ListRulesRequest { parent: jurisdiction_name("dt"), fiscal_year: 2024, ..Default::default() };
        let all = h.rules().list_rules(list.clone()).await.unwrap().into_inner().rules;
        assert_eq!(all.len(), kehoach::check::rules::all().count());
        let tested = pb::ListRulesRequest { tested_only: true, rule_set: pb::RuleSet::Vietnam.into(), ..list };
        assert_eq!(h.rules().list_rules(tested).await.unwrap().into_inner().rules, Vec::new());
    }

    async fn a_jurisdiction_that_enables_nothing_is_never_refused_by_the_law_of_another(h: Harness) {
        h.law_ground().await;
        h.lawless("e", 2024).await;
        assert_eq!(h.law("e", None).await, Vec::new());
        let before = h.revision("dt").await;
        let first = h.rules().enable_rule_set(by("admin", enable(2024, 2024, ""))).await.unwrap().into_inner();
        assert_eq!((first.enabled, first.first_fiscal_year, first.last_fiscal_year), (true, 2024, 2024));
        assert_eq!(h.law("e", None).await, told(&[("CLS-02", Error)]));
        assert_eq!(h.law("e", Some(at(before))).await, Vec::new());
        let details = refused(h.does(Submit, "e").await, Code::FailedPrecondition, "FINDING");
        assert!(violations(&details).iter().any(|(rule, _)| rule == "CLS-02"));
        // Other years are not concerned, nor what the law says of them.
        h.lawless("f", 2026).await;
        assert_eq!(h.law("f", None).await, Vec::new());
        refused(h.rules().enable_rule_set(by("admin", enable(2024, 0, ""))).await, Code::Aborted, "STALE_ETAG");
        h.rules().enable_rule_set(by("admin", enable(2024, 0, &first.etag))).await.unwrap();
        assert_eq!(h.law("f", None).await, told(&[("BUD-16", Error)]));
        assert_eq!(h.law("e", None).await, told(&[("CLS-02", Error)]));
        let found = h.breaks("e", "CLS-02").await.remove(0);
        assert_eq!((found.expected.as_str(), found.actual.as_str(), found.objects.len()), ("417", "418", 1));
        assert_eq!(found.citations, ["TT 324/2016/TT-BTC"]);
        h.is_sound();
    }

    async fn a_rule_is_weighed_for_some_years_and_again_as_it_ships(h: Harness) {
        h.law_ground().await;
        h.rules().enable_rule_set(by("admin", enable(2018, 0, ""))).await.unwrap();
        h.lawless("e", 2024).await;
        h.lawless("old", 2019).await;
        let set = h.rules().set_rule(by("admin", weigh("CLS-02", Info, 2020, "", ""))).await.unwrap().into_inner();
        assert_eq!((set.asking_severity(), set.setting.as_ref().unwrap().first_fiscal_year), (Info, 2020));
        assert_eq!(h.law("e", None).await, told(&[("CLS-02", Info)]));
        assert_eq!(h.law("old", None).await, told(&[("CLS-02", Error)]));
        h.walk("e", &[Submit, Endorse, Appraise]).await;
        let back = pb::SetRuleRequest { name: rule_name("CLS-02"), etag: set.etag, ..Default::default() };
        let shipped = h.rules().set_rule(by("admin", back)).await.unwrap().into_inner();
        assert_eq!((shipped.setting, shipped.etag.as_str()), (None, ""));
        assert_eq!(h.law("e", None).await, told(&[("CLS-02", Error)]));
        h.is_sound();
    }

    async fn what_nobody_has_verified_refuses_only_where_a_document_is_cited(h: Harness) {
        h.law_ground().await;
        let before = h.standing();
        refused(h.rules().set_rule(by("admin", weigh("CLS-03", Error, 2024, "", ""))).await, Code::FailedPrecondition, "RULE_CITATION_MISSING");
        let mut inverted = weigh("CLS-03", Error, 2024, "", "");
        let setting = inverted.setting.get_or_insert_default();
        (setting.last_fiscal_year, setting.article) = (2020, "Điều 1".to_owned());
        let details = refused(h.rules().set_rule(by("admin", inverted)).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["setting.document", "setting.last_fiscal_year"]);
        h.nothing_changed(&before);
        let request = pb::SetRuleRequest { request_id: Some(request_id(3)), ..weigh("CLS-03", Error, 2024, "NQ 12/2024/NQ-HĐND", "") };
        let raised = h.rules().set_rule(by("admin", request.clone())).await.unwrap();
        let again = h.rules().set_rule(by("admin", request)).await.unwrap();
        assert!(was_replayed(&again) && again.get_ref() == raised.get_ref());
        let raised = raised.into_inner();
        assert_eq!((raised.asking_severity(), raised.citations[0].as_str()), (Error, "NQ 12/2024/NQ-HĐND"));
        assert_eq!(h.rule("CLS-03", 2023).await.asking_severity(), Warning);
    }

    async fn an_estimate_of_2019_checked_in_2030_answers_to_the_law_of_2019(h: Harness) {
        h.law_ground().await;
        h.rules().enable_rule_set(by("admin", enable(2018, 0, ""))).await.unwrap();
        h.lawless("e", 2019).await;
        let then = h.checked("e", None).await;
        h.advance(std::time::Duration::from_secs(5 * 366 * 24 * 3_600));
        h.rules().set_rule(by("admin", weigh("CLS-02", Info, 2026, "", ""))).await.unwrap();
        h.rules().set_rule(by("admin", weigh("BUD-04", Error, 2026, "Luật mới", ""))).await.unwrap();
        assert_eq!(h.checked("e", None).await, then);
    }
}
