//! Schemes, codes and conversions, through the front door.

mod conversions;

use kehoach::pb;
use kehoach::pb::code_operation::Operation;
use tonic::Code;

use crate::harness::{Harness, engines, fields, jurisdiction_name, request_id, revision_of, violations, was_replayed};

const ECONOMIC: i32 = pb::Dimension::Economic as i32;
const FUNCTIONAL: i32 = pb::Dimension::Functional as i32;

fn scheme_name(scheme: &str) -> String {
    format!("jurisdictions/dt/schemes/{scheme}")
}

fn new_scheme(id: &str, first: i32, last: i32) -> pb::CreateSchemeRequest {
    pb::CreateSchemeRequest {
        parent: jurisdiction_name("dt"),
        scheme_id: id.to_owned(),
        scheme: Some(pb::Scheme {
            display_name: format!("Mục lục {id}"),
            first_fiscal_year: first,
            last_fiscal_year: last,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn adopt(regime: &str) -> pb::AdoptSchemeRequest {
    pb::AdoptSchemeRequest {
        parent: jurisdiction_name("dt"),
        regime: format!("regimes/{regime}"),
        ..Default::default()
    }
}

fn code(code: &str, parent: &str) -> pb::Code {
    pb::Code {
        dimension: ECONOMIC,
        code: code.to_owned(),
        parent_code: parent.to_owned(),
        display_name: format!("Mục {code}"),
        postable: true,
        ..Default::default()
    }
}

fn create(code: pb::Code) -> pb::CodeOperation {
    pb::CodeOperation { operation: Some(Operation::Create(code)) }
}

fn update(scheme: &str, digits: &str, etag: &str, code: pb::Code) -> pb::CodeOperation {
    let name = format!("{}/codes/economic.{digits}", scheme_name(scheme));
    let update =
        pb::UpdateCodeOperation { code: Some(pb::Code { name, ..code }), etag: etag.to_owned(), ..Default::default() };
    pb::CodeOperation { operation: Some(Operation::Update(update)) }
}

fn batch(scheme: &str, operations: Vec<pb::CodeOperation>) -> pb::BatchWriteCodesRequest {
    pb::BatchWriteCodesRequest { parent: scheme_name(scheme), operations, ..Default::default() }
}

fn mask(paths: &[&str]) -> Option<prost_types::FieldMask> {
    Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() })
}

async fn with_scheme(h: &Harness, id: &str, first: i32, last: i32) -> pb::Scheme {
    let made = h.classification().create_scheme(new_scheme(id, first, last)).await;
    made.unwrap_or_else(|status| panic!("no scheme {id}: {status:?}")).into_inner()
}

async fn write_codes(h: &Harness, scheme: &str, codes: &[(&str, &str)]) -> pb::BatchWriteCodesResponse {
    let operations = codes.iter().map(|(digits, parent)| create(code(digits, parent))).collect();
    let written = h.classification().batch_write_codes(batch(scheme, operations)).await;
    written.unwrap_or_else(|status| panic!("no codes: {status:?}")).into_inner()
}

async fn get_code(h: &Harness, scheme: &str, segment: &str) -> pb::Code {
    let name = format!("{}/codes/{segment}", scheme_name(scheme));
    let found = h.classification().get_code(pb::GetCodeRequest { name, read_at: None }).await;
    found.unwrap_or_else(|status| panic!("{segment}: {status:?}")).into_inner()
}

async fn codes(h: &Harness, request: pb::ListCodesRequest) -> Vec<String> {
    let found = h.classification().list_codes(request).await;
    let found = found.unwrap_or_else(|status| panic!("no list of codes: {status:?}")).into_inner();
    found.codes.into_iter().map(|code| code.code).collect()
}

fn all_codes(scheme: &str) -> pb::ListCodesRequest {
    pb::ListCodesRequest { parent: scheme_name(scheme), ..Default::default() }
}

fn at(revision: i64) -> Option<pb::ReadAt> {
    Some(pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(revision)), ..Default::default() })
}

