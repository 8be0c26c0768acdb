//! The tables of projects: facts, header, texts.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{json, money_of, parsed};
use crate::commit::{Tx, View};
use crate::db::schema::{project_texts as texts, project_versions as versions, projects as facts};
use crate::db::{Conn, Db, audit, direct, record};
use crate::error::Result;
use crate::project::model::states::State;
use crate::project::model::{Contract, Field, Kind, Level, Project, Traces};
use crate::text;
use crate::word::{Word, stored as word};

/// Ids of one statement.
const IDS_PER_STATEMENT: usize = 500;

record! {
    /// That a project exists.
    fact FactRow in projects, key(project), {
        project: String,
        at: i64,
        unit: String,
    }
}

record! {
    /// The header.
    version HeaderRow in project_versions, key(project), {
        project: String,
        at: i64,
        created_at: i64,
        unit: String,
        state: String,
        code: String,
        title: String,
        search: String,
        kind: String,
        level: String,
        field: Option<String>,
        method: Option<String>,
        payment: Option<String>,
        host: String,
        lead: Option<String>,
        secretary: Option<String>,
        list: Option<String>,
        first_year: i64,
        last_year: i64,
        starts_on: Option<String>,
        ends_on: Option<String>,
        total: Option<i64>,
        step_count: i64,
        moved_on: Option<String>,
        first_called_on: Option<String>,
        called_on: Option<String>,
        approved_total: Option<i64>,
        approved_state: Option<i64>,
        contract_number: Option<String>,
        contract_signed_on: Option<String>,
        original_ends_on: Option<String>,
        results_submitted_on: Option<String>,
        late_days: Option<i64>,
        rating: Option<String>,
        accepted_on: Option<String>,
        registration: Option<String>,
        cause: Option<String>,
    }
}

record! {
    /// The long texts and references.
    version TextRow in project_texts, key(project), {
        project: String,
        objective: String,
        product: String,
        plan_tasks: String,
    }
}

/// What a list of projects is narrowed to; empty lists narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct ProjectFilter {
    /// Kept by one of these units.
    pub units: Option<Vec<String>>,
    /// Kept by one of these units, which the caller may know of.
    pub visible: Option<Vec<String>>,
    pub states: Vec<State>,
    pub kinds: Vec<Kind>,
    pub fields: Vec<Field>,
    pub levels: Vec<Level>,
    /// Covering this year.
    pub year: Option<i64>,
    /// Covering this year, or accepted between its first and its last day.
    pub counted: Option<(i64, String, String)>,
    /// On this list.
    pub list: Option<String>,
    /// Led by this person.
    pub lead: Option<String>,
    /// Patterns that code and title match.
    pub patterns: Vec<String>,
}

/// Where a page of projects begins: first year, unit and id of the last one before it.
pub type After = (i64, String, String);

/// Those of some ids that a project has, now or in the past.
pub fn taken_projects(view: &mut View<'_>, ids: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let query = facts::table
            .filter(facts::jurisdiction.eq(view.jurisdiction).and(facts::project.eq_any(ids)))
            .select(facts::project);
        found.extend(direct!(view.conn, |conn| query.load::<String>(conn))?);
    }
    Ok(found)
}

/// Those of some ids that a project has at the revision of the view.
pub fn known_projects(view: &mut View<'_>, ids: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::project.eq_any(ids)))
            .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
            .select(versions::project);
        found.extend(direct!(view.conn, |conn| query.load::<String>(conn))?);
    }
    Ok(found)
}

/// One project whole, as it stands at the revision of the view; its steps are read apart.
pub fn find_project(view: &mut View<'_>, project: &str) -> Result<Option<Project>> {
    Ok(some_projects(view, &[project.to_owned()])?.remove(project))
}

/// Some projects whole.
pub fn some_projects(view: &mut View<'_>, ids: &[String]) -> Result<BTreeMap<String, Project>> {
    let mut found = BTreeMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let query = versions::table
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::project.eq_any(ids)))
            .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<HeaderRow>(conn))? {
            found.insert(row.project.clone(), project_of(row)?);
        }
        let query = texts::table
            .filter(texts::jurisdiction.eq(view.jurisdiction).and(texts::project.eq_any(ids)))
            .filter(texts::since.le(view.revision).and(texts::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<TextRow>(conn))? {
            if let Some(project) = found.get_mut(&row.project) {
                project.plan_tasks = parsed(&row.plan_tasks)?;
                (project.objective, project.product) = (row.objective, row.product);
            }
        }
        money_of(view, ids, &mut found)?;
    }
    Ok(found)
}

