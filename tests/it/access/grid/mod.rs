//! Every cell of the table, executed: each method, called by each role on each scope, by strangers and by people from elsewhere.

mod approval;
mod check;
mod envelope;

use bytes::Bytes;
use kehoach::document::authority::{Action, Relation, Role, Rule};
use kehoach::grpc::codec::Raw;
use kehoach::pb;
use kehoach::server::rule_of;
use kehoach::word::Word;
use prost::Message;
use tonic::{Code, Request};

use super::ground::{Ground, confirm, grant, grant_in, revoke};
use super::pay::pay;
use super::planning::planning;
use super::portfolio::portfolio;
use super::table::{SCOPES, allows};
use crate::budget::{batch, create, created, line};
use crate::harness::{
    Locked, jurisdiction_name, locked, new_jurisdiction, new_principal, new_unit, principal_name, unit_name,
};
use crate::plan::plan_name;
use crate::project::project_name;

/// Somebody who calls: a role in relations to the department, or nobody in particular.
struct Person {
    id: String,
    secret: String,
    role: Option<Role>,
    relations: &'static [Relation],
}

/// The objects that the methods act on, with what is needed to name them.
struct Objects {
    unit: pb::Unit,
    child: pb::Unit,
    estimate: pb::Estimate,
    line: String,
    plan: pb::Plan,
    project: pb::Project,
    workforce_plan: pb::WorkforcePlan,
    scheme: pb::Scheme,
    envelope: pb::Envelope,
    grant: pb::Grant,
    pending: pb::Grant,
    delegation: pb::Delegation,
}

async fn people(g: &Ground) -> Vec<Person> {
    let mut people = Vec::new();
    for role in Role::ALL {
        for (name, unit, relations) in SCOPES {
            let id = format!("{}-{name}", role.as_str().to_ascii_lowercase());
            let role_there = pb::Role::try_from(role_number(*role)).unwrap();
            let secret = g.holder(&id, role_there, unit).await;
            people.push(Person { id, secret, role: Some(*role), relations });
        }
    }
    // From another jurisdiction, where they may do everything.
    g.h.organisation_as(&g.admin).create_jurisdiction(new_jurisdiction("hcm")).await.unwrap();
    let (_, secret) = g.caller("elsewhere").await;
    g.h.access_as(&g.admin).create_grant(grant_in("hcm", "elsewhere", pb::Role::Admin, "")).await.unwrap();
    people.push(Person { id: "elsewhere".to_owned(), secret, role: None, relations: &[] });
    let (_, secret) = g.caller("stranger").await;
    people.push(Person { id: "stranger".to_owned(), secret, role: None, relations: &[] });
    let (id, secret) = ("admin".to_owned(), g.admin.clone());
    people.push(Person { id, secret, role: None, relations: &[Relation::Administrator] });
    people
}

fn role_number(role: Role) -> i32 {
    i32::try_from(Role::ALL.iter().position(|other| *other == role).unwrap() + 1).unwrap()
}

