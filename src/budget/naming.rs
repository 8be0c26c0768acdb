//! What estimates pay for projects and for tasks of plans: the lines that count of those that name them.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use super::expand;
use super::model::Kind;
use super::store::{self, Named, NamingLine, Text};
use crate::classification::model::FinancingClass;
use crate::commit::View;
use crate::error::Result;
use crate::project::model::is_state;
use crate::word::stored as word;

/// A line that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paying {
    /// What it is.
    pub line: NamingLine,
    /// Whether its money is of the state budget: it is, unless its source code has a class of financing that is not.
    pub is_state: bool,
}

/// The lines that name one of some things in the estimates that count, as far as the caller may know of them.
pub fn paying(view: &mut View<'_>, named: Named<'_>, text: Text) -> Result<Vec<Paying>> {
    let standing = view.standing;
    let mut found = paying_anywhere(view, named, text)?;
    found.retain(|paying| standing.sees(&paying.line.unit));
    Ok(found)
}

/// The lines that name one of some things in the estimates that count, for rules, whoever asks: of each unit and year the last REDONE one or
/// else the last ANNUAL one, and every SUPPLEMENT.
pub fn paying_anywhere(view: &mut View<'_>, named: Named<'_>, text: Text) -> Result<Vec<Paying>> {
    let lines = store::naming_lines(view, named, text)?;
    let lines = counting(view, lines, text)?;
    let mut classes: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.source.is_some()) {
        if let Entry::Vacant(place) = classes.entry(line.scheme.clone()) {
            place.insert(expand::financing_classes(view, &line.scheme)?);
        }
    }
    let paying = |line: NamingLine| {
        let class = line.source.as_ref().and_then(|source| classes.get(&line.scheme)?.get(source));
        let class: Option<FinancingClass> = class.map(|class| word(class)).transpose()?;
        Ok(Paying { line, is_state: class.is_none_or(is_state) })
    };
    lines.into_iter().map(paying).collect()
}

fn counting(view: &mut View<'_>, lines: Vec<NamingLine>, text: Text) -> Result<Vec<NamingLine>> {
    if lines.is_empty() {
        return Ok(lines);
    }
    let units: BTreeSet<String> = lines.iter().map(|line| line.unit.clone()).collect();
    let years: BTreeSet<i64> = lines.iter().map(|line| line.year).collect();
    let (units, years): (Vec<_>, Vec<_>) = (units.into_iter().collect(), years.into_iter().collect());
    let rank = |kind: Kind, sequence: i64| (kind == Kind::Redone, sequence);
    let mut first: BTreeMap<(String, i64), (bool, i64)> = BTreeMap::new();
    for (unit, year, kind, sequence) in store::yearly_estimates(view, &units, &years, text)? {
        let best = first.entry((unit, year)).or_default();
        *best = (*best).max(rank(kind, sequence));
    }
    let counts = |line: &NamingLine| match line.kind {
        Kind::Supplement => true,
        Kind::Reference => false,
        Kind::Annual | Kind::Redone => {
            first.get(&(line.unit.clone(), line.year)) == Some(&rank(line.kind, line.sequence))
        }
    };
    Ok(lines.into_iter().filter(counts).collect())
}
