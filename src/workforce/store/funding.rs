//! The table of funding rules.

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::funding_rules as rules;
use crate::db::{Conn, Db, audit, direct, record};
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};
use crate::workforce::model::{FundingKey, FundingRule, StaffKind};

record! {
    /// One dated rule.
    version RuleRow in funding_rules, key(unit, staff_kind, component, starts_on), {
        unit: String,
        staff_kind: String,
        component: String,
        starts_on: String,
        at: i64,
        ends_on: Option<String>,
        shares: String,
        citation: String,
        note: String,
    }
}

/// What a list of rules is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct RuleFilter {
    /// This unit only.
    pub unit: Option<String>,
    /// What is in force on this day only.
    pub in_force_on: Option<String>,
    /// What comes after this key, as it is stored.
    pub after: Option<[String; 4]>,
}

/// The values of a key as they are stored, by which rules are ordered.
pub fn stored_key(key: &FundingKey) -> [String; 4] {
    let kind = key.staff_kind.map(StaffKind::as_str).unwrap_or_default().to_owned();
    [key.unit.clone(), kind, key.component.clone().unwrap_or_default(), key.starts_on.clone()]
}

diesel::alias!(rules as later_rules: LaterRules);

/// One page of rules by their keys, of which `limit` are read.
pub fn list_rules(view: &mut View<'_>, filter: &RuleFilter, limit: i64) -> Result<Vec<FundingRule>> {
    let mut query = rules::table
        .filter(rules::jurisdiction.eq(view.jurisdiction))
        .filter(rules::since.le(view.revision).and(rules::until.gt(view.revision)))
        .order((rules::unit, rules::staff_kind, rules::component, rules::starts_on))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(unit) = &filter.unit {
        query = query.filter(rules::unit.eq(unit));
    }
    if let Some(day) = &filter.in_force_on {
        let later = later_rules
            .filter(later_rules.field(rules::jurisdiction).eq(rules::jurisdiction))
            .filter(later_rules.field(rules::unit).eq(rules::unit))
            .filter(later_rules.field(rules::staff_kind).eq(rules::staff_kind))
            .filter(later_rules.field(rules::component).eq(rules::component))
            .filter(later_rules.field(rules::starts_on).gt(rules::starts_on))
            .filter(later_rules.field(rules::starts_on).le(day.clone()))
            .filter(later_rules.field(rules::since).le(view.revision))
            .filter(later_rules.field(rules::until).gt(view.revision));
        query = query
            .filter(rules::starts_on.le(day.clone()))
            .filter(rules::ends_on.is_null().or(rules::ends_on.gt(day.clone())))
            .filter(diesel::dsl::not(diesel::dsl::exists(later)));
    }
    if let Some([unit, kind, component, day]) = &filter.after {
        let same_component = rules::component.eq(component).and(rules::starts_on.gt(day));
        let same_kind = rules::staff_kind.eq(kind).and(rules::component.gt(component).or(same_component));
        let same_unit = rules::unit.eq(unit).and(rules::staff_kind.gt(kind).or(same_kind));
        query = query.filter(rules::unit.gt(unit).or(same_unit));
    }
    query.load::<RuleRow>(view.conn)?.into_iter().map(rule_of).collect()
}

/// Every rule of some units.
pub fn rules_of(view: &mut View<'_>, units: &[String]) -> Result<Vec<FundingRule>> {
    let query = rules::table
        .filter(rules::jurisdiction.eq(view.jurisdiction).and(rules::unit.eq_any(units)))
        .filter(rules::since.le(view.revision).and(rules::until.gt(view.revision)));
    direct!(view.conn, |conn| query.load::<RuleRow>(conn))?.into_iter().map(rule_of).collect()
}

/// One rule as it stands at the revision of the view.
pub fn find_rule(view: &mut View<'_>, key: &FundingKey) -> Result<Option<FundingRule>> {
    let [unit, kind, component, day] = stored_key(key);
    let query = rules::table
        .filter(rules::jurisdiction.eq(view.jurisdiction).and(rules::unit.eq(unit)))
        .filter(rules::staff_kind.eq(kind).and(rules::component.eq(component)).and(rules::starts_on.eq(day)))
        .filter(rules::since.le(view.revision).and(rules::until.gt(view.revision)));
    direct!(view.conn, |conn| query.first::<RuleRow>(conn)).optional()?.map(rule_of).transpose()
}

/// Writes new rules.
pub fn insert_rules(tx: &mut Tx<'_>, new: &[FundingRule]) -> Result<()> {
    let rows: Vec<RuleRow> = new.iter().map(|rule| rule_row(tx, rule, tx.revision())).collect::<Result<_>>()?;
    tx.open(&rows)
}

/// Ends rules as they were read.
pub fn end_rules(tx: &mut Tx<'_>, old: &[FundingRule]) -> Result<()> {
    let rows: Vec<RuleRow> = old.iter().map(|rule| rule_row(tx, rule, rule.revision)).collect::<Result<_>>()?;
    tx.close(&rows)
}

fn rule_row(tx: &Tx<'_>, new: &FundingRule, since: i64) -> Result<RuleRow> {
    let stamp = tx.stamp();
    let [unit, staff_kind, component, starts_on] = stored_key(&new.key);
    Ok(RuleRow {
        jurisdiction: stamp.jurisdiction,
        since,
        until: stamp.until,
        unit,
        staff_kind,
        component,
        starts_on,
        at: tx.at(),
        ends_on: new.ends_on.clone(),
        shares: serde_json::to_string(&new.shares).map_err(|e| Error::Internal(e.into()))?,
        citation: new.citation.clone(),
        note: new.note.clone(),
    })
}

fn rule_of(row: RuleRow) -> Result<FundingRule> {
    let staff_kind = if row.staff_kind.is_empty() { None } else { Some(word(&row.staff_kind)?) };
    Ok(FundingRule {
        key: FundingKey {
            unit: row.unit,
            staff_kind,
            component: Some(row.component).filter(|component| !component.is_empty()),
            starts_on: row.starts_on,
        },
        ends_on: row.ends_on,
        shares: serde_json::from_str(&row.shares).map_err(|e| Error::Internal(e.into()))?,
        citation: row.citation,
        note: row.note,
        revision: row.since,
        updated_at: row.at,
    })
}

/// Hands every row to the audit.
pub fn audit_rules(conn: &mut Conn, jurisdiction: &str, found: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, found, rules: RuleRow);
    Ok(())
}
