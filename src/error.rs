//! The closed list of errors, one variant per thing a caller would do about it.
//!
//! Pure: no status codes (those are in `grpc/status.rs`) and no logging.

use crate::document::standing::Denial;
use crate::word::Word;

/// Shorthand for everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, by what the caller should do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody knows who calls: present credentials. What was wrong with those presented is never said.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The message itself is wrong: fix the request. Every wrong field is named.
    #[error("invalid request")]
    Invalid(Vec<Violation>),
    /// The request id was used before with other content: use a new one.
    #[error("request id used before with other content")]
    RequestIdReused,
    /// There is no such object, or the caller may not know of it.
    #[error("{kind} {name} not found")]
    NotFound {
        /// What was looked for, as the proto calls it.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// An object of that name or key exists: use that one.
    #[error("{kind} {name} exists")]
    Exists {
        /// What exists already, as the proto calls it.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Whether the id or another key is taken.
        reason: Reason,
    },
    /// The caller is known and not entitled: ask somebody who is.
    #[error("denied: {reason:?}")]
    Denied {
        /// The machine-readable reason.
        reason: Reason,
        /// What would be needed, in one clause.
        needs: String,
        /// The same as single facts, by name.
        facts: Vec<(&'static str, String)>,
    },
    /// The object changed since the caller read it: reload and decide again.
    #[error("stale etag")]
    Stale(Vec<Stale>),
    /// State or rules refuse it: change the document first. Every refusal is named.
    #[error("refused")]
    Refused(Vec<Refusal>),
    /// A limit was met: send or ask for less.
    #[error("limit {reason:?} of {limit} exceeded")]
    Limit {
        /// Which limit.
        reason: Reason,
        /// Its value.
        limit: u64,
        /// What was counted.
        subject: String,
    },
    /// The same call may succeed in a moment: retry it as it is.
    #[error("busy: {reason:?}")]
    Busy {
        /// Why.
        reason: Reason,
        /// When to try again.
        retry_ms: u64,
    },
    /// The deadline passed before the call had an effect.
    #[error("deadline exceeded")]
    Deadline,
    /// The connection to the database was lost during COMMIT and the outcome could not be learnt in time.
    #[error("outcome unknown")]
    OutcomeUnknown,
    /// A bug, or a database that misbehaves: report it with the request id.
    #[error("internal error")]
    Internal(#[source] Source),
}

/// The cause of an internal error.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// One wrong field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field, as `operations[3].line.economic_code`.
    pub field: String,
    /// What is wrong with it, in one clause.
    pub description: String,
    /// The kind of fault.
    pub reason: Reason,
}

/// One object that changed since the caller read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The object.
    pub name: String,
    /// The field of the request that carried the old etag.
    pub field: String,
    /// The etag as it stands now, empty where the object is gone.
    pub current: String,
    /// What changed, as far as it is known: field names or methods.
    pub changed: Vec<String>,
}

/// One reason why state or rules refuse a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The machine-readable reason.
    pub reason: Reason,
    /// The object or field of the request that it concerns.
    pub subject: String,
    /// One sentence for a person.
    pub description: String,
    /// The rule of a check, where one refuses; it stands in place of the reason.
    pub rule: Option<&'static str>,
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        let needs = denial.needs();
        let action = ("action", denial.action.as_str().to_owned());
        if denial.administrator {
            return Self::Denied { reason: Reason::NotAdministrator, needs, facts: vec![action] };
        }
        let roles: Vec<&str> = denial.roles.iter().map(|role| role.as_str()).collect();
        let facts = vec![action, ("role", roles.join(",")), ("scope", denial.scope)];
        Self::Denied { reason: Reason::RoleMissing, needs, facts }
    }
}

impl Error {
    /// A single wrong field.
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(field, description)])
    }

    /// A single refusal.
    pub fn refused(reason: Reason, subject: impl Into<String>, description: impl Into<String>) -> Self {
        Self::Refused(vec![Refusal::new(reason, subject, description)])
    }

    /// A broken assumption of ours, with what was assumed.
    pub fn bug(assumption: impl Into<String>) -> Self {
        Self::Internal(assumption.into().into())
    }
}

impl Violation {
    /// A wrong field.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self { field: field.into(), description: description.into(), reason: Reason::FieldInvalid }
    }
}

impl Refusal {
    /// A refusal.
    pub fn new(reason: Reason, subject: impl Into<String>, description: impl Into<String>) -> Self {
        Self { reason, subject: subject.into(), description: description.into(), rule: None }
    }
}

macro_rules! reasons {
    ($($variant:ident $text:literal,)*) => {
        /// The machine-readable reasons, mirrored by the enum of `reason.proto`, where each is explained.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the proto file explains each reason; a test compares the two lists")]
        pub enum Reason { $($variant,)* }

        impl Reason {
            /// All of them.
            pub const ALL: &[Reason] = &[$(Reason::$variant,)*];

            /// The reason as it travels in `ErrorInfo.reason`.
            pub fn as_str(self) -> &'static str {
                match self { $(Reason::$variant => $text,)* }
            }
        }
    };
}

