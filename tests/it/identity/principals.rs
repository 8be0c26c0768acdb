//! Principals: created, changed, suspended, mapped; by administrators only, of whom one is always left.

use kehoach::{limits, pb};
use tonic::Code;

use crate::harness::{
    Locked, fields, locked, new_jurisdiction, new_principal, principal_name, refused, request_id, revision_of,
    violations, was_replayed,
};

fn get(id: &str) -> pb::GetPrincipalRequest {
    pb::GetPrincipalRequest { name: principal_name(id), read_at: None }
}

fn suspend(of: &pb::Principal) -> pb::SuspendPrincipalRequest {
    pb::SuspendPrincipalRequest { name: of.name.clone(), etag: of.etag.clone(), ..Default::default() }
}

fn resume(of: &pb::Principal) -> pb::ResumePrincipalRequest {
    pb::ResumePrincipalRequest { name: of.name.clone(), etag: of.etag.clone(), ..Default::default() }
}

fn update(of: &pb::Principal, change: pb::Principal, paths: &[&str]) -> pb::UpdatePrincipalRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdatePrincipalRequest {
        principal: Some(pb::Principal { name: of.name.clone(), ..change }),
        update_mask: Some(prost_types::FieldMask { paths }),
        etag: of.etag.clone(),
        ..Default::default()
    }
}

fn administrator(is: bool) -> pb::Principal {
    pb::Principal { administrator: is, ..Default::default() }
}

fn map(of: &pb::Principal, uri: &str) -> pb::MapCertificateRequest {
    pb::MapCertificateRequest {
        name: of.name.clone(),
        uri: uri.to_owned(),
        etag: of.etag.clone(),
        ..Default::default()
    }
}

fn map_subject(of: &pb::Principal, subject: &str) -> pb::MapSubjectRequest {
    pb::MapSubjectRequest {
        name: of.name.clone(),
        subject: Some(pb::ForeignSubject { issuer: "https://id".to_owned(), subject: subject.to_owned() }),
        etag: of.etag.clone(),
        ..Default::default()
    }
}

