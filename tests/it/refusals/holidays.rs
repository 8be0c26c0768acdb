//! The faults of holidays and of what is counted with them.

use kehoach::pb;

use super::approval::{FAR, old, spent};
use super::world::World;
use super::{Asked, read, write};
use crate::approval::by;
use crate::budget::at;
use crate::harness::{Harness, jurisdiction_name};

fn adopt() -> pb::AdoptHolidaysRequest {
    pb::AdoptHolidaysRequest { parent: jurisdiction_name("dt"), ..Default::default() }
}

fn year(year: i32) -> pb::SetHolidaysRequest {
    let day = pb::Holiday { on: format!("{year}-01-02"), kind: pb::DayKind::Holiday.into(), name: "Nghỉ".to_owned() };
    let holidays = pb::HolidayYear { parent: jurisdiction_name("dt"), year, days: vec![day], ..Default::default() };
    pb::SetHolidaysRequest { holidays: Some(holidays), ..Default::default() }
}

/// The years that ship, and two more.
pub async fn make(world: &mut World, h: &Harness) {
    h.approval().adopt_holidays(by("one", adopt())).await.unwrap();
    for number in [2050, 2051] {
        let made = h.approval().set_holidays(by("one", year(number))).await.unwrap().into_inner();
        world.keep(format!("holidays {number}"), made.etag);
    }
}

pub fn table(w: &World) -> Vec<Asked> {
    let parent = jurisdiction_name("dt");
    let set = |number: i32| pb::SetHolidaysRequest { etag: w.etag(&format!("holidays {number}")), ..year(number) };
    let earlier = pb::AdoptHolidaysRequest { request_id: spent(), reason: "again".to_owned(), ..adopt() };
    let list = pb::ListHolidaysRequest { parent: parent.clone(), first_year: 2020, last_year: 2026, read_at: None };
    let after_on = "2026-02-13".to_owned();
    let count = pb::GetDeadlineRequest { parent, after_on, working_days: 5, read_at: None };
    vec![
        write("AdoptHolidays", adopt(), earlier)
            .invalid("reason", |m| m.reason = "x".repeat(1_001))
            .reused(|m| m.request_id = spent())
            .missing("request_id", |m| m.parent = jurisdiction_name("nowhere"))
            .done(),
        write("SetHolidays", set(2050), pb::SetHolidaysRequest { request_id: spent(), ..set(2051) })
            .invalid("days", |m| m.holidays.as_mut().unwrap().days[0].on = "2049-12-31".to_owned())
            .reused(|m| m.request_id = spent())
            .missing("request_id", |m| m.holidays.as_mut().unwrap().parent = jurisdiction_name("nowhere"))
            .stale(|m| m.etag = old())
            .done(),
        read("ListHolidays", list)
            .invalid("last_year", |m| m.last_year = 2019)
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetDeadline", count)
            .invalid("after_on", |m| m.after_on = "2026-02-30".to_owned())
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}
