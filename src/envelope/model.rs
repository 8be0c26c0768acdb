//! What an envelope is, which money it is about, and what a figure beside it means. Pure: no store, no clock.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::approval::model::Act;
use crate::budget::model::{Autonomy, Baseline, Channel, Content, Nature, Side};
use crate::budget::store::{CodeFilter, LineFilter};
use crate::budget::summary::Attribute;
use crate::classification::model::{Dimension, FinancingClass, SpendField};
use crate::clock::Micros;
use crate::document::finding::{Phase, Severity};
use crate::error::{Error, Reason, Result};
use crate::id::EnvelopeName;
use crate::word::Word;
use crate::words;

words! {
    /// What exceeding an envelope, or falling below it, means.
    Kind {
        Control "CONTROL",
        Ceiling "CEILING",
        Floor "FLOOR",
        HardCap "HARD_CAP",
    }
}

words! {
    /// Whether an envelope holds.
    State {
        InForce "IN_FORCE",
        Withdrawn "WITHDRAWN",
    }
}

impl Kind {
    /// The rule that tests it.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Control | Self::Ceiling => "BUD-22",
            Self::Floor => "BUD-04",
            Self::HardCap => "ENV-01",
        }
    }

    /// Whether a figure is on the wrong side of what was issued.
    pub fn is_breached(self, issued: i64, figure: i64) -> bool {
        match self {
            Self::Floor => figure < issued,
            Self::Control | Self::Ceiling | Self::HardCap => figure > issued,
        }
    }

    /// How grave that is.
    pub fn severity(self, phase: Phase) -> Severity {
        match (self, phase) {
            (Self::Control | Self::Ceiling, _) | (Self::Floor, Phase::Asking) => Severity::Warning,
            (Self::Floor, Phase::Deciding) | (Self::HardCap, _) => Severity::Error,
        }
    }
}

/// Which lines an envelope is about: those of a side that pass every term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selector {
    pub side: Side,
    /// By attribute the values of which one must be there.
    pub terms: BTreeMap<Attribute, BTreeSet<String>>,
}

impl Default for Selector {
    fn default() -> Self {
        Self { side: Side::Expenditure, terms: BTreeMap::new() }
    }
}

impl Selector {
    /// What can be a value of an attribute; none where any code can.
    pub fn words(attribute: Attribute) -> Option<Vec<&'static str>> {
        fn all<W: Word>() -> Option<Vec<&'static str>> {
            Some(W::ALL.iter().map(|word| word.as_str()).collect())
        }
        match attribute {
            Attribute::Nature => all::<Nature>(),
            Attribute::Autonomy => all::<Autonomy>(),
            Attribute::Baseline => all::<Baseline>(),
            Attribute::Content => all::<Content>(),
            Attribute::Channel => all::<Channel>(),
            Attribute::Field => all::<SpendField>(),
            Attribute::FinancingClass => all::<FinancingClass>(),
            Attribute::Administrative
            | Attribute::Functional
            | Attribute::Economic
            | Attribute::Source
            | Attribute::Programme
            | Attribute::Geographic
            | Attribute::Unit
            | Attribute::FiscalYear
            | Attribute::Kind
            | Attribute::Project => None,
        }
    }

    /// The codes that it names, with their dimensions.
    pub fn codes(&self) -> impl Iterator<Item = (Dimension, &String)> {
        let of_codes = self.terms.iter().filter(|(attribute, _)| attribute.is_code());
        of_codes.flat_map(|(attribute, values)| {
            let dimension = attribute.dimension();
            values.iter().filter_map(move |value| Some((dimension?, value)))
        })
    }

    /// The lines that it is about, as the roll-up narrows them.
    pub fn filter(&self) -> LineFilter {
        let mut filter = LineFilter { sides: vec![self.side], ..LineFilter::default() };
        for (attribute, values) in &self.terms {
            match attribute {
                Attribute::Nature => filter.natures = parsed(values),
                Attribute::Autonomy => filter.autonomies = parsed(values),
                Attribute::Baseline => filter.baselines = parsed(values).into_iter().map(Some).collect(),
                Attribute::Content => filter.contents = parsed(values).into_iter().map(Some).collect(),
                Attribute::Channel => filter.channels = parsed(values).into_iter().map(Some).collect(),
                Attribute::Field => filter.fields = parsed(values),
                Attribute::FinancingClass => filter.financing_classes = parsed(values),
                Attribute::Administrative
                | Attribute::Functional
                | Attribute::Economic
                | Attribute::Source
                | Attribute::Programme
                | Attribute::Geographic
                | Attribute::Unit
                | Attribute::FiscalYear
                | Attribute::Kind
                | Attribute::Project => filter.codes.extend(subtree(*attribute, values)),
            }
        }
        filter
    }

    /// As it is kept: `EXPENDITURE;FIELD=SCIENCE_TECH;NATURE=INVESTMENT,RECURRENT`.
    pub fn text(&self) -> String {
        let mut text = self.side.as_str().to_owned();
        for (attribute, values) in &self.terms {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            text.push_str(&format!(";{}={}", attribute.as_str(), values.join(",")));
        }
        text
    }

    /// Reads what is kept.
    pub fn parse(text: &str) -> Result<Self> {
        let unknown = || Error::bug(format!("the selector {text} is stored and not known"));
        let mut parts = text.split(';');
        let side = parts.next().and_then(Side::parse).ok_or_else(unknown)?;
        let mut terms = BTreeMap::new();
        for part in parts {
            let (attribute, values) = part.split_once('=').ok_or_else(unknown)?;
            let attribute = Attribute::parse(attribute).ok_or_else(unknown)?;
            terms.insert(attribute, values.split(',').map(str::to_owned).collect());
        }
        Ok(Self { side, terms })
    }

    /// The same wherever the same money is meant.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(self.text());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The words among some values; the others were refused when they came.