/// The projects that carry out tasks of a plan, with the ids of the tasks.
///
/// The list of tasks is one text; the index has only the projects that name any.
pub fn projects_of_plan(view: &mut View<'_>, plan: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let query = texts::table
        .filter(texts::jurisdiction.eq(view.jurisdiction).and(sql::<Bool>("project_texts.plan_tasks <> '[]'")))
        .filter(texts::since.le(view.revision).and(texts::until.gt(view.revision)))
        .filter(texts::plan_tasks.like(format!("%[\"{plan}\",%")))
        .select((texts::project, texts::plan_tasks));
    let rows: Vec<(String, String)> = direct!(view.conn, |conn| query.load(conn))?;
    let mut found = BTreeMap::new();
    for (project, tasks) in rows {
        let tasks: Vec<(String, String)> = parsed(&tasks)?;
        let own: Vec<String> = tasks.into_iter().filter(|(of, _)| of == plan).map(|(_, task)| task).collect();
        if !own.is_empty() {
            found.insert(project, own);
        }
    }
    Ok(found)
}

/// One page of projects by first year, unit and id, with their money and without texts; `limit` are read.
pub fn list_projects(
    view: &mut View<'_>,
    filter: &ProjectFilter,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Project>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order((versions::first_year, versions::unit, versions::project))
        .limit(limit)
        .into_boxed::<Db>();
    for units in [&filter.units, &filter.visible].into_iter().flatten() {
        query = query.filter(versions::unit.eq_any(units));
    }
    if !filter.states.is_empty() {
        query = query.filter(versions::state.eq_any(spelled(&filter.states)));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(versions::kind.eq_any(spelled(&filter.kinds)));
    }
    if !filter.fields.is_empty() {
        query = query.filter(versions::field.eq_any(spelled(&filter.fields)));
    }
    if !filter.levels.is_empty() {
        query = query.filter(versions::level.eq_any(spelled(&filter.levels)));
    }
    if let Some(year) = filter.year {
        query = query.filter(versions::first_year.le(year).and(versions::last_year.ge(year)));
    }
    if let Some((year, first, last)) = &filter.counted {
        let covers = versions::first_year.le(*year).and(versions::last_year.ge(*year));
        query = query.filter(covers.or(versions::accepted_on.between(first, last)));
    }
    if let Some(list) = &filter.list {
        query = query.filter(versions::list.eq(list));
    }
    if let Some(lead) = &filter.lead {
        query = query.filter(versions::lead.eq(lead));
    }
    for pattern in &filter.patterns {
        query = query.filter(versions::search.like(pattern).escape('\\'));
    }
    if let Some((year, unit, project)) = after {
        let in_unit = versions::unit.gt(unit).or(versions::unit.eq(unit).and(versions::project.gt(project)));
        query = query.filter(versions::first_year.gt(*year).or(versions::first_year.eq(*year).and(in_unit)));
    }
    let rows = query.load::<HeaderRow>(view.conn)?;
    let order: Vec<String> = rows.iter().map(|row| row.project.clone()).collect();
    let mut found = rows.into_iter().map(|row| Ok((row.project.clone(), project_of(row)?))).collect::<Result<_>>()?;
    for ids in order.chunks(IDS_PER_STATEMENT) {
        money_of(view, ids, &mut found)?;
    }
    Ok(order.iter().filter_map(|id| found.remove(id)).collect())
}

fn spelled<W: Word>(words: &[W]) -> Vec<&'static str> {
    words.iter().map(|word| word.as_str()).collect()
}

/// A project as reading it again would show it, once this command has written it.
pub fn as_written(tx: &Tx<'_>, project: Project) -> Project {
    let created_at = if project.revision == 0 { tx.at() } else { project.created_at };
    Project { revision: tx.revision(), created_at, updated_at: tx.at(), ..project }
}

/// Writes new projects.
pub fn insert_projects(tx: &mut Tx<'_>, new: &[&Project]) -> Result<()> {
    let stamp = tx.stamp();
    let fact = |project: &&Project| FactRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        project: project.id.clone(),
        at: tx.at(),
        unit: project.unit.clone(),
    };
    let facts: Vec<FactRow> = new.iter().map(fact).collect();
    let headers: Vec<HeaderRow> = new.iter().map(|project| header_row(tx, project)).collect();
    let texts = new.iter().map(|project| text_row(tx, project)).collect::<Result<Vec<_>>>()?;
    tx.open(facts)?;
    tx.open(headers)?;
    tx.open(texts)?;
    super::insert_money(tx, new)
}

/// Replaces a project as it was read.
pub fn save_project(tx: &mut Tx<'_>, old: &Project, new: &Project) -> Result<()> {
    let header = header_row(tx, new);
    // What ends is known by its key and its revision.
    let ended = HeaderRow { since: old.revision, ..header.clone() };
    tx.replace(&ended, header)?;
    let text = |project: &Project| (project.objective.clone(), project.product.clone(), project.plan_tasks.clone());
    if text(old) != text(new) {
        let ended = current_texts(tx, &new.id)?;
        tx.close(&ended)?;
        let row = text_row(tx, new)?;
        tx.open(&[row])?;
    }
    super::save_money(tx, old, new)
}

