//! The kinds of documents, as calendars and inboxes tell them apart. Pure.

use super::tree::Reviewers;
use crate::words;

words! {
    /// What a document is.
    DocumentKind {
        AnnualEstimate "ANNUAL_ESTIMATE",
        RedoneEstimate "REDONE_ESTIMATE",
        SupplementEstimate "SUPPLEMENT_ESTIMATE",
        ReferenceEstimate "REFERENCE_ESTIMATE",
        DevelopmentPlan "DEVELOPMENT_PLAN",
        FiveYearFinancialPlan "FIVE_YEAR_FINANCIAL_PLAN",
        PublicInvestmentPlan "PUBLIC_INVESTMENT_PLAN",
        ThreeYearFinancialPlan "THREE_YEAR_FINANCIAL_PLAN",
        AnnualPlan "ANNUAL_PLAN",
        ProjectList "PROJECT_LIST",
        ActionProgramme "ACTION_PROGRAMME",
        WorkforcePlan "WORKFORCE_PLAN",
    }
}

impl DocumentKind {
    /// Who reviews it where a unit of level I made it.
    pub fn reviewers(self) -> Reviewers {
        match self {
            Self::AnnualEstimate
            | Self::RedoneEstimate
            | Self::SupplementEstimate
            | Self::ReferenceEstimate
            | Self::FiveYearFinancialPlan
            | Self::ThreeYearFinancialPlan => Reviewers::Finance,
            Self::DevelopmentPlan
            | Self::PublicInvestmentPlan
            | Self::AnnualPlan
            | Self::ProjectList
            | Self::ActionProgramme => Reviewers::Planning,
            Self::WorkforcePlan => Reviewers::HomeAffairs,
        }
    }
}
