//! A server with its database, what is laid in it, and what is measured there.

use std::future::Future;
use std::path::Path;
use std::time::Instant;

use kehoach::pb;
use kehoach::pb::approval_service_client::ApprovalServiceClient;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use kehoach::pb::classification_service_client::ClassificationServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use kehoach::pb::plan_item::Content;
use kehoach::pb::plan_service_client::PlanServiceClient;
use kehoach::pb::project_service_client::ProjectServiceClient;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use super::server::Server;
use super::words::{
    FIRST_YEAR, act, actual, by, indicator, is_reported, item, line, money, parent, plan, plan_name, project, task,
    unit_name,
};
use super::{Measure, Size};

/// The largest answer that the bench takes.
const ANSWER_BYTES: usize = 64 << 20;

/// Operations of one batch.
const BATCH: usize = 2_000;

/// Calls that are made at a time.
const AT_ONCE: usize = 32;

pub struct Site {
    pub server: Server,
    pub measures: Vec<Measure>,
    size: Size,
    channel: Channel,
}

/// What a call answered; a bench cannot go on without.
fn good<T>(answer: Result<tonic::Response<T>, Status>) -> T {
    answer.unwrap_or_else(|status| panic!("{status:?}")).into_inner()
}

impl Site {
    pub async fn start(folder: &Path, name: &str, size: Size) -> Self {
        let database = format!("sqlite:{}", folder.join(name).with_extension("db").display());
        let server = Server::start(&database, folder, &["--dev"]).await;
        let endpoint = Endpoint::from_shared(format!("http://{}", server.door.address)).unwrap();
        let channel = endpoint.tcp_nodelay(true).connect_lazy();
        let site = Self { server, measures: Vec::new(), size, channel };
        let jurisdiction = pb::Jurisdiction {
            display_name: "Tỉnh".to_owned(),
            currency_code: "VND".to_owned(),
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateJurisdictionRequest {
            jurisdiction_id: "dt".to_owned(),
            jurisdiction: Some(jurisdiction),
            ..Default::default()
        };
        good(site.organisation().create_jurisdiction(request).await);
        site.unit("so".to_owned(), String::new()).await;
        site
    }

    fn organisation(&self) -> OrganisationServiceClient<Channel> {
        OrganisationServiceClient::new(self.channel.clone())
    }

    fn plans(&self) -> PlanServiceClient<Channel> {
        PlanServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES)
    }

