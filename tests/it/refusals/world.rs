//! What is stored when the faults are tried: one of everything that a refusal needs.

use std::collections::BTreeMap;

use kehoach::pb;
use kehoach::pb::line_operation::Operation;

use crate::budget::{batch, create, created, line};
use crate::harness::{Harness, department, jurisdiction_name, new_principal, new_unit, principal_name, unit_name};
use kehoach::limits;

/// Etags by name, as they were when everything was there, and who may call.
#[derive(Default)]
pub struct World {
    etags: BTreeMap<String, String>,
    tokens: BTreeMap<String, String>,
    /// The credential of an administrator.
    pub admin: String,
    /// The credential of somebody who is none.
    pub stranger: String,
}

pub fn scheme_name(scheme: &str) -> String {
    format!("jurisdictions/dt/schemes/{scheme}")
}

pub fn code_name(code: &str) -> String {
    format!("jurisdictions/dt/schemes/own/codes/functional.{code}")
}

pub fn estimate_name(estimate: &str) -> String {
    format!("jurisdictions/dt/estimates/{estimate}")
}

pub fn line_name(estimate: &str, line: &str) -> String {
    format!("jurisdictions/dt/estimates/{estimate}/lines/{line}")
}

pub fn functional(code: &str, parent: &str) -> pb::Code {
    pb::Code {
        dimension: pb::Dimension::Functional.into(),
        code: code.to_owned(),
        parent_code: parent.to_owned(),
        display_name: format!("Khoản {code}"),
        postable: true,
        ..Default::default()
    }
}

pub fn create_code(code: pb::Code) -> pb::CodeOperation {
    pb::CodeOperation { operation: Some(pb::code_operation::Operation::Create(code)) }
}

