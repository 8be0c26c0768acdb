//! Lines and sums as they are read: the columns that say something, and the words among them without copies.

use crate::budget::model::{
    Amounts, Autonomy, Baseline, Channel, Codes, Content, CostBasis, Group, Line, Memo, Nature, Side, Sum,
};
use crate::db::schema::{estimate_totals, line_versions};
use crate::db::{Stored, columns};

columns! {
    /// A line.
    LineColumns of line_versions {
        since: i64,
        line: String,
        sequence: i64,
        side: Stored<Side>,
        administrative: Option<String>,
        functional: Option<String>,
        economic: Option<String>,
        source: Option<String>,
        programme: Option<String>,
        geographic: Option<String>,
        nature: Stored<Nature>,
        autonomy: Stored<Autonomy>,
        baseline: Option<Stored<Baseline>>,
        content: Option<Stored<Content>>,
        channel: Option<Stored<Channel>>,
        delegated: i64,
        counterpart: Option<String>,
        plan_task: Option<String>,
        project: Option<String>,
        description: String,
        quantity: Option<i64>,
        price: Option<i64>,
        norm: Option<i64>,
        actual_n2: Option<i64>,
        budget_n1: Option<i64>,
        expected_n1: Option<i64>,
        requested: Option<i64>,
        appraised: Option<i64>,
        decided: Option<i64>,
        appraised_reason: Option<String>,
        decided_reason: Option<String>,
        memo_currency: Option<String>,
        memo_amount: Option<i64>,
        memo_rate: Option<i64>,
        unallocated: i64,
    }
}

columns! {
    /// The sums of one group of an estimate.
    SumColumns of estimate_totals {
        since: i64,
        estimate: String,
        side: Stored<Side>,
        nature: Stored<Nature>,
        autonomy: Stored<Autonomy>,
        line_count: i64,
        actual_n2: i64,
        actual_n2_count: i64,
        budget_n1: i64,
        budget_n1_count: i64,
        expected_n1: i64,
        expected_n1_count: i64,
        requested: i64,
        requested_count: i64,
        appraised: i64,
        appraised_count: i64,
        decided: i64,
        decided_count: i64,
    }
}

impl From<LineColumns> for Line {
    fn from(row: LineColumns) -> Self {
        let basis = row.quantity.zip(row.price).map(|(quantity, price)| CostBasis { quantity, price, norm: row.norm });
        let memo = row.memo_currency.zip(row.memo_amount).map(|(currency, amount)| Memo {
            currency,
            amount,
            rate: row.memo_rate,
        });
        Self {
            id: row.line,
            sequence: row.sequence,
            side: row.side.0,
            codes: Codes([row.administrative, row.functional, row.economic, row.source, row.programme, row.geographic]),
            nature: row.nature.0,
            autonomy: row.autonomy.0,
            baseline: row.baseline.map(|word| word.0),
            content: row.content.map(|word| word.0),
            channel: row.channel.map(|word| word.0),
            delegated: row.delegated == 1,
            unallocated: row.unallocated == 1,
            counterpart: row.counterpart,
            plan_task: row.plan_task,
            project: row.project,
            description: row.description,
            basis,
            amounts: Amounts([
                row.actual_n2,
                row.budget_n1,
                row.expected_n1,
                row.requested,
                row.appraised,
                row.decided,
            ]),
            appraised_reason: row.appraised_reason,
            decided_reason: row.decided_reason,
            memo,
            revision: row.since,
        }
    }
}

impl SumColumns {
    /// The estimate, the group, its sum, and the revision that wrote it.
    pub(super) fn parts(self) -> (String, Group, Sum, i64) {
        let sum = Sum {
            line_count: self.line_count,
            sums: [self.actual_n2, self.budget_n1, self.expected_n1, self.requested, self.appraised, self.decided],
            counts: [
                self.actual_n2_count,
                self.budget_n1_count,
                self.expected_n1_count,
                self.requested_count,
                self.appraised_count,
                self.decided_count,
            ],
        };
        (self.estimate, (self.side.0, self.nature.0, self.autonomy.0), sum, self.since)
    }
}
