//! The table of where documents wait.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::approval::desk::{Desk, Place};
use crate::approval::model::{Life, Step};
use crate::commit::{Tx, View};
use crate::db::schema::{document_hands as hands, document_places as places};
use crate::db::{CURRENT, Conn, Db, audit, record};
use crate::document::duties::Part;
use crate::document::kind::DocumentKind;
use crate::document::state::{State, Verb};
use crate::error::Result;
use crate::word::{Word, stored as word};

record! {
    /// Where a document waits.
    version PlaceRow in document_places, key(document), {
        document: String,
        kind: String,
        unit: String,
        year: i64,
        state: String,
        verb: String,
        submission: i64,
        submitter: String,
        submitted_for: String,
        arrived_at: i64,
        sent_at: Option<i64>,
    }
}

/// Takes note of where a step led.
pub fn move_to(tx: &mut Tx<'_>, life: &Life, unit: &str, step: &Step) -> Result<()> {
    let view = tx.view();
    let old = places::table
        .filter(places::jurisdiction.eq(view.jurisdiction).and(places::document.eq(&life.document)))
        .filter(places::until.eq(CURRENT))
        .first::<PlaceRow>(view.conn)
        .optional()?;
    let stamp = tx.stamp();
    let (submitter, submitted_for) = match (step.verb, &old) {
        (Verb::Submit, _) | (_, None) => (step.person.clone(), step.on_behalf_of.clone()),
        (_, Some(old)) => (old.submitter.clone(), old.submitted_for.clone()),
    };
    let sent_at = match (step.verb, step.to) {
        (Verb::Endorse, _) => Some(step.at),
        // What is in force was sent, however far its amendment is.
        (Verb::Return | Verb::Withdraw, State::Draft | State::Submitted) if life.in_force.is_none() => None,
        _ => old.as_ref().and_then(|old| old.sent_at),
    };
    let new = PlaceRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        document: life.document.clone(),
        kind: life.kind.as_str().to_owned(),
        unit: unit.to_owned(),
        year: life.year,
        state: step.to.as_str().to_owned(),
        verb: step.verb.as_str().to_owned(),
        submission: life.submission,
        submitter,
        submitted_for,
        arrived_at: step.at,
        sent_at,
    };
    match old {
        Some(old) => tx.replace(&old, new),
        None => tx.open(&[new]),
    }
}

/// What waits at a desk for somebody among these people, oldest first, behind a place in that order.
pub fn waiting(
    view: &mut View<'_>,
    desk: &Desk,
    people: &[String],
    after: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Place>> {
    let other = if desk.verb == Verb::Approve { Part::Worked } else { Part::Approved };
    let handled = hands::table
        .filter(hands::jurisdiction.eq(places::jurisdiction).and(hands::document.eq(places::document)))
        .filter(hands::person.eq_any(people).and(hands::part.eq(other.as_str())).and(hands::since.le(view.revision)));
    let mut query = places::table
        .filter(places::jurisdiction.eq(view.jurisdiction).and(places::state.eq(desk.state.as_str())))
        .filter(places::since.le(view.revision).and(places::until.gt(view.revision)))
        .filter(places::kind.eq_any(desk.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()))
        .filter(not(exists(handled)))
        .order((places::arrived_at, places::document))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(units) = &desk.units {
        query = query.filter(places::unit.eq_any(units));
    }
    match desk.verb {
        // A draft waits for its drafter where it was sent back; another is on nobody's way.
        Verb::Submit => query = query.filter(places::verb.eq(Verb::Return.as_str())),
        Verb::Endorse => {
            query = query.filter(places::submitter.ne_all(people)).filter(places::submitted_for.ne_all(people));
        }
        Verb::Withdraw | Verb::Return | Verb::Appraise | Verb::Approve | Verb::Amend | Verb::Close | Verb::Cancel => {}
    }
    if let Some((at, document)) = after {
        let behind = places::arrived_at.eq(*at).and(places::document.gt(document));
        query = query.filter(places::arrived_at.gt(*at).or(behind));
    }
    query.load::<PlaceRow>(view.conn)?.into_iter().map(place_of).collect()
}

/// The documents of these kinds and this year that units have sent or are on the way of sending.
pub fn of_units(view: &mut View<'_>, units: &[String], kind: DocumentKind, year: i64) -> Result<Vec<Place>> {
    let rows = places::table
        .filter(places::jurisdiction.eq(view.jurisdiction).and(places::unit.eq_any(units)))
        .filter(places::year.eq(year).and(places::kind.eq(kind.as_str())))
        .filter(places::since.le(view.revision).and(places::until.gt(view.revision)))
        .filter(places::state.ne(State::Cancelled.as_str()))
        .order((places::unit, places::document))
        .load::<PlaceRow>(view.conn)?;
    rows.into_iter().map(place_of).collect()
}

/// Where these documents stand.
pub fn of_documents(view: &mut View<'_>, documents: &[String]) -> Result<Vec<Place>> {
    let rows = places::table
        .filter(places::jurisdiction.eq(view.jurisdiction).and(places::document.eq_any(documents)))
        .filter(places::since.le(view.revision).and(places::until.gt(view.revision)))
        .load::<PlaceRow>(view.conn)?;
    rows.into_iter().map(place_of).collect()
}

fn place_of(row: PlaceRow) -> Result<Place> {
    Ok(Place {
        document: row.document,
        kind: word(&row.kind)?,
        unit: row.unit,
        year: row.year,
        state: word(&row.state)?,
        submission: row.submission,
        arrived_at: row.arrived_at,
        sent_at: row.sent_at,
    })
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, places: PlaceRow);
    Ok(())
}