    fn projects(&self) -> ProjectServiceClient<Channel> {
        ProjectServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES)
    }

    fn unit(&self, id: String, above: String) -> impl Future<Output = ()> + Send + 'static {
        let unit = pb::Unit {
            display_name: format!("Đơn vị {id}"),
            kind: pb::UnitKind::Department.into(),
            government_level: pb::GovernmentLevel::Province.into(),
            unit_level: pb::UnitLevel::LevelI.into(),
            parent_unit: above,
            ..Default::default()
        };
        let request = pb::CreateUnitRequest { parent: parent(), unit_id: id, unit: Some(unit), ..Default::default() };
        let mut client = self.organisation();
        async move { drop(good(client.create_unit(request).await)) }
    }

    fn noted(&mut self, name: &'static str, rows: usize, began: Instant) {
        self.measures.push(Measure { name, rows, ms: began.elapsed().as_secs_f64() * 1000.0 });
    }

    /// The plan in batches, its approval, and what is reported of it.
    pub async fn lay_plan(&mut self) {
        let (indicators, tasks) = (self.size.indicators, self.size.tasks);
        let mut items: Vec<pb::CreatePlanItemOperation> =
            (0..indicators).map(|at| item(format!("i{at}"), Content::Indicator(indicator(at)))).collect();
        items.extend((0..tasks).map(|at| item(format!("t{at}"), task(at))));
        let cells = (0..tasks).flat_map(|at| (0..5).map(move |year| (at, year)));
        items.extend(cells.map(|(at, year)| item(format!("m{at}-{year}"), money(at, FIRST_YEAR + year))));
        let (rows, began) = (items.len(), Instant::now());
        let mut plans = self.plans();
        good(plans.create_plan(by("drafter", plan("p", "so"))).await);
        for batch in items.chunks(BATCH) {
            let create = |one: &pb::CreatePlanItemOperation| pb::PlanOperation {
                operation: Some(pb::plan_operation::Operation::Create(one.clone())),
            };
            let operations = batch.iter().map(create).collect();
            let request = pb::BatchWritePlanRequest { parent: plan_name("p"), operations, ..Default::default() };
            good(plans.batch_write_plan(by("drafter", request)).await);
        }
        self.noted("load indicators, tasks and money of a plan", rows, began);
        let began = Instant::now();
        approve(self.channel.clone(), plan_name("p")).await;
        self.noted("check and approve it", rows, began);
        let of = |at: usize| (0..10).flat_map(move |year| (1..=4).map(move |quarter| (at, year, quarter)));
        let actuals: Vec<pb::Actual> = (0..indicators)
            .filter(|at| is_reported(*at))
            .flat_map(of)
            .map(|(at, year, quarter)| actual("p", at, FIRST_YEAR + year, quarter))
            .collect();
        let (rows, began) = (actuals.len(), Instant::now());
        for actuals in actuals.chunks(BATCH) {
            let actuals = actuals.to_vec();
            let request = pb::RecordActualsRequest { parent: plan_name("p"), actuals, ..Default::default() };
            good(plans.record_actuals(by("drafter", request)).await);
        }
        self.noted("record the reports of ten years by quarter", rows, began);
    }

    pub async fn lay_projects(&mut self) {
        let (rows, tasks, began) = (self.size.projects, self.size.tasks, Instant::now());
        let all: Vec<usize> = (0..rows).collect();
        for numbers in all.chunks(BATCH / 4) {
            let operations = numbers.iter().map(|number| project(*number, number % tasks)).collect();
            let request = pb::BatchWriteProjectsRequest { parent: parent(), operations, ..Default::default() };
            good(self.projects().batch_write_projects(by("drafter", request)).await);
        }
        self.noted("load projects that carry out its tasks", rows, began);
    }

    /// An estimate in force of which each line pays for a task.
    pub async fn lay_estimate(&mut self) {
        let scheme = pb::Scheme {
            display_name: "Mục lục".to_owned(),
            first_fiscal_year: FIRST_YEAR,
            last_fiscal_year: FIRST_YEAR + 9,
            ..Default::default()
        };
        let mut classification = ClassificationServiceClient::new(self.channel.clone());
        let request = pb::CreateSchemeRequest {
            parent: parent(),
            scheme_id: "own".to_owned(),
            scheme: Some(scheme),
            ..Default::default()
        };
        good(classification.create_scheme(request).await);
        let code = pb::Code {
            dimension: pb::Dimension::Functional.into(),
            code: "101".to_owned(),
            display_name: "Khoa học".to_owned(),
            postable: true,
            provenance: pb::Provenance::Own.into(),
            ..Default::default()
        };
        let create = pb::CodeOperation { operation: Some(pb::code_operation::Operation::Create(code)) };
        let scheme = format!("{}/schemes/own", parent());
        let request = pb::BatchWriteCodesRequest { parent: scheme, operations: vec![create], ..Default::default() };
        good(classification.batch_write_codes(request).await);
        let estimate = pb::Estimate {
            unit: unit_name("so"),
            fiscal_year: FIRST_YEAR + 2,
            kind: pb::EstimateKind::Annual.into(),
            title: "Dự toán".to_owned(),
            narrative: "Thuyết minh".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateEstimateRequest {
            parent: parent(),
            estimate_id: "e".to_owned(),
            estimate: Some(estimate),
            lines: (0..self.size.tasks).map(line).collect(),
            ..Default::default()
        };
        good(BudgetServiceClient::new(self.channel.clone()).create_estimate(by("drafter", request)).await);
        approve(self.channel.clone(), format!("{}/estimates/e", parent())).await;
    }

    pub async fn review(&mut self) {
        let rows = self.size.indicators * 41 + self.size.tasks * 6 + self.size.projects;
        let request = pb::ReviewPlanRequest { name: plan_name("p"), year: FIRST_YEAR + 4, ..Default::default() };
        let began = Instant::now();
        let review = good(self.plans().review_plan(request.clone()).await);
        self.noted("review the plan, with its money in estimates", rows, began);
        assert_eq!((review.indicators.len(), review.projects.len()), (self.size.indicators, self.size.projects));
        let paid = review.funds.unwrap().to_date.unwrap();
        assert_eq!(
            (paid.line_count as usize, paid.assigned_amount),
            (self.size.tasks, Some(900_000 * self.size.tasks as i64))
        );
        let since = pb::ReviewPlanRequest { since_revision: review.revision - 1, ..request };
        let began = Instant::now();
        good(self.plans().review_plan(since).await);
        self.noted("review it and what changed since another", 2 * rows, began);
        let name = format!("{}/indicators/i9", plan_name("p"));
        let began = Instant::now();
        good(self.plans().explain_indicator(pb::ExplainIndicatorRequest { name, ..Default::default() }).await);
        self.noted("explain one indicator", rows, began);
    }

    pub async fn list(&mut self) {
        let (mut rows, mut token, began) = (0, String::new(), Instant::now());
        loop {
            let request = pb::ListPlanItemsRequest {
                parent: plan_name("p"),
                page_size: 1000,
                page_token: token,
                ..Default::default()
            };
            let page = good(self.plans().list_plan_items(request).await);
            rows += page.items.len();
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        self.noted("list every item", rows, began);
        let changed = self.changes(0).await;
        assert!(changed > rows, "{changed} changes of {rows} items and their reports");
        let (mut rows, mut token, began) = (0, String::new(), Instant::now());
        loop {
            let request =
                pb::ListProjectsRequest { parent: parent(), page_size: 1000, page_token: token, ..Default::default() };
            let page = good(self.projects().list_projects(request).await);
            rows += page.projects.len();
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        self.noted("list every project", rows, began);
        let began = Instant::now();
        let request = pb::ListProjectChangesRequest { parent: parent(), page_size: 1000, ..Default::default() };
        let page = good(self.projects().list_project_changes(request.clone()).await);
        self.noted("list the changes of projects, a page", page.changes.len(), began);
        let began = Instant::now();
        let request = pb::ListProjectChangesRequest { since_revision: page.revision - 1, ..request };
        good(self.projects().list_project_changes(request).await);
        self.noted("list what changed since a moment ago", self.size.projects, began);
    }

    /// Everything that changed of the plan since a revision.
    async fn changes(&mut self, since_revision: i64) -> usize {
        let (mut rows, mut token, began) = (0, String::new(), Instant::now());
        loop {
            let request = pb::ListPlanChangesRequest {
                parent: plan_name("p"),
                since_revision,
                page_size: 1000,
                page_token: token,
                ..Default::default()
            };
            let page = good(self.plans().list_plan_changes(request).await);
            rows += page.changes.len();
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        self.noted("list every change of the plan and its reports", rows, began);
        rows
    }

    /// Units below the first one, each with a plan in force of twenty indicators, of which four are reported.
    pub async fn lay_units(&mut self) {
        let (units, began) = (self.size.units, Instant::now());
        for start in (0..units).step_by(AT_ONCE) {
            let mut calls = tokio::task::JoinSet::new();
            for number in start..units.min(start + AT_ONCE) {
                let id = format!("u{number}");
                let made = self.unit(id.clone(), unit_name("so"));
                let (channel, mut plans) = (self.channel.clone(), self.plans());
                calls.spawn(async move {
                    made.await;
                    let mut request = plan(&format!("p-{id}"), &id);
                    request.items =
                        (0..20).map(|at| item(format!("i{at}"), Content::Indicator(indicator(at)))).collect();
                    good(plans.create_plan(by("drafter", request)).await);
                    let name = format!("p-{id}");
                    approve(channel, plan_name(&name)).await;
                    let actuals = (5..9).map(|at| actual(&name, at, FIRST_YEAR + 2, 0)).collect();
                    let request = pb::RecordActualsRequest { parent: plan_name(&name), actuals, ..Default::default() };
                    good(plans.record_actuals(by("drafter", request)).await);
                });
            }
            while let Some(call) = calls.join_next().await {
                call.unwrap();
            }
        }
        self.noted("load units, each with a plan in force and reports", units, began);
    }

    pub async fn roll_up(&mut self) {
        let codes = ["KHCN.8", "KHCN.9", "KHCN.19"].map(str::to_owned).to_vec();
        let request = pb::SummarizeIndicatorsRequest {
            parent: parent(),
            unit: unit_name("so"),
            kind: pb::PlanKind::ActionProgramme.into(),
            codes,
            first_year: FIRST_YEAR + 2,
            page_size: 1000,
            ..Default::default()
        };
        let began = Instant::now();
        let made = good(self.plans().summarize_indicators(request).await);
        self.noted("roll three indicators up over all units", self.size.units, began);
        assert_eq!(made.indicators[0].counted_count as usize, self.size.units + 1);
    }
}

/// From the draft to approval, each step by whoever does it.
async fn approve(channel: Channel, name: String) {
    let mut client = ApprovalServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    macro_rules! step {
        ($person:literal, $method:ident, $Message:ident { $($field:ident: $value:expr),* }) => {{
            let request = pb::GetLifeRequest { name: name.clone(), ..Default::default() };
            let etag = good(client.get_life(by("reader", request)).await).etag;
            let message = pb::$Message { name: name.clone(), etag, $($field: $value,)* ..Default::default() };
            good(client.$method(by($person, message)).await);
        }};
    }
    step!("submitter", submit, SubmitRequest {});
    step!("head", endorse, EndorseRequest {});
    step!("reviewer", appraise, AppraiseRequest {});
    step!("approver", approve, ApproveRequest { act: act() });
}
