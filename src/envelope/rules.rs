//! What the figures of a unit mean beside its envelopes: the findings of the rules BUD-04, BUD-22, ENV-01 and BUD-09. Pure.

use super::model::{Envelope, Said};
use crate::budget::latest::Latest;
use crate::document::finding::{Citation, Finding, Phase, Severity};
use crate::word::Word;

/// The estimate that is tested, and what its unit asks for or gets with all below it.
#[derive(Debug, Clone, Copy)]
pub struct Tested<'a> {
    /// The name of the estimate.
    pub estimate: &'a str,
    pub phase: Phase,
    pub sums: Latest,
}

impl Tested<'_> {
    /// What the figure is called: the latest stage of which anything is stated.
    fn stage(&self) -> &'static str {
        match (self.phase, self.sums.decided, self.sums.appraised) {
            (Phase::Deciding, _, _) => "decided",
            (Phase::Asking, _, Some(_)) => "appraised",
            (Phase::Asking, _, None) => "requested",
        }
    }
}

/// That a figure is on the wrong side of an envelope.
pub fn breach(envelope: &Envelope, said: Said, tested: &Tested<'_>) -> Option<Finding> {
    let (issued, figure) = (said.amount, tested.sums.latest);
    if !envelope.kind.is_breached(issued, figure) {
        return None;
    }
    let beside = i128::from(figure) - i128::from(issued);
    let than = if beside < 0 { "less" } else { "more" };
    let text = format!(
        "{} of {issued} for {} by {}: {} {figure}, {} {than}",
        envelope.kind.as_str(),
        envelope.selector.text(),
        act_text(envelope),
        tested.stage(),
        beside.unsigned_abs(),
    );
    let mut finding = found(envelope, envelope.kind.severity(tested.phase), tested, text);
    finding.difference = figure.checked_sub(issued);
    Some(finding.field(&format!("amounts.{}", tested.stage())).compared(issued, figure))
}

/// That what a unit passes on and keeps is not what it received. Who passes nothing on and states nothing owes no answer.
pub fn handed_down(envelope: &Envelope, said: Said, passed_on: Option<i64>, tested: &Tested<'_>) -> Option<Finding> {
    if tested.phase == Phase::Deciding || (passed_on.is_none() && said.retained.is_none()) {
        return None;
    }
    let made_up = passed_on.unwrap_or_default().checked_add(said.retained.unwrap_or_default())?;
    let difference = made_up.checked_sub(said.amount)?;
    if difference == 0 {
        return None;
    }
    let text = format!(
        "{} of {} for {}: {} passed on and {} kept make {made_up}",
        envelope.kind.as_str(),
        said.amount,
        envelope.selector.text(),
        passed_on.unwrap_or_default(),
        said.retained.unwrap_or_default(),
    );
    let mut finding = found(envelope, Severity::Warning, tested, text).compared(said.amount, made_up);
    finding.rule = "BUD-09";
    finding.difference = Some(difference);
    let over = difference.unsigned_abs();
    let mend = if difference < 0 {
        format!("pass {over} on to the units below, or state with RetainEnvelope that it is kept")
    } else {
        format!("take {over} back from the units below, or keep less")
    };
    Some(finding.suggest(mend))
}

fn found(envelope: &Envelope, severity: Severity, tested: &Tested<'_>, text: String) -> Finding {
    let mut finding = Finding::new(envelope.kind.rule(), severity, tested.estimate, text);
    finding.objects.push(envelope.name().to_string());
    let act = &envelope.act;
    finding.citations =
        vec![Citation { document: act.number.clone(), article: format!("{}, {}", act.signed_on, act.authority) }];
    finding
}

