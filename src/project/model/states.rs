//! The life of a project, from proposal to transfer: one table of states and verbs. Pure.
//!
//! Absent: an adjusted or extended state; an extension moves the end of a project that goes on, and the steps say so.

use std::fmt::Write;

use crate::document::authority::Action;
use crate::document::duties::Part;
use crate::word::Word;
use crate::words;

words! {
    /// Where a project stands; up to `Transferred` in the order of the way.
    State {
        Proposed "PROPOSED",
        OrderDrafted "ORDER_DRAFTED",
        Identified "IDENTIFIED",
        Listed "LISTED",
        Called "CALLED",
        BiddingClosed "BIDDING_CLOSED",
        Selected "SELECTED",
        BudgetAppraised "BUDGET_APPRAISED",
        Approved "APPROVED",
        Contracted "CONTRACTED",
        Funded "FUNDED",
        InProgress "IN_PROGRESS",
        GrassrootsAccepted "GRASSROOTS_ACCEPTED",
        ResultsSubmitted "RESULTS_SUBMITTED",
        Accepted "ACCEPTED",
        ResultRegistered "RESULT_REGISTERED",
        Recognised "RECOGNISED",
        Settled "SETTLED",
        Liquidated "LIQUIDATED",
        Transferred "TRANSFERRED",
        Failed "FAILED",
        Dropped "DROPPED",
        Terminated "TERMINATED",
    }
}

words! {
    /// What moves a project.
    Verb {
        Order "ORDER",
        Identify "IDENTIFY",
        List "LIST",
        Call "CALL",
        CloseBidding "CLOSE_BIDDING",
        Select "SELECT",
        AppraiseBudget "APPRAISE_BUDGET",
        Approve "APPROVE",
        Contract "CONTRACT",
        Fund "FUND",
        Start "START",
        Inspect "INSPECT",
        Extend "EXTEND",
        AcceptGrassroots "ACCEPT_GRASSROOTS",
        SubmitResults "SUBMIT_RESULTS",
        Accept "ACCEPT",
        Fail "FAIL",
        RegisterResult "REGISTER_RESULT",
        Recognise "RECOGNISE",
        Settle "SETTLE",
        Liquidate "LIQUIDATE",
        Transfer "TRANSFER",
        Drop "DROP",
        Terminate "TERMINATE",
    }
}

words! {
    /// A fact that a verb states and cannot do without.
    Need {
        Act "an act",
        Outcome "the outcome of the council",
        Contract "the number of the contract",
        Money "year and amounts",
        End "the new end and the day of the request",
        Rating "the rating",
        Registration "the number of the registration",
        Cause "the cause",
    }
}

words! {
    /// Who moves a project.
    Who {
        Drafter "drafter of the unit",
        Head "head of the unit",
        Reviewer "reviewer",
        Approver "approver",
    }
}

impl Who {
    /// The act of authority that such a move is.
    pub fn action(self) -> Action {
        match self {
            Self::Drafter => Action::DraftDocument,
            Self::Head => Action::EndorseDocument,
            Self::Reviewer => Action::AppraiseDocument,
            Self::Approver => Action::ApproveDocument,
        }
    }

    /// The part that such a move is: nobody decides on what they worked on.
    pub fn part(self) -> Part {
        match self {
            Self::Approver => Part::Approved,
            Self::Drafter | Self::Head | Self::Reviewer => Part::Worked,
        }
    }
}

