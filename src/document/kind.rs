//! The kinds of documents, as calendars and inboxes tell them apart. Pure.

use crate::words;

words! {
    /// What a document is.
    DocumentKind {
        AnnualEstimate "ANNUAL_ESTIMATE",
        RedoneEstimate "REDONE_ESTIMATE",
        SupplementEstimate "SUPPLEMENT_ESTIMATE",
        ReferenceEstimate "REFERENCE_ESTIMATE",
    }
}
