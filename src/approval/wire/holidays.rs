//! The messages of holidays, and of what is counted with them.

use std::collections::{BTreeMap, BTreeSet};

use super::inbox::jurisdiction;
use crate::approval::holidays::{
    AdoptHolidays, Adopted, GetDeadline, ListHolidays, ListedHolidays, SetHolidays, ShownYear,
};
use crate::approval::working_days::{Counted, DayKind, Event, HolidayYear, REST, Special};
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::period::is_day;
use crate::{mutations, pb};

mutations!(pb::AdoptHolidaysRequest, pb::SetHolidaysRequest);

impl FromWire for AdoptHolidays {
    type Message = pb::AdoptHolidaysRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { jurisdiction: jurisdiction(&message.parent)? })
    }
}

impl IntoWire for Adopted {
    type Message = pb::AdoptHolidaysResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { added, kept, revision } = self;
        pb::AdoptHolidaysResponse { added_count: count(added), kept_count: count(kept), revision }
    }
}

impl FromWire for SetHolidays {
    type Message = pb::SetHolidaysRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let given = message.holidays.unwrap_or_default();
        let (jurisdiction, year) = (jurisdiction(&given.parent)?, i64::from(given.year));
        let (mut faults, mut days) = (Faults::default(), BTreeMap::new());
        let rest: BTreeSet<i64> = given.rest_weekdays.iter().map(|day| i64::from(*day)).collect();
        let rest = if rest.is_empty() { REST.to_vec() } else { rest.into_iter().collect() };
        for (at, one) in given.days.into_iter().enumerate() {
            let path = format!("holidays.days[{at}]");
            let Some(kind) = word::<DayKind>(one.kind) else { continue };
            let is_of_year = is_day(&one.on) && one.on.starts_with(&format!("{year:04}-"));
            faults.when(!is_of_year, &format!("{path}.on"), "is not a day of the year");
            let name = faults.name(&format!("{path}.name"), &one.name, true);
            let before = days.insert(one.on, Special { kind, name });
            faults.when(before.is_some(), &format!("{path}.on"), "stands there already");
        }
        let note = faults.name("holidays.note", &given.note, false);
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, new: HolidayYear { year, rest, note, days, revision: 0 }, etag: message.etag })
    }
}

fn year_message(jurisdiction: &str, of: HolidayYear, sending: &Sending<'_>) -> pb::HolidayYear {
    let day = |(on, special): (String, Special)| pb::Holiday { on, kind: number(special.kind), name: special.name };
    pb::HolidayYear {
        parent: format!("jurisdictions/{jurisdiction}"),
        year: count(of.year),
        rest_weekdays: of.rest.into_iter().map(count).collect(),
        days: of.days.into_iter().map(day).collect(),
        note: of.note,
        revision: of.revision,
        etag: sending.etag(of.revision),
    }
}

impl IntoWire for ShownYear {
    type Message = pb::HolidayYear;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        year_message(&self.jurisdiction, self.year, sending)
    }
}

impl FromWire for ListHolidays {
    type Message = pb::ListHolidaysRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let (first, last) = (i64::from(message.first_year), i64::from(message.last_year));
        let jurisdiction = jurisdiction(&message.parent)?;
        if last < first {
            return Err(Error::invalid("last_year", "comes before first_year"));
        }
        Ok(Self { jurisdiction, years: (first, last), read_at: read_at(message.read_at) })
    }
}

impl IntoWire for ListedHolidays {
    type Message = pb::ListHolidaysResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let years = self.years.into_iter().map(|one| year_message(&self.jurisdiction, one, sending));
        pb::ListHolidaysResponse { years: years.collect() }
    }
}

impl FromWire for GetDeadline {
    type Message = pb::GetDeadlineRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let jurisdiction = jurisdiction(&message.parent)?;
        if !is_day(&message.after_on) {
            return Err(Error::invalid("after_on", "is not a day of the calendar"));
        }
        let working_days = i64::from(message.working_days);
        Ok(Self { jurisdiction, from: message.after_on, working_days, read_at: read_at(message.read_at) })
    }
}

impl IntoWire for Counted {
    type Message = pb::DeadlineCount;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        counted(Event::Day, self)
    }
}

/// How a day was counted.
pub fn counted(event: Event, of: Counted) -> pb::DeadlineCount {
    let days = |named: Vec<(String, String)>, kind| {
        let day = |(on, name)| pb::Holiday { on, kind: number(kind), name };
        named.into_iter().map(day).collect()
    };
    pb::DeadlineCount {
        event: number(event),
        after_on: of.from,
        working_days: count(of.working_days),
        ends_on: of.ends_on,
        left_out: days(of.left_out, DayKind::Holiday),
        worked: days(of.worked, DayKind::WorkingDay),
        assumed_years: of.assumed.into_iter().map(count).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::types::same_words;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<DayKind>("DAY_KIND_", |number| {
            pb::DayKind::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<Event>("DEADLINE_EVENT_", |number| {
            pb::DeadlineEvent::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