fn parsed<W: Word>(values: &BTreeSet<String>) -> Vec<W> {
    values.iter().filter_map(|value| W::parse(value)).collect()
}

fn subtree(attribute: Attribute, values: &BTreeSet<String>) -> Option<CodeFilter> {
    let subtrees = values.iter().cloned().collect();
    let (codes, prefixes) = (Vec::new(), Vec::new());
    Some(CodeFilter { dimension: attribute.dimension()?, codes, prefixes, subtrees, unset: false })
}

/// What an envelope says of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub amount: i64,
    /// What the unit keeps for itself, where stated.
    pub retained: Option<i64>,
}

/// An envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub jurisdiction: String,
    pub id: String,
    /// The unit that it is issued to.
    pub unit: String,
    pub kind: Kind,
    pub selector: Selector,
    /// By fiscal year.
    pub amounts: BTreeMap<i64, Said>,
    pub title: String,
    pub note: String,
    /// The signed act that says what it says now.
    pub act: Act,
    pub state: State,
    /// The revision that last changed it.
    pub revision: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
}

impl Envelope {
    /// Its resource name.
    pub fn name(&self) -> EnvelopeName {
        EnvelopeName { jurisdiction: self.jurisdiction.clone(), envelope: self.id.clone() }
    }

    /// Refuses a change where it was withdrawn.
    pub fn require_in_force(&self) -> Result<()> {
        match self.state {
            State::InForce => Ok(()),
            State::Withdrawn => {
                let text = format!("{} was withdrawn by {}", self.name(), self.act.number);
                Err(Error::refused(Reason::EnvelopeWithdrawn, self.name().to_string(), text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(terms: &[(Attribute, &[&str])]) -> Selector {
        let of = |(attribute, values): &(Attribute, &[&str])| {
            (*attribute, values.iter().map(|value| (*value).to_owned()).collect())
        };
        Selector { terms: terms.iter().map(of).collect(), ..Selector::default() }
    }

    #[test]
    fn a_selector_is_written_in_one_way_and_read_again() {
        let one = selector(&[(Attribute::Nature, &["RECURRENT", "INVESTMENT"]), (Attribute::Functional, &["100"])]);
        let other = selector(&[(Attribute::Functional, &["100"]), (Attribute::Nature, &["INVESTMENT", "RECURRENT"])]);
        assert_eq!(one.text(), "EXPENDITURE;FUNCTIONAL=100;NATURE=INVESTMENT,RECURRENT");
        assert_eq!((one.digest(), Selector::parse(&one.text()).unwrap()), (other.digest(), other));
        assert_ne!(one.digest(), Selector::default().digest());
        assert_eq!(Selector::parse("EXPENDITURE").unwrap(), Selector::default());
        assert!(Selector::parse("SPENDING").is_err() && Selector::parse("REVENUE;FIELD").is_err());
    }

    #[test]
    fn terms_narrow_and_codes_stand_for_all_below_them() {
        let filter = selector(&[
            (Attribute::Field, &["SCIENCE_TECH"]),
            (Attribute::Functional, &["100", "070"]),
            (Attribute::Content, &["DIGITAL"]),
        ])
        .filter();
        assert_eq!(filter.fields, [SpendField::ScienceTech]);
        assert_eq!(filter.contents, [Some(Content::Digital)]);
        assert_eq!(filter.codes.len(), 1);
        assert_eq!(filter.codes[0].subtrees, ["070", "100"]);
        assert_eq!(filter.sides, [Side::Expenditure]);
    }

    #[test]
    fn a_floor_is_breached_from_above_and_the_others_from_below() {
        let breached = |kind: Kind| [99, 100, 101].map(|figure| kind.is_breached(100, figure));
        assert_eq!(breached(Kind::Floor), [true, false, false]);
        for kind in [Kind::Control, Kind::Ceiling, Kind::HardCap] {
            assert_eq!(breached(kind), [false, false, true]);
        }
    }

    #[test]
    fn need_goes_above_a_ceiling_with_a_justification_and_nobody_decides_below_a_floor() {
        let severities = |kind: Kind| [kind.severity(Phase::Asking), kind.severity(Phase::Deciding)];
        assert_eq!(severities(Kind::Control), [Severity::Warning; 2]);
        assert_eq!(severities(Kind::Ceiling), [Severity::Warning; 2]);
        assert_eq!(severities(Kind::Floor), [Severity::Warning, Severity::Error]);
        assert_eq!(severities(Kind::HardCap), [Severity::Error; 2]);
    }
}