locked! {
    async fn a_principal_is_created_read_and_listed(s: Locked) {
        let request = pb::CreatePrincipalRequest { request_id: Some(request_id(1)), ..new_principal("svc-payroll") };
        let made = s.identity().create_principal(request.clone()).await.unwrap();
        assert_eq!(revision_of(&made), 2);
        let made = made.into_inner();
        let expected = pb::Principal {
            name: "principals/svc-payroll".to_owned(),
            kind: pb::PrincipalKind::Service.into(),
            display_name: "Dịch vụ svc-payroll".to_owned(),
            state: pb::PrincipalState::Active.into(),
            revision: 2,
            ..made.clone()
        };
        assert_eq!(made, expected);
        let again = s.identity().create_principal(request).await.unwrap();
        assert!(was_replayed(&again) && *again.get_ref() == made);
        assert_eq!(s.identity().get_principal(get("svc-payroll")).await.unwrap().into_inner(), made);
        let list = pb::ListPrincipalsRequest { page_size: 1, ..Default::default() };
        let first = s.identity().list_principals(list.clone()).await.unwrap().into_inner();
        let next = pb::ListPrincipalsRequest { page_token: first.next_page_token.clone(), ..list };
        let second = s.identity().list_principals(next).await.unwrap().into_inner();
        let names = |page: &pb::ListPrincipalsResponse| page.principals.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!((names(&first), names(&second)), (vec![principal_name("admin")], vec![made.name.clone()]));
        assert!(second.next_page_token.is_empty());
        let old = pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(1)), ..Default::default() };
        let before = pb::GetPrincipalRequest { read_at: Some(old), ..get("svc-payroll") };
        refused(s.identity().get_principal(before).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        s.h.is_sound();
    }

    async fn an_id_is_taken_for_ever_and_the_servers_own_always(s: Locked) {
        s.principal("a").await;
        for id in ["a", "admin", "kehoach"] {
            let again = s.h.refuses(async { s.identity().create_principal(new_principal(id)).await }, Code::AlreadyExists, "ALREADY_EXISTS");
            assert_eq!(again.await.resource_info().unwrap().resource_name, principal_name(id));
        }
    }

    async fn wrong_fields_are_named(s: Locked) {
        for id in ["", "two words", "a/b", "é", &"x".repeat(101)] {
            let details = refused(s.identity().create_principal(new_principal(id)).await, Code::InvalidArgument, "FIELD_INVALID");
            assert_eq!(fields(&details), ["principal_id"], "{id}");
        }
        s.principal(&"x".repeat(100)).await;
        let request = pb::CreatePrincipalRequest { principal: Some(pb::Principal::default()), ..new_principal("b") };
        let details = refused(s.identity().create_principal(request).await, Code::InvalidArgument, "FIELD_INVALID");
        assert_eq!(fields(&details), ["principal.display_name", "principal.kind"]);
    }

    async fn only_administrators_manage_principals_and_jurisdictions(s: Locked) {
        let (principal, secret) = s.caller("svc").await;
        let other = s.principal("other").await;
        let mut client = s.h.identity_as(&secret);
        let denied = |details: tonic_types::ErrorDetails| {
            assert_eq!(details.error_info().unwrap().metadata["needs"], "an administrator of the service");
        };
        let code = Code::PermissionDenied;
        let why = "NOT_ADMINISTRATOR";
        denied(s.h.refuses(async { client.create_principal(new_principal("n")).await }, code, why).await);
        let mut client = s.h.identity_as(&secret);
        refused(client.list_principals(pb::ListPrincipalsRequest::default()).await, code, why);
        refused(client.suspend_principal(suspend(&other)).await, code, why);
        refused(client.resume_principal(resume(&principal)).await, code, why);
        refused(client.update_principal(update(&principal, administrator(true), &["administrator"])).await, code, why);
        refused(client.map_certificate(map(&principal, "spiffe://a/b")).await, code, why);
        refused(client.map_subject(map_subject(&principal, "b")).await, code, why);
        let token = pb::CreateTokenRequest { parent: principal.name.clone(), ..Default::default() };
        refused(client.create_token(token).await, code, why);
        // Whether it exists or not makes no difference.
        let missing = pb::Principal { name: principal_name("missing"), ..other.clone() };
        refused(client.suspend_principal(suspend(&missing)).await, code, why);
        refused(s.h.organisation_as(&secret).create_jurisdiction(new_jurisdiction("dt")).await, code, why);
        s.h.organisation_as(&s.admin).create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
        s.h.is_sound();
    }

    async fn everybody_knows_themself_and_nobody_else(s: Locked) {
        let (principal, secret) = s.caller("svc").await;
        s.principal("other").await;
        let mut client = s.h.identity_as(&secret);
        assert_eq!(client.get_principal(get("svc")).await.unwrap().into_inner(), principal);
        let there = client.get_principal(get("other")).await.unwrap_err();
        let missing = client.get_principal(get("missing")).await.unwrap_err();
        let same = |status: &tonic::Status| {
            let ids = regex::Regex::new("[0-9a-f]{8}-[0-9a-f-]{27}").unwrap();
            let text = String::from_utf8_lossy(status.details()).replace("missing", "other");
            (status.code(), status.message().replace("missing", "other"), ids.replace_all(&text, "").into_owned())
        };
        let (there, missing) = (same(&there), same(&missing));
        assert_eq!((there.0, &there.1), (missing.0, &missing.1));
        assert_eq!(there.0, Code::NotFound);
    }

    async fn nobody_suspends_themself(s: Locked) {
        let second = s.principal("second").await;
        let request = update(&second, administrator(true), &["administrator"]);
        s.identity().update_principal(request).await.unwrap();
        let admin = s.identity().get_principal(get("admin")).await.unwrap().into_inner();
        s.h.refuses(async { s.identity().suspend_principal(suspend(&admin)).await }, Code::FailedPrecondition, "OWN_PRINCIPAL").await;
        // The other one may, as long as one is left.
        let secret = s.token("second").await.1;
        let suspended = s.h.identity_as(&secret).suspend_principal(suspend(&admin)).await.unwrap().into_inner();
        assert_eq!(suspended.state(), pb::PrincipalState::Suspended);
        assert!(!s.is_good(&s.admin).await);
        s.h.is_sound();
    }

    async fn the_last_active_administrator_stays_one(s: Locked) {
        let admin = s.identity().get_principal(get("admin")).await.unwrap().into_inner();
        let demote = || update(&admin, administrator(false), &["administrator"]);
        let why = "LAST_ADMINISTRATOR";
        s.h.refuses(async { s.identity().update_principal(demote()).await }, Code::FailedPrecondition, why).await;
        let second = s.principal("second").await;
        let second = s.identity().update_principal(update(&second, administrator(true), &["administrator"])).await.unwrap().into_inner();
        let second = s.identity().suspend_principal(suspend(&second)).await.unwrap().into_inner();
        // A suspended administrator is not one who is left.
        s.h.refuses(async { s.identity().update_principal(demote()).await }, Code::FailedPrecondition, why).await;
        s.identity().resume_principal(resume(&second)).await.unwrap();
        let demoted = s.identity().update_principal(demote()).await.unwrap().into_inner();
        assert!(!demoted.administrator);
        refused(s.identity().list_principals(pb::ListPrincipalsRequest::default()).await, Code::PermissionDenied, "NOT_ADMINISTRATOR");
    }

    async fn a_stale_etag_and_a_changed_kind_are_refused(s: Locked) {
        let principal = s.principal("svc").await;
        let person = pb::Principal { kind: pb::PrincipalKind::Person.into(), ..Default::default() };
        let details = s.h.refuses(async { s.identity().update_principal(update(&principal, person, &["kind"])).await }, Code::FailedPrecondition, "FIELD_IMMUTABLE").await;
        assert_eq!(violations(&details), [("FIELD_IMMUTABLE".to_owned(), "principal.kind".to_owned())]);
        s.identity().suspend_principal(suspend(&principal)).await.unwrap();
        s.h.refuses(async { s.identity().resume_principal(resume(&principal)).await }, Code::Aborted, "STALE_ETAG").await;
    }

    async fn a_name_can_be_changed_and_erased_and_the_journal_stays_sound(s: Locked) {
        let principal = s.principal("svc").await;
        let named = pb::Principal { display_name: "Nguyễn Thị Canary".to_owned(), ..Default::default() };
        let renamed = s.identity().update_principal(update(&principal, named, &["display_name"])).await.unwrap().into_inner();
        assert_eq!((renamed.display_name.as_str(), renamed.administrator), ("Nguyễn Thị Canary", false));
        s.h.is_sound();
        // No revision tells what it was called before.
        let old = pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(2)), ..Default::default() };
        let before = s.identity().get_principal(pb::GetPrincipalRequest { read_at: Some(old), ..get("svc") }).await.unwrap().into_inner();
        assert_eq!((before.display_name.as_str(), before.revision), ("Nguyễn Thị Canary", 2));
        s.h.sql("DELETE FROM principal_names WHERE principal = 'svc'");
        assert_eq!(s.identity().get_principal(get("svc")).await.unwrap().into_inner().display_name, "");
        s.h.is_sound();
        s.h.sql("UPDATE principal_names SET display_name = 'x' WHERE principal = 'admin'");
        assert!(s.h.faults().iter().any(|fault| fault.contains("principal admin")), "{:?}", s.h.faults());
    }

    async fn what_is_mapped_names_one_principal(s: Locked) {
        let (a, b) = (s.principal("a").await, s.principal("b").await);
        let a = s.identity().map_certificate(map(&a, "spiffe://dt/a")).await.unwrap().into_inner();
        let a = s.identity().map_subject(map_subject(&a, "a")).await.unwrap().into_inner();
        assert_eq!((a.certificate_uris.as_slice(), a.subjects.len()), (["spiffe://dt/a".to_owned()].as_slice(), 1));
        let taken = s.h.refuses(async { s.identity().map_certificate(map(&b, "spiffe://dt/a")).await }, Code::AlreadyExists, "CREDENTIAL_TAKEN").await;
        assert_eq!(taken.resource_info().unwrap().resource_name, a.name);
        s.h.refuses(async { s.identity().map_subject(map_subject(&b, "a")).await }, Code::AlreadyExists, "CREDENTIAL_TAKEN").await;
        let unmap = |of: &pb::Principal| pb::UnmapCertificateRequest { name: of.name.clone(), etag: of.etag.clone(), uri: "spiffe://dt/a".to_owned(), ..Default::default() };
        s.h.refuses(async { s.identity().unmap_certificate(unmap(&b)).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        let a = s.identity().unmap_certificate(unmap(&a)).await.unwrap().into_inner();
        let subject = Some(pb::ForeignSubject { issuer: "https://id".to_owned(), subject: "a".to_owned() });
        let request = pb::UnmapSubjectRequest { name: a.name.clone(), etag: a.etag, subject, ..Default::default() };
        let a = s.identity().unmap_subject(request).await.unwrap().into_inner();
        assert!(a.certificate_uris.is_empty() && a.subjects.is_empty());
        s.identity().map_certificate(map(&b, "spiffe://dt/a")).await.unwrap();
        s.h.is_sound();
    }

    async fn a_principal_has_so_many_mappings_and_no_more(s: Locked) {
        let mut principal = s.principal("a").await;
        for number in 0..limits::MAPPINGS_PER_PRINCIPAL {
            principal = s.identity().map_certificate(map(&principal, &format!("spiffe://dt/{number}"))).await.unwrap().into_inner();
        }
        s.h.refuses(async { s.identity().map_subject(map_subject(&principal, "one more")).await }, Code::ResourceExhausted, "MAPPINGS_PER_PRINCIPAL").await;
    }
}
