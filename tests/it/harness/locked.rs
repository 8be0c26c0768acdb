//! A server that authenticates, and clients that say who they are.

use kehoach::db::Engine;
use kehoach::identity::{FirstToken, first_administrator};
use kehoach::pb;
use kehoach::pb::access_service_client::AccessServiceClient;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use kehoach::pb::classification_service_client::ClassificationServiceClient;
use kehoach::pb::envelope_service_client::EnvelopeServiceClient;
use kehoach::pb::identity_service_client::IdentityServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use kehoach::pb::payroll_service_client::PayrollServiceClient;
use kehoach::pb::plan_service_client::PlanServiceClient;
use kehoach::pb::project_service_client::ProjectServiceClient;
use kehoach::pb::workforce_service_client::WorkforceServiceClient;
use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::Harness;
use super::place::new_folder;

/// A server as it starts without `--dev`, and the token of its first administrator.
pub struct Locked {
    pub h: Harness,
    pub admin: String,
}

/// Sends one credential with each call, or none, and whom the caller stands in for.
#[derive(Clone)]
pub struct Bearer(Option<String>, Option<String>);

impl Bearer {
    /// Sends this one.
    pub fn of(credential: &str) -> Self {
        Self(Some(credential.to_owned()), None)
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(credential) = &self.0 {
            let value =
                MetadataValue::try_from(format!("Bearer {credential}")).unwrap_or_else(|error| panic!("{error}"));
            request.metadata_mut().insert("authorization", value);
        }
        if let Some(lender) = &self.1 {
            let value = MetadataValue::try_from(lender).unwrap_or_else(|error| panic!("{error}"));
            request.metadata_mut().insert("kehoach-on-behalf-of", value);
        }
        Ok(request)
    }
}

/// A channel that says who calls.
pub type As = InterceptedService<Channel, Bearer>;

impl Locked {
    /// A server on a fresh database; `None` (said loudly) where the engine is missing.
    pub async fn new(engine: Engine) -> Option<Self> {
        let h = Harness::with(engine, |options| options.is_dev = false).await?;
        let folder = new_folder();
        let path = folder.join("kehoach.token");
        let made = first_administrator(&h.app, &path).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(made, FirstToken::Made);
        let admin = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}")).trim().to_owned();
        drop(std::fs::remove_dir_all(folder));
        Some(Self { h, admin })
    }

    /// A client of IdentityService as the first administrator.
    pub fn identity(&self) -> IdentityServiceClient<As> {
        self.h.identity_as(&self.admin)
    }

    /// A principal without credentials.
    pub async fn principal(&self, id: &str) -> pb::Principal {
        let made = self.identity().create_principal(new_principal(id)).await;
        made.unwrap_or_else(|status| panic!("no principal {id}: {status:?}")).into_inner()
    }

    /// A token of a principal, with its secret.
    pub async fn token(&self, principal: &str) -> (pb::Token, String) {
        let request = pb::CreateTokenRequest { parent: principal_name(principal), ..Default::default() };
        let made = self.identity().create_token(request).await;
        let made = made.unwrap_or_else(|status| panic!("no token for {principal}: {status:?}")).into_inner();
        (made.token.unwrap_or_default(), made.secret)
    }

    /// A principal and a token of it.
    pub async fn caller(&self, id: &str) -> (pb::Principal, String) {
        let principal = self.principal(id).await;
        (principal, self.token(id).await.1)
    }

    /// Whether a credential is good now, as a read that everybody may make shows it.
    pub async fn is_good(&self, credential: &str) -> bool {
        let list = pb::ListJurisdictionsRequest::default();
        match self.h.organisation_as(credential).list_jurisdictions(list).await {
            Ok(_) => true,
            Err(status) => {
                super::refused(Err::<(), _>(status), tonic::Code::Unauthenticated, "UNAUTHENTICATED");
                false
            }
        }
    }
}

impl Harness {
    /// A client of IdentityService.
    pub fn identity(&self) -> IdentityServiceClient<Channel> {
        IdentityServiceClient::new(self.channel.clone())
    }

    /// A client of IdentityService with a credential.
    pub fn identity_as(&self, credential: &str) -> IdentityServiceClient<As> {
        IdentityServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of OrganisationService with a credential.
    pub fn organisation_as(&self, credential: &str) -> OrganisationServiceClient<As> {
        OrganisationServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of AccessService with a credential.
    pub fn access_as(&self, credential: &str) -> AccessServiceClient<As> {
        AccessServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of ClassificationService with a credential.
    pub fn classification_as(&self, credential: &str) -> ClassificationServiceClient<As> {
        ClassificationServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of PayrollService with a credential.
    pub fn payroll_as(&self, credential: &str) -> PayrollServiceClient<As> {
        PayrollServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of WorkforceService with a credential.
    pub fn workforce_as(&self, credential: &str) -> WorkforceServiceClient<As> {
        WorkforceServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of AccessService that stands in for another principal.
    pub fn access_in_place(&self, credential: &str, lender: &str) -> AccessServiceClient<As> {
        let bearer = Bearer(Some(credential.to_owned()), Some(lender.to_owned()));
        AccessServiceClient::with_interceptor(self.channel.clone(), bearer)
    }

    /// A client of BudgetService that stands in for another principal.
    pub fn budget_in_place(&self, credential: &str, lender: &str) -> BudgetServiceClient<As> {
        let bearer = Bearer(Some(credential.to_owned()), Some(lender.to_owned()));
        BudgetServiceClient::with_interceptor(self.channel.clone(), bearer)
    }

    /// A client of PlanService with a credential.
    pub fn plans_as(&self, credential: &str) -> PlanServiceClient<As> {
        PlanServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of ProjectService with a credential.
    pub fn projects_as(&self, credential: &str) -> ProjectServiceClient<As> {
        ProjectServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of EnvelopeService with a credential.
    pub fn envelopes_as(&self, credential: &str) -> EnvelopeServiceClient<As> {
        EnvelopeServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }

    /// A client of BudgetService with a credential.
    pub fn budget_as(&self, credential: &str) -> BudgetServiceClient<As> {
        BudgetServiceClient::with_interceptor(self.channel.clone(), Bearer::of(credential))
    }
}

/// `principals/{principal}`
pub fn principal_name(principal: &str) -> String {
    format!("principals/{principal}")
}

/// Asks for a service called by its id.
pub fn new_principal(id: &str) -> pb::CreatePrincipalRequest {
    pb::CreatePrincipalRequest {
        principal_id: id.to_owned(),
        principal: Some(pb::Principal {
            kind: pb::PrincipalKind::Service.into(),
            display_name: format!("Dịch vụ {id}"),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Makes of each test two, as `engines!` does, with a server that authenticates.
macro_rules! locked {
    ($($(#[$meta:meta])* async fn $name:ident($s:ident: Locked) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs what its file imports")]
            use super::*;

            async fn run($s: Locked) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                if let Some(s) = Locked::new(kehoach::db::Engine::Sqlite).await {
                    run(s).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(s) = Locked::new(kehoach::db::Engine::Postgres).await {
                    run(s).await;
                }
            }
        }
    )*};
}
pub(crate) use locked;
