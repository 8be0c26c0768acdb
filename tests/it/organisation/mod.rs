//! Jurisdictions and units, through the front door: every method well, every refusal with nothing changed after it.

mod closing;
mod jurisdictions;
mod lists;
mod moments;
mod moving;
mod units;
mod versions;

use kehoach::pb;
use prost_types::FieldMask;

use crate::harness::unit_name;

/// Asks to write some fields of a unit of `dt`.
fn update(unit: pb::Unit, etag: &str, paths: &[&str]) -> pb::UpdateUnitRequest {
    pb::UpdateUnitRequest { unit: Some(unit), etag: etag.to_owned(), update_mask: mask(paths), ..Default::default() }
}

/// Asks for another name of a unit.
fn rename(unit: &pb::Unit, display_name: &str) -> pb::UpdateUnitRequest {
    let changed = pb::Unit { name: unit.name.clone(), display_name: display_name.to_owned(), ..Default::default() };
    update(changed, &unit.etag, &[])
}

/// Asks to put a unit of `dt` under another, or at the root.
fn move_to(unit: &pb::Unit, parent: &str) -> pb::MoveUnitRequest {
    let new_parent_unit = if parent.is_empty() { String::new() } else { unit_name("dt", parent) };
    pb::MoveUnitRequest { name: unit.name.clone(), new_parent_unit, etag: unit.etag.clone(), ..Default::default() }
}

/// Asks for the end of a unit.
fn close(unit: &pb::Unit, closes_on: &str) -> pb::CloseUnitRequest {
    pb::CloseUnitRequest {
        name: unit.name.clone(),
        closes_on: closes_on.to_owned(),
        etag: unit.etag.clone(),
        ..Default::default()
    }
}

/// A mask, or none where no path is given.
fn mask(paths: &[&str]) -> Option<FieldMask> {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    Some(FieldMask { paths }).filter(|mask| !mask.paths.is_empty())
}
