//! What schemes, codes and conversions are, and what may become of them. Pure: no store, no clock.

use crate::clock::Micros;
use crate::error::{Reason, Refusal};
use crate::id::{CodeName, SchemeName};
use crate::text;
use crate::word::Word;
use crate::words;

words! {
    /// One of the six classifications of a line.
    Dimension {
        Administrative "ADMINISTRATIVE",
        Functional "FUNCTIONAL",
        Economic "ECONOMIC",
        Source "SOURCE",
        Programme "PROGRAMME",
        Geographic "GEOGRAPHIC",
    }
}

words! {
    /// The field of spending that a functional code belongs to.
    SpendField {
        Education "EDUCATION",
        ScienceTech "SCIENCE_TECH",
        DefenceSecurity "DEFENCE_SECURITY",
        Health "HEALTH",
        Culture "CULTURE",
        Broadcast "BROADCAST",
        Sports "SPORTS",
        Environment "ENVIRONMENT",
        Economic "ECONOMIC",
        Admin "ADMIN",
        Social "SOCIAL",
        Other "OTHER",
    }
}

words! {
    /// The class of funding that a source code belongs to.
    FinancingClass {
        Central "CENTRAL",
        Local "LOCAL",
        Fund "FUND",
        Enterprise "ENTERPRISE",
        Foreign "FOREIGN",
        Other "OTHER",
    }
}

words! {
    /// How far a code can be trusted.
    Provenance {
        Sourced "SOURCED",
        MemoryHigh "MEMORY_HIGH",
        MemoryMedium "MEMORY_MEDIUM",
        Imported "IMPORTED",
        Own "OWN",
    }
}

impl Dimension {
    /// The dimension as names of codes spell it: `economic`.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Administrative => "administrative",
            Self::Functional => "functional",
            Self::Economic => "economic",
            Self::Source => "source",
            Self::Programme => "programme",
            Self::Geographic => "geographic",
        }
    }

    /// Reads the last segment of the name of a code: `economic.6001`.
    pub fn split(segment: &str) -> Option<(Self, &str)> {
        let (dimension, code) = segment.split_once('.')?;
        let dimension = Self::ALL.iter().copied().find(|other| other.segment() == dimension)?;
        (!code.is_empty()).then_some((dimension, code))
    }
}

/// A list of codes, and the fiscal years in which it holds in one jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// Its id there.
    pub id: String,
    /// Its name in the local language.
    pub display_name: String,
    /// Its name in English, or nothing.
    pub english_name: String,
    /// The shipped regime it was copied from.
    pub regime: Option<String>,
    /// The first fiscal year in which it holds.
    pub first_fiscal_year: i64,
    /// The last one; none means that no end is known.
    pub last_fiscal_year: Option<i64>,
    /// The legal documents that it rests on, or nothing.
    pub citation: String,
    /// The revision that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Scheme {
    /// Its resource name.
    pub fn name(&self) -> SchemeName {
        SchemeName { jurisdiction: self.jurisdiction.clone(), scheme: self.id.clone() }
    }

    /// Whether it holds in a fiscal year.
    pub fn holds_in(&self, fiscal_year: i64) -> bool {
        self.first_fiscal_year <= fiscal_year && self.last_fiscal_year.is_none_or(|last| fiscal_year <= last)
    }
}

/// One code of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// The id of its scheme.
    pub scheme: String,
    /// The dimension.
    pub dimension: Dimension,
    /// The code as it is written.
    pub code: String,
    /// The code above it, none at the top.
    pub parent: Option<String>,
    /// Its name in the local language.
    pub display_name: String,
    /// Its name in English, or nothing.
    pub english_name: String,
    /// Whether lines may use it.
    pub postable: bool,
    /// How far it can be trusted.
    pub provenance: Provenance,
    /// Where it was found, or nothing.
    pub citation: String,
    /// The field of spending, where stated; of functional codes only.
    pub field: Option<SpendField>,
    /// The class of funding, where stated; of source codes only.
    pub financing_class: Option<FinancingClass>,
    /// The last fiscal year in which lines may use it; none means as long as the scheme holds.
    pub last_fiscal_year: Option<i64>,
    /// Remarks, or nothing.
    pub note: String,
    /// The revision that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Code {
    /// Its resource name.
    pub fn name(&self) -> CodeName {
        code_name(&self.jurisdiction, &self.scheme, self.dimension, &self.code)
    }

    /// What a text search looks through: the code, a blank, the names.
    pub fn search(&self) -> String {
        text::folded(&format!("{} {} {}", self.code, self.display_name, self.english_name))
    }

    /// Why a line of a fiscal year may not use it.
    pub fn refuse_posting(&self, fiscal_year: i64, subject: &str) -> Option<Refusal> {
        if !self.postable {
            let text = format!("{} groups other codes and cannot be used on a line", self.name());
            return Some(Refusal::new(Reason::CodeNotPostable, subject, text));
        }
        let last = self.last_fiscal_year.filter(|last| *last < fiscal_year)?;
        let text = format!("{} ended with the fiscal year {last}", self.name());
        Some(Refusal::new(Reason::CodeClosed, subject, text))
    }
}

/// The resource name of a code.
pub fn code_name(jurisdiction: &str, scheme: &str, dimension: Dimension, code: &str) -> CodeName {
    CodeName {
        jurisdiction: jurisdiction.to_owned(),
        scheme: scheme.to_owned(),
        code: format!("{}.{code}", dimension.segment()),
    }
}

/// What a code of one scheme becomes in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// The id of the scheme of the source code.
    pub scheme: String,
    /// The id of the scheme into which it is converted.
    pub target_scheme: String,
    /// The dimension of the source code and of all targets.
    pub dimension: Dimension,
    /// The source code.
    pub code: String,
    /// What it becomes, by code; the parts add to 10,000.
    pub targets: Vec<Target>,
    /// What it rests on, or nothing.
    pub citation: String,
    /// The revision that last changed it.
    pub revision: i64,
}

/// One code that a source code becomes, and its part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The code in the target scheme.
    pub code: String,
    /// Its part in basis points.
    pub share_bp: i64,
}
