//! `kehoach review`: asks for the review of a year, and tells it to a person as Markdown in Vietnamese.

mod figures;
mod markdown;
mod sections;
mod words;

use super::Failure;
use super::connection::Door;
use super::import::refusal;
use crate::id::UnitName;
use crate::limits;
use crate::pb;
use crate::pb::organisation_service_client::OrganisationServiceClient;
use crate::pb::review_service_client::ReviewServiceClient;

/// What to review.
#[derive(Debug, Clone, clap::Args)]
pub struct Review {
    /// The unit, as `jurisdictions/minh-hoa/units/so-khcn`.
    pub unit: String,
    /// The fiscal year.
    pub year: i32,
    /// Read it as it was at this revision of the jurisdiction. The newest when left out.
    #[arg(long)]
    pub revision: Option<i64>,
    /// Where the server is, and how to be let in.
    #[command(flatten)]
    pub door: Door,
}

/// Asks, and answers what to tell.
pub async fn tell(ask: &Review) -> Result<String, Failure> {
    let name = UnitName::parse(&ask.unit).ok_or_else(|| Failure::Usage(format!("{} is no unit", ask.unit)))?;
    let channel = ask.door.open().await?;
    let moment = ask.revision.map(pb::read_at::Moment::Revision);
    let read_at = moment.map(|moment| pb::ReadAt { moment: Some(moment), in_force: false });
    let request = pb::ReviewYearRequest { unit: ask.unit.clone(), year: ask.year, at_risk_bp: 0, read_at };
    let mut reviews =
        ReviewServiceClient::new(channel.clone()).max_decoding_message_size(limits::count(limits::ANSWER_BYTES));
    let review = reviews.review_year(ask.door.shown(request)?).await;
    let review = review.map_err(|status| Failure::Refused(refusal("reviewed", &status)))?.into_inner();
    // The money is told in the currency of the jurisdiction.
    let name = format!("jurisdictions/{}", name.jurisdiction);
    let request = ask.door.shown(pb::GetJurisdictionRequest { name, read_at: None })?;
    let jurisdiction = OrganisationServiceClient::new(channel).get_jurisdiction(request).await;
    let jurisdiction = jurisdiction.map_err(|status| Failure::Refused(refusal("reviewed", &status)))?.into_inner();
    Ok(markdown::written(&review, &jurisdiction))
}
