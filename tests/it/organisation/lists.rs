//! ListJurisdictions and ListUnits: conditions, search, pages.

use std::time::Duration;

use kehoach::pb;
use tonic::{Code, Status};

use super::{close, rename};
use crate::harness::{Harness, department, engines, fields, jurisdiction_name, new_jurisdiction, unit_name};

fn all() -> pb::ListUnitsRequest {
    pb::ListUnitsRequest { parent: jurisdiction_name("dt"), ..Default::default() }
}

fn ids(names: impl IntoIterator<Item = String>) -> String {
    let last = |name: String| name.rsplit('/').next().unwrap_or_default().to_owned();
    names.into_iter().map(last).collect::<Vec<_>>().join(" ")
}

async fn units(h: &Harness, request: pb::ListUnitsRequest) -> String {
    let found = h.organisation().list_units(request).await.unwrap().into_inner();
    ids(found.units.into_iter().map(|unit| unit.name))
}

async fn jurisdictions(h: &Harness, query: &str) -> String {
    let request = pb::ListJurisdictionsRequest { query: query.to_owned(), ..Default::default() };
    let found = h.organisation().list_jurisdictions(request).await.unwrap().into_inner();
    ids(found.jurisdictions.into_iter().map(|jurisdiction| jurisdiction.name))
}

/// Three units: one closed on 2025-01-01, one that opens on 2025-09-01, one without dates.
async fn dated(h: &Harness) {
    h.jurisdiction("dt").await;
    let a = h.unit("dt", "a").await;
    h.organisation().close_unit(close(&a, "2025-01-01")).await.unwrap();
    h.new_unit("dt", "b", pb::Unit { opens_on: "2025-09-01".to_owned(), ..department("b") }).await;
    h.unit("dt", "c").await;
}

