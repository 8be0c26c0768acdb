//! Who may do what: one table of actions, each with the roles that may and where their scope must reach. Pure.
//!
//! Absent: separation of duties and states; those belong to the life of a document.

use super::state::{State, Verb};
use crate::words;

words! {
    /// What a grant entitles to.
    Role {
        Drafter "DRAFTER",
        Head "HEAD",
        Reviewer "REVIEWER",
        Approver "APPROVER",
        Reader "READER",
        Auditor "AUDITOR",
        Admin "ADMIN",
    }
}

words! {
    /// Where the scope of a grant must reach.
    Relation {
        /// The owning unit: the scope is that unit or one above it.
        Owner "OWNER",
        /// A unit that reviews the documents of the owning unit.
        Reviewing "REVIEWING",
        /// A unit that approves them.
        Approving "APPROVING",
        /// The whole jurisdiction.
        Jurisdiction "JURISDICTION",
        /// Anywhere: any grant in force.
        Member "MEMBER",
        /// No grant is needed.
        Anyone "ANYONE",
        /// No grant helps: an administrator of the service.
        Administrator "ADMINISTRATOR",
    }
}

words! {
    /// A kind of act.
    Action {
        ReadDirectory "READ_DIRECTORY",
        ManageJurisdictions "MANAGE_JURISDICTIONS",
        ManagePrincipals "MANAGE_PRINCIPALS",
        KeepCredentials "KEEP_CREDENTIALS",
        ReadSelf "READ_SELF",
        ReadMember "READ_MEMBER",
        ManageUnits "MANAGE_UNITS",
        ManageSchemes "MANAGE_SCHEMES",
        ReadGrants "READ_GRANTS",
        ManageGrants "MANAGE_GRANTS",
        LendAuthority "LEND_AUTHORITY",
        ReadDelegations "READ_DELEGATIONS",
        ManageDelegations "MANAGE_DELEGATIONS",
        TestOthers "TEST_OTHERS",
        ReadDocument "READ_DOCUMENT",
        DraftDocument "DRAFT_DOCUMENT",
        SubmitDocument "SUBMIT_DOCUMENT",
        WithdrawDocument "WITHDRAW_DOCUMENT",
        EndorseDocument "ENDORSE_DOCUMENT",
        ReturnSubmitted "RETURN_SUBMITTED",
        AppraiseDocument "APPRAISE_DOCUMENT",
        WriteAppraised "WRITE_APPRAISED",
        ReturnEndorsed "RETURN_ENDORSED",
        ApproveDocument "APPROVE_DOCUMENT",
        WriteDecided "WRITE_DECIDED",
        ReturnAppraised "RETURN_APPRAISED",
        AmendDocument "AMEND_DOCUMENT",
        CancelDocument "CANCEL_DOCUMENT",
        CloseDocument "CLOSE_DOCUMENT",
        ManageCalendar "MANAGE_CALENDAR",
        ReadRefusals "READ_REFUSALS",
        AcknowledgeLines "ACKNOWLEDGE_LINES",
        IssueEnvelope "ISSUE_ENVELOPE",
        RetainEnvelope "RETAIN_ENVELOPE",
        ManageRules "MANAGE_RULES",
    }
}

impl Action {
    /// The act that a verb is in a state.
    pub fn of(verb: Verb, state: State) -> Self {
        match (verb, state) {
            (Verb::Submit, _) => Self::SubmitDocument,
            (Verb::Withdraw, _) => Self::WithdrawDocument,
            (Verb::Endorse, _) => Self::EndorseDocument,
            (Verb::Return, State::Endorsed) => Self::ReturnEndorsed,
            (Verb::Return, State::Appraised) => Self::ReturnAppraised,
            (Verb::Return, _) => Self::ReturnSubmitted,
            (Verb::Appraise, _) => Self::AppraiseDocument,
            (Verb::Approve, _) => Self::ApproveDocument,
            (Verb::Amend, _) => Self::AmendDocument,
            (Verb::Close, _) => Self::CloseDocument,
            (Verb::Cancel, _) => Self::CancelDocument,
        }
    }
}

