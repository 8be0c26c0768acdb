//! The server under load, with a province, a scheme and a thousand estimates of 50 lines each in it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kehoach::app::{App, Options};
use kehoach::clock::Clock;
use kehoach::db::Database;
use kehoach::id::Ids;
use kehoach::pb;
use prost::Message;

use super::client::Client;

const ESTIMATES: usize = 1_000;

pub struct Ground {
    pub address: SocketAddr,
    folder: PathBuf,
    _stop: tokio::sync::watch::Sender<bool>,
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn name(estimate: usize) -> String {
    format!("jurisdictions/dt/estimates/e{estimate}")
}

fn bytes(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

pub fn line(number: usize) -> pb::Line {
    pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: pb::Nature::Recurrent.into(),
        administrative_code: "417".to_owned(),
        functional_code: "341".to_owned(),
        economic_code: "6001".to_owned(),
        description: format!("Dòng {number}"),
        amounts: Some(pb::Amounts { requested: Some(1_000_000 + number as i64), ..Default::default() }),
        ..Default::default()
    }
}

fn estimate(id: String, unit: usize, year: i32, lines: usize) -> pb::CreateEstimateRequest {
    pb::CreateEstimateRequest {
        parent: "jurisdictions/dt".to_owned(),
        estimate_id: id,
        estimate: Some(pb::Estimate {
            unit: format!("jurisdictions/dt/units/u{unit}"),
            fiscal_year: year,
            kind: pb::EstimateKind::Supplement.into(),
            ..Default::default()
        }),
        lines: (0..lines)
            .map(|number| pb::CreateLineOperation { line: Some(line(number)), ..Default::default() })
            .collect(),
        ..Default::default()
    }
}

impl Ground {
    pub async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("kehoach-load-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let options = Options {
            database: Database::Sqlite(folder.join("load.db")),
            migrate: None,
            writers: 1,
            readers: 2,
            sole_writer: true,
            clock: Clock::System,
            ids: Ids::Random,
            is_dev: true,
        };
        let app = App::open(options).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        tokio::spawn(kehoach::server::Server::new(listener, app).run(stopped));
        let ground = Self { address, folder, _stop: stop };
        ground.lay().await;
        ground
    }

    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    async fn lay(&self) {
        let mut client = self.client();
        let jurisdiction = pb::CreateJurisdictionRequest {
            jurisdiction_id: "dt".to_owned(),
            jurisdiction: Some(pb::Jurisdiction {
                display_name: "Tỉnh".to_owned(),
                currency_code: "VND".to_owned(),
                time_zone: "Asia/Ho_Chi_Minh".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        client.call("/kehoach.v1.OrganisationService/CreateJurisdiction", bytes(&jurisdiction)).await.unwrap();
        for unit in 0..100 {
            let unit = pb::CreateUnitRequest {
                parent: "jurisdictions/dt".to_owned(),
                unit_id: format!("u{unit}"),
                unit: Some(pb::Unit {
                    display_name: format!("Sở {unit}"),
                    kind: pb::UnitKind::Department.into(),
                    government_level: pb::GovernmentLevel::Province.into(),
                    ..Default::default()
                }),
                ..Default::default()
            };
            client.call("/kehoach.v1.OrganisationService/CreateUnit", bytes(&unit)).await.unwrap();
        }
        let adopt = pb::AdoptSchemeRequest {
            parent: "jurisdictions/dt".to_owned(),
            regime: "regimes/tt324-2016".to_owned(),
            ..Default::default()
        };
        client.call("/kehoach.v1.ClassificationService/AdoptScheme", bytes(&adopt)).await.unwrap();
        let creates = (0..ESTIMATES).map(|number| {
            let mut client = client.clone();
            async move {
                let request = estimate(format!("e{number}"), number % 100, 2018 + (number / 100 % 8) as i32, 50);
                client.call("/kehoach.v1.BudgetService/CreateEstimate", bytes(&request)).await.unwrap();
            }
        });
        futures_util::future::join_all(creates).await;
        // Revisions at which every estimate is there.
        for number in 0..60 {
            let request = estimate(format!("later{number}"), number, 2025, 1);
            client.call("/kehoach.v1.BudgetService/CreateEstimate", bytes(&request)).await.unwrap();
        }
    }

    pub fn list_path(&self) -> &'static str {
        "/kehoach.v1.BudgetService/ListLines"
    }

    pub fn list_lines(&self, estimate: usize, size: Option<i32>) -> Bytes {
        bytes(&pb::ListLinesRequest {
            parent: name(estimate),
            page_size: size.unwrap_or_default(),
            ..Default::default()
        })
    }

    pub fn list_lines_at(&self, estimate: usize, revision: i64) -> Bytes {
        let read_at = Some(pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(revision)) });
        bytes(&pb::ListLinesRequest { parent: name(estimate), read_at, ..Default::default() })
    }

    /// Another year and page size each time, so that what is kept does not serve.
    pub fn list_estimates(&self, number: usize) -> Bytes {
        let fiscal_years = vec![2018 + (number % 8) as i32, 2027 + (number / 8 % 150) as i32];
        bytes(&pb::ListEstimatesRequest {
            parent: "jurisdictions/dt".to_owned(),
            fiscal_years,
            page_size: 100,
            ..Default::default()
        })
    }

    pub fn create(&self, number: usize) -> Bytes {
        let mut request = estimate(String::new(), number % 100, 2018 + (number / 100 % 8) as i32, 50);
        request.request_id = Some(format!("0190f5a0-0000-7000-8000-{number:012x}"));
        bytes(&request)
    }

    pub async fn revision(&self) -> i64 {
        let get = pb::GetEstimateRequest { name: "jurisdictions/dt/estimates/later59".to_owned(), read_at: None };
        let answer = self.client().call("/kehoach.v1.BudgetService/GetEstimate", bytes(&get)).await.unwrap();
        pb::Estimate::decode(answer).unwrap().revision
    }

    /// Changes of one line a second, one after the other, in an estimate with a number of lines.
    pub async fn update_one(&self, lines: usize, last: Duration) -> f64 {
        let mut client = self.client();
        let request = estimate(format!("many{lines}"), 1, 2025, lines);
        client.call("/kehoach.v1.BudgetService/CreateEstimate", bytes(&request)).await.unwrap();
        let parent = format!("jurisdictions/dt/estimates/many{lines}");
        let list = pb::ListLinesRequest { parent: parent.clone(), page_size: 1, ..Default::default() };
        let found = client.call(self.list_path(), bytes(&list)).await.unwrap();
        let mut line = pb::ListLinesResponse::decode(found).unwrap().lines.remove(0);
        let (mut count, started) = (0, Instant::now());
        while started.elapsed() < last {
            line.amounts = Some(pb::Amounts { requested: Some(count), ..Default::default() });
            let update =
                pb::UpdateLineOperation { etag: line.etag.clone(), line: Some(line.clone()), update_mask: None };
            let operation = Some(pb::line_operation::Operation::Update(update));
            let operations = vec![pb::LineOperation { operation }];
            let batch = pb::BatchWriteLinesRequest { parent: parent.clone(), operations, ..Default::default() };
            let answer = client.call("/kehoach.v1.BudgetService/BatchWriteLines", bytes(&batch)).await.unwrap();
            line.etag = pb::BatchWriteLinesResponse::decode(answer).unwrap().lines.remove(0).etag;
            count += 1;
        }
        count as f64 / started.elapsed().as_secs_f64()
    }
}
