//! The tables of enabled sets and of settings.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::judge::{Regime, Setting, Years};
use super::rules::{OPEN, RuleSet};
use crate::commit::{Tx, View};
use crate::db::schema::{rule_sets as sets, rule_settings as settings};
use crate::db::{Conn, audit, record};
use crate::document::finding::Citation;
use crate::error::Result;
use crate::word::{Word, stored as word};

record! {
    /// That a set is enabled.
    version SetRow in rule_sets, key(rule_set), {
        rule_set: String,
        first_year: i64,
        last_year: Option<i64>,
    }
}

record! {
    /// What a rule is set to.
    version SettingRow in rule_settings, key(rule), {
        rule: String,
        asking: String,
        deciding: String,
        first_year: i64,
        last_year: Option<i64>,
        document: String,
        article: String,
    }
}

/// What a jurisdiction has enabled and changed, with the revisions that did.
#[derive(Debug, Default)]
pub struct Kept {
    pub regime: Regime,
    pub sets: BTreeMap<RuleSet, i64>,
    pub settings: BTreeMap<String, i64>,
}

/// What holds at the revision of the view.
pub fn kept(view: &mut View<'_>) -> Result<Kept> {
    let mut kept = Kept::default();
    for row in set_rows(view)? {
        let set = word(&row.rule_set)?;
        kept.sets.insert(set, row.since);
        kept.regime.sets.insert(set, years(row.first_year, row.last_year));
    }
    for row in setting_rows(view)? {
        kept.settings.insert(row.rule.clone(), row.since);
        let setting = Setting {
            asking: word(&row.asking)?,
            deciding: word(&row.deciding)?,
            years: years(row.first_year, row.last_year),
            citation: Citation { document: row.document, article: row.article },
        };
        kept.regime.settings.insert(row.rule, setting);
    }
    Ok(kept)
}

fn years(from: i64, to: Option<i64>) -> Years {
    Years { from, to: to.unwrap_or(OPEN) }
}

fn last(years: Years) -> Option<i64> {
    Some(years.to).filter(|year| *year != OPEN)
}

fn set_rows(view: &mut View<'_>) -> Result<Vec<SetRow>> {
    Ok(sets::table
        .filter(sets::jurisdiction.eq(view.jurisdiction))
        .filter(sets::since.le(view.revision).and(sets::until.gt(view.revision)))
        .load(view.conn)?)
}

fn setting_rows(view: &mut View<'_>) -> Result<Vec<SettingRow>> {
    Ok(settings::table
        .filter(settings::jurisdiction.eq(view.jurisdiction))
        .filter(settings::since.le(view.revision).and(settings::until.gt(view.revision)))
        .load(view.conn)?)
}

/// Enables a set for some years, in the place of those before.
pub fn save_set(tx: &mut Tx<'_>, set: RuleSet, years: Years) -> Result<()> {
    let mut old = set_rows(&mut tx.view())?;
    old.retain(|row| row.rule_set == set.as_str());
    tx.close(&old)?;
    let stamp = tx.stamp();
    let (jurisdiction, since, until) = (stamp.jurisdiction, stamp.since, stamp.until);
    let rule_set = set.as_str().to_owned();
    tx.open(&[SetRow { jurisdiction, since, until, rule_set, first_year: years.from, last_year: last(years) }])
}

/// Sets a rule, in the place of what it was set to; none where it is as it ships again.
pub fn save_setting(tx: &mut Tx<'_>, rule: &str, new: Option<&Setting>) -> Result<()> {
    let mut old = setting_rows(&mut tx.view())?;
    old.retain(|row| row.rule == rule);
    tx.close(&old)?;
    let stamp = tx.stamp();
    let row = |setting: &Setting| SettingRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        until: stamp.until,
        rule: rule.to_owned(),
        asking: setting.asking.as_str().to_owned(),
        deciding: setting.deciding.as_str().to_owned(),
        first_year: setting.years.from,
        last_year: last(setting.years),
        document: setting.citation.document.clone(),
        article: setting.citation.article.clone(),
    };
    tx.open(new.map(row).into_iter().collect::<Vec<_>>())
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, sets: SetRow, settings: SettingRow);
    Ok(())
}