pub fn new_scheme(id: &str, first: i32, last: i32) -> pb::CreateSchemeRequest {
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

/// As deep as trees may be: `deep-1` to `deep-32`.
pub const DEEPEST: &str = "deep-32";

impl World {
    /// The etag of an object.
    pub fn etag(&self, name: &str) -> String {
        self.etags.get(name).cloned().unwrap_or_default()
    }

    /// Keeps the etag of an object.
    pub fn keep(&mut self, name: String, etag: String) {
        self.etags.insert(name, etag);
    }

    /// The name of a token.
    pub fn token(&self, which: &str) -> String {
        self.tokens.get(which).cloned().unwrap_or_default()
    }

    /// Makes everything through the front door, but an estimate with as many lines as there may be.
    pub async fn build(h: Harness) -> (Harness, Self) {
        let mut world = Self::default();
        world.make(&h).await;
        // From here on everybody has to say who they are.
        (h.restarted_with(|options| options.is_dev = false).await, world)
    }

    async fn make(&mut self, h: &Harness) {
        h.budget_ground().await;
        let spare = h.jurisdiction("spare").await;
        self.etags.insert(spare.name, spare.etag);
        self.principals(h).await;
        self.units(h).await;
        self.classification(h).await;
        self.estimates(h).await;
        super::access::make(self, h).await;
        super::approval::make(self, h).await;
        super::holidays::make(self, h).await;
        super::plan::make(self, h).await;
        super::workforce::make(self, h).await;
        super::project::make(self, h).await;
        super::envelope::make(self, h).await;
        super::check::make(self, h).await;
        super::review::make(h).await;
        super::staffing::make(self, h).await;
        super::payroll::make(self, h).await;
        let dt = pb::GetJurisdictionRequest { name: jurisdiction_name("dt"), read_at: None };
        let dt = h.organisation().get_jurisdiction(dt).await.unwrap().into_inner();
        self.etags.insert(dt.name, dt.etag);
        // 200,000 lines would take minutes.
        h.sql("UPDATE estimate_versions SET line_count = 200000, last_sequence = 200000 WHERE estimate = 'full'");
    }

    async fn principals(&mut self, h: &Harness) {
        let mut client = h.identity();
        let spare = (2..=7).map(|number| format!("spare-{number}"));
        for id in ["boss", "svc", "stranger", "full", "spare"].into_iter().map(str::to_owned).chain(spare) {
            let mut request = new_principal(&id);
            request.principal.as_mut().unwrap().administrator = id == "boss";
            let made = client.create_principal(request).await.unwrap().into_inner();
            self.etags.insert(made.name, made.etag);
        }
        let certificates =
            (1..limits::MAPPINGS_PER_PRINCIPAL).map(|number| ("full", format!("spiffe://full/{number}")));
        for (id, uri) in certificates.chain([("spare-5", "spiffe://spare-5".to_owned())]) {
            let (name, etag) = (principal_name(id), self.etag(&principal_name(id)));
            let mapped = client
                .map_certificate(pb::MapCertificateRequest { name, uri, etag, ..Default::default() })
                .await
                .unwrap()
                .into_inner();
            self.etags.insert(mapped.name, mapped.etag);
        }
        for id in ["full", "spare-7"] {
            let subject = Some(pb::ForeignSubject { issuer: "https://issuer".to_owned(), subject: id.to_owned() });
            let (name, etag) = (principal_name(id), self.etag(&principal_name(id)));
            let mapped = client
                .map_subject(pb::MapSubjectRequest { name, subject, etag, ..Default::default() })
                .await
                .unwrap()
                .into_inner();
            self.etags.insert(mapped.name, mapped.etag);
        }
        let many = (0..limits::TOKENS_PER_PRINCIPAL).map(|_| ("full", "full"));
        for (id, which) in [
            ("boss", "boss"),
            ("stranger", "stranger"),
            ("svc", "good"),
            ("svc", "ended"),
            ("svc", "spare"),
            ("svc", "spare-2"),
        ]
        .into_iter()
        .chain(many)
        {
            let request = pb::CreateTokenRequest { parent: principal_name(id), ..Default::default() };
            let pb::IssuedToken { token, secret } = client.create_token(request).await.unwrap().into_inner();
            let mut token = token.unwrap();
            match which {
                "boss" => self.admin = secret,
                "stranger" => self.stranger = secret,
                "ended" => {
                    let revoke = pb::RevokeTokenRequest { name: token.name, etag: token.etag, ..Default::default() };
                    token = client.revoke_token(revoke).await.unwrap().into_inner();
                }
                _ => {}
            }
            self.tokens.insert(which.to_owned(), token.name.clone());
            self.etags.insert(token.name, token.etag);
        }
    }

    async fn units(&mut self, h: &Harness) {
        for (id, parent, closes_on) in [
            ("below", "khcn", ""),
            ("spare", "", ""),
            ("spare-2", "", ""),
            ("spare-3", "", ""),
            ("closed", "", "2020-01-01"),
        ] {
            let parent_unit = if parent.is_empty() { String::new() } else { unit_name("dt", parent) };
            h.new_unit("dt", id, pb::Unit { parent_unit, closes_on: closes_on.to_owned(), ..department(id) }).await;
        }
        let code = pb::ExternalCode { system: "mqhns".to_owned(), code: "1".to_owned() };
        h.new_unit("dt", "coded", pb::Unit { external_codes: vec![code], ..department("coded") }).await;
        let (above, late) = super::organisation::late();
        h.new_unit("dt", "above", above).await;
        h.new_unit("dt", "late", late).await;
        let mut parent = String::new();
        for level in 1..=32 {
            let id = format!("deep-{level}");
            let unit = pb::Unit { parent_unit: parent, ..department(&id) };
            parent = h
                .organisation()
                .create_unit(pb::CreateUnitRequest { unit: Some(unit), ..new_unit("dt", &id) })
                .await
                .unwrap()
                .into_inner()
                .name;
        }
        for id in ["khcn", "below", "spare", "spare-2", "spare-3", "closed", "coded", "late"] {
            let unit = h.get_unit("dt", id).await;
            self.etags.insert(unit.name, unit.etag);
        }
    }

    async fn classification(&mut self, h: &Harness) {
        let mut client = h.classification();
        for (id, first, last) in [("later", 2040, 2041), ("spare", 2050, 2050)] {
            client.create_scheme(new_scheme(id, first, last)).await.unwrap();
        }
        let deep = (1..=32).map(|level| {
            functional(&format!("D{level}"), &if level == 1 { String::new() } else { format!("D{}", level - 1) })
        });
        let ended = pb::Code { last_fiscal_year: 2019, ..functional("199", "100") };
        let spare = functional("spare", "");
        for (scheme, codes) in [
            ("own", deep.chain([ended, spare]).collect::<Vec<_>>()),
            (
                "later",
                vec![
                    functional("A", ""),
                    pb::Code { postable: false, ..functional("B", "") },
                    pb::Code { last_fiscal_year: 2040, ..functional("C", "") },
                ],
            ),
        ] {
            let operations = codes.into_iter().map(create_code).collect();
            client
                .batch_write_codes(pb::BatchWriteCodesRequest {
                    parent: scheme_name(scheme),
                    operations,
                    ..Default::default()
                })
                .await
                .unwrap();
        }
        let converted = [("101", "A"), ("102", "B"), ("341", "C")].map(|(from, to)| pb::ConversionEntry {
            dimension: pb::Dimension::Functional.into(),
            code: from.to_owned(),
            targets: vec![pb::ConversionTarget { code: to.to_owned(), share_bp: 10_000 }],
            ..Default::default()
        });
        let conversions = pb::BatchWriteConversionsRequest {
            parent: scheme_name("own"),
            target_scheme: scheme_name("later"),
            conversions: converted.to_vec(),
            ..Default::default()
        };
        let written = client.batch_write_conversions(conversions).await.unwrap().into_inner();
        self.etags.extend(
            ["101", "102", "341"]
                .iter()
                .zip(written.conversions)
                .map(|(code, one)| (format!("conversion {code}"), one.etag)),
        );
        for scheme in ["own", "later", "spare"] {
            let found = client
                .get_scheme(pb::GetSchemeRequest { name: scheme_name(scheme), read_at: None })
                .await
                .unwrap()
                .into_inner();
            self.etags.insert(found.name, found.etag);
        }
        for code in ["100", "101", "102", "340", "spare"] {
            let found = client
                .get_code(pb::GetCodeRequest { name: code_name(code), read_at: None })
                .await
                .unwrap()
                .into_inner();
            self.etags.insert(found.name, found.etag);
        }
    }

    async fn estimates(&mut self, h: &Harness) {
        let most = 1_000_000_000_000_000_000;
        let plain = || vec![line("101", 5), line("101", 7)];
        let large = vec![line("101", most); 9];
        let mut old = create("old", 2019, vec![line("101", 5)]);
        old.lines[0].line.as_mut().unwrap().functional_code = "199".to_owned();
        for (id, year, lines) in [
            ("e1", 2024, plain()),
            ("e2", 2025, plain()),
            ("spare", 2026, plain()),
            ("spare-2", 2027, plain()),
            ("submitted", 2028, plain()),
            ("full", 2029, plain()),
            ("large", 2030, large.clone()),
            ("large-2", 2023, large),
            ("grouped", 2022, vec![line("102", 5)]),
            ("ended", 2021, vec![line("341", 5)]),
        ] {
            h.estimate(id, year, Vec::new()).await;
            let operations: Vec<Operation> = lines
                .into_iter()
                .enumerate()
                .map(|(number, line)| created(&format!("l{}", number + 1), line))
                .collect();
            if !operations.is_empty() {
                h.budget().batch_write_lines(batch(id, operations)).await.unwrap();
            }
        }
        h.budget().create_estimate(old).await.unwrap();
        h.estimate("copied", 2018, vec![line("D2", 5)]).await;
        let giving = pb::Line {
            nature: pb::Nature::TransferDown.into(),
            counterpart_unit: unit_name("dt", "below"),
            ..line("101", 5)
        };
        h.estimate("giving", 2018, vec![giving]).await;
        h.estimate("negative", 2018, vec![line("101", -most); 9]).await;
        let many = (0..6).map(|part| {
            (0..2_000).map(|number| pb::Line { description: format!("p{part}-{number}"), ..line("199", 1) }).collect()
        });
        for (number, lines) in many.enumerate() {
            h.estimate(&format!("many-{number}"), 2019, lines).await;
        }
        // As many projects would take minutes.
        h.sql("UPDATE line_versions SET project = description WHERE estimate LIKE 'many-%'");
        // Nor can what is too much be taken in one by one.
        h.sql(
            "INSERT INTO inclusions (jurisdiction, since, until, child, parent, submission, revision)
             SELECT jurisdiction, since + 1, until, estimate, CASE estimate WHEN 'large' THEN 'large-2' ELSE 'many-0' END, 1, since
               FROM estimate_versions WHERE until = 9223372036854775807 AND (estimate = 'large' OR estimate LIKE 'many-%')
                AND estimate <> 'many-0'",
        );
        let kept = ["e1", "e2", "spare", "spare-2", "submitted", "full", "large"];
        for id in kept {
            let found = h
                .budget()
                .get_estimate(pb::GetEstimateRequest { name: estimate_name(id), read_at: None })
                .await
                .unwrap()
                .into_inner();
            self.etags.insert(found.name, found.etag);
            self.etags.extend(h.lines_of(id).await.into_iter().map(|line| (line.name, line.etag)));
        }
    }
}
