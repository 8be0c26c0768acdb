//! The messages of indicators over units.

use super::monitoring::{decimal_or_none, item};
use super::unit;
use crate::error::Result;
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, number_or_none, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{JurisdictionName, PlanName, UnitName};
use crate::pb;
use crate::plan::model::rollup::{Part, Sum};
use crate::plan::model::{ItemKind, Kind};
use crate::plan::rollup::{SummarizeIndicators, SummarizedIndicators};

/// The most years that are asked about at once.
const YEARS_MAX: i64 = 10;

impl FromWire for SummarizeIndicators {
    type Message = pb::SummarizeIndicatorsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let jurisdiction = JurisdictionName::parse(&message.parent).map(|name| name.jurisdiction).unwrap_or_default();
        let unit = unit(&message.unit, &jurisdiction, "unit", &mut faults);
        let first = i64::from(message.first_year);
        let last = if message.last_year == 0 { first } else { i64::from(message.last_year) };
        faults.when(last < first, "last_year", "is before first_year");
        faults.when(last - first >= YEARS_MAX, "last_year", "is more than 9 years after first_year");
        unless_invalid(faults.0)?;
        Ok(Self {
            jurisdiction,
            unit,
            kind: word(message.kind).unwrap_or(Kind::Development),
            codes: message.codes,
            span: (first, last),
            read_at: read_at(message.read_at),
            page,
        })
    }
}

impl IntoWire for SummarizedIndicators {
    type Message = pb::SummarizeIndicatorsResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { jurisdiction, sums, parts, unit_count, revision, next_page_token } = self;
        pb::SummarizeIndicatorsResponse {
            indicators: sums.into_iter().map(|one| sum(one, &jurisdiction)).collect(),
            parts: parts.into_iter().map(|one| part(one, &jurisdiction)).collect(),
            next_page_token,
            unit_count: count(unit_count),
            revision,
        }
    }
}

fn sum(sum: Sum, jurisdiction: &str) -> pb::IndicatorSum {
    let Sum { code, defined, figure, counted, left_out, parts } = sum;
    let name = |plan: &str, id: &str| {
        item(&PlanName { jurisdiction: jurisdiction.to_owned(), plan: plan.to_owned() }, ItemKind::Indicator, id)
    };
    pb::IndicatorSum {
        code,
        defined_by: defined.as_ref().map(|(plan, id, _)| name(plan, id)).unwrap_or_default(),
        aggregation: defined.as_ref().map_or(0, |(.., indicator)| number(indicator.aggregation)),
        title: defined.as_ref().map(|(.., indicator)| indicator.title.clone()).unwrap_or_default(),
        measure: defined.map(|(.., indicator)| indicator.measure).unwrap_or_default(),
        value: decimal_or_none(figure.told),
        text: figure.text.unwrap_or_default(),
        arithmetic: figure.arithmetic,
        provisional: figure.is_provisional,
        missing_years: figure.missing_years.into_iter().map(count).collect(),
        part_codes: parts,
        counted_count: count(counted),
        left_out_count: count(left_out),
    }
}

fn part(part: Part, jurisdiction: &str) -> pb::IndicatorPart {
    let Part { code, unit, plan, id, left_out, years: (first, last), figure, in_force, reported } = part;
    let plan = PlanName { jurisdiction: jurisdiction.to_owned(), plan };
    pb::IndicatorPart {
        code,
        unit: UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string(),
        indicator: item(&plan, ItemKind::Indicator, &id),
        left_out: number_or_none(left_out),
        first_year: count(first),
        last_year: count(last),
        value: decimal_or_none(figure.told),
        text: figure.text.unwrap_or_default(),
        arithmetic: figure.arithmetic,
        provisional: figure.is_provisional,
        missing_years: figure.missing_years.into_iter().map(count).collect(),
        in_force_revision: in_force.unwrap_or_default(),
        report_revision: reported.unwrap_or_default(),
    }
}
