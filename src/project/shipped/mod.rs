//! The thresholds that ship inside the server, as data that jurisdictions copy.
//!
//! The table is read once, at its first use. Absent: any change of what was copied; it belongs to its jurisdiction.

use std::sync::OnceLock;

use serde::Deserialize;

use super::model::parameters::Parameter;
use crate::error::{Error, Result};
use crate::word::Word;

const VN: &str = include_str!("vn.csv");

#[derive(Deserialize)]
struct Row {
    kind: String,
    starts_on: String,
    value: i64,
    provenance: String,
    citation: String,
    note: String,
}

/// Every threshold that ships.
pub fn all() -> Result<&'static [Parameter]> {
    static ROWS: OnceLock<Result<Vec<Parameter>, String>> = OnceLock::new();
    let read = || read().map_err(|error| format!("a shipped table cannot be read: {error}"));
    ROWS.get_or_init(read).as_deref().map_err(|text| Error::bug(text.clone()))
}

fn read() -> Result<Vec<Parameter>, Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    for row in csv::Reader::from_reader(VN.as_bytes()).deserialize() {
        let Row { kind, starts_on, value, provenance, citation, note } = row?;
        rows.push(Parameter {
            kind: word(&kind)?,
            starts_on,
            value,
            provenance: word(&provenance)?,
            citation,
            note,
            revision: 0,
            updated_at: 0,
        });
    }
    Ok(rows)
}

fn word<W: Word>(text: &str) -> Result<W, String> {
    W::parse(text).ok_or_else(|| format!("{text} is not known"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::is_day;
    use crate::project::model::parameters::ParameterKind;

    #[test]
    fn every_kind_ships_once_with_its_source() {
        let rows = all().unwrap();
        assert_eq!(rows.iter().map(|row| row.kind).collect::<Vec<_>>(), ParameterKind::ALL);
        assert!(rows.iter().all(|row| is_day(&row.starts_on) && !row.citation.is_empty()));
    }
}