reasons! {
    FieldInvalid "FIELD_INVALID",
    PageTokenInvalid "PAGE_TOKEN_INVALID",
    RequestIdReused "REQUEST_ID_REUSED",
    ImportRowsInvalid "IMPORT_ROWS_INVALID",
    Unauthenticated "UNAUTHENTICATED",
    NotAdministrator "NOT_ADMINISTRATOR",
    RoleMissing "ROLE_MISSING",
    DelegationMissing "DELEGATION_MISSING",
    DelegationChained "DELEGATION_CHAINED",
    ResourceNotFound "RESOURCE_NOT_FOUND",
    StaleEtag "STALE_ETAG",
    AlreadyExists "ALREADY_EXISTS",
    EstimateKeyTaken "ESTIMATE_KEY_TAKEN",
    ExternalCodeTaken "EXTERNAL_CODE_TAKEN",
    CredentialTaken "CREDENTIAL_TAKEN",
    RevisionNotReached "REVISION_NOT_REACHED",
    FieldImmutable "FIELD_IMMUTABLE",
    ReferenceUnknown "REFERENCE_UNKNOWN",
    UnitClosed "UNIT_CLOSED",
    UnitCycle "UNIT_CYCLE",
    UnitHasChildren "UNIT_HAS_CHILDREN",
    ParentClosed "PARENT_CLOSED",
    SuccessorInvalid "SUCCESSOR_INVALID",
    SchemeYearsOverlap "SCHEME_YEARS_OVERLAP",
    SchemeMissing "SCHEME_MISSING",
    SchemeInUse "SCHEME_IN_USE",
    CodeUnknown "CODE_UNKNOWN",
    CodeNotPostable "CODE_NOT_POSTABLE",
    CodeClosed "CODE_CLOSED",
    CodeCycle "CODE_CYCLE",
    ConversionShares "CONVERSION_SHARES",
    ConversionMissing "CONVERSION_MISSING",
    SchemeYearsInverted "SCHEME_YEARS_INVERTED",
    NotDraft "NOT_DRAFT",
    StageNotWritable "STAGE_NOT_WRITABLE",
    CostBasisMismatch "COST_BASIS_MISMATCH",
    CounterpartInvalid "COUNTERPART_INVALID",
    AmountOverflow "AMOUNT_OVERFLOW",
    OwnPrincipal "OWN_PRINCIPAL",
    LastAdministrator "LAST_ADMINISTRATOR",
    TokenEnded "TOKEN_ENDED",
    GrantNotPending "GRANT_NOT_PENDING",
    SecondPerson "SECOND_PERSON",
    GrantEnded "GRANT_ENDED",
    OwnGrant "OWN_GRANT",
    TooManyRows "TOO_MANY_ROWS",
    LinesPerEstimate "LINES_PER_ESTIMATE",
    MessageTooLarge "MESSAGE_TOO_LARGE",
    TreeTooDeep "TREE_TOO_DEEP",
    TokensPerPrincipal "TOKENS_PER_PRINCIPAL",
    MappingsPerPrincipal "MAPPINGS_PER_PRINCIPAL",
    QueueFull "QUEUE_FULL",
    Busy "BUSY",
    ShareExceeded "SHARE_EXCEEDED",
    OutcomeUnknown "OUTCOME_UNKNOWN",
    Deadline "DEADLINE",
    Internal "INTERNAL",
    MethodUnknown "METHOD_UNKNOWN",
    SeparationOfDuties "SEPARATION_OF_DUTIES",
    NotSubmitter "NOT_SUBMITTER",
    VerbNotOpen "VERB_NOT_OPEN",
    Finding "FINDING",
    StageReasonMissing "STAGE_REASON_MISSING",
    ActDiffers "ACT_DIFFERS",
    AlreadyInForce "ALREADY_IN_FORCE",
    LineNotDeletable "LINE_NOT_DELETABLE",
    DeadlinePassed "DEADLINE_PASSED",
    InclusionInvalid "INCLUSION_INVALID",
    IncludedInParent "INCLUDED_IN_PARENT",
    ParentNotApproved "PARENT_NOT_APPROVED",
    LineNotChanged "LINE_NOT_CHANGED",
    PlanYearOutside "PLAN_YEAR_OUTSIDE",
    FormulaInvalid "FORMULA_INVALID",
    ItemsPerPlan "ITEMS_PER_PLAN",
    ItemInUse "ITEM_IN_USE",
    NotInForce "NOT_IN_FORCE",
    ActualDerived "ACTUAL_DERIVED",
    ActualUnfit "ACTUAL_UNFIT",
    ActualStatus "ACTUAL_STATUS",
    PayReferenceUnknown "PAY_REFERENCE_UNKNOWN",
    PayComponentOrder "PAY_COMPONENT_ORDER",
    PayParameterMissing "PAY_PARAMETER_MISSING",
    GroupsPerPlan "GROUPS_PER_PLAN",
    ProjectRule "PROJECT_RULE",
    ProjectDay "PROJECT_DAY",
    ProjectIncomplete "PROJECT_INCOMPLETE",
    ProjectThreshold "PROJECT_THRESHOLD",
    ProjectListInvalid "PROJECT_LIST_INVALID",
    ProjectNotListable "PROJECT_NOT_LISTABLE",
    ProjectFixed "PROJECT_FIXED",
    ProjectYearOutside "PROJECT_YEAR_OUTSIDE",
    EnvelopeKeyTaken "ENVELOPE_KEY_TAKEN",
    EnvelopeWithdrawn "ENVELOPE_WITHDRAWN",
    EnvelopeYearMissing "ENVELOPE_YEAR_MISSING",
    RuleCitationMissing "RULE_CITATION_MISSING",
    StaffingTwice "STAFFING_TWICE",
    QuotaDecided "QUOTA_DECIDED",
    FundingRuleMissing "FUNDING_RULE_MISSING",
    PayPlanUnfit "PAY_PLAN_UNFIT",
    PayGroups "PAY_GROUPS",
    TooManyDocuments "TOO_MANY_DOCUMENTS",
}
