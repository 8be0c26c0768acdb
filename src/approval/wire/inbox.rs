//! The messages of inboxes and calendars.

use std::collections::{BTreeMap, BTreeSet};

use super::holidays::counted;
use crate::approval::calendar::{Calendar, GetCalendar, SetCalendar, SuggestCalendar};
use crate::approval::desk::{CalendarStep, Exception, Term};
use crate::approval::inbox::*;
use crate::approval::working_days::Event;
use crate::document::kind::DocumentKind;
use crate::document::state::Verb;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, read_at, timestamp, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{JurisdictionName, UnitName};
use crate::period::is_day;
use crate::{mutations, pb};

mutations!(pb::SetCalendarRequest);

/// The id of the jurisdiction that a request is about.
pub fn jurisdiction(parent: &str) -> Result<String> {
    let name =
        JurisdictionName::parse(parent).ok_or_else(|| Error::invalid("parent", "is not the name of a jurisdiction"))?;
    Ok(name.jurisdiction)
}

fn kind(number: i32) -> Result<DocumentKind> {
    word(number).ok_or_else(|| Error::invalid("kind", "is not a kind of document"))
}

impl FromWire for ListPending {
    type Message = pb::ListPendingRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let (jurisdiction, unit) = (jurisdiction(&message.parent)?, UnitName::parse(&message.unit));
        if unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        Ok(Self { jurisdiction, unit, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedPending {
    type Message = pb::ListPendingResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let of = self.jurisdiction;
        let documents = self.pending.into_iter().map(|Pending { place, waits, due }| pb::PendingDocument {
            document: format!("jurisdictions/{of}/{}", place.document),
            kind: number(place.kind),
            unit: format!("jurisdictions/{of}/units/{}", place.unit),
            fiscal_year: count(place.year),
            state: number(place.state),
            verb: waits.verb().map_or(0, number),
            submission: count(place.submission),
            arrived_at: timestamp(place.arrived_at),
            due_on: due.due_on,
            days_late: count(due.days_late),
            changed_lines: count(waits.lines()),
            count: due.counted.map(|(event, of)| counted(event, of)),
        });
        pb::ListPendingResponse { documents: documents.collect(), next_page_token: self.next_page_token }
    }
}

impl FromWire for ListSubmissions {
    type Message = pb::ListSubmissionsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let unit = UnitName::parse(&message.unit).ok_or_else(|| Error::invalid("unit", "is not the name of a unit"))?;
        Ok(Self {
            unit,
            kind: kind(message.kind)?,
            year: i64::from(message.fiscal_year),
            missing_only: message.missing_only,
            read_at: read_at(message.read_at),
            page,
        })
    }
}

impl IntoWire for ListedSubmissions {
    type Message = pb::ListSubmissionsResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let of = &self.jurisdiction;
        let submissions =
            self.submissions.into_iter().map(|Submission { unit, place, is_missing, due }| pb::Submission {
                unit: unit.name().to_string(),
                display_name: unit.display_name,
                document: place
                    .as_ref()
                    .map(|place| format!("jurisdictions/{of}/{}", place.document))
                    .unwrap_or_default(),
                state: place.as_ref().map_or(0, |place| number(place.state)),
                missing: is_missing,
                sent_at: place.and_then(|place| place.sent_at).and_then(timestamp),
                due_on: due.due_on,
                days_late: count(due.days_late),
                count: due.counted.map(|(event, of)| counted(event, of)),
            });
        pb::ListSubmissionsResponse {
            submissions: submissions.collect(),
            unit_count: count(self.unit_count),
            missing_count: count(self.missing_count),
            next_page_token: self.next_page_token,
        }
    }
}

impl FromWire for GetCalendar {
    type Message = pb::GetCalendarRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let (jurisdiction, kind) = (jurisdiction(&message.parent)?, kind(message.kind)?);
        Ok(Self { jurisdiction, kind, year: i64::from(message.fiscal_year), read_at: read_at(message.read_at) })
    }
}

impl FromWire for SuggestCalendar {
    type Message = pb::SuggestCalendarRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let (jurisdiction, kind) = (jurisdiction(&message.parent)?, kind(message.kind)?);
        Ok(Self { jurisdiction, kind, year: i64::from(message.fiscal_year) })
    }
}

