//! The regimes that ship inside the server: tables of codes, as data, from which schemes are made.
//!
//! The tables are read once, at their first use. Absent: any change of a scheme that was made from them; it belongs to its
//! jurisdiction.

use std::sync::OnceLock;

use serde::Deserialize;

use super::model::{Code, Dimension, Target};
use crate::error::{Error, Result};
use crate::word::Word;

const REGIMES: &str = include_str!("regimes.csv");
const CONVERSIONS: &str = include_str!("conversions.csv");
const CODES: &[(&str, &str)] = &[
    ("qd33-2008", include_str!("qd33-2008.csv")),
    ("tt324-2016", include_str!("tt324-2016.csv")),
    ("tt130-2025", include_str!("tt130-2025.csv")),
];

/// A legal regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regime {
    /// Its id.
    pub id: String,
    /// Its name in the local language.
    pub display_name: String,
    /// Its name in English.
    pub english_name: String,
    /// The legal documents that it rests on.
    pub citation: String,
    /// What is known of its completeness.
    pub note: String,
    /// The first fiscal year in which it holds.
    pub first_fiscal_year: i64,
    /// The last one; none means that no end is known.
    pub last_fiscal_year: Option<i64>,
    /// Its codes, of no jurisdiction and scheme yet.
    pub codes: Vec<Code>,
}

/// What a code of one regime becomes in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegimeConversion {
    /// The regime of the source code.
    pub from: String,
    /// The regime into which it is converted.
    pub to: String,
    /// The dimension of all codes.
    pub dimension: Dimension,
    /// The source code.
    pub code: String,
    /// What it becomes, by code.
    pub targets: Vec<Target>,
    /// What it rests on.
    pub citation: String,
}

/// All that ships.
#[derive(Debug)]
pub struct Shipped {
    /// The regimes, by first fiscal year.
    pub regimes: Vec<Regime>,
    /// The conversions between them, each source code once for each target regime.
    pub conversions: Vec<RegimeConversion>,
}

/// All that ships.
pub fn shipped() -> Result<&'static Shipped> {
    static SHIPPED: OnceLock<Result<Shipped, String>> = OnceLock::new();
    let read = || read().map_err(|error| format!("a shipped table cannot be read: {error}"));
    SHIPPED.get_or_init(read).as_ref().map_err(Error::bug)
}

/// One regime that ships.
pub fn find(id: &str) -> Result<Option<&'static Regime>> {
    Ok(shipped()?.regimes.iter().find(|regime| regime.id == id))
}

#[derive(Deserialize)]
struct RegimeRow {
    id: String,
    display_name: String,
    english_name: String,
    first_fiscal_year: i64,
    last_fiscal_year: Option<i64>,
    citation: String,
    note: String,
}

#[derive(Deserialize)]
struct CodeRow {
    dimension: String,
    code: String,
    parent_code: Option<String>,
    name_vi: String,
    name_en: String,
    postable: bool,
    provenance: String,
    source: String,
    field: Option<String>,
    financing_class: Option<String>,
}

