//! The messages of CheckConsistency.

use super::super::consistency::{CheckConsistency, Comparison, Consistency, Count, Figure, Shown};
use crate::approval::wire as approval;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::grpc::types::{count, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::UnitName;
use crate::pb;

impl FromWire for CheckConsistency {
    type Message = pb::CheckConsistencyRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut rest = message;
        let (size, token) = (std::mem::take(&mut rest.page_size), std::mem::take(&mut rest.page_token));
        let page = Page::new(size, token, &rest);
        let unit = UnitName::parse(&rest.unit).ok_or_else(|| Error::invalid("unit", "is not the name of a unit"))?;
        Ok(Self {
            unit,
            unit_only: rest.unit_only,
            years: rest.fiscal_years.iter().map(|year| i64::from(*year)).collect(),
            comparisons: rest.comparisons.iter().filter_map(|comparison| word(*comparison)).collect(),
            read_at: read_at(rest.read_at),
            page,
        })
    }
}

fn figure(figure: Figure) -> pb::ComparedFigure {
    let Figure { document, revision, value } = figure;
    pb::ComparedFigure { document, revision, value }
}

fn counted((comparison, counted): (Comparison, Count)) -> pb::ComparisonCount {
    let [errors, warnings, infos] = counted.found;
    pb::ComparisonCount {
        comparison: number(comparison),
        compared_count: count(counted.compared),
        error_count: count(errors),
        warning_count: count(warnings),
        info_count: count(infos),
    }
}

fn discrepancy(jurisdiction: &str, shown: Shown) -> pb::Discrepancy {
    let Shown { discrepancy, path } = shown;
    let name = |unit: String| UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string();
    pb::Discrepancy {
        comparison: number(discrepancy.comparison),
        fiscal_year: count(discrepancy.year),
        path: path.into_iter().map(name).collect(),
        expected: Some(figure(discrepancy.expected)),
        actual: Some(figure(discrepancy.actual)),
        finding: Some(approval::finding(discrepancy.finding)),
    }
}

impl IntoWire for Consistency {
    type Message = pb::CheckConsistencyResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { jurisdiction, shown, next_page_token, counts, omitted, revision } = self;
        pb::CheckConsistencyResponse {
            discrepancies: shown.into_iter().map(|one| discrepancy(&jurisdiction, one)).collect(),
            next_page_token,
            counts: counts.into_iter().map(counted).collect(),
            omitted_count: count(omitted),
            revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::types::same_words;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<Comparison>("COMPARISON_", |number| {
            pb::Comparison::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