async fn objects(g: &Ground) -> Objects {
    let unit = |id: &'static str| async move {
        let key = Some(pb::get_unit_request::Key::Name(unit_name("dt", id)));
        g.h.organisation_as(&g.an).get_unit(pb::GetUnitRequest { key, read_at: None }).await.unwrap().into_inner()
    };
    let name = "jurisdictions/dt/estimates/e".to_owned();
    let lines = pb::ListLinesRequest { parent: name.clone(), ..Default::default() };
    let lines = g.h.budget_as(&g.an).list_lines(lines).await.unwrap().into_inner().lines;
    let estimate = pb::GetEstimateRequest { name, read_at: None };
    let plan = pb::GetPlanRequest { name: plan_name("p"), read_at: None };
    let project = pb::GetProjectRequest { name: project_name("p"), read_at: None };
    let scheme = pb::GetSchemeRequest { name: "jurisdictions/dt/schemes/own".to_owned(), read_at: None };
    g.principal("other").await;
    let lender = g.holder("lender", pb::Role::Reader, "khcn").await;
    let delegation =
        pb::Delegation { deputy: principal_name("other"), ends_on: "2025-09-01".to_owned(), ..Default::default() };
    let delegation = pb::CreateDelegationRequest {
        parent: jurisdiction_name("dt"),
        delegation: Some(delegation),
        ..Default::default()
    };
    Objects {
        unit: unit("khcn").await,
        child: unit("tt").await,
        estimate: g.h.budget_as(&g.an).get_estimate(estimate).await.unwrap().into_inner(),
        plan: g.h.plans_as(&g.an).get_plan(plan).await.unwrap().into_inner(),
        project: g.h.projects_as(&g.an).get_project(project).await.unwrap().into_inner(),
        workforce_plan: super::pay::made(g).await,
        line: lines.first().unwrap().name.clone(),
        envelope: issued(g).await,
        scheme: g.h.classification_as(&g.an).get_scheme(scheme).await.unwrap().into_inner(),
        grant: g.give("other", pb::Role::Reader, "khcn").await,
        pending: g
            .h
            .access_as(&g.an)
            .create_grant(grant("other", pb::Role::Approver, "khcn"))
            .await
            .unwrap()
            .into_inner(),
        delegation: g.h.access_as(&lender).create_delegation(delegation).await.unwrap().into_inner(),
    }
}

async fn issued(g: &Ground) -> pb::Envelope {
    let finance = g.holder("finance", pb::Role::Reviewer, "stc").await;
    let request = crate::envelope::issue("v", pb::EnvelopeKind::Ceiling, 1);
    g.h.envelopes_as(&finance).issue_envelope(request).await.unwrap().into_inner()
}

/// A request of a method that is in order; what changes something is only tried.
fn request(method: &str, o: &Objects, person: &str) -> Option<Vec<u8>> {
    organisation(method, o)
        .or_else(|| classification(method, o))
        .or_else(|| budget(method, o))
        .or_else(|| approval::request(method, o))
        .or_else(|| envelope::request(method, &o.envelope))
        .or_else(|| check::request(method))
        .or_else(|| planning(method, &o.plan))
        .or_else(|| portfolio(method, &o.project))
        .or_else(|| pay(method, &o.workforce_plan, &o.estimate))
        .or_else(|| access(method, o))
        .or_else(|| identity(method, person))
}