/// One way to be entitled: one of these roles, with a scope that reaches there.
pub type Way = (&'static [Role], Relation);

use Role::{Admin, Approver, Auditor, Drafter, Head, Reader, Reviewer};

const EVERY_ROLE: &[Role] = &[Drafter, Head, Reviewer, Approver, Reader, Auditor, Admin];

/// Who may do what.
pub const TABLE: &[(Action, &[Way])] = &[
    (Action::ReadDirectory, &[(&[], Relation::Anyone)]),
    (Action::ManageJurisdictions, &[(&[], Relation::Administrator)]),
    (Action::ManagePrincipals, &[(&[], Relation::Administrator)]),
    (Action::KeepCredentials, &[(&[], Relation::Anyone)]),
    (Action::ReadSelf, &[(&[], Relation::Anyone)]),
    (Action::ReadMember, &[(EVERY_ROLE, Relation::Member)]),
    (Action::ManageUnits, &[(&[Admin], Relation::Owner)]),
    (Action::ManageSchemes, &[(&[Admin], Relation::Jurisdiction)]),
    (Action::ReadGrants, &[(&[Admin, Auditor], Relation::Owner)]),
    (Action::ManageGrants, &[(&[Admin], Relation::Owner)]),
    (Action::LendAuthority, &[(EVERY_ROLE, Relation::Member)]),
    (Action::ReadDelegations, &[(&[Admin, Auditor], Relation::Jurisdiction)]),
    (Action::ManageDelegations, &[(&[Admin], Relation::Jurisdiction)]),
    (Action::TestOthers, &[(&[Admin, Auditor], Relation::Jurisdiction)]),
    (
        Action::ReadDocument,
        &[(EVERY_ROLE, Relation::Owner), (&[Reviewer], Relation::Reviewing), (&[Approver], Relation::Approving)],
    ),
    (Action::DraftDocument, &[(&[Drafter], Relation::Owner)]),
    (Action::SubmitDocument, &[(&[Drafter], Relation::Owner)]),
    (Action::WithdrawDocument, &[(&[Drafter], Relation::Owner)]),
    (Action::EndorseDocument, &[(&[Head], Relation::Owner)]),
    (Action::ReturnSubmitted, &[(&[Head], Relation::Owner)]),
    (Action::AppraiseDocument, &[(&[Reviewer], Relation::Reviewing)]),
    (Action::WriteAppraised, &[(&[Reviewer], Relation::Reviewing)]),
    (Action::ReturnEndorsed, &[(&[Reviewer], Relation::Reviewing)]),
    (Action::ApproveDocument, &[(&[Approver], Relation::Approving)]),
    (Action::WriteDecided, &[(&[Approver], Relation::Approving)]),
    (Action::ReturnAppraised, &[(&[Approver], Relation::Approving), (&[Reviewer], Relation::Reviewing)]),
    (Action::AmendDocument, &[(&[Drafter], Relation::Owner)]),
    (Action::CancelDocument, &[(&[Drafter], Relation::Owner)]),
    (Action::CloseDocument, &[(&[Approver], Relation::Approving)]),
    (Action::ManageCalendar, &[(&[Admin], Relation::Jurisdiction)]),
    (Action::ReadRefusals, &[(&[Admin, Auditor], Relation::Jurisdiction)]),
    (Action::AcknowledgeLines, &[(&[Drafter, Head], Relation::Owner)]),
    (Action::IssueEnvelope, &[(&[Reviewer], Relation::Reviewing), (&[Approver], Relation::Approving)]),
    (Action::RetainEnvelope, &[(&[Reviewer], Relation::Owner), (&[Reviewer], Relation::Reviewing)]),
    (Action::ManageRules, &[(&[Admin], Relation::Jurisdiction)]),
];

/// The ways to be entitled to an action.
pub fn ways(action: Action) -> &'static [Way] {
    TABLE.iter().find(|(listed, _)| *listed == action).map_or(&[], |(_, ways)| ways)
}

/// What a method asks of its caller, before anything else of it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The jurisdiction alone decides.
    Whole(Action),
    /// The object decides: the method itself looks where it stands.
    Object(Action),
}

impl Rule {
    /// The action that the method is.
    pub fn action(self) -> Action {
        match self {
            Self::Whole(action) | Self::Object(action) => action,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::Word;

    #[test]
    fn every_action_stands_in_the_table_once_and_in_its_order() {
        let listed: Vec<Action> = TABLE.iter().map(|(action, _)| *action).collect();
        assert_eq!(listed, Action::ALL);
        assert!(TABLE.iter().all(|(_, ways)| !ways.is_empty()));
    }
}
