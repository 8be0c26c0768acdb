//! The table of items.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::plan_item_versions as items;
use crate::db::{Conn, Db, Forever, audit, direct, record};
use crate::document::texts::Texts;
use crate::error::{Error, Result};
use crate::plan::model::formula::Formula;
use crate::plan::model::rules::Link;
use crate::plan::model::{Content, Funding, Goal, Indicator, Item, ItemKind, Section, Task};
use crate::text;
use crate::word::{Word, stored as word};

use super::plans::{json, parsed};

/// Ids of one statement.
pub(super) const IDS_PER_STATEMENT: usize = 500;

record! {
    /// An item; which columns hold something depends on its kind.
    version ItemRow in plan_item_versions, key(plan, item), {
        plan: String,
        item: String,
        sequence: i64,
        kind: String,
        code: String,
        title: String,
        body: String,
        search: String,
        goal_group: Option<String>,
        goal: Option<String>,
        measure: Option<String>,
        value_kind: Option<String>,
        direction: Option<String>,
        comparator: Option<String>,
        aggregation: Option<String>,
        cumulative: Option<i64>,
        decimals: Option<i64>,
        formula: Option<String>,
        numerator: Option<String>,
        denominator: Option<String>,
        baseline_year: Option<i64>,
        baseline: Option<i64>,
        targets: Option<String>,
        source: Option<String>,
        unit: Option<String>,
        partners: Option<String>,
        starts_on: Option<String>,
        ends_on: Option<String>,
        authority: Option<String>,
        serves: Option<String>,
        outside_reason: Option<String>,
        holder: Option<String>,
        year: Option<i64>,
        financing_class: Option<String>,
        nature: Option<String>,
        amount: Option<i64>,
        part: Option<String>,
        roll_up: Option<String>,
    }
}

/// What a list of items is narrowed to; empty lists narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Of one of these kinds.
    pub kinds: Vec<ItemKind>,
    /// Of this goal.
    pub goal: Option<String>,
    /// Done by this unit.
    pub unit: Option<String>,
    /// Patterns that code and title match.
    pub patterns: Vec<String>,
}

/// One page of a plan's items in the order of entry, of which `limit` are read, after a sequence number.
pub fn list_items(view: &mut View<'_>, plan: &str, filter: &ItemFilter, after: i64, limit: i64) -> Result<Vec<Item>> {
    let mut query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
        .filter(items::since.le(view.revision).and(items::until.gt(view.revision)))
        .filter(items::sequence.gt(after))
        .order(items::sequence)
        .limit(limit)
        .into_boxed::<Db>();
    if !filter.kinds.is_empty() {
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        query = query.filter(items::kind.eq_any(kinds));
    }
    if let Some(goal) = &filter.goal {
        query = query.filter(items::goal.eq(goal));
    }
    if let Some(unit) = &filter.unit {
        query = query.filter(items::unit.eq(unit));
    }
    for pattern in &filter.patterns {
        query = query.filter(items::search.like(pattern).escape('\\'));
    }
    query.load::<ItemRow>(view.conn)?.into_iter().map(item_of).collect()
}

/// Every item of a plan at the revision of the view, in the order of entry.
pub fn all_items(view: &mut View<'_>, plan: &str) -> Result<Vec<Item>> {
    list_items(view, plan, &ItemFilter::default(), 0, i64::MAX)
}

/// The items of some kinds of some plans, each as its text has them, by plan and in the order of entry.
pub fn items_of(view: &mut View<'_>, texts: &Texts, kinds: &[ItemKind]) -> Result<BTreeMap<String, Vec<Item>>> {
    let mut found: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    for texts in texts.divided() {
        let (first, last) = texts.span();
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq_any(texts.ids())))
            .filter(items::since.le(last).and(items::until.gt(first)).and(items::kind.eq_any(&kinds)))
            .order((items::plan, items::sequence));
        let rows: Vec<ItemRow> = direct!(view.conn, |conn| query.load(conn))?;
        for row in rows.into_iter().filter(|row| texts.has(&row.plan, row.since, row.until)) {
            found.entry(row.plan.clone()).or_default().push(item_of(row)?);
        }
    }
    Ok(found)
}

/// One item of a plan at the revision of the view.
pub fn find_item(view: &mut View<'_>, plan: &str, item: &str) -> Result<Option<Item>> {
    let query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)).and(items::item.eq(item)))
        .filter(items::since.le(view.revision).and(items::until.gt(view.revision)));
    direct!(view.conn, |conn| query.first::<ItemRow>(conn)).optional()?.map(item_of).transpose()
}

/// The items of a plan with these ids, at the revision of the view.
pub fn some_items(view: &mut View<'_>, plan: &str, ids: &[String]) -> Result<BTreeMap<String, Item>> {
    let mut found = BTreeMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
            .filter(items::since.le(view.revision).and(items::until.gt(view.revision)))
            .filter(items::item.eq_any(ids));
        for row in direct!(view.conn, |conn| query.load::<ItemRow>(conn))? {
            found.insert(row.item.clone(), item_of(row)?);
        }
    }
    Ok(found)
}