fn organisation(method: &str, o: &Objects) -> Option<Vec<u8>> {
    let (validate_only, parent) = (true, jurisdiction_name("dt"));
    let (name, etag) = (o.unit.name.clone(), o.unit.etag.clone());
    Some(match method {
        "CreateJurisdiction" => {
            pb::CreateJurisdictionRequest { validate_only, ..new_jurisdiction("other") }.encode_to_vec()
        }
        "GetJurisdiction" => pb::GetJurisdictionRequest { name: parent, read_at: None }.encode_to_vec(),
        "ListJurisdictions" => pb::ListJurisdictionsRequest::default().encode_to_vec(),
        "UpdateJurisdiction" => {
            let jurisdiction =
                Some(pb::Jurisdiction { name: parent, display_name: "X".to_owned(), ..Default::default() });
            pb::UpdateJurisdictionRequest {
                jurisdiction,
                etag: "\"x-1\"".to_owned(),
                validate_only,
                ..Default::default()
            }
            .encode_to_vec()
        }
        "CreateUnit" => {
            let mut request = pb::CreateUnitRequest { validate_only, ..new_unit("dt", "new") };
            request.unit = request.unit.map(|unit| pb::Unit { parent_unit: name, ..unit });
            request.encode_to_vec()
        }
        "GetUnit" => {
            pb::GetUnitRequest { key: Some(pb::get_unit_request::Key::Name(name)), read_at: None }.encode_to_vec()
        }
        "ListUnits" => pb::ListUnitsRequest { parent, ..Default::default() }.encode_to_vec(),
        "UpdateUnit" => {
            let unit = Some(pb::Unit { name, display_name: "X".to_owned(), ..Default::default() });
            pb::UpdateUnitRequest { unit, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        // The centre stays where it is, below the department: both must be covered.
        "MoveUnit" => pb::MoveUnitRequest {
            name: o.child.name.clone(),
            new_parent_unit: name,
            etag: o.child.etag.clone(),
            validate_only,
            ..Default::default()
        }
        .encode_to_vec(),
        "CloseUnit" => {
            pb::CloseUnitRequest { name, etag, closes_on: "2026-01-01".to_owned(), validate_only, ..Default::default() }
                .encode_to_vec()
        }
        _ => return None,
    })
}

fn classification(method: &str, o: &Objects) -> Option<Vec<u8>> {
    let (validate_only, parent, name) = (true, jurisdiction_name("dt"), o.scheme.name.clone());
    let new = || pb::Scheme {
        display_name: "X".to_owned(),
        first_fiscal_year: 2040,
        last_fiscal_year: 2041,
        ..Default::default()
    };
    let dimension = pb::Dimension::Functional.into();
    Some(match method {
        "ListRegimes" => pb::ListRegimesRequest::default().encode_to_vec(),
        "AdoptScheme" => pb::AdoptSchemeRequest {
            parent,
            regime: "regimes/tt324-2016".to_owned(),
            validate_only,
            ..Default::default()
        }
        .encode_to_vec(),
        "CreateScheme" => {
            pb::CreateSchemeRequest { parent, scheme: Some(new()), validate_only, ..Default::default() }.encode_to_vec()
        }
        "GetScheme" => pb::GetSchemeRequest { name, read_at: None }.encode_to_vec(),
        "ListSchemes" => pb::ListSchemesRequest { parent, ..Default::default() }.encode_to_vec(),
        "UpdateScheme" => {
            let scheme = Some(pb::Scheme { name, display_name: "Y".to_owned(), ..Default::default() });
            pb::UpdateSchemeRequest { scheme, etag: o.scheme.etag.clone(), validate_only, ..Default::default() }
                .encode_to_vec()
        }
        "BatchWriteCodes" => {
            let code = pb::Code {
                dimension,
                code: "900".to_owned(),
                display_name: "X".to_owned(),
                provenance: pb::Provenance::Own.into(),
                ..Default::default()
            };
            let operations = vec![pb::CodeOperation { operation: Some(pb::code_operation::Operation::Create(code)) }];
            pb::BatchWriteCodesRequest { parent: name, operations, validate_only, ..Default::default() }.encode_to_vec()
        }
        "GetCode" => pb::GetCodeRequest { name: format!("{name}/codes/functional.101"), read_at: None }.encode_to_vec(),
        "ListCodes" => pb::ListCodesRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "BatchWriteConversions" => {
            let conversions = vec![pb::ConversionEntry {
                dimension,
                code: "101".to_owned(),
                etag: "\"x-1\"".to_owned(),
                ..Default::default()
            }];
            pb::BatchWriteConversionsRequest {
                parent: name.clone(),
                target_scheme: name.replace("own", "other"),
                conversions,
                validate_only,
                ..Default::default()
            }
            .encode_to_vec()
        }
        "ListConversions" => pb::ListConversionsRequest { parent: name, ..Default::default() }.encode_to_vec(),
        _ => return None,
    })
}

fn budget(method: &str, o: &Objects) -> Option<Vec<u8>> {
    let (validate_only, parent, unit) = (true, jurisdiction_name("dt"), o.unit.name.clone());
    let (name, etag) = (o.estimate.name.clone(), o.estimate.etag.clone());
    let (kind, fiscal_year) = (pb::EstimateKind::Annual.into(), 2026);
    let at = || Some(pb::EstimateAt { name: name.clone(), read_at: None });
    let new = pb::CreateEstimateRequest { validate_only, ..create("new", 2027, Vec::new()) };
    Some(match method {
        "CreateEstimate" => new.encode_to_vec(),
        "GetEstimate" => pb::GetEstimateRequest { name, read_at: None }.encode_to_vec(),
        "LookupEstimate" => pb::LookupEstimateRequest { unit, fiscal_year, kind, ..Default::default() }.encode_to_vec(),
        "ListEstimates" => pb::ListEstimatesRequest { parent, ..Default::default() }.encode_to_vec(),
        "ListIncluded" => pb::ListIncludedRequest { name, read_at: None }.encode_to_vec(),
        "SummarizeConsolidation" => pb::SummarizeConsolidationRequest { name, ..Default::default() }.encode_to_vec(),
        "UpdateEstimate" => {
            let estimate = Some(pb::Estimate { name, title: "X".to_owned(), ..Default::default() });
            pb::UpdateEstimateRequest { estimate, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "DeleteEstimate" => {
            pb::DeleteEstimateRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "BatchWriteLines" => {
            pb::BatchWriteLinesRequest { validate_only, ..batch("e", vec![created("new", line("101", 1))]) }
                .encode_to_vec()
        }
        "ImportLines" => {
            pb::ImportHeader { validate_only, ..crate::budget::import::header(&o.estimate) }.encode_to_vec()
        }
        "GetLine" => pb::GetLineRequest { name: o.line.clone(), read_at: None }.encode_to_vec(),
        "ListLines" => pb::ListLinesRequest { parent: name, ..Default::default() }.encode_to_vec(),
        "SummarizeBudget" => {
            pb::SummarizeBudgetRequest { parent, fiscal_years: vec![2026], ..Default::default() }.encode_to_vec()
        }
        "CompareEstimates" => {
            pb::CompareEstimatesRequest { left: at(), right: at(), ..Default::default() }.encode_to_vec()
        }
        "CopyEstimate" => {
            let stage = pb::StageCopy {
                source: pb::Stage::Requested.into(),
                target: pb::Stage::Requested.into(),
                factor_bp: None,
            };
            pb::CopyEstimateRequest {
                name,
                fiscal_year: 2028,
                kind,
                stages: vec![stage],
                validate_only,
                ..Default::default()
            }
            .encode_to_vec()
        }
        _ => return None,
    })
}

fn access(method: &str, o: &Objects) -> Option<Vec<u8>> {
    let (validate_only, parent) = (true, jurisdiction_name("dt"));
    let delegation =
        pb::Delegation { deputy: principal_name("other"), ends_on: "2025-09-01".to_owned(), ..Default::default() };
    Some(match method {
        "CreateGrant" => {
            pb::CreateGrantRequest { validate_only, ..grant("other", pb::Role::Reader, "khcn") }.encode_to_vec()
        }
        "ConfirmGrant" => pb::ConfirmGrantRequest { validate_only, ..confirm(&o.pending) }.encode_to_vec(),
        "RevokeGrant" => pb::RevokeGrantRequest { validate_only, ..revoke(&o.grant) }.encode_to_vec(),
        "GetGrant" => pb::GetGrantRequest { name: o.grant.name.clone(), read_at: None }.encode_to_vec(),
        "ListGrants" => pb::ListGrantsRequest { parent, ..Default::default() }.encode_to_vec(),
        "CreateDelegation" => {
            pb::CreateDelegationRequest { parent, delegation: Some(delegation), validate_only, ..Default::default() }
                .encode_to_vec()
        }
        "RevokeDelegation" => pb::RevokeDelegationRequest {
            name: o.delegation.name.clone(),
            etag: o.delegation.etag.clone(),
            validate_only,
            ..Default::default()
        }
        .encode_to_vec(),
        "ListDelegations" => pb::ListDelegationsRequest { parent, ..Default::default() }.encode_to_vec(),
        "WhoAmI" => pb::WhoAmIRequest { parent }.encode_to_vec(),
        "ListRefusals" => pb::ListRefusalsRequest { parent, ..Default::default() }.encode_to_vec(),
        "TestAccess" => {
            let what = Some(pb::test_access_request::What::Act(pb::Act::ManageGrants.into()));
            pb::TestAccessRequest { parent, what, ..Default::default() }.encode_to_vec()
        }
        _ => return None,
    })
}

fn identity(method: &str, person: &str) -> Option<Vec<u8>> {
    let (validate_only, own, etag) = (true, principal_name(person), "\"x-1\"".to_owned());
    let name = principal_name("other");
    let uri = "spiffe://dt/x".to_owned();
    let subject = Some(pb::ForeignSubject { issuer: "https://id".to_owned(), subject: "x".to_owned() });
    Some(match method {
        "CreatePrincipal" => pb::CreatePrincipalRequest { validate_only, ..new_principal("new") }.encode_to_vec(),
        "GetPrincipal" => pb::GetPrincipalRequest { name: own, read_at: None }.encode_to_vec(),
        "ListPrincipals" => pb::ListPrincipalsRequest::default().encode_to_vec(),
        "UpdatePrincipal" => {
            let principal = Some(pb::Principal { name, display_name: "X".to_owned(), ..Default::default() });
            pb::UpdatePrincipalRequest { principal, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "SuspendPrincipal" => {
            pb::SuspendPrincipalRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "ResumePrincipal" => {
            pb::ResumePrincipalRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "MapCertificate" => {
            pb::MapCertificateRequest { name, uri, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "UnmapCertificate" => {
            pb::UnmapCertificateRequest { name, uri, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "MapSubject" => {
            pb::MapSubjectRequest { name, subject, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "UnmapSubject" => {
            pb::UnmapSubjectRequest { name, subject, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "CreateToken" => pb::CreateTokenRequest { parent: name, validate_only, ..Default::default() }.encode_to_vec(),
        "ListTokens" => pb::ListTokensRequest { parent: own, ..Default::default() }.encode_to_vec(),
        // A token of one's own that is not there; for others' tokens the answer is the same and is tested elsewhere.
        "RotateToken" | "RevokeToken" => return Some(Vec::new()),
        _ => return None,
    })
}

/// What names nothing that could be hidden.
const PLAIN: &[&str] = &[
    "CreateUnit",
    "CreateEstimate",
    "CreatePlan",
    "CreateProject",
    "CreateWorkforcePlan",
    "CreateGrant",
    "ListRefusals",
    "BatchWriteFundingRules",
];

/// What the table promises: whether the call is let through, or else the code of the refusal.
fn expected(method: &str, rule: Rule, person: &Person) -> Result<(), Code> {
    let may = |action| allows(action, person.role, person.relations);
    if may(rule.action()) {
        return Ok(());
    }
    // What is created names nothing that could be hidden, and what the jurisdiction alone decides names it alone.
    let is_plain = matches!(rule, Rule::Whole(_)) || PLAIN.contains(&method);
    let reading = [
        (Action::ManageUnits, Action::ReadMember),
        (Action::ManageSchemes, Action::ReadMember),
        (Action::DraftDocument, Action::ReadDocument),
        (Action::AcknowledgeLines, Action::ReadDocument),
        (Action::IssueEnvelope, Action::ReadDocument),
        (Action::RetainEnvelope, Action::ReadDocument),
        (Action::ManageGrants, Action::ReadGrants),
        (Action::ManageDelegations, Action::ReadDelegations),
    ];
    let is_verb = (Action::SubmitDocument..=Action::CloseDocument).contains(&rule.action());
    let reads = |(change, read): &(Action, Action)| *change == rule.action() && may(*read);
    let knows = is_plain || is_verb && may(Action::ReadDocument) || reading.iter().any(reads);
    Err(if knows { Code::PermissionDenied } else { Code::NotFound })
}

async fn outcome(g: &Ground, path: &'static str, bytes: Vec<u8>, secret: &str) -> Code {
    let mut client = tonic::client::Grpc::new(g.h.channel());
    client.ready().await.unwrap();
    let mut request = Request::new(Bytes::from(bytes));
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    let at = http::uri::PathAndQuery::from_static(path);
    if path.ends_with("/ImportLines") {
        // Its header, and a file behind it.
        let header = pb::ImportHeader::decode(request.get_ref().clone()).unwrap();
        let sent = crate::budget::import::messages(header, &[b"code,amount,text\n101,1,\n"]);
        let bytes: Vec<Bytes> = sent.iter().map(|message| message.encode_to_vec().into()).collect();
        let stream = request.map(|_| tokio_stream::iter(bytes));
        return client.client_streaming(stream, at, Raw).await.err().map_or(Code::Ok, |status| status.code());
    }
    client.unary(request, at, Raw).await.err().map_or(Code::Ok, |status| status.code())
}

locked! {
    async fn every_method_answers_everybody_as_the_table_says(s: Locked) {
        let g = Ground::new(s).await;
        let people = people(&g).await;
        let objects = objects(&g).await;
        // The other scheme of the conversions.
        let other = pb::Scheme { display_name: "Khác".to_owned(), first_fiscal_year: 2031, last_fiscal_year: 2039, ..Default::default() };
        let other = pb::CreateSchemeRequest { parent: jurisdiction_name("dt"), scheme_id: "other".to_owned(), scheme: Some(other), ..Default::default() };
        g.h.classification_as(&g.an).create_scheme(other).await.unwrap();
        let before = g.h.standing();
        let (mut wrong, mut cells) = (Vec::new(), 0);
        for method in pb::METHODS {
            let rule = rule_of(method.path).unwrap();
            for person in &people {
                let Some(bytes) = request(method.name, &objects, &person.id) else { panic!("say how {} is called", method.path) };
                if bytes.is_empty() {
                    continue;
                }
                let found = outcome(&g, method.path, bytes, &person.secret).await;
                let refusals = [Code::PermissionDenied, Code::NotFound, Code::Unauthenticated, Code::InvalidArgument, Code::Internal, Code::Unavailable];
                let as_expected = match expected(method.name, rule, person) {
                    Ok(()) => !refusals.contains(&found),
                    Err(code) => code == found,
                };
                if !as_expected {
                    wrong.push(format!("{} by {}: {found:?}, expected {:?}", method.name, person.id, expected(method.name, rule, person)));
                }
                cells += 1;
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
        assert!(cells > 2_500, "only {cells} cells");
        g.h.nothing_changed(&before);
    }

    async fn test_access_says_what_happens(s: Locked) {
        let g = Ground::new(s).await;
        let people = people(&g).await;
        let objects = objects(&g).await;
        let audit = g.holder("audit", pb::Role::Auditor, "").await;
        for (path, object) in [
            ("/kehoach.v1.BudgetService/BatchWriteLines", &objects.estimate.name),
            ("/kehoach.v1.BudgetService/GetLine", &objects.line),
            ("/kehoach.v1.PlanService/BatchWritePlan", &objects.plan.name),
            ("/kehoach.v1.ProjectService/MoveProject", &objects.project.name),
            ("/kehoach.v1.OrganisationService/CloseUnit", &objects.unit.name),
            ("/kehoach.v1.AccessService/RevokeGrant", &objects.grant.name),
            ("/kehoach.v1.ClassificationService/UpdateScheme", &objects.scheme.name),
        ] {
            for person in &people {
                let request = pb::TestAccessRequest {
                    parent: jurisdiction_name("dt"),
                    principal: principal_name(&person.id),
                    what: Some(pb::test_access_request::What::Method(path.to_owned())),
                    object: object.clone(),
                    ..Default::default()
                };
                let verdict = g.h.access_as(&audit).test_access(request).await.unwrap().into_inner();
                let rule = rule_of(path).unwrap();
                assert_eq!(verdict.allowed, allows(rule.action(), person.role, person.relations), "{path} by {}: {verdict:?}", person.id);
                assert_eq!((verdict.allowed, verdict.rule.is_empty()), (verdict.needs.is_empty(), !verdict.allowed));
                assert_eq!(verdict.allowed, verdict.grant.starts_with("jurisdictions/dt/grants/"));
            }
        }
    }
}
