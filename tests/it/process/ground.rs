//! A jurisdiction with a scheme in a process, and writers that never forget what was acknowledged.

use std::net::SocketAddr;

use kehoach::pb;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use kehoach::pb::classification_service_client::ClassificationServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use tonic::Code;
use tonic::transport::Channel;

use super::{channel_to, unanswered};
use crate::harness::{jurisdiction_name, new_jurisdiction, new_unit, request_id, unit_name};

/// What every estimate of a [`Writer`] has.
const LINES: usize = 8;

/// The jurisdiction `dt` with units `w0`, `w1` … and a scheme for all years: the revision that this makes.
pub async fn prepare(address: SocketAddr, units: u64) -> i64 {
    let mut client = OrganisationServiceClient::new(channel_to(address));
    client.create_jurisdiction(new_jurisdiction("dt")).await.unwrap();
    for unit in 0..units {
        client.create_unit(new_unit("dt", &format!("w{unit}"))).await.unwrap();
    }
    let scheme = pb::CreateSchemeRequest {
        parent: jurisdiction_name("dt"),
        scheme_id: "own".to_owned(),
        scheme: Some(pb::Scheme {
            display_name: "Mục lục".to_owned(), first_fiscal_year: 1900, ..Default::default()
        }),
        ..Default::default()
    };
    let made = ClassificationServiceClient::new(channel_to(address)).create_scheme(scheme).await.unwrap();
    made.into_inner().revision
}

/// An estimate of a unit with lines, one of many.
pub fn estimate(writer: u64, number: u64) -> pb::CreateEstimateRequest {
    let line = pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: pb::Nature::Recurrent.into(),
        amounts: Some(pb::Amounts { requested: i64::try_from(number).ok(), ..Default::default() }),
        ..Default::default()
    };
    pb::CreateEstimateRequest {
        parent: jurisdiction_name("dt"),
        estimate_id: format!("e{writer}-{number}"),
        estimate: Some(pb::Estimate {
            unit: unit_name("dt", &format!("w{writer}")),
            fiscal_year: 2000 + i32::try_from(number % 100).unwrap_or_default(),
            kind: pb::EstimateKind::Annual.into(),
            ..Default::default()
        }),
        lines: vec![pb::CreateLineOperation { line: Some(line), ..Default::default() }; LINES],
        request_id: Some(request_id(writer * 1_000_000 + number)),
        ..Default::default()
    }
}

/// Creates estimates one after another, whatever happens to the server.
#[derive(Default)]
pub struct Writer {
    number: u64,
    next: u64,
    /// Sent, and never answered.
    pending: Option<pb::CreateEstimateRequest>,
    /// Answered.
    pub acknowledged: Vec<pb::Estimate>,
}

impl Writer {
    pub fn new(number: u64) -> Self {
        Self { number, ..Self::default() }
    }

    /// Writes until the server is gone. What was not answered the last time comes first.
    pub async fn write(mut self, address: SocketAddr) -> Self {
        let mut client = BudgetServiceClient::new(channel_to(address));
        while self.step(&mut client).await {}
        self
    }

    /// Brings what was not answered to its end.
    pub async fn settle(mut self, address: SocketAddr) -> Self {
        if self.pending.is_some() {
            let settled = self.step(&mut BudgetServiceClient::new(channel_to(address))).await;
            assert!(settled, "the server is gone again");
        }
        self
    }

    /// One call; `false` where it got no answer.
    async fn step(&mut self, client: &mut BudgetServiceClient<Channel>) -> bool {
        let request = self.pending.take().unwrap_or_else(|| {
            self.next += 1;
            estimate(self.number, self.next)
        });
        match client.create_estimate(request.clone()).await {
            Ok(response) => {
                self.acknowledged.push(response.into_inner());
                true
            }
            Err(status) => {
                let ends = unanswered(&status) || status.code() == Code::Unavailable;
                assert!(ends, "not for repeating: {status:?}");
                self.pending = Some(request);
                false
            }
        }
    }
}

/// An estimate as it stands.
pub async fn read(address: SocketAddr, name: &str) -> pb::Estimate {
    let request = pb::GetEstimateRequest { name: name.to_owned(), read_at: None };
    let found = BudgetServiceClient::new(channel_to(address)).get_estimate(request).await;
    found.unwrap_or_else(|status| panic!("{name} was acknowledged and is lost: {status:?}")).into_inner()
}