impl Verb {
    /// What it states.
    pub fn needs(self) -> &'static [Need] {
        match self {
            Self::Order
            | Self::Call
            | Self::CloseBidding
            | Self::Start
            | Self::AcceptGrassroots
            | Self::SubmitResults
            | Self::Transfer => &[],
            Self::Identify | Self::Select | Self::AppraiseBudget => &[Need::Outcome, Need::Act],
            Self::Inspect => &[Need::Outcome],
            Self::List | Self::Approve | Self::Recognise | Self::Settle | Self::Liquidate | Self::Drop => &[Need::Act],
            Self::Contract => &[Need::Contract],
            Self::Fund => &[Need::Money, Need::Act],
            Self::Extend => &[Need::End, Need::Act],
            Self::Accept => &[Need::Rating, Need::Act],
            Self::Fail | Self::Terminate => &[Need::Cause, Need::Act],
            Self::RegisterResult => &[Need::Registration],
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Where the project stands.
    pub from: State,
    /// What is done.
    pub verb: Verb,
    /// Where it stands then.
    pub then: State,
    /// Who does it.
    pub who: Who,
    /// What else must hold, in the words of the administration.
    pub holds: &'static str,
}

const fn row(from: State, verb: Verb, then: State, who: Who, holds: &'static str) -> Transition {
    Transition { from, verb, then, who, holds }
}

use State::{
    Accepted, Approved, BiddingClosed, BudgetAppraised, Called, Contracted, Dropped, Failed, Funded,
    GrassrootsAccepted, Identified, InProgress, Liquidated, Listed, OrderDrafted, Proposed, Recognised,
    ResultRegistered, ResultsSubmitted, Selected, Settled, Terminated, Transferred,
};
use Who::{Approver, Drafter, Head, Reviewer};

/// Every transition there is: one row for a pair of state and verb at most.
pub const TRANSITIONS: &[Transition] = &[
    row(Proposed, Verb::Order, OrderDrafted, Drafter, "-"),
    row(Proposed, Verb::Drop, Dropped, Head, "-"),
    row(OrderDrafted, Verb::Identify, Identified, Head, "-"),
    row(OrderDrafted, Verb::Drop, Dropped, Head, "-"),
    row(Identified, Verb::List, Listed, Approver, "a method; also done by approving a list of projects"),
    row(Identified, Verb::Drop, Dropped, Head, "-"),
    row(Listed, Verb::Call, Called, Drafter, "the method SELECTION"),
    row(Listed, Verb::Select, Selected, Head, "the method DIRECT or GRANT; PRJ-11"),
    row(Listed, Verb::Drop, Dropped, Approver, "-"),
    row(Called, Verb::CloseBidding, BiddingClosed, Drafter, "CALL_DAYS after the call"),
    row(Called, Verb::Drop, Dropped, Approver, "-"),
    row(BiddingClosed, Verb::Call, Called, Drafter, "SECOND_CALL_MONTHS after the first call at the latest"),
    row(BiddingClosed, Verb::Select, Selected, Head, "PRJ-11"),
    row(BiddingClosed, Verb::Drop, Dropped, Approver, "-"),
    row(Selected, Verb::AppraiseBudget, BudgetAppraised, Reviewer, "-"),
    row(Selected, Verb::Drop, Dropped, Approver, "-"),
    row(
        BudgetAppraised,
        Verb::Approve,
        Approved,
        Approver,
        "host, persons, days, payment and money stated; PRJ-01, PRJ-11",
    ),
    row(BudgetAppraised, Verb::Drop, Dropped, Approver, "-"),
    row(Approved, Verb::Contract, Contracted, Head, "-"),
    row(Approved, Verb::Terminate, Terminated, Approver, "-"),
    row(Contracted, Verb::Fund, Funded, Drafter, "PRJ-02"),
    row(Contracted, Verb::Terminate, Terminated, Approver, "-"),
    row(Funded, Verb::Fund, Funded, Drafter, "PRJ-02"),
    row(Funded, Verb::Start, InProgress, Drafter, "-"),
    row(Funded, Verb::Terminate, Terminated, Approver, "-"),
    row(InProgress, Verb::Fund, InProgress, Drafter, "PRJ-02"),
    row(InProgress, Verb::Inspect, InProgress, Head, "-"),
    row(InProgress, Verb::Extend, InProgress, Approver, "PRJ-05"),
    row(InProgress, Verb::AcceptGrassroots, GrassrootsAccepted, Drafter, "-"),
    row(InProgress, Verb::Terminate, Terminated, Approver, "-"),
    row(GrassrootsAccepted, Verb::SubmitResults, ResultsSubmitted, Drafter, "late from RESULT_DAYS after the end"),
    row(GrassrootsAccepted, Verb::Terminate, Terminated, Approver, "-"),
    row(ResultsSubmitted, Verb::Accept, Accepted, Head, "LATE_MONTHS late at the most"),
    row(ResultsSubmitted, Verb::Fail, Failed, Head, "-"),
    row(ResultsSubmitted, Verb::Terminate, Terminated, Approver, "-"),
    row(Accepted, Verb::RegisterResult, ResultRegistered, Drafter, "-"),
    row(ResultRegistered, Verb::Recognise, Recognised, Approver, "-"),
    row(Recognised, Verb::Settle, Settled, Reviewer, "-"),
    row(Recognised, Verb::Liquidate, Liquidated, Head, "PRJ-09"),
    row(Settled, Verb::Liquidate, Liquidated, Head, "PRJ-09"),
    row(Liquidated, Verb::Transfer, Transferred, Drafter, "-"),
    row(Failed, Verb::Terminate, Terminated, Approver, "-"),
];

/// A verb that a rule forbids before a state is reached: the rule, and what it rests on.
pub const GATES: &[(Verb, State, &str, &str)] = &[
    (Verb::Call, Listed, "PRJ-04", "NĐ08/2014, NĐ95/2014"),
    (Verb::Select, Listed, "PRJ-04", "NĐ08/2014, NĐ95/2014"),
    (Verb::Contract, Approved, "PRJ-04", "NĐ08/2014, NĐ95/2014"),
    (Verb::Fund, Contracted, "PRJ-04", "NĐ08/2014, NĐ95/2014"),
    (Verb::Liquidate, Recognised, "PRJ-09", "TT11/2014/TT-BKHCN"),
];

impl State {
    /// The row of a verb here, where there is one.
    pub fn row(self, verb: Verb) -> Option<&'static Transition> {
        TRANSITIONS.iter().find(|row| row.from == self && row.verb == verb)
    }