fn act_text(envelope: &Envelope) -> String {
    let act = &envelope.act;
    format!("{} of {} ({})", act.number, act.signed_on, act.authority)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::approval::model::Act;
    use crate::envelope::model::{Kind, Selector, State};

    fn envelope(kind: Kind) -> Envelope {
        Envelope {
            jurisdiction: "dt".to_owned(),
            id: "v".to_owned(),
            unit: "khcn".to_owned(),
            kind,
            selector: Selector::default(),
            amounts: BTreeMap::new(),
            title: String::new(),
            note: String::new(),
            act: Act {
                number: "1/QĐ-TTg".to_owned(),
                signed_on: "2023-12-01".to_owned(),
                authority: "Thủ tướng Chính phủ".to_owned(),
                signer: "A".to_owned(),
                file_digest: None,
            },
            state: State::InForce,
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn tested(phase: Phase, latest: i64) -> Tested<'static> {
        let sums = Latest { requested: Some(latest), latest, ..Latest::default() };
        Tested { estimate: "jurisdictions/dt/estimates/e", phase, sums }
    }

    #[test]
    fn each_kind_finds_its_side_and_says_by_how_much() {
        let found = |kind: Kind, phase: Phase, figure: i64| {
            let said = Said { amount: 100, retained: None };
            breach(&envelope(kind), said, &tested(phase, figure))
                .map(|found| format!("{} {} {:?}", found.rule, found.severity.as_str(), found.difference))
        };
        use Phase::{Asking, Deciding};
        let cases = [
            (Kind::Floor, Asking, 99, Some("BUD-04 WARNING Some(-1)")),
            (Kind::Floor, Deciding, 99, Some("BUD-04 ERROR Some(-1)")),
            (Kind::Floor, Deciding, 100, None),
            (Kind::Floor, Deciding, 0, Some("BUD-04 ERROR Some(-100)")),
            (Kind::Ceiling, Asking, 101, Some("BUD-22 WARNING Some(1)")),
            (Kind::Ceiling, Deciding, 101, Some("BUD-22 WARNING Some(1)")),
            (Kind::Ceiling, Asking, 100, None),
            (Kind::Control, Asking, 120, Some("BUD-22 WARNING Some(20)")),
            (Kind::HardCap, Asking, 101, Some("ENV-01 ERROR Some(1)")),
            (Kind::HardCap, Deciding, 100, None),
        ];
        for (kind, phase, figure, expected) in cases {
            assert_eq!(found(kind, phase, figure).as_deref(), expected, "{kind:?} {phase:?} {figure}");
        }
    }

    #[test]
    fn a_breach_names_rule_figures_difference_and_act() {
        let said = Said { amount: 26, retained: None };
        let found = breach(&envelope(Kind::Floor), said, &tested(Phase::Deciding, 25)).unwrap();
        assert_eq!(
            found.message,
            "FLOOR of 26 for EXPENDITURE by 1/QĐ-TTg of 2023-12-01 (Thủ tướng Chính phủ): decided 25, 1 less"
        );
        assert_eq!((found.expected.as_str(), found.actual.as_str()), ("26", "25"));
        assert_eq!(found.objects, ["jurisdictions/dt/estimates/e", "jurisdictions/dt/envelopes/v"]);
        assert_eq!(found.citations[0].document, "1/QĐ-TTg");
    }

    #[test]
    fn what_is_handed_down_and_kept_makes_up_what_was_received() {
        let found = |retained: Option<i64>, passed_on: Option<i64>, phase: Phase| {
            let said = Said { amount: 100, retained };
            handed_down(&envelope(Kind::Control), said, passed_on, &tested(phase, 0)).map(|found| found.difference)
        };
        assert_eq!(found(None, None, Phase::Asking), None);
        assert_eq!(found(Some(40), Some(60), Phase::Asking), None);
        assert_eq!(found(Some(40), Some(50), Phase::Asking), Some(Some(-10)));
        assert_eq!(found(None, Some(110), Phase::Asking), Some(Some(10)));
        assert_eq!(found(Some(40), None, Phase::Asking), Some(Some(-60)));
        assert_eq!(found(Some(40), Some(50), Phase::Deciding), None);
    }
}