/// Ends a project.
pub fn end_project(tx: &mut Tx<'_>, old: &Project) -> Result<()> {
    let header = HeaderRow { since: old.revision, ..header_row(tx, old) };
    tx.close(&[header])?;
    let texts = current_texts(tx, &old.id)?;
    tx.close(&texts)?;
    super::end_money(tx, &old.id)
}

fn current_texts(tx: &mut Tx<'_>, project: &str) -> Result<Vec<TextRow>> {
    let view = tx.view();
    let query = texts::table
        .filter(texts::jurisdiction.eq(view.jurisdiction).and(texts::project.eq(project)))
        .filter(texts::until.eq(crate::db::Forever));
    Ok(direct!(view.conn, |conn| query.load(conn))?)
}

fn header_row(tx: &Tx<'_>, new: &Project) -> HeaderRow {
    let stamp = tx.stamp();
    let traces = new.traces.clone();
    let (contract_number, contract_signed_on) = traces.contract.map(|one| (one.number, one.signed_on)).unzip();
    HeaderRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        project: new.id.clone(),
        at: tx.at(),
        created_at: if new.revision == 0 { tx.at() } else { new.created_at },
        unit: new.unit.clone(),
        state: new.state.as_str().to_owned(),
        code: new.code.clone(),
        title: new.title.clone(),
        search: text::folded(&format!("{} {}", new.code, new.title)),
        kind: new.kind.as_str().to_owned(),
        level: new.level.as_str().to_owned(),
        field: said(new.field),
        method: said(new.method),
        payment: said(new.payment),
        host: new.host.clone(),
        lead: new.lead.clone(),
        secretary: new.secretary.clone(),
        list: new.list.clone(),
        first_year: new.first_year,
        last_year: new.last_year,
        starts_on: new.starts_on.clone(),
        ends_on: new.ends_on.clone(),
        total: new.total,
        step_count: traces.step_count,
        moved_on: traces.moved_on,
        first_called_on: traces.first_called_on,
        called_on: traces.called_on,
        approved_total: traces.approved_total,
        approved_state: traces.approved_state,
        contract_number,
        contract_signed_on,
        original_ends_on: traces.original_ends_on,
        results_submitted_on: traces.results_submitted_on,
        late_days: traces.late_days,
        rating: said(traces.rating),
        accepted_on: traces.accepted_on,
        registration: traces.registration,
        cause: said(traces.cause),
    }
}

fn said<W: Word>(word: Option<W>) -> Option<String> {
    word.map(|word| word.as_str().to_owned())
}

fn read<W: Word>(text: Option<String>) -> Result<Option<W>> {
    text.as_deref().map(word).transpose()
}

fn text_row(tx: &Tx<'_>, new: &Project) -> Result<TextRow> {
    let stamp = tx.stamp();
    Ok(TextRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        project: new.id.clone(),
        objective: new.objective.clone(),
        product: new.product.clone(),
        plan_tasks: json(&new.plan_tasks)?,
    })
}

fn project_of(row: HeaderRow) -> Result<Project> {
    let traces = Traces {
        step_count: row.step_count,
        moved_on: row.moved_on,
        first_called_on: row.first_called_on,
        called_on: row.called_on,
        approved_total: row.approved_total,
        approved_state: row.approved_state,
        contract: row
            .contract_number
            .zip(row.contract_signed_on)
            .map(|(number, signed_on)| Contract { number, signed_on }),
        original_ends_on: row.original_ends_on,
        results_submitted_on: row.results_submitted_on,
        late_days: row.late_days,
        rating: read(row.rating)?,
        accepted_on: row.accepted_on,
        registration: row.registration,
        cause: read(row.cause)?,
    };
    Ok(Project {
        jurisdiction: row.jurisdiction,
        id: row.project,
        unit: row.unit,
        state: word(&row.state)?,
        code: row.code,
        title: row.title,
        kind: word(&row.kind)?,
        level: word(&row.level)?,
        field: read(row.field)?,
        method: read(row.method)?,
        payment: read(row.payment)?,
        host: row.host,
        lead: row.lead,
        secretary: row.secretary,
        list: row.list,
        first_year: row.first_year,
        last_year: row.last_year,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        objective: String::new(),
        product: String::new(),
        plan_tasks: Vec::new(),
        total: row.total,
        sources: BTreeMap::new(),
        funding: BTreeMap::new(),
        traces,
        revision: row.since,
        created_at: row.created_at,
        updated_at: row.at,
    })
}

/// Hands every row of the tables of projects to the audit.
pub fn audit_projects(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: HeaderRow, texts: TextRow);
    Ok(())
}
