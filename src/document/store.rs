//! Whose hand a document went through: the table that keeps duties apart.

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::document_hands as hands;
use crate::db::{Conn, audit, direct, record};
use crate::document::duties::{self, Hand, Part};
use crate::error::Result;
use crate::word::{Word, stored};

record! {
    /// That a person had a part in a document.
    fact HandRow in document_hands, key(document, person), {
        document: String,
        person: String,
        part: String,
    }
}

/// The part that a person had in a document.
fn part_of(view: &mut View<'_>, document: &str, person: &str) -> Result<Option<Part>> {
    let query = hands::table.find((view.jurisdiction, document, person)).select(hands::part);
    let found = direct!(view.conn, |conn| query.first::<String>(conn)).optional()?;
    found.as_deref().map(stored).transpose()
}

/// Those who act, each with the part that it had.
pub fn acting<'a>(view: &mut View<'a>, document: &str) -> Result<Vec<Hand<'a>>> {
    let standing = view.standing;
    standing.people().map(|person| Ok((person, part_of(view, document, person)?))).collect()
}

/// Takes note of a part of whoever acts, and for whom, once; refuses it to a person who had the other one.
pub fn take_part(tx: &mut Tx<'_>, document: &str, part: Part) -> Result<()> {
    let standing = tx.standing().clone();
    let mut new = Vec::new();
    for person in standing.people() {
        if duties::take(part_of(&mut tx.view(), document, person)?, part)? {
            new.push(person);
        }
    }
    let rows: Vec<HandRow> = new.into_iter().map(|person| hand(tx, document, person, part)).collect();
    tx.open(rows)
}

/// Takes note of who began some documents, which nobody had a part in before.
pub fn begin(tx: &mut Tx<'_>, documents: &[String]) -> Result<()> {
    let standing = tx.standing().clone();
    let one = |document: &String| standing.people().map(|person| (document.clone(), person)).collect::<Vec<_>>();
    let rows: Vec<HandRow> =
        documents.iter().flat_map(one).map(|(document, person)| hand(tx, &document, person, Part::Worked)).collect();
    tx.open(rows)
}

fn hand(tx: &Tx<'_>, document: &str, person: &str, part: Part) -> HandRow {
    let stamp = tx.stamp();
    HandRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        document: document.to_owned(),
        person: person.to_owned(),
        part: part.as_str().to_owned(),
    }
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, hands: HandRow);
    Ok(())
}