#[derive(Deserialize)]
struct ConversionRow {
    from_regime: String,
    dimension: String,
    from_code: String,
    to_regime: String,
    to_code: String,
    share_bp: i64,
    source: String,
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn read() -> Outcome<Shipped> {
    let mut regimes = Vec::new();
    for row in rows::<RegimeRow>(REGIMES)? {
        let table = CODES.iter().find(|(id, _)| *id == row.id).ok_or_else(|| format!("{} has no codes", row.id))?;
        let codes: Outcome<Vec<Code>> = rows::<CodeRow>(table.1)?.into_iter().map(code).collect();
        regimes.push(Regime {
            id: row.id,
            display_name: row.display_name,
            english_name: row.english_name,
            citation: row.citation,
            note: row.note,
            first_fiscal_year: row.first_fiscal_year,
            last_fiscal_year: row.last_fiscal_year,
            codes: codes?,
        });
    }
    regimes.sort_by_key(|regime| regime.first_fiscal_year);
    Ok(Shipped { regimes, conversions: conversions()? })
}

fn rows<R: for<'de> Deserialize<'de>>(table: &str) -> Outcome<Vec<R>> {
    Ok(csv::Reader::from_reader(table.as_bytes()).deserialize().collect::<Result<_, _>>()?)
}

fn code(row: CodeRow) -> Outcome<Code> {
    Ok(Code {
        jurisdiction: String::new(),
        scheme: String::new(),
        dimension: word(&row.dimension)?,
        code: row.code,
        parent: row.parent_code,
        display_name: row.name_vi,
        english_name: row.name_en,
        postable: row.postable,
        provenance: word(&row.provenance)?,
        citation: row.source,
        field: row.field.as_deref().map(word).transpose()?,
        financing_class: row.financing_class.as_deref().map(word).transpose()?,
        last_fiscal_year: None,
        note: String::new(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    })
}

fn conversions() -> Outcome<Vec<RegimeConversion>> {
    let mut conversions: Vec<RegimeConversion> = Vec::new();
    for row in rows::<ConversionRow>(CONVERSIONS)? {
        let dimension = word(&row.dimension)?;
        let target = Target { code: row.to_code, share_bp: row.share_bp };
        let same = |one: &&mut RegimeConversion| {
            (&one.from, &one.to, one.dimension, &one.code)
                == (&row.from_regime, &row.to_regime, dimension, &row.from_code)
        };
        match conversions.iter_mut().find(same) {
            Some(conversion) => conversion.targets.push(target),
            None => conversions.push(RegimeConversion {
                from: row.from_regime,
                to: row.to_regime,
                dimension,
                code: row.from_code,
                targets: vec![target],
                citation: row.source,
            }),
        }
    }
    conversions.iter_mut().for_each(|conversion| conversion.targets.sort());
    Ok(conversions)
}

/// The tables spell words in lower case.
fn word<W: Word>(text: &str) -> Outcome<W> {
    Ok(W::parse(&text.to_ascii_uppercase()).ok_or_else(|| format!("`{text}` is not known"))?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::classification::model::{Provenance, Tree, WHOLE_BP};
    use crate::limits;

    #[test]
    fn the_tables_are_whole() {
        let shipped = shipped().unwrap();
        let ids: Vec<&str> = shipped.regimes.iter().map(|regime| regime.id.as_str()).collect();
        assert_eq!(ids, ["qd33-2008", "tt324-2016", "tt130-2025"]);
        for pair in shipped.regimes.windows(2) {
            assert!(pair[0].last_fiscal_year.unwrap() < pair[1].first_fiscal_year);
        }
        for regime in &shipped.regimes {
            let mut seen = BTreeSet::new();
            for code in &regime.codes {
                let name = format!("{} {:?} {}", regime.id, code.dimension, code.code);
                assert!(seen.insert((code.dimension, code.code.as_str())), "{name} is there twice");
                assert!(!code.display_name.is_empty() && !code.citation.is_empty(), "{name}");
                assert!(code.code.len() <= 40 && code.code.bytes().all(|c| c.is_ascii_alphanumeric()), "{name}");
                assert!(code.field.is_none() || code.dimension == Dimension::Functional, "{name}");
                assert!(code.financing_class.is_none() || code.dimension == Dimension::Source, "{name}");
                assert!(![Provenance::Imported, Provenance::Own].contains(&code.provenance), "{name}");
            }
            for dimension in Dimension::ALL {
                let of_dimension = regime.codes.iter().filter(|code| code.dimension == *dimension);
                let tree = Tree::new(of_dimension.clone().map(|code| (code.code.clone(), code.parent.clone())));
                let orphans = of_dimension.filter(|code| code.parent.as_deref().is_some_and(|up| !tree.contains(up)));
                assert_eq!(orphans.map(|code| &code.code).collect::<Vec<_>>(), Vec::<&String>::new());
                let (cyclic, levels) = tree.judge();
                assert!(cyclic.is_empty() && levels <= limits::count(limits::TREE_DEPTH));
            }
        }
    }

    #[test]
    fn every_conversion_joins_codes_that_ship_and_makes_the_whole() {
        let has = |regime: &str, dimension: Dimension, code: &str| {
            let regime = find(regime).unwrap().unwrap();
            regime.codes.iter().any(|other| other.dimension == dimension && other.code == code)
        };
        for one in &shipped().unwrap().conversions {
            let name = format!("{} {:?} {} to {}", one.from, one.dimension, one.code, one.to);
            assert!(has(&one.from, one.dimension, &one.code), "{name}");
            assert!(one.targets.iter().all(|target| has(&one.to, one.dimension, &target.code)), "{name}");
            assert_eq!(one.targets.iter().map(|target| target.share_bp).sum::<i64>(), WHOLE_BP, "{name}");
            assert!(one.targets.windows(2).all(|pair| pair[0].code < pair[1].code), "{name} has a target twice");
        }
    }
}
