//! The messages of imports.

use std::collections::{HashMap, HashSet};

use super::Faults;
use super::estimates::{amounts_message, jurisdiction_of};
use crate::budget::import::{
    Create, Decimal, Destination, EstimateVersion, Field, Filter, Format, Grouping, ImportLines, Imported, Mapping,
    NewUnits, SideSum, Source, Spread, Test, Wide,
};
use crate::budget::model::{Kind, Side, Sum};
use crate::error::Result;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, word};
use crate::grpc::{FromUpload, FromWire, IntoWire, Piece, Sending};
use crate::id::{EstimateName, UnitName};
use crate::organisation::model::UnitLevel;
use crate::word::Word;
use crate::{mutations, pb};

mutations!(pb::ImportHeader);

impl FromUpload for ImportLines {
    type Envelope = pb::ImportLinesRequest;

    fn piece(envelope: Self::Envelope) -> Option<Piece<pb::ImportHeader>> {
        use pb::import_lines_request::Content;
        envelope.content.map(|content| match content {
            Content::Header(header) => Piece::Header(Box::new(header)),
            Content::Chunk(chunk) => Piece::Chunk(chunk),
        })
    }
}

impl FromWire for ImportLines {
    type Message = pb::ImportHeader;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let mut fields = Vec::new();
        for (at, column) in message.columns.into_iter().enumerate() {
            fields.extend(column_of(column, format!("columns[{at}]"), &mut faults));
        }
        for (at, constant) in message.constants.into_iter().enumerate() {
            fields.extend(constant_of(constant, format!("constants[{at}]"), &mut faults));
        }
        let mut wide = Vec::new();
        for (at, column) in message.wide_columns.into_iter().enumerate() {
            wide.extend(wide_of(column, &format!("wide_columns[{at}]"), &mut faults));
        }
        let destination = destination(message.destination, &jurisdiction, &fields, &mut faults);
        let texts = |texts: &[String]| texts.iter().map(|text| text.trim().to_lowercase()).collect::<HashSet<_>>();
        let (unset_texts, zero_texts) = (texts(&message.unset_texts), texts(&message.zero_texts));
        let both = !unset_texts.is_disjoint(&zero_texts);
        faults.when(both, || "zero_texts".to_owned(), "has a text that stands in unset_texts too");
        let is_spread = matches!(destination, Some(Destination::Spread(_)));
        let create = create(message.create_missing.unwrap_or_default(), &jurisdiction, is_spread, &mut faults);
        judge(&fields, &wide, &mut faults);
        unless_invalid(faults.0)?;
        let destination = destination.ok_or_else(|| crate::error::Error::invalid("destination", "is required"))?;
        Ok(Self {
            jurisdiction,
            destination,
            delimiter: if message.delimiter == pb::CsvDelimiter::Semicolon as i32 { b';' } else { b',' },
            fields,
            wide,
            filters: message.filters.into_iter().enumerate().filter_map(|(at, filter)| filter_of(filter, at)).collect(),
            unset_texts,
            zero_texts,
            skip_without_amount: message.skip_rows_without_amount,
            create,
            file_bytes: message.file_bytes,
        })
    }
}

/// What the fields are in the light of each other: filled once, and enough of them.
fn judge(fields: &[Mapping], wide: &[Wide], faults: &mut Faults) {
    let mut filled: HashMap<Field, &str> = HashMap::new();
    for mapping in fields {
        if let Some(first) = filled.insert(mapping.field, &mapping.path) {
            faults.when(true, || format!("{}.field", mapping.path), &format!("is filled by {first} already"));
        }
    }
    for mapping in wide.iter().flat_map(|wide| wide.constants.iter().chain([&wide.amount])) {
        if let Some(first) = filled.get(&mapping.field) {
            let path = format!("{}.field", mapping.path);
            faults.when(true, || path, &format!("is filled by {first} already"));
        }
    }
    let any = wide.len() + fields.iter().filter(|mapping| matches!(mapping.source, Source::Column { .. })).count();
    faults.when(any == 0, || "columns".to_owned(), "has 0 items; at least 1 is needed here or in wide_columns");
    for field in [Field::Side, Field::Nature] {
        let of_wide = |wide: &Wide| wide.constants.iter().any(|mapping| mapping.field == field);
        let is_filled = filled.contains_key(&field) || !wide.is_empty() && wide.iter().all(of_wide);
        let text = format!("fill no {}, which every line needs", field.path());
        faults.when(!is_filled, || "columns".to_owned(), &text);
    }
    let whose = [Field::UnitId, Field::UnitCode].iter().all(|field| filled.contains_key(field));
    faults.when(whose, || "columns".to_owned(), "fill both unit.id and unit.external_code; one says whose a row is");
}

fn field_of(text: &str, path: &str, faults: &mut Faults) -> Option<Field> {
    let field = Field::parse(text);
    faults.when(field.is_none() && !text.is_empty(), || format!("{path}.field"), "is not a field that can be filled");
    field
}

