//! The tables of pay parameters, HR plans, staff groups, items of headcounts and quotas, funding rules and generated lines.

mod funding;
mod groups;
mod marks;
mod parameters;
mod plans;
mod quotas;
mod staffing;

pub use funding::*;
pub use groups::*;
pub use marks::*;
pub use parameters::*;
pub use plans::*;
pub use quotas::*;
pub use staffing::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fsck::Rows;

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    audit_parameters(conn, jurisdiction, rows)?;
    audit_plans(conn, jurisdiction, rows)?;
    audit_groups(conn, jurisdiction, rows)?;
    audit_staffing(conn, jurisdiction, rows)?;
    audit_quotas(conn, jurisdiction, rows)?;
    audit_rules(conn, jurisdiction, rows)?;
    audit_marks(conn, jurisdiction, rows)
}

/// What SQL cannot say: headers that count their groups wrongly, items without a header, quotas of the same days.
pub fn check(conn: &mut Conn, jurisdiction: &str) -> Result<Vec<String>> {
    let mut counts = count_current(conn, jurisdiction)?;
    let mut faults = Vec::new();
    let mut headless = plans_with_staffing(conn, jurisdiction)?;
    for (plan, count) in counted_current(conn, jurisdiction)? {
        headless.remove(&plan);
        if counts.remove(&plan).unwrap_or_default() != count {
            faults.push(format!("workforce plan {plan} of {jurisdiction}: header and groups do not belong together"));
        }
    }
    faults
        .extend(counts.keys().map(|plan| format!("workforce plan {plan} of {jurisdiction}: groups without a header")));
    let headless = headless.iter();
    faults.extend(headless.map(|plan| format!("workforce plan {plan} of {jurisdiction}: items without a header")));
    faults.extend(overlapping(conn, jurisdiction)?);
    Ok(faults)
}
