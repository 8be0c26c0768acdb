//! The messages of generated lines.

use crate::budget::model::Codes;
use crate::classification::model::Dimension;
use crate::error::{Error, Result};
use crate::grpc::types::{number, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{EstimateName, WorkforcePlanName};
use crate::workforce::actions::{ComparePayLines, ComparedPayLines, GeneratePayLines, GeneratedPayLines};
use crate::workforce::model::Tuple;
use crate::workforce::pay_lines::{Gap, Part, Row};
use crate::{mutations, pb};

mutations!(pb::GeneratePayLinesRequest);

fn estimate_name(name: &str) -> Result<EstimateName> {
    EstimateName::parse(name).ok_or_else(|| Error::invalid("estimate", "is not the name of an estimate"))
}

impl FromWire for GeneratePayLines {
    type Message = pb::GeneratePayLinesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let estimate = estimate_name(&message.estimate)?;
        let plan = WorkforcePlanName::parse(&message.workforce_plan);
        let plan = plan.ok_or_else(|| Error::invalid("workforce_plan", "is not the name of an HR plan"))?;
        if plan.jurisdiction != estimate.jurisdiction {
            return Err(Error::invalid("workforce_plan", "is of another jurisdiction than the estimate"));
        }
        Ok(Self { estimate, plan, in_force: message.from_in_force, etag: message.etag })
    }
}

impl FromWire for ComparePayLines {
    type Message = pb::ComparePayLinesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { estimate: estimate_name(&message.estimate)?, read_at: read_at(message.read_at) })
    }
}

fn tuple_message(Tuple { side, codes, autonomy }: Tuple) -> pb::PayTuple {
    let Codes(mut codes) = codes;
    let mut code = |dimension: Dimension| codes[dimension as usize].take().unwrap_or_default();
    pb::PayTuple {
        side: number(side),
        administrative_code: code(Dimension::Administrative),
        functional_code: code(Dimension::Functional),
        economic_code: code(Dimension::Economic),
        source_code: code(Dimension::Source),
        programme_code: code(Dimension::Programme),
        autonomy: number(autonomy),
    }
}

impl IntoWire for GeneratedPayLines {
    type Message = pb::GeneratePayLinesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { estimate, text, rows } = self;
        // Each is a line of the estimate, whose totals fit.
        let requested_amount = rows.iter().map(|row| row.requested).fold(0, i64::saturating_add);
        let name = estimate.name();
        let line = |Row { line, tuple, change, before, requested }: Row| pb::GeneratedPayLine {
            line: name.line(&line),
            tuple: Some(tuple_message(tuple)),
            change: number(change),
            before_amount: before,
            requested_amount: requested,
        };
        let lines = rows.into_iter().map(line).collect();
        pb::GeneratePayLinesResponse {
            estimate: Some(estimate.into_wire(sending)),
            plan_revision: text,
            lines,
            requested_amount,
        }
    }
}

impl IntoWire for ComparedPayLines {
    type Message = pb::PayLinesComparison;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { estimate, parts } = self;
        let outdated = parts.iter().any(Part::is_outdated);
        let parts = parts.into_iter().map(|part| part_message(&estimate, part)).collect();
        pb::PayLinesComparison { estimate: estimate.to_string(), parts, outdated }
    }
}

fn part_message(estimate: &EstimateName, part: Part) -> pb::PayLinesPart {
    let outdated = part.is_outdated();
    let (requested, current) = part.sums;
    let Part { plan, in_force, text, hindrances, gaps, sums: _ } = part;
    let known = hindrances.is_empty();
    let gap = |gap: Gap| {
        let difference_amount = gap.difference().filter(|_| known);
        let Gap { line, tuple, requested, current } = gap;
        let (line, generated_from_revision) = line.unwrap_or_default();
        pb::PayLineGap {
            line: if line.is_empty() { line } else { estimate.line(&line) },
            tuple: Some(tuple_message(tuple)),
            generated_from_revision,
            requested_amount: requested,
            current_amount: current,
            difference_amount,
        }
    };
    pb::PayLinesPart {
        workforce_plan: plan.to_string(),
        from_in_force: in_force,
        plan_revision: text.unwrap_or_default(),
        outdated,
        lines: gaps.into_iter().map(gap).collect(),
        requested_amount: requested,
        current_amount: Some(current).filter(|_| known),
        difference_amount: current.checked_sub(requested).filter(|_| known),
        hindrances,
    }
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;
    use crate::workforce::pay_lines::LineChange;

    #[test]
    fn words_are_those_of_the_proto() {
        same_words::<LineChange>("PAY_LINE_CHANGE_", |number| {
            pb::PayLineChange::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