engines! {
    async fn every_regime_that_ships_can_be_adopted(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.classification();
        let regimes = client.list_regimes(pb::ListRegimesRequest {}).await.unwrap().into_inner().regimes;
        assert_eq!(regimes.len(), 3);
        for (position, regime) in regimes.iter().enumerate() {
            let made = client.adopt_scheme(adopt(regime.name.trim_start_matches("regimes/"))).await.unwrap();
            assert_eq!(revision_of(&made), position as i64 + 1, "one command");
            let made = made.into_inner();
            assert_eq!((&made.regime, &made.display_name), (&regime.name, &regime.display_name));
            let found = client.get_scheme(pb::GetSchemeRequest { name: made.name.clone(), read_at: None }).await;
            assert_eq!(found.unwrap().into_inner(), made);
            let all = pb::ListCodesRequest { parent: made.name, page_size: 1000, ..Default::default() };
            let all = client.list_codes(all).await.unwrap().into_inner().codes;
            assert_eq!(all.len() as i32, regime.code_count);
            let memory = |code: &&pb::Code| code.provenance() != pb::Provenance::Sourced;
            assert!(all.iter().any(|code| code.postable) && all.iter().any(|code| memory(&code)));
        }
        // The same digits in two regimes are two codes.
        let (old, new) =
            (get_code(&h, "qd33-2008", "functional.371").await, get_code(&h, "tt324-2016", "functional.371").await);
        assert_ne!((&old.name, &old.display_name), (&new.name, &new.display_name));
        // What ships between adopted regimes comes with the second.
        let from_old = pb::ListConversionsRequest { parent: scheme_name("qd33-2008"), ..Default::default() };
        let joined = client.list_conversions(from_old).await.unwrap().into_inner().conversions;
        let found = joined.iter().find(|one| one.code == "371" && one.dimension == FUNCTIONAL).unwrap();
        assert_eq!(found.targets, [pb::ConversionTarget { code: "101".to_owned(), share_bp: 10_000 }]);
        h.is_sound();
    }

    async fn an_adoption_is_refused_whole(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.classification();
        let own_years = pb::AdoptSchemeRequest {
            scheme_id: "own".to_owned(),
            first_fiscal_year: Some(2020),
            last_fiscal_year: Some(0),
            request_id: Some(request_id(1)),
            ..adopt("tt324-2016")
        };
        let made = client.adopt_scheme(own_years.clone()).await.unwrap().into_inner();
        assert_eq!((made.name.as_str(), made.first_fiscal_year, made.last_fiscal_year), ("jurisdictions/dt/schemes/own", 2020, 0));
        let again = client.adopt_scheme(own_years.clone()).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), made);
        let refuses = async |request: pb::AdoptSchemeRequest, status, reason| {
            h.refuses(async { h.classification().adopt_scheme(request).await }, status, reason).await
        };
        let other = pb::AdoptSchemeRequest { scheme_id: "other".to_owned(), ..own_years.clone() };
        refuses(other.clone(), Code::InvalidArgument, "REQUEST_ID_REUSED").await;
        let nowhere = pb::AdoptSchemeRequest { parent: jurisdiction_name("xx"), ..adopt("tt130-2025") };
        refuses(nowhere, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(adopt("tt1-1999"), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(pb::AdoptSchemeRequest { scheme_id: "own".to_owned(), ..adopt("qd33-2008") }, Code::AlreadyExists, "ALREADY_EXISTS").await;
        let details = refuses(adopt("tt130-2025"), Code::FailedPrecondition, "SCHEME_YEARS_OVERLAP").await;
        assert_eq!(violations(&details), [("SCHEME_YEARS_OVERLAP".to_owned(), scheme_name("own"))]);
        let inverted = pb::AdoptSchemeRequest { first_fiscal_year: Some(2018), ..adopt("qd33-2008") };
        assert_eq!(fields(&refuses(inverted, Code::InvalidArgument, "FIELD_INVALID").await), ["first_fiscal_year"]);
        let early = pb::AdoptSchemeRequest { last_fiscal_year: Some(5), ..adopt("qd33-2008") };
        assert_eq!(fields(&refuses(early, Code::InvalidArgument, "FIELD_INVALID").await), ["last_fiscal_year"]);
        // Only to ask leaves no trace.
        let before = h.standing();
        let asked = pb::AdoptSchemeRequest { validate_only: true, ..adopt("qd33-2008") };
        assert_eq!(client.adopt_scheme(asked).await.unwrap().into_inner().etag, "");
        h.nothing_changed(&before);
    }

    async fn a_scheme_is_created_changed_and_read_as_it_was(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.classification();
        let first = with_scheme(&h, "a", 2010, 2015).await;
        with_scheme(&h, "b", 2016, 0).await;
        let change = |scheme: pb::Scheme, paths: &[&str], etag: &str| pb::UpdateSchemeRequest {
            scheme: Some(pb::Scheme { name: scheme_name("a"), ..scheme }),
            update_mask: mask(paths),
            etag: etag.to_owned(),
            ..Default::default()
        };
        let renamed = pb::Scheme { english_name: "Old".to_owned(), ..Default::default() };
        let second = client.update_scheme(change(renamed.clone(), &[], &first.etag)).await.unwrap().into_inner();
        assert_eq!(second.display_name, first.display_name);
        assert_eq!((second.english_name.as_str(), second.revision), ("Old", 3));
        let old = client.get_scheme(pb::GetSchemeRequest { name: scheme_name("a"), read_at: at(1) }).await.unwrap();
        assert_eq!((revision_of(&old), old.into_inner()), (3, first.clone()));
        let of_year = pb::ListSchemesRequest { parent: jurisdiction_name("dt"), fiscal_year: 2016, ..Default::default() };
        let found = client.list_schemes(of_year).await.unwrap().into_inner().schemes;
        assert_eq!(found.iter().map(|scheme| scheme.name.clone()).collect::<Vec<_>>(), [scheme_name("b")]);

        let refuses = async |request, status, reason| {
            h.refuses(async { h.classification().update_scheme(request).await }, status, reason).await
        };
        refuses(change(renamed.clone(), &[], &first.etag), Code::Aborted, "STALE_ETAG").await;
        let etag = second.etag.as_str();
        let years = |first, last| pb::Scheme { first_fiscal_year: first, last_fiscal_year: last, ..Default::default() };
        refuses(change(years(0, 0), &["last_fiscal_year"], etag), Code::FailedPrecondition, "SCHEME_YEARS_OVERLAP").await;
        refuses(change(years(0, 2009), &[], etag), Code::FailedPrecondition, "SCHEME_YEARS_INVERTED").await;
        let details = refuses(change(years(2012, 2011), &["*"], etag), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["scheme.last_fiscal_year", "scheme.display_name"]);
        let details = refuses(change(years(0, 7), &["first_fiscal_year", "titel"], etag), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["update_mask", "scheme.first_fiscal_year", "scheme.last_fiscal_year"]);
        let mut missing = change(renamed, &[], etag);
        missing.scheme.as_mut().unwrap().name = scheme_name("x");
        refuses(missing, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let moved = client.update_scheme(change(years(2009, 2014), &[], etag)).await.unwrap().into_inner();
        assert_eq!((moved.first_fiscal_year, moved.last_fiscal_year), (2009, 2014));

        let refuses = async |request, status, reason| {
            h.refuses(async { h.classification().create_scheme(request).await }, status, reason).await
        };
        refuses(new_scheme("a", 1950, 1960), Code::AlreadyExists, "ALREADY_EXISTS").await;
        refuses(new_scheme("c", 2014, 2015), Code::FailedPrecondition, "SCHEME_YEARS_OVERLAP").await;
        refuses(pb::CreateSchemeRequest { parent: jurisdiction_name("xx"), ..new_scheme("c", 1950, 1960) }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let empty = pb::CreateSchemeRequest { scheme: Some(pb::Scheme::default()), ..new_scheme("c", 0, 0) };
        assert_eq!(fields(&refuses(empty, Code::InvalidArgument, "FIELD_INVALID").await), ["scheme.first_fiscal_year", "scheme.display_name"]);
        h.refuses(async { h.classification().get_scheme(pb::GetSchemeRequest { name: scheme_name("x"), read_at: None }).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let ahead = pb::GetSchemeRequest { name: scheme_name("a"), read_at: at(99) };
        h.refuses(async { h.classification().get_scheme(ahead).await }, Code::FailedPrecondition, "REVISION_NOT_REACHED").await;
        h.is_sound();
    }

    async fn two_thousand_codes_are_one_command(h: Harness) {
        h.jurisdiction("dt").await;
        with_scheme(&h, "a", 2020, 0).await;
        // Children first: the order within a batch does not matter.
        let many = (0..2_000).map(|n| create(code(&format!("{:04}", 9_999 - n), if n < 1_999 { "8000" } else { "" })));
        let request = pb::BatchWriteCodesRequest { request_id: Some(request_id(1)), ..batch("a", many.collect()) };
        let written = h.classification().batch_write_codes(request.clone()).await.unwrap();
        assert_eq!(revision_of(&written), 2);
        let written = written.into_inner();
        assert_eq!((written.codes.len(), written.revision), (2_000, 2));
        let last = get_code(&h, "a", "economic.9999").await;
        assert_eq!((&written.codes[0].name, &written.codes[0].etag), (&last.name, &last.etag));
        assert_eq!((last.revision, last.provenance()), (2, pb::Provenance::Own));
        write_codes(&h, "a", &[("1", "")]).await;
        let again = h.classification().batch_write_codes(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), written);
        let one_more = (0..2_001).map(|n| create(code(&n.to_string(), "")));
        let details = h.refuses(async { h.classification().batch_write_codes(batch("a", one_more.collect())).await }, Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["operations"]);
        h.is_sound();
    }

    async fn a_code_is_changed_and_its_past_stays(h: Harness) {
        h.jurisdiction("dt").await;
        with_scheme(&h, "a", 2020, 0).await;
        let written = write_codes(&h, "a", &[("60", ""), ("6001", "60")]).await;
        let (before, etag) = (get_code(&h, "a", "economic.6001").await, written.codes[1].etag.as_str());
        let change = pb::Code { display_name: "Lương theo ngạch".to_owned(), last_fiscal_year: 2030, ..Default::default() };
        h.classification().batch_write_codes(batch("a", vec![update("a", "6001", etag, change.clone())])).await.unwrap();
        let after = get_code(&h, "a", "economic.6001").await;
        assert_eq!((after.display_name.as_str(), after.last_fiscal_year, after.revision), ("Lương theo ngạch", 2030, 3));
        assert!(after.postable && after.parent_code == "60" && after.created_at == before.created_at);
        let old = pb::GetCodeRequest { name: before.name.clone(), read_at: at(2) };
        assert_eq!(h.classification().get_code(old).await.unwrap().into_inner(), before);
        assert_eq!(codes(&h, pb::ListCodesRequest { query: "ngach".to_owned(), ..all_codes("a") }).await, ["6001"]);
        assert!(codes(&h, pb::ListCodesRequest { query: "ngach".to_owned(), read_at: at(2), ..all_codes("a") }).await.is_empty());

        // With a mask a field can be cleared.
        let mut clear = update("a", "6001", &after.etag, pb::Code::default());
        if let Some(Operation::Update(update)) = &mut clear.operation {
            update.update_mask = mask(&["postable", "parent_code", "last_fiscal_year"]);
        }
        h.classification().batch_write_codes(batch("a", vec![clear])).await.unwrap();
        let cleared = get_code(&h, "a", "economic.6001").await;
        assert!(!cleared.postable && cleared.parent_code.is_empty() && cleared.last_fiscal_year == 0);
        assert_eq!(cleared.display_name, after.display_name);
        h.is_sound();
    }

    async fn a_batch_of_codes_is_refused_whole_and_with_every_fault(h: Harness) {
        h.jurisdiction("dt").await;
        with_scheme(&h, "a", 2020, 0).await;
        let etag = write_codes(&h, "a", &[("1", ""), ("2", "1"), ("3", "2")]).await.codes[0].etag.clone();
        let refuses = async |operations, status, reason| {
            h.refuses(async { h.classification().batch_write_codes(batch("a", operations)).await }, status, reason).await
        };
        let parent = |parent: &str| pb::Code { parent_code: parent.to_owned(), ..Default::default() };
        let wrong = vec![
            create(pb::Code { field: pb::SpendField::Admin.into(), ..code("7", "") }),
            create(pb::Code { financing_class: 1, display_name: String::new(), ..code("7", "") }),
            create(pb::Code { dimension: 0, last_fiscal_year: 12, ..code("8", "") }),
            update("b", "1", "x", parent("")),
            pb::CodeOperation { operation: None },
            update("a", "2", "", parent("")),
        ];
        let details = refuses(wrong, Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), [
            "operations[4].operation",
            "operations[5].update.etag",
            "operations[0].create.field",
            "operations[1].create.financing_class",
            "operations[1].create.display_name",
            "operations[2].create.dimension",
            "operations[2].create.last_fiscal_year",
            "operations[3].update.code.name",
            "operations[1].create.code",
        ]);
        refuses(vec![update("a", "9", &etag, parent("1")), create(code("1", ""))], Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let details = refuses(vec![update("a", "1", "old", parent("3")), update("a", "2", "\"x-1\"", parent("")), create(code("1x", "none"))], Code::Aborted, "STALE_ETAG").await;
        let facts = details.error_info().unwrap().metadata.clone();
        assert_eq!((facts["field"].as_str(), facts["field_1"].as_str()), ("operations[0].update.etag", "operations[1].update.etag"));
        assert_eq!(facts["current_etag_1"], etag);
        refuses(vec![create(code("9", "none")), create(code("2", ""))], Code::AlreadyExists, "ALREADY_EXISTS").await;
        let renamed = pb::Code { code: "11".to_owned(), dimension: FUNCTIONAL, ..parent("3") };
        let details = refuses(vec![create(code("9", "none")), update("a", "1", &etag, renamed), create(code("4", "4"))], Code::FailedPrecondition, "CODE_UNKNOWN").await;
        let found = violations(&details);
        let found: Vec<(&str, &str)> = found.iter().map(|(reason, subject)| (reason.as_str(), subject.as_str())).collect();
        assert_eq!(found, [
            ("CODE_UNKNOWN", "operations[0].create.parent_code"),
            ("FIELD_IMMUTABLE", "operations[1].update.code.dimension"),
            ("FIELD_IMMUTABLE", "operations[1].update.code.code"),
            ("CODE_CYCLE", "operations[1].update.code.parent_code"),
            ("CODE_CYCLE", "operations[2].create.parent_code"),
        ]);
        let chain = |last: u32| (4..=last).map(|n| create(code(&n.to_string(), &(n - 1).to_string()))).collect::<Vec<_>>();
        refuses(chain(33), Code::ResourceExhausted, "TREE_TOO_DEEP").await;
        h.classification().batch_write_codes(batch("a", chain(32))).await.unwrap();
        refuses(vec![create(code("0", "")), update("a", "1", &etag, parent("0"))], Code::ResourceExhausted, "TREE_TOO_DEEP").await;
        let elsewhere = pb::BatchWriteCodesRequest { parent: scheme_name("x"), ..batch("a", vec![create(code("1", ""))]) };
        h.refuses(async { h.classification().batch_write_codes(elsewhere).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
    }

    async fn codes_are_listed_by_place_text_and_use(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.classification();
        client.adopt_scheme(adopt("tt324-2016")).await.unwrap();
        let of = |query: &str| pb::ListCodesRequest { query: query.to_owned(), dimension: ECONOMIC, page_size: 1000, ..all_codes("tt324-2016") };
        // Diacritics, tone marks, case and the order of words do not matter; a code is found by its beginning only.
        let found = codes(&h, of("phu cap chuc vu")).await;
        assert_eq!(found, ["6101"]);
        assert_eq!(codes(&h, of("CHỨC vụ phụ CẤP")).await, found);
        assert_eq!(codes(&h, of("position ALLOWANCE")).await, found);
        let begins = codes(&h, of("610")).await;
        assert!(begins.len() > 2 && begins.iter().all(|code| code.starts_with("610")), "{begins:?}");
        assert_eq!(codes(&h, of("101")).await, Vec::<String>::new());
        assert_eq!(codes(&h, of("6% _")).await, Vec::<String>::new());
        let below = pb::ListCodesRequest { parent_code: "6100".to_owned(), ..of("") };
        let all = codes(&h, below.clone()).await;
        assert!(all.len() > 3 && all.iter().all(|code| code.starts_with("61")));
        let postable = pb::ListCodesRequest { postable_only: true, ..of("6100") };
        assert_eq!(codes(&h, postable).await, Vec::<String>::new());
        assert_eq!(codes(&h, of("6100")).await, ["6100"]);

        let refuses = async |request, status, reason| {
            h.refuses(async { h.classification().list_codes(request).await }, status, reason).await
        };
        refuses(pb::ListCodesRequest { dimension: 0, ..below.clone() }, Code::InvalidArgument, "FIELD_INVALID").await;
        refuses(pb::ListCodesRequest { parent_code: "x".to_owned(), ..below }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(all_codes("x"), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuses(pb::ListCodesRequest { page_size: 1001, ..of("") }, Code::InvalidArgument, "FIELD_INVALID").await;
        refuses(pb::ListCodesRequest { page_token: "x".to_owned(), ..of("") }, Code::InvalidArgument, "PAGE_TOKEN_INVALID").await;
        let name = format!("{}/codes/economic.0000", scheme_name("tt324-2016"));
        let missing = pb::GetCodeRequest { name, read_at: None };
        h.refuses(async { h.classification().get_code(missing).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let badly = pb::GetCodeRequest { name: format!("{}/codes/sector.1", scheme_name("tt324-2016")), read_at: None };
        h.refuses(async { h.classification().get_code(badly).await }, Code::InvalidArgument, "FIELD_INVALID").await;
    }

    async fn pages_do_not_shift_under_the_reader(h: Harness) {
        h.jurisdiction("dt").await;
        h.classification().adopt_scheme(adopt("tt130-2025")).await.unwrap();
        let page = |token: String| pb::ListCodesRequest { page_size: 100, page_token: token, ..all_codes("tt130-2025") };
        let whole = pb::ListCodesRequest { page_size: 1000, ..all_codes("tt130-2025") };
        let whole = h.classification().list_codes(whole).await.unwrap().into_inner().codes;
        let (mut read, mut token, mut turn) = (Vec::new(), String::new(), 0);
        loop {
            let answer = h.classification().list_codes(page(token)).await.unwrap().into_inner();
            read.extend(answer.codes);
            if answer.next_page_token.is_empty() {
                break;
            }
            token = answer.next_page_token;
            turn += 1;
            // Between two pages codes come at every place, and one that is still to be read changes.
            let etag = get_code(&h, "tt130-2025", "economic.7799").await.etag;
            let note = pb::Code { note: format!("{turn}"), ..Default::default() };
            let changed = update("tt130-2025", "7799", &etag, note);
            let fresh = [format!("0{turn}"), format!("9{turn}x")].map(|digits| create(code(&digits, "")));
            let operations = fresh.into_iter().chain([changed]).collect();
            h.classification().batch_write_codes(batch("tt130-2025", operations)).await.unwrap();
        }
        assert!(turn > 5);
        assert_eq!(read, whole);
        h.is_sound();
    }

    async fn a_scheme_keeps_the_years_of_its_estimates(h: Harness) {
        h.jurisdiction("dt").await;
        let scheme = with_scheme(&h, "a", 2010, 2030).await;
        let unit = h.unit("dt", "so").await.name;
        let estimate = pb::Estimate { unit, fiscal_year: 2020, kind: pb::EstimateKind::Annual.into(), title: "Dự toán".to_owned(), ..Default::default() };
        let new = pb::CreateEstimateRequest { parent: jurisdiction_name("dt"), estimate_id: "e".to_owned(), estimate: Some(estimate), ..Default::default() };
        let made = h.budget().create_estimate(new).await.unwrap().into_inner();
        let years = |first: i32, last: i32| pb::UpdateSchemeRequest {
            scheme: Some(pb::Scheme { name: scheme.name.clone(), first_fiscal_year: first, last_fiscal_year: last, ..Default::default() }),
            etag: scheme.etag.clone(),
            validate_only: true,
            ..Default::default()
        };
        for (first, last) in [(2021, 2030), (2010, 2019)] {
            let call = async { h.classification().update_scheme(years(first, last)).await };
            let details = h.refuses(call, Code::FailedPrecondition, "SCHEME_IN_USE").await;
            assert_eq!(violations(&details), [("SCHEME_IN_USE".to_owned(), scheme.name.clone())]);
        }
        h.classification().update_scheme(years(2020, 2020)).await.unwrap();
        let end = pb::DeleteEstimateRequest { name: made.name, etag: made.etag, ..Default::default() };
        h.budget().delete_estimate(end).await.unwrap();
        h.classification().update_scheme(years(2021, 2030)).await.unwrap();
    }
}
