//! What an import creates because rows name it and it does not exist: units and codes.

use std::collections::BTreeSet;

use super::plan::{Field, ImportLines, Spread};
use super::stage::Staged;
use super::target::Hindrance;
use crate::classification::model::{Code, Dimension, Provenance};
use crate::commit::View;
use crate::error::{Error, Reason, Result};
use crate::id::UnitName;
use crate::organisation::model::{ExternalCode, Unit};
use crate::organisation::store as units;
use crate::{limits, text};

const ID_MAX: usize = 63;

/// The ids that new units may not have.
pub struct NewUnitIds {
    taken: BTreeSet<String>,
    new_id: String,
}

impl NewUnitIds {
    /// Every id that is taken; nothing is asked where no unit may be created.
    pub fn new(view: &mut View<'_>, plan: &ImportLines, new_id: &str) -> Result<Self> {
        let mut taken = BTreeSet::new();
        if plan.create.units.is_some() {
            taken = units::taken_units(view)?;
        }
        Ok(Self { taken, new_id: new_id.to_owned() })
    }

    /// Begins the unit that a row names; says why that cannot be.
    pub fn begin(
        &mut self,
        plan: &ImportLines,
        spread: &Spread,
        staged: &Staged,
        number: u32,
        new_units: &mut Vec<Unit>,
    ) -> std::result::Result<String, Hindrance> {
        let key = staged.texts.get(number);
        let Some(new) = &plan.create.units else {
            return Err((Reason::ReferenceUnknown, format!("there is no unit {key:?}, and none is to be created")));
        };
        let field = plan.unit_field();
        let id = if field == Some(Field::UnitId) {
            let is_free = self.taken.insert(key.to_owned());
            if !is_free {
                return Err((Reason::ReferenceUnknown, format!("the unit {key:?} was there and is gone")));
            }
            key.to_owned()
        } else {
            self.free(&slug(&new.id_prefix, key), new_units.len())
        };
        let name = staged.unit_names.get(&number).map_or(key, |name| staged.texts.get(*name));
        let code = ExternalCode { system: spread.system.clone(), code: key.to_owned() };
        new_units.push(Unit {
            jurisdiction: plan.jurisdiction.clone(),
            id: id.clone(),
            parent: new.parent.clone(),
            display_name: name.to_owned(),
            kind: new.kind,
            government_level: new.government_level,
            unit_level: new.unit_level,
            autonomy_group: None,
            functions: Vec::new(),
            external_codes: if field == Some(Field::UnitCode) { vec![code] } else { Vec::new() },
            opens_on: None,
            closes_on: None,
            successors: Vec::new(),
            revision: 0,
            created_at: 0,
            updated_at: 0,
        });
        Ok(id)
    }

    fn free(&mut self, wanted: &str, count: usize) -> String {
        if !wanted.is_empty() && self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        format!("{}-u{count}", self.new_id)
    }
}

/// An id made of a text: without diacritics, in lower case, with `-` for everything else.
fn slug(prefix: &str, key: &str) -> String {
    let mut id = String::from(prefix);
    let mut gap = false;
    for c in text::folded(key).chars() {
        if !c.is_ascii_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
        gap = false;
        id.push(c);
    }
    if id.len() == prefix.len() {
        return String::new();
    }
    id.truncate(ID_MAX);
    id.trim_end_matches('-').to_owned()
}

/// Refuses a unit above the new ones that cannot have units below it.
pub fn require_parent(view: &mut View<'_>, plan: &ImportLines) -> Result<()> {
    let Some(parent) = plan.create.units.as_ref().and_then(|new| new.parent.as_ref()) else { return Ok(()) };
    let name = UnitName { jurisdiction: view.jurisdiction.to_owned(), unit: parent.clone() };
    let subject = "create_missing.units.parent_unit";
    let missing = || Error::refused(Reason::ReferenceUnknown, subject, format!("{name} does not exist"));
    let found = units::find_unit(view, parent)?.ok_or_else(missing)?;
    if let Some(end) = &found.closes_on {
        return Err(Error::refused(Reason::ParentClosed, subject, format!("{name} closes on {end}")));
    }
    if units::ancestors(view, parent)?.len() + 2 > limits::count(limits::TREE_DEPTH) {
        let subject = "levels of the unit tree".to_owned();
        return Err(Error::Limit { reason: Reason::TreeTooDeep, limit: limits::TREE_DEPTH, subject });
    }
    Ok(())
}

/// A code that a row names and that the scheme does not have.
pub fn new_code(plan: &ImportLines, scheme: &str, dimension: Dimension, code: &str, name: &str) -> Code {
    Code {
        jurisdiction: plan.jurisdiction.clone(),
        scheme: scheme.to_owned(),
        dimension,
        code: code.to_owned(),
        parent: None,
        display_name: if name.is_empty() { code } else { name }.to_owned(),
        english_name: String::new(),
        postable: true,
        provenance: Provenance::Imported,
        citation: String::new(),
        field: None,
        financing_class: None,
        last_fiscal_year: None,
        note: String::new(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn an_id_is_made_of_whatever_names_a_unit() {
        assert_eq!(slug("", "Sở Khoa học & Công nghệ"), "so-khoa-hoc-cong-nghe");
        assert_eq!(slug("dept-", "57"), "dept-57");
        assert_eq!(slug("dept-", " 04-911 "), "dept-04-911");
        assert_eq!(slug("dept-", "—"), "");
        let long = slug("", &"ab ".repeat(40));
        assert!(long.len() <= 63 && long.ends_with('b') && long.starts_with("ab-ab"));
    }
}