fn column_of(message: pb::ImportColumn, path: String, faults: &mut Faults) -> Option<Mapping> {
    let field = field_of(&message.field, &path, faults)?;
    let grouping = match pb::GroupingMark::try_from(message.grouping_mark).unwrap_or_default() {
        pb::GroupingMark::Unspecified | pb::GroupingMark::None => Grouping::None,
        pb::GroupingMark::Comma => Grouping::Comma,
        pb::GroupingMark::Point => Grouping::Point,
        pb::GroupingMark::Space => Grouping::Space,
        pb::GroupingMark::Apostrophe => Grouping::Apostrophe,
    };
    let decimal_mark = if message.decimal_mark == pb::DecimalMark::Comma as i32 { ',' } else { '.' };
    let same = matches!((decimal_mark, grouping), (',', Grouping::Comma) | ('.', Grouping::Point));
    faults.when(same, || format!("{path}.grouping_mark"), "is the decimal mark as well");
    let marked = message.decimal_mark != 0 || message.grouping_mark != 0;
    faults.when(marked && !field.is_number(), || format!("{path}.decimal_mark"), "is for numbers only");
    let times = &message.multiplier;
    faults.when(!times.is_empty() && !field.is_number(), || format!("{path}.multiplier"), "is for numbers only");
    let is_zero = !times.is_empty() && times.bytes().all(|c| matches!(c, b'0' | b'.'));
    faults.when(is_zero, || format!("{path}.multiplier"), "is 0");
    let multiplier = Decimal::parse(times, &Format::default()).unwrap_or(Decimal::ONE);
    let translated = !message.translations.is_empty();
    faults.when(translated && field.is_number(), || format!("{path}.translations"), "are not for numbers");
    let mut translations = HashMap::new();
    for (at, translation) in message.translations.into_iter().enumerate() {
        let pb::Translation { text, value } = translation;
        let twice = translations.insert(text.trim().to_owned(), value.trim().to_owned()).is_some();
        faults.when(twice, || format!("{path}.translations[{at}].text"), "is translated already");
    }
    let format = Format { multiplier, decimal_mark, grouping };
    Some(Mapping {
        field,
        source: Source::Column { name: message.column.trim().to_owned(), format, translations },
        path,
    })
}

fn constant_of(message: pb::ImportConstant, path: String, faults: &mut Faults) -> Option<Mapping> {
    let field = field_of(&message.field, &path, faults)?;
    Some(Mapping { field, source: Source::Constant(message.value.trim().to_owned()), path })
}

fn wide_of(message: pb::WideColumn, path: &str, faults: &mut Faults) -> Option<Wide> {
    let amount = column_of(message.amount.unwrap_or_default(), format!("{path}.amount"), faults);
    let other = amount.as_ref().is_some_and(|mapping| !matches!(mapping.field, Field::Amount(_)));
    faults.when(other, || format!("{path}.amount.field"), "is not one of the amounts");
    let mut constants: Vec<Mapping> = Vec::new();
    for (at, constant) in message.constants.into_iter().enumerate() {
        let path = format!("{path}.constants[{at}]");
        let Some(mapping) = constant_of(constant, path.clone(), faults) else { continue };
        let twice = constants.iter().any(|other| other.field == mapping.field);
        faults.when(twice, || format!("{path}.field"), "is filled already");
        faults.when(mapping.field.is_of_unit(), || format!("{path}.field"), "is the same for all lines of a row");
        constants.push(mapping);
    }
    Some(Wide { amount: amount?, constants })
}

fn filter_of(message: pb::RowFilter, at: usize) -> Option<Filter> {
    use pb::row_filter::Test as Sent;
    let set = |texts: Vec<String>| texts.iter().map(|text| text.trim().to_owned()).collect();
    let test = match message.test? {
        Sent::Equals(text) => Test::OneOf(set(vec![text])),
        Sent::NotEquals(text) => Test::NoneOf(set(vec![text])),
        Sent::OneOf(list) => Test::OneOf(set(list.texts)),
        Sent::NoneOf(list) => Test::NoneOf(set(list.texts)),
        Sent::Prefix(text) => Test::Prefix(text),
    };
    Some(Filter { column: message.column.trim().to_owned(), test, path: format!("filters[{at}]") })
}

fn destination(
    sent: Option<pb::import_header::Destination>,
    jurisdiction: &str,
    fields: &[Mapping],
    faults: &mut Faults,
) -> Option<Destination> {
    use pb::import_header::Destination as Sent;
    match sent? {
        Sent::Estimate(version) => {
            for mapping in fields.iter().filter(|mapping| mapping.field.is_of_unit()) {
                faults.when(true, || format!("{}.field", mapping.path), "is for spread only");
            }
            version_of(version, "estimate", jurisdiction, faults).map(Destination::One)
        }
        Sent::Spread(sent) => spread(sent, jurisdiction, fields, faults).map(Destination::Spread),
    }
}