impl FromWire for SetCalendar {
    type Message = pb::SetCalendarRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let new = message.calendar.unwrap_or_default();
        let (jurisdiction, kind, year) = (jurisdiction(&new.parent)?, kind(new.kind)?, i64::from(new.fiscal_year));
        let (mut faults, mut seen, mut steps) = (Faults::default(), BTreeSet::new(), Vec::new());
        for (at, step) in new.steps.into_iter().enumerate() {
            let path = format!("calendar.steps[{at}]");
            let Some(verb) = word::<Verb>(step.verb) else { continue };
            faults.when(!seen.insert(verb), &format!("{path}.verb"), "stands twice in the calendar");
            faults.when(!is_day(&step.due_on), &format!("{path}.due_on"), "is not a day of the calendar");
            steps.push(CalendarStep {
                key: (kind, year, verb),
                title: faults.name(&format!("{path}.title"), &step.title, true),
                citation: faults.name(&format!("{path}.citation"), &step.citation, false),
                blocks: step.blocks,
                exceptions: exceptions(&path, &jurisdiction, step.exceptions, &mut faults),
                term: term(&path, step.term, &mut faults),
                due_on: step.due_on,
                revision: 0,
            });
        }
        unless_invalid(faults.0)?;
        let new = Calendar { jurisdiction, kind, year, steps, revision: 0 };
        Ok(Self { new, etag: message.etag })
    }
}

fn term(path: &str, given: Option<pb::DeadlineTerm>, faults: &mut Faults) -> Option<Term> {
    let pb::DeadlineTerm { working_days, event, after_on } = given?;
    let (field, event) = (format!("{path}.term.after_on"), word::<Event>(event)?);
    let is_stated = event == Event::Day;
    faults.when(is_stated && !is_day(&after_on), &field, "is not a day of the calendar");
    faults.when(!is_stated && !after_on.is_empty(), &field, "is for DAY only");
    Some(Term { working_days: i64::from(working_days), event, day: is_stated.then_some(after_on) })
}

fn exceptions(
    path: &str,
    jurisdiction: &str,
    given: Vec<pb::CalendarException>,
    faults: &mut Faults,
) -> BTreeMap<String, Exception> {
    let mut read = BTreeMap::new();
    for (at, one) in given.into_iter().enumerate() {
        let path = format!("{path}.exceptions[{at}]");
        let Some(unit) = UnitName::parse(&one.unit) else { continue };
        faults.when(unit.jurisdiction != jurisdiction, &format!("{path}.unit"), "is of another jurisdiction");
        faults.when(!is_day(&one.due_on), &format!("{path}.due_on"), "is not a day of the calendar");
        let reason = faults.long(&format!("{path}.reason"), &one.reason);
        let before = read.insert(unit.unit, Exception { due_on: one.due_on, reason });
        faults.when(before.is_some(), &format!("{path}.unit"), "has another day already");
    }
    read
}

impl IntoWire for Calendar {
    type Message = pb::Calendar;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Calendar {
        let of = &self.jurisdiction;
        let exception = |(unit, one): (String, Exception)| pb::CalendarException {
            unit: format!("jurisdictions/{of}/units/{unit}"),
            due_on: one.due_on,
            reason: one.reason,
        };
        let steps = self.steps.into_iter().map(|step| pb::CalendarStep {
            verb: number(step.key.2),
            due_on: step.due_on,
            term: step.term.map(|term| pb::DeadlineTerm {
                working_days: count(term.working_days),
                event: number(term.event),
                after_on: term.day.unwrap_or_default(),
            }),
            title: step.title,
            citation: step.citation,
            blocks: step.blocks,
            exceptions: step.exceptions.into_iter().map(exception).collect(),
        });
        pb::Calendar {
            parent: format!("jurisdictions/{of}"),
            kind: number(self.kind),
            fiscal_year: count(self.year),
            steps: steps.collect(),
            revision: self.revision,
            etag: if self.revision == 0 { String::new() } else { sending.etag(self.revision) },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<crate::document::kind::DocumentKind>("DOCUMENT_KIND_", |number| {
            pb::DocumentKind::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