    /// The verbs that can be done here.
    pub fn verbs(self) -> Vec<Verb> {
        TRANSITIONS.iter().filter(|row| row.from == self).map(|row| row.verb).collect()
    }

    /// Whether the project is on its way, or at its end, having come as far as another state.
    pub fn has_reached(self, other: Self) -> bool {
        self >= other && !self.is_over()
    }

    /// Whether it ended before its end.
    pub fn is_over(self) -> bool {
        self >= Failed
    }

    /// Whether nothing of it changes any more.
    pub fn is_final(self) -> bool {
        matches!(self, Transferred | Dropped | Terminated)
    }

    /// Whether it was approved and its results are still to be judged.
    pub fn is_under_way(self) -> bool {
        (Approved..=ResultsSubmitted).contains(&self)
    }

    /// The rule that forbids a verb here, with what it rests on.
    pub fn gate(self, verb: Verb) -> Option<(&'static str, &'static str)> {
        let found = GATES.iter().find(|(gated, needed, ..)| *gated == verb && self < *needed);
        found.map(|(_, _, rule, basis)| (*rule, *basis))
    }
}

/// The table as a civil servant reads it, and which verb of which state is refused by which rule.
pub fn printed() -> String {
    let mut text = String::from(
        "The life of a project. Printed from the code and compared by a test; every cell is executed by another.\n\n",
    );
    // A String takes whatever is written to it.
    let _ =
        writeln!(text, "{:<20} {:<18} {:<20} {:<20} {:<46} what must hold", "state", "verb", "then", "who", "states");
    for Transition { from, verb, then, who, holds } in TRANSITIONS {
        let needs: Vec<&str> = verb.needs().iter().map(|need| need.as_str()).collect();
        let needs = if needs.is_empty() { "-".to_owned() } else { needs.join("; ") };
        let (from, then, who) = (from.as_str(), then.as_str(), who.as_str());
        let verb = verb.as_str();
        let _ = writeln!(text, "{from:<20} {verb:<18} {then:<20} {who:<20} {needs:<46} {holds}");
    }
    text.push_str("\nWhat a state allows, and which rule refuses what; everything else is VERB_NOT_OPEN.\n\n");
    for state in State::ALL {
        let open: Vec<&str> = state.verbs().into_iter().map(Verb::as_str).collect();
        let open = if open.is_empty() { "-".to_owned() } else { open.join(" ") };
        let _ = writeln!(text, "{:<20} {open}", state.as_str());
        for (verb, ..) in GATES {
            if let Some((rule, basis)) = state.gate(*verb) {
                let _ = writeln!(text, "{:<20} {} refuses {} ({basis})", "", rule, verb.as_str());
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_from_the_proposal_and_a_pair_has_one_row() {
        let mut reached = vec![State::Proposed];
        for _ in State::ALL {
            let next: Vec<State> =
                TRANSITIONS.iter().filter(|row| reached.contains(&row.from)).map(|row| row.then).collect();
            reached.extend(next);
        }
        assert!(State::ALL.iter().all(|state| reached.contains(state)));
        for state in State::ALL {
            let mut verbs = state.verbs();
            let count = verbs.len();
            verbs.sort_unstable();
            verbs.dedup();
            assert_eq!(verbs.len(), count, "{state:?}");
            assert_eq!(state.is_final(), verbs.is_empty(), "{state:?}");
        }
        assert!(Verb::ALL.iter().all(|verb| TRANSITIONS.iter().any(|row| row.verb == *verb)));
    }

    #[test]
    fn a_gate_is_shut_before_its_state_and_open_from_it_on() {
        assert_eq!(State::Identified.gate(Verb::Select).map(|gate| gate.0), Some("PRJ-04"));
        assert_eq!(State::Listed.gate(Verb::Select), None);
        assert_eq!(State::BudgetAppraised.gate(Verb::Contract).map(|gate| gate.0), Some("PRJ-04"));
        assert_eq!(State::Approved.gate(Verb::Fund).map(|gate| gate.0), Some("PRJ-04"));
        assert_eq!(State::Contracted.gate(Verb::Fund), None);
        assert_eq!(State::ResultRegistered.gate(Verb::Liquidate).map(|gate| gate.0), Some("PRJ-09"));
        assert_eq!(State::Recognised.gate(Verb::Liquidate), None);
        // A gate and an open row exclude each other.
        for state in State::ALL {
            assert!(Verb::ALL.iter().all(|verb| state.gate(*verb).is_none() || state.row(*verb).is_none()));
        }
    }
}
