//! What the header of an import says: where the lines go, and which cell fills which field. Pure.

use std::collections::{HashMap, HashSet};

use super::cell::Format;
use crate::budget::model::{Key, Kind, Stage};
use crate::classification::model::Dimension;
use crate::id::EstimateName;
use crate::organisation::model::{GovernmentLevel, Kind as UnitKind, UnitLevel};
use crate::word::Word;

/// Asks for the lines of a file.
#[derive(Debug, Clone)]
pub struct ImportLines {
    pub jurisdiction: String,
    pub destination: Destination,
    pub delimiter: u8,
    /// What fills each field: once each.
    pub fields: Vec<Mapping>,
    pub wide: Vec<Wide>,
    pub filters: Vec<Filter>,
    /// In lower case.
    pub unset_texts: HashSet<String>,
    /// In lower case.
    pub zero_texts: HashSet<String>,
    pub skip_without_amount: bool,
    pub create: Create,
    /// How many bytes the file has, where the header says so.
    pub file_bytes: Option<i64>,
}

/// Where the lines go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// All into one estimate.
    One(EstimateVersion),
    /// Each into the estimate of the unit that its row names.
    Spread(Spread),
}

/// An estimate as the caller read it.
#[derive(Debug, Clone)]
pub struct EstimateVersion {
    pub name: EstimateName,
    pub etag: String,
    /// Where the header names the etag.
    pub path: String,
}

/// The estimates of many units.
#[derive(Debug, Clone)]
pub struct Spread {
    pub fiscal_year: i64,
    pub kind: Kind,
    pub series: String,
    pub sequence: i64,
    pub title: String,
    /// The system of external codes of units.
    pub system: String,
    pub existing: Vec<EstimateVersion>,
}

impl Spread {
    /// The key of the estimate of a unit.
    pub fn key(&self, unit: String) -> Key {
        let Self { fiscal_year, kind, sequence, .. } = *self;
        Key { unit, fiscal_year, kind, series: self.series.clone(), sequence }
    }
}

/// A field and what fills it.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub field: Field,
    pub source: Source,
    /// Where the header says so, as `columns[2]`.
    pub path: String,
}

/// What fills a field.
#[derive(Debug, Clone)]
pub enum Source {
    Column { name: String, format: Format, translations: HashMap<String, String> },
    Constant(String),
}

/// A column that makes a line of its own of every row.
#[derive(Debug, Clone)]
pub struct Wide {
    pub amount: Mapping,
    pub constants: Vec<Mapping>,
}

/// A condition on a row.
#[derive(Debug, Clone)]
pub struct Filter {
    pub column: String,
    pub test: Test,
    pub path: String,
}

/// What a cell must be.
#[derive(Debug, Clone)]
pub enum Test {
    OneOf(HashSet<String>),
    NoneOf(HashSet<String>),
    Prefix(String),
}

impl Test {
    /// Whether a cell, without blanks at the ends, passes.
    pub fn passes(&self, cell: &str) -> bool {
        match self {
            Self::OneOf(texts) => texts.contains(cell),
            Self::NoneOf(texts) => !texts.contains(cell),
            Self::Prefix(prefix) => cell.starts_with(prefix),
        }
    }
}

/// What may be created.
#[derive(Debug, Clone, Default)]
pub struct Create {
    pub units: Option<NewUnits>,
    pub codes: Vec<Dimension>,
    pub estimates: bool,
}

/// How units are created.
#[derive(Debug, Clone)]
pub struct NewUnits {
    pub parent: Option<String>,
    pub kind: UnitKind,
    pub government_level: GovernmentLevel,
    pub unit_level: UnitLevel,
    pub id_prefix: String,
}

/// A field of a line, of its unit, or the name of what may be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Side,
    Code(Dimension),
    Nature,
    Autonomy,
    Baseline,
    Content,
    Channel,
    Delegated,
    Counterpart,
    PlanTask,
    Project,
    Description,
    Quantity,
    Price,
    Norm,
    Amount(Stage),
    UnitId,
    UnitCode,
    UnitName,
    CodeName(Dimension),
}

impl Field {
    /// The field of a path as the header spells it.
    pub fn parse(text: &str) -> Option<Self> {
        let all = Self::PLAIN.iter().copied();
        let dimensions =
            Dimension::ALL.iter().flat_map(|dimension| [Self::Code(*dimension), Self::CodeName(*dimension)]);
        let stages = Stage::ALL.iter().map(|stage| Self::Amount(*stage));
        all.chain(dimensions).chain(stages).find(|field| field.path() == text)
    }

    const PLAIN: &[Self] = &[
        Self::Side,
        Self::Nature,
        Self::Autonomy,
        Self::Baseline,
        Self::Content,
        Self::Channel,
        Self::Delegated,
        Self::Counterpart,
        Self::PlanTask,
        Self::Project,
        Self::Description,
        Self::Quantity,
        Self::Price,
        Self::Norm,
        Self::UnitId,
        Self::UnitCode,
        Self::UnitName,
    ];

    /// Its path as the header and the rules of a line spell it.
    pub fn path(self) -> String {
        let plain = match self {
            Self::Side => "side",
            Self::Nature => "nature",
            Self::Autonomy => "autonomy",
            Self::Baseline => "baseline",
            Self::Content => "content",
            Self::Channel => "channel",
            Self::Delegated => "delegated",
            Self::Counterpart => "counterpart_unit",
            Self::PlanTask => "plan_task",
            Self::Project => "project",
            Self::Description => "description",
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::Norm => "norm",
            Self::UnitId => "unit.id",
            Self::UnitCode => "unit.external_code",
            Self::UnitName => "unit.display_name",
            Self::Code(dimension) => return format!("{}_code", dimension.segment()),
            Self::CodeName(dimension) => return format!("{}_name", dimension.segment()),
            Self::Amount(stage) => return format!("amounts.{}", stage.as_str().to_ascii_lowercase()),
        };
        plain.to_owned()
    }

    /// Whether it is filled by numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Quantity | Self::Price | Self::Norm | Self::Amount(_))
    }

    /// Whether it says whose estimate a row belongs to.
    pub fn is_of_unit(self) -> bool {
        matches!(self, Self::UnitId | Self::UnitCode | Self::UnitName)
    }
}

impl ImportLines {
    /// What fills a field.
    pub fn filling(&self, field: Field) -> Option<&Mapping> {
        self.fields.iter().find(|mapping| mapping.field == field)
    }

    /// The field that says whose estimate a row belongs to.
    pub fn unit_field(&self) -> Option<Field> {
        [Field::UnitId, Field::UnitCode, Field::UnitName].into_iter().find(|field| self.filling(*field).is_some())
    }

    /// Where a fault of a field of a row is: in a column, or in what the header says.
    pub fn place(&self, row: u32, field: Field) -> String {
        self.filling(field).map_or_else(|| format!("rows[{row}].{}", field.path()), |mapping| mapping.place(row))
    }
}

impl Mapping {
    /// Where its value in a row stands.
    pub fn place(&self, row: u32) -> String {
        match &self.source {
            Source::Column { name, .. } => format!("rows[{row}].columns[{name:?}]"),
            Source::Constant(_) => format!("rows[{row}].{}", self.field.path()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_spelled_one_way() {
        let all =
            ["side", "economic_code", "economic_name", "amounts.budget_n1", "unit.external_code", "counterpart_unit"];
        for text in all {
            assert_eq!(Field::parse(text).map(Field::path).as_deref(), Some(text));
        }
        for text in ["", "amounts", "amounts.paid", "unit", "Side", "economic"] {
            assert_eq!(Field::parse(text), None, "{text}");
        }
    }
}