engines! {
    async fn jurisdictions_are_listed_by_id_and_found_by_words(h: Harness) {
        for (id, name) in [("hn", "Hà Nội"), ("dt", "Tỉnh Đồng Tháp"), ("hcm", "Thành phố Hồ Chí Minh")]
        {
            let mut request = new_jurisdiction(id);
            request.jurisdiction.as_mut().unwrap().display_name = name.to_owned();
            h.organisation().create_jurisdiction(request).await.unwrap();
        }
        assert_eq!(jurisdictions(&h, "").await, "dt hcm hn");
        assert_eq!(jurisdictions(&h, "dong thap").await, "dt");
        assert_eq!(jurisdictions(&h, "THÀNH hcm").await, "hcm");
        assert_eq!(jurisdictions(&h, "system").await, "");
    }

    async fn pages_of_jurisdictions_follow_each_other(h: Harness) {
        for id in ["a", "b", "c"] {
            h.jurisdiction(id).await;
        }
        let mut request = pb::ListJurisdictionsRequest { page_size: 2, ..Default::default() };
        let first = h.organisation().list_jurisdictions(request.clone()).await.unwrap().into_inner();
        h.jurisdiction("bb").await;
        request.page_token = first.next_page_token;
        let second = h.organisation().list_jurisdictions(request.clone()).await.unwrap().into_inner();
        assert_eq!(ids(second.jurisdictions.into_iter().map(|one| one.name)), "c");
        assert_eq!(second.next_page_token, "");
        request.query = "x".to_owned();
        h.refuses(h.organisation().list_jurisdictions(request), Code::InvalidArgument, "PAGE_TOKEN_INVALID").await;
        let large = pb::ListJurisdictionsRequest { page_size: 1001, ..Default::default() };
        h.refuses(h.organisation().list_jurisdictions(large), Code::InvalidArgument, "FIELD_INVALID").await;
    }

    async fn units_are_found_whatever_the_marks(h: Harness) {
        h.jurisdiction("dt").await;
        let names = [("a", "Sở Khoa học và Công nghệ"), ("b", "Trường Hóa học 100%"), ("c", "Đội Thuỷ lợi")];
        for (id, name) in names {
            h.new_unit("dt", id, pb::Unit { display_name: name.to_owned(), ..department(id) }).await;
        }
        let code = pb::ExternalCode { system: "mqhns".to_owned(), code: "1058".to_owned() };
        let unit = pb::Unit { display_name: "Quỹ".to_owned(), external_codes: vec![code], ..department("d") };
        h.new_unit("dt", "d", unit).await;
        let found = |query: &str| units(&h, pb::ListUnitsRequest { query: query.to_owned(), ..all() });
        for query in ["so khoa hoc", "CÔNG NGHỆ KHOA", "Sơ\u{309}", "nghe  cong"] {
            assert_eq!(found(query).await, "a", "{query}");
        }
        assert_eq!((found("hoá 100").await, found("hoa hoc").await), ("b".to_owned(), "a b".to_owned()));
        assert_eq!((found("thủy").await, found("doi").await), ("c".to_owned(), "c".to_owned()));
        assert_eq!((found("1058").await, found("100%").await), ("d".to_owned(), "b".to_owned()));
        assert_eq!(
            (found("%").await, found("_").await, found("\\").await),
            ("b".to_owned(), String::new(), String::new())
        );
    }

    async fn units_are_listed_by_state_on_a_day(h: Harness) {
        dated(&h).await;
        let state = |state: pb::UnitState, day: &str| {
            units(&h, pb::ListUnitsRequest { state: state.into(), as_of_on: day.to_owned(), ..all() })
        };
        assert_eq!(state(pb::UnitState::Active, "").await, "c");
        assert_eq!(state(pb::UnitState::Closed, "").await, "a");
        assert_eq!(state(pb::UnitState::Unspecified, "").await, "a b c");
        assert_eq!(state(pb::UnitState::Active, "2024-12-31").await, "a c");
        assert_eq!(state(pb::UnitState::Closed, "2024-12-31").await, "");
        assert_eq!(state(pb::UnitState::Active, "2025-09-01").await, "b c");
        let subtree = pb::ListUnitsRequest { subtree_of: unit_name("dt", "missing"), ..all() };
        h.refuses(h.organisation().list_units(subtree), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let elsewhere = pb::ListUnitsRequest { parent: jurisdiction_name("xx"), ..Default::default() };
        h.refuses(h.organisation().list_units(elsewhere), Code::NotFound, "RESOURCE_NOT_FOUND").await;
    }

    async fn today_is_the_day_of_the_jurisdiction_and_later_pages_keep_it(h: Harness) {
        dated(&h).await;
        // 17:00 UTC is midnight in Vietnam.
        h.advance(Duration::from_secs(17 * 3600 - 1));
        let active = pb::ListUnitsRequest { state: pb::UnitState::Active.into(), page_size: 1, ..all() };
        let first = h.organisation().list_units(active.clone()).await.unwrap().into_inner();
        assert_eq!((first.as_of_on.as_str(), first.next_page_token.as_str()), ("2025-08-01", ""));
        h.advance(Duration::from_secs(31 * 86_400));
        let first = h.organisation().list_units(active.clone()).await.unwrap().into_inner();
        assert_eq!(first.as_of_on, "2025-09-01");
        h.advance(Duration::from_secs(86_400));
        let next = pb::ListUnitsRequest { page_token: first.next_page_token, ..active };
        let second = h.organisation().list_units(next).await.unwrap().into_inner();
        assert_eq!(
            (second.as_of_on.as_str(), ids(second.units.into_iter().map(|unit| unit.name)).as_str()),
            ("2025-09-01", "c")
        );
    }

    async fn a_list_without_state_names_no_day_that_has_passed(h: Harness) {
        dated(&h).await;
        let first = h.organisation().list_units(all()).await.unwrap().into_inner();
        h.advance(Duration::from_secs(3 * 86_400));
        assert_eq!(h.organisation().list_units(all()).await.unwrap().into_inner(), first);
        assert_eq!(first.as_of_on, "");
    }

    async fn pages_do_not_shift_under_the_reader(h: Harness) {
        h.jurisdiction("dt").await;
        for number in 0..25 {
            h.unit("dt", &format!("u{number:02}")).await;
        }
        let expected = h.organisation().list_units(all()).await.unwrap().into_inner().units;
        let mut request = pb::ListUnitsRequest { page_size: 10, ..all() };
        let mut seen = Vec::new();
        loop {
            let page = h.organisation().list_units(request.clone()).await.unwrap().into_inner();
            seen.extend(page.units);
            // What happens between the pages: new ones before and after the place, and a change of what is still to come.
            let turn = seen.len();
            h.unit("dt", &format!("u0{turn}-new")).await;
            h.unit("dt", &format!("u24-{turn}")).await;
            h.organisation().update_unit(rename(&h.get_unit("dt", "u24").await, &format!("Đổi {turn}"))).await.unwrap();
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(seen, expected);
        h.is_sound();
    }

    async fn a_token_is_of_this_query_and_this_database(h: Harness) {
        h.jurisdiction("dt").await;
        for id in ["a", "b", "c"] {
            h.unit("dt", id).await;
        }
        let first = pb::ListUnitsRequest { page_size: 1, ..all() };
        let token = h.organisation().list_units(first.clone()).await.unwrap().into_inner().next_page_token;
        let of_token = |page_token: String| pb::ListUnitsRequest { page_token, ..first.clone() };
        let refuse = async |request: pb::ListUnitsRequest| {
            h.refuses(h.organisation().list_units(request), Code::InvalidArgument, "PAGE_TOKEN_INVALID").await
        };
        for place in [0, token.len() / 2, token.len() - 1] {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'Q' } else { b'A' };
            assert_eq!(fields(&refuse(of_token(String::from_utf8(bytes).unwrap())).await), ["page_token"]);
        }
        refuse(of_token("nonsense!".to_owned())).await;
        refuse(of_token(token[..token.len() - 4].to_owned())).await;
        for other in [
            pb::ListUnitsRequest { query: "s".to_owned(), ..of_token(token.clone()) },
            pb::ListUnitsRequest { subtree_of: unit_name("dt", "a"), ..of_token(token.clone()) },
            pb::ListUnitsRequest { state: pb::UnitState::Active.into(), ..of_token(token.clone()) },
        ] {
            refuse(other).await;
        }
        h.jurisdiction("other").await;
        refuse(pb::ListUnitsRequest { parent: jurisdiction_name("other"), ..of_token(token.clone()) }).await;
        let elsewhere: Result<_, Status> = h
            .organisation()
            .list_jurisdictions(pb::ListJurisdictionsRequest { page_token: token.clone(), ..Default::default() })
            .await;
        crate::harness::refused(elsewhere, Code::InvalidArgument, "PAGE_TOKEN_INVALID");
        let stranger = Harness::new(h.engine()).await.unwrap();
        stranger.jurisdiction("dt").await;
        stranger
            .refuses(
                stranger.organisation().list_units(of_token(token.clone())),
                Code::InvalidArgument,
                "PAGE_TOKEN_INVALID",
            )
            .await;
        let long = h
            .refuses(h.organisation().list_units(of_token("a".repeat(2049))), Code::InvalidArgument, "FIELD_INVALID")
            .await;
        assert_eq!(fields(&long), ["page_token"]);
        let larger = pb::ListUnitsRequest { page_size: 1000, ..of_token(token) };
        assert_eq!(units(&h, larger).await, "b c");
    }

    async fn every_bad_field_of_a_list_is_named(h: Harness) {
        let request = pb::ListUnitsRequest {
            parent: "dt".to_owned(),
            subtree_of: "a".to_owned(),
            state: 7,
            as_of_on: "2025-02-30".to_owned(),
            query: "x".repeat(201),
            page_size: 1001,
            ..Default::default()
        };
        let details = h.refuses(h.organisation().list_units(request), Code::InvalidArgument, "FIELD_INVALID").await;
        let mut named = fields(&details);
        named.sort();
        assert_eq!(named, ["as_of_on", "page_size", "parent", "query", "state", "subtree_of"]);
    }
}