/// Those of some ids that an item of the plan has, now or in the past.
pub fn taken_items(view: &mut View<'_>, plan: &str, ids: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let query = items::table
            .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
            .filter(items::item.eq_any(ids))
            .select(items::item)
            .distinct();
        found.extend(direct!(view.conn, |conn| query.load::<String>(conn))?);
    }
    Ok(found)
}

/// What the row of an item says of its references: item, kind, value kind, goal, holder, above, below, formula.
type LinkRow =
    (String, String, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);

/// What every item of a plan is and refers to, at the revision of the view.
pub fn links(view: &mut View<'_>, plan: &str) -> Result<BTreeMap<String, Link>> {
    let query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
        .filter(items::since.le(view.revision).and(items::until.gt(view.revision)))
        .select((
            items::item,
            items::kind,
            items::value_kind,
            items::goal,
            items::holder,
            items::numerator,
            items::denominator,
            items::formula,
        ));
    let rows: Vec<LinkRow> = direct!(view.conn, |conn| query.load(conn))?;
    let link = |(item, kind, value_kind, goal, holder, above, below, formula): LinkRow| {
        let formula = formula.and_then(|text| Formula::parse(&text).ok());
        let named: Vec<String> = formula.iter().flat_map(Formula::indicators).map(str::to_owned).collect();
        let parts = named.into_iter().chain(above).chain(below).collect();
        let is_text = value_kind.as_deref() == Some("TEXT");
        Ok((item, Link { kind: word(&kind)?, is_text, holder: goal.or(holder), parts }))
    };
    rows.into_iter().map(link).collect()
}

/// Those of some goals of plans that are there at the revision of the view: the ids of plan and goal.
pub fn known_goals(view: &mut View<'_>, goals: &BTreeSet<(String, String)>) -> Result<BTreeSet<(String, String)>> {
    let mut known = BTreeSet::new();
    for (plan, goal) in goals {
        if find_item(view, plan, goal)?.is_some_and(|item| item.content.kind() == ItemKind::Goal) {
            known.insert((plan.clone(), goal.clone()));
        }
    }
    Ok(known)
}

/// Writes new items, or new versions of items.
pub fn insert_items(tx: &mut Tx<'_>, plan: &str, new: &[Item]) -> Result<()> {
    let rows = new.iter().map(|item| item_row(tx, plan, item)).collect::<Result<Vec<_>>>()?;
    tx.open(rows)
}

/// Ends items as they were read.
pub fn end_items(tx: &mut Tx<'_>, plan: &str, old: &[Item]) -> Result<()> {
    let row = |item: &Item| Ok(ItemRow { since: item.revision, ..item_row(tx, plan, item)? });
    let rows = old.iter().map(row).collect::<Result<Vec<_>>>()?;
    tx.close(&rows)
}

fn item_row(tx: &Tx<'_>, plan: &str, item: &Item) -> Result<ItemRow> {
    let row = blank_row(tx, plan, item);
    let spell = |code: &str, title: &str| text::folded(&format!("{code} {title}"));
    Ok(match &item.content {
        Content::Section(Section { title, body }) => {
            ItemRow { search: spell("", title), title: title.clone(), body: body.clone(), ..row }
        }
        Content::Goal(Goal { code, title, group }) => ItemRow {
            search: spell(code, title),
            code: code.clone(),
            title: title.clone(),
            goal_group: Some(group.clone()),
            ..row
        },
        Content::Indicator(indicator) => indicator_row(row, indicator)?,
        Content::Task(task) => task_row(row, task)?,
        Content::Funding(Funding { task, year, class, nature, part, amount, note }) => ItemRow {
            body: note.clone(),
            holder: task.clone(),
            year: Some(*year),
            financing_class: spelled(*class),
            nature: spelled(*nature),
            part: spelled(*part),
            amount: Some(*amount),
            ..row
        },
    })
}

fn indicator_row(row: ItemRow, indicator: &Indicator) -> Result<ItemRow> {
    let (numerator, denominator) = indicator.ratio.clone().unzip();
    let (baseline_year, baseline) = indicator.baseline.unzip();
    Ok(ItemRow {
        code: indicator.code.clone(),
        title: indicator.title.clone(),
        body: indicator.note.clone(),
        search: text::folded(&format!("{} {}", indicator.code, indicator.title)),
        goal: indicator.goal.clone(),
        measure: Some(indicator.measure.clone()),
        value_kind: spelled(Some(indicator.value_kind)),
        direction: spelled(indicator.direction),
        comparator: spelled(indicator.comparator),
        aggregation: spelled(Some(indicator.aggregation)),
        cumulative: Some(i64::from(indicator.cumulative)),
        decimals: Some(indicator.decimals),
        formula: indicator.formula.clone(),
        numerator,
        denominator,
        baseline_year,
        baseline,
        targets: Some(json(&indicator.targets)?),
        source: Some(indicator.source.clone()),
        roll_up: spelled(indicator.roll_up),
        ..row
    })
}