fn spread(sent: pb::ImportSpread, jurisdiction: &str, fields: &[Mapping], faults: &mut Faults) -> Option<Spread> {
    let has_unit = fields.iter().any(|mapping| mapping.field.is_of_unit());
    faults.when(!has_unit, || "columns".to_owned(), "fill no unit, and spread needs one");
    let by_code = fields.iter().any(|mapping| mapping.field == Field::UnitCode);
    let system = || "spread.external_code_system".to_owned();
    faults.when(by_code && sent.external_code_system.is_empty(), system, "is required with unit.external_code");
    faults.when(!by_code && !sent.external_code_system.is_empty(), system, "is for unit.external_code only");
    let kind: Option<Kind> = word(sent.kind);
    let reference = kind == Some(Kind::Reference);
    let series = || "spread.series".to_owned();
    faults.when(reference && sent.series.is_empty(), series, "is required for REFERENCE");
    faults.when(!reference && !sent.series.is_empty(), series, "is for REFERENCE only");
    let mut existing: Vec<EstimateVersion> = Vec::with_capacity(sent.existing.len());
    let mut seen = HashSet::new();
    for (at, version) in sent.existing.into_iter().enumerate() {
        let path = format!("spread.existing[{at}]");
        faults.when(!seen.insert(version.name.clone()), || format!("{path}.name"), "is listed already");
        existing.extend(version_of(version, &path, jurisdiction, faults));
    }
    Some(Spread {
        fiscal_year: i64::from(sent.fiscal_year),
        kind: kind?,
        series: sent.series,
        sequence: i64::from(sent.sequence.max(1)),
        title: faults.text(|| "spread.title".to_owned(), &sent.title, false),
        system: sent.external_code_system,
        existing,
    })
}

fn version_of(
    sent: pb::EstimateVersion,
    path: &str,
    jurisdiction: &str,
    faults: &mut Faults,
) -> Option<EstimateVersion> {
    let name = EstimateName::parse(&sent.name)?;
    faults.when(name.jurisdiction != jurisdiction, || format!("{path}.name"), "is of another jurisdiction");
    Some(EstimateVersion { name, etag: sent.etag, path: format!("{path}.etag") })
}

fn create(sent: pb::CreateMissing, jurisdiction: &str, is_spread: bool, faults: &mut Faults) -> Create {
    let units = || "create_missing.units".to_owned();
    faults.when(sent.units.is_some() && !is_spread, units, "is for spread only");
    let estimates = || "create_missing.estimates".to_owned();
    faults.when(sent.estimates && !is_spread, estimates, "is for spread only");
    let units = sent.units.and_then(|sent| {
        let parent = || "create_missing.units.parent_unit".to_owned();
        let parent = UnitName::parse(&sent.parent_unit).map(|name| {
            faults.when(name.jurisdiction != jurisdiction, parent, "is of another jurisdiction");
            name.unit
        });
        Some(NewUnits {
            parent,
            kind: word(sent.kind)?,
            government_level: word(sent.government_level)?,
            unit_level: word(sent.unit_level).unwrap_or(UnitLevel::None),
            id_prefix: sent.id_prefix,
        })
    });
    let codes = sent.codes.iter().filter_map(|dimension| word(*dimension)).collect();
    Create { units, codes, estimates: sent.estimates }
}

impl IntoWire for Imported {
    type Message = pb::ImportSummary;

    fn into_wire(self, sending: &Sending<'_>) -> pb::ImportSummary {
        let Imported { jurisdiction, rows_read, rows_skipped, sums, estimates, units_created, codes_created, revision } =
            self;
        let side_total = |side: &SideSum| pb::SideTotal {
            side: Side::parse(&side.side).map(number).unwrap_or_default(),
            amounts: Some(amounts_message(
                &Sum { line_count: side.line_count, sums: side.sums, counts: side.counts }.amounts(),
            )),
            line_count: count(side.line_count),
        };
        let small = |number: usize| count(number);
        pb::ImportSummary {
            rows_read: i64::from(rows_read),
            rows_skipped: i64::from(rows_skipped),
            lines_created: sums.iter().map(|side| side.line_count).sum(),
            totals: sums.iter().map(side_total).collect(),
            estimates_created: small(estimates.iter().filter(|estimate| estimate.created).count()),
            estimates: estimates
                .into_iter()
                .map(|imported| pb::ImportedEstimate {
                    name: EstimateName { jurisdiction: jurisdiction.clone(), estimate: imported.estimate }.to_string(),
                    unit: UnitName { jurisdiction: jurisdiction.clone(), unit: imported.unit }.to_string(),
                    etag: sending.etag(revision),
                    line_count: count(imported.line_count),
                    created: imported.created,
                })
                .collect(),
            units_created: small(units_created),
            codes_created: small(codes_created),
            revision,
        }
    }
}
