//! What schemes, codes and conversions are, and what may become of them. Pure: no store, no clock.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Micros;
use crate::error::{Reason, Refusal};
use crate::id::{CodeName, ConversionName, SchemeName};
use crate::text;
use crate::word::Word;
use crate::words;

/// The whole, in basis points.
pub const WHOLE_BP: i64 = 10_000;

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

    /// Why it may not hold in its years: they run backwards, or others of the jurisdiction hold in some of them.
    pub fn refuse_years(&self, others: &[Scheme]) -> Vec<Refusal> {
        if let Some(last) = self.last_fiscal_year.filter(|last| *last < self.first_fiscal_year) {
            let text = format!("the last fiscal year {last} is before the first, {}", self.first_fiscal_year);
            return vec![Refusal::new(Reason::SchemeYearsInverted, self.name().to_string(), text)];
        }
        let ends_before =
            |one: &Scheme, other: &Scheme| one.last_fiscal_year.is_some_and(|last| last < other.first_fiscal_year);
        let overlapping =
            |other: &&Scheme| other.id != self.id && !ends_before(self, other) && !ends_before(other, self);
        let others = others.iter().filter(overlapping);
        others
            .map(|other| {
                let last = other.last_fiscal_year.map_or_else(|| "on".to_owned(), |last| format!("to {last}"));
                let text = format!("{} holds from {} {last}", other.name(), other.first_fiscal_year);
                Refusal::new(Reason::SchemeYearsOverlap, other.name().to_string(), text)
            })
            .collect()
    }

    /// Why it may not lose years: estimates use it in some.
    pub fn refuse_loss(&self, used: &[i64]) -> Vec<Refusal> {
        let holds_in =
            |year: i64| self.first_fiscal_year <= year && self.last_fiscal_year.is_none_or(|last| year <= last);
        let lost = used.iter().filter(|year| !holds_in(**year));
        lost.map(|year| {
            let text = format!("there are estimates of the fiscal year {year}");
            Refusal::new(Reason::SchemeInUse, self.name().to_string(), text)
        })
        .collect()
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

impl Conversion {
    /// Its resource name.
    pub fn name(&self) -> ConversionName {
        conversion_name(&self.jurisdiction, &self.scheme, &self.target_scheme, self.dimension, &self.code)
    }

    /// Why it may not stand: its parts do not add to the whole.
    pub fn refuse_shares(&self, subject: &str) -> Option<Refusal> {
        let sum: i64 = self.targets.iter().map(|target| target.share_bp).sum();
        let text = format!("the shares add to {sum} basis points instead of {WHOLE_BP}");
        (sum != WHOLE_BP).then(|| Refusal::new(Reason::ConversionShares, subject, text))
    }
}

/// The resource name of a conversion.
pub fn conversion_name(
    jurisdiction: &str,
    scheme: &str,
    target_scheme: &str,
    dimension: Dimension,
    code: &str,
) -> ConversionName {
    ConversionName {
        jurisdiction: jurisdiction.to_owned(),
        scheme: scheme.to_owned(),
        conversion: format!("{target_scheme}.{}.{code}", dimension.segment()),
    }
}

/// The codes of one dimension with the code above each: what is known of a tree before it is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<String, Option<String>>);

/// Where a code stands in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On so many levels, itself included.
    Level(usize),
    /// Above itself.
    OnCycle,
    /// Below a code that stands above itself.
    BelowCycle,
}

impl Tree {
    /// A tree of codes and the codes above them.
    pub fn new(codes: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        Self(codes.into_iter().collect())
    }

    /// Puts a code, new or not, below another or at the top.
    pub fn put(&mut self, code: &str, parent: Option<&str>) {
        self.0.insert(code.to_owned(), parent.map(str::to_owned));
    }

    /// Whether a code is in it.
    pub fn contains(&self, code: &str) -> bool {
        self.0.contains_key(code)
    }

    /// The codes that stand above themselves, and the number of levels of all others.
    pub fn judge(&self) -> (BTreeSet<&str>, usize) {
        let mut places: BTreeMap<&str, Place> = BTreeMap::new();
        for code in self.0.keys() {
            self.place(code, &mut places);
        }
        let cyclic = places.iter().filter(|(_, place)| **place == Place::OnCycle).map(|(code, _)| *code).collect();
        let levels = places.values().map(|place| match place {
            Place::Level(level) => *level,
            Place::OnCycle | Place::BelowCycle => 0,
        });
        (cyclic, levels.max().unwrap_or_default())
    }

    /// Finds the place of a code and of all above it.
    fn place<'a>(&'a self, code: &'a str, places: &mut BTreeMap<&'a str, Place>) {
        let mut path: Vec<&str> = Vec::new();
        let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
        let mut next = Some(code);
        let mut above = Place::Level(0);
        while let Some(current) = next {
            if let Some(known) = places.get(current) {
                above = if *known == Place::OnCycle { Place::BelowCycle } else { *known };
                break;
            }
            if let Some(first) = positions.get(current) {
                for code in path.drain(*first..) {
                    places.insert(code, Place::OnCycle);
                }
                above = Place::BelowCycle;
                break;
            }
            positions.insert(current, path.len());
            path.push(current);
            next = self.0.get(current).and_then(Option::as_deref);
        }
        for code in path.into_iter().rev() {
            if let Place::Level(level) = above {
                above = Place::Level(level + 1);
            }
            places.insert(code, above);
        }
    }
}

#[cfg(test)]
mod tests;