fn task_row(row: ItemRow, task: &Task) -> Result<ItemRow> {
    Ok(ItemRow {
        code: task.code.clone(),
        title: task.title.clone(),
        body: task.output.clone(),
        search: text::folded(&format!("{} {}", task.code, task.title)),
        goal: task.goal.clone(),
        unit: task.unit.clone(),
        partners: Some(json(&task.partners)?),
        starts_on: task.starts_on.clone(),
        ends_on: task.ends_on.clone(),
        authority: Some(task.authority.clone()),
        serves: task.serves.as_ref().map(|(plan, goal)| format!("{plan}/{goal}")),
        outside_reason: Some(task.outside_reason.clone()),
        ..row
    })
}

fn blank_row(tx: &Tx<'_>, plan: &str, item: &Item) -> ItemRow {
    let stamp = tx.stamp();
    ItemRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        plan: plan.to_owned(),
        item: item.id.clone(),
        sequence: item.sequence,
        kind: item.content.kind().as_str().to_owned(),
        code: String::new(),
        title: String::new(),
        body: String::new(),
        search: String::new(),
        goal_group: None,
        goal: None,
        measure: None,
        value_kind: None,
        direction: None,
        comparator: None,
        aggregation: None,
        cumulative: None,
        decimals: None,
        formula: None,
        numerator: None,
        denominator: None,
        baseline_year: None,
        baseline: None,
        targets: None,
        source: None,
        unit: None,
        partners: None,
        starts_on: None,
        ends_on: None,
        authority: None,
        serves: None,
        outside_reason: None,
        holder: None,
        year: None,
        financing_class: None,
        nature: None,
        part: None,
        amount: None,
        roll_up: None,
    }
}

fn spelled<W: Word>(word: Option<W>) -> Option<String> {
    word.map(|word| word.as_str().to_owned())
}

pub(super) fn item_of(row: ItemRow) -> Result<Item> {
    let (id, sequence, revision) = (row.item.clone(), row.sequence, row.since);
    let content = match word(&row.kind)? {
        ItemKind::Section => Content::Section(Section { title: row.title, body: row.body }),
        ItemKind::Goal => {
            Content::Goal(Goal { code: row.code, title: row.title, group: row.goal_group.unwrap_or_default() })
        }
        ItemKind::Indicator => Content::Indicator(Box::new(indicator_of(row)?)),
        ItemKind::Task => Content::Task(Box::new(task_of(row)?)),
        ItemKind::Funding => Content::Funding(Funding {
            task: row.holder,
            year: row.year.unwrap_or_default(),
            class: row.financing_class.as_deref().map(word).transpose()?,
            nature: row.nature.as_deref().map(word).transpose()?,
            part: row.part.as_deref().map(word).transpose()?,
            amount: row.amount.unwrap_or_default(),
            note: row.body,
        }),
    };
    Ok(Item { id, sequence, content, revision })
}

fn indicator_of(row: ItemRow) -> Result<Indicator> {
    let missing = || Error::bug("an indicator is stored without a column of its own");
    Ok(Indicator {
        code: row.code,
        title: row.title,
        goal: row.goal,
        measure: row.measure.unwrap_or_default(),
        value_kind: word(&row.value_kind.ok_or_else(missing)?)?,
        direction: row.direction.as_deref().map(word).transpose()?,
        comparator: row.comparator.as_deref().map(word).transpose()?,
        aggregation: word(&row.aggregation.ok_or_else(missing)?)?,
        cumulative: row.cumulative == Some(1),
        decimals: row.decimals.unwrap_or_default(),
        formula: row.formula,
        ratio: row.numerator.zip(row.denominator),
        baseline: row.baseline_year.zip(row.baseline),
        targets: parsed(&row.targets.ok_or_else(missing)?)?,
        source: row.source.unwrap_or_default(),
        note: row.body,
        roll_up: row.roll_up.as_deref().map(word).transpose()?,
    })
}

fn task_of(row: ItemRow) -> Result<Task> {
    let pair = |text: String| text.split_once('/').map(|(plan, goal)| (plan.to_owned(), goal.to_owned()));
    Ok(Task {
        code: row.code,
        title: row.title,
        goal: row.goal,
        unit: row.unit,
        partners: row.partners.as_deref().map(parsed).transpose()?.unwrap_or_default(),
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        output: row.body,
        authority: row.authority.unwrap_or_default(),
        serves: row.serves.and_then(pair),
        outside_reason: row.outside_reason.unwrap_or_default(),
    })
}

/// How many current items each plan has that is there: for `kehoach fsck`.
pub fn count_current(conn: &mut Conn, jurisdiction: &str) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = items::table
        .filter(items::jurisdiction.eq(jurisdiction).and(items::until.eq(Forever)))
        .group_by(items::plan)
        .select((items::plan, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Hands every row of the table of items to the audit.
pub fn audit_items(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, items: ItemRow);
    Ok(())
}
