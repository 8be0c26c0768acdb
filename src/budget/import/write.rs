//! The command of an import: everything that needs stored facts, each looked up once; then the rows, in chunks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::missing::new_code;
use super::plan::{Destination, Field, ImportLines};
use super::stage::Staged;
use super::target::{self, Target, Targets};
use crate::app::Instance;
use crate::budget::model::{Context, Estimate, Facts, Key, Line, Side, Sum, refuse_but_codes, refuse_code};
use crate::budget::{references, store};
use crate::classification::model::{Code, Dimension};
use crate::classification::store as codes;
use crate::commit::{Entry, Tx};
use crate::document::duties::Part;
use crate::document::state::State;
use crate::document::store as hands;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::SchemeName;
use crate::limits;
use crate::organisation::store as units;
use crate::word::Word;

/// Lines of one statement: what is held beside the staged ones stays small.
const CHUNK: usize = 2_000;

/// What an import did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Imported {
    pub jurisdiction: String,
    pub rows_read: u32,
    pub rows_skipped: u32,
    pub sums: Vec<SideSum>,
    pub estimates: Vec<ImportedEstimate>,
    pub units_created: usize,
    pub codes_created: usize,
    pub revision: i64,
}

/// The sum of the lines of a side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SideSum {
    pub side: String,
    pub line_count: i64,
    pub sums: [i64; 6],
    pub counts: [i64; 6],
}

/// An estimate that got lines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportedEstimate {
    pub estimate: String,
    pub unit: String,
    pub line_count: i64,
    pub created: bool,
}

/// Why rows cannot be written: named up to a limit, then counted.
#[derive(Default)]
struct Refusals {
    named: Vec<Refusal>,
    more: usize,
}

impl Refusals {
    fn add(&mut self, reason: Reason, subject: String, text: String) {
        if self.named.len() < limits::count(limits::VIOLATIONS_MAX) {
            self.named.push(Refusal::new(reason, subject, text));
        } else {
            self.more += 1;
        }
    }

    fn into_result(mut self) -> Result<()> {
        let Some(last) = self.named.last() else { return Ok(()) };
        if self.more > 0 {
            self.named.push(Refusal::new(last.reason, "", format!("and {} more", self.more)));
        }
        Err(Error::Refused(self.named))
    }
}

/// The codes of the staged lines: which may not be used, and why.
type Verdicts = HashMap<(Dimension, u32), Refusal>;

/// Writes all of it.
pub fn write(
    tx: &mut Tx<'_>,
    instance: &Instance,
    plan: &ImportLines,
    staged: &Staged,
    new_id: &str,
) -> Result<(Entry, Imported)> {
    let mut view = tx.view();
    let mut targets = match &plan.destination {
        Destination::One(asked) => target::one(&mut view, instance, plan, asked)?,
        Destination::Spread(spread) => target::spread(&mut view, instance, plan, spread, staged, new_id)?,
    };
    tx.permit(targets.permit.clone());
    let scheme = scheme_of(tx, plan, &mut targets)?;
    let (verdicts, new_codes) = judge_codes(tx, plan, staged, &targets.key, &scheme)?;
    units::insert_units(tx, &targets.new_units)?;
    codes::open_codes(tx, &new_codes)?;
    let (new, old): (Vec<&Target>, Vec<&Target>) = targets.all.iter().partition(|target| target.before.is_none());
    let new: Vec<_> = new.into_iter().map(|target| target.estimate.clone()).collect();
    let touched = old.len() + new.len();
    store::insert_facts(tx, &new)?;
    hands::begin(tx, &new.iter().map(Estimate::document).collect::<Vec<_>>())?;
    let sums = write_lines(tx, plan, staged, &mut targets, &verdicts, (&scheme, new_id))?;
    let mut begun = Vec::with_capacity(new.len());
    for target in &targets.all {
        match &target.before {
            Some(before) => {
                hands::take_part(tx, &target.estimate.document(), Part::Worked)?;
                store::save_estimate(tx, before, &target.estimate)?;
            }
            None => begun.push(target.estimate.clone()),
        }
    }
    store::insert_headers(tx, &begun)?;
    let mut names = Vec::with_capacity(touched + targets.new_units.len() + 1);
    names.extend(targets.all.iter().map(|target| target.estimate.name().to_string()));
    names.extend(targets.new_units.iter().map(|unit| unit.name().to_string()));
    if !new_codes.is_empty() {
        names.push(SchemeName { jurisdiction: plan.jurisdiction.clone(), scheme }.to_string());
    }
    let imported = answer(tx, plan, staged, &targets, (new_codes.len(), sums));
    let answer = serde_json::to_vec(&imported).map_err(|e| Error::Internal(e.into()))?;
    Ok((Entry { names, answer }, imported))
}

/// The scheme of the codes, which new estimates get.
fn scheme_of(tx: &mut Tx<'_>, plan: &ImportLines, targets: &mut Targets) -> Result<String> {
    let year = match &plan.destination {
        Destination::One(_) => None,
        Destination::Spread(spread) => Some(spread.fiscal_year),
    };
    let Some(year) = year else {
        return Ok(targets.all.first().map(|target| target.estimate.scheme.clone()).unwrap_or_default());
    };
    let Some(scheme) = codes::scheme_of_year(&mut tx.view(), year)? else {
        let text = format!("no scheme of {} holds for {year}; adopt or create one", plan.jurisdiction);
        return Err(Error::refused(Reason::SchemeMissing, "spread.fiscal_year", text));
    };
    for target in targets.all.iter_mut().filter(|target| target.before.is_none()) {
        target.estimate.scheme.clone_from(&scheme);
    }
    Ok(scheme)
}

/// Looks every code up once: which may not be used, and which are to be created.
fn judge_codes(
    tx: &mut Tx<'_>,
    plan: &ImportLines,
    staged: &Staged,
    key: &Key,
    scheme: &str,
) -> Result<(Verdicts, Vec<Code>)> {
    let mut used: BTreeSet<(Dimension, u32)> = BTreeSet::new();
    for draft in &staged.lines {
        used.extend(Dimension::ALL.iter().zip(draft.codes).filter(|(_, code)| *code != 0).map(|(d, code)| (*d, code)));
    }
    let wanted: Vec<(Dimension, String)> =
        used.iter().map(|(dimension, code)| (*dimension, staged.texts.get(*code).to_owned())).collect();
    let codes = if wanted.is_empty() { BTreeMap::new() } else { codes::codes_of(&mut tx.view(), scheme, &wanted)? };
    let facts = Facts { codes: Arc::new(codes), ..Facts::default() };
    let (mut verdicts, mut new) = (Verdicts::new(), Vec::new());
    let context = Context { key, scheme, state: State::Draft };
    for ((dimension, number), (_, code)) in used.iter().zip(&wanted) {
        if plan.create.codes.contains(dimension) && !facts.codes.contains_key(&(*dimension, code.clone())) {
            let name = staged.code_names.get(&(*dimension, *number)).copied().unwrap_or_default();
            new.push(new_code(plan, scheme, *dimension, code, staged.texts.get(name)));
        } else if let Some(refusal) = refuse_code(*dimension, code, &context, &facts, "") {
            verdicts.insert((*dimension, *number), refusal);
        }
    }
    Ok((verdicts, new))
}

/// Judges and writes the lines, by estimate and in the order of the file; answers their sums by side.
fn write_lines(
    tx: &mut Tx<'_>,
    plan: &ImportLines,
    staged: &Staged,
    targets: &mut Targets,
    verdicts: &Verdicts,
    (scheme, new_id): (&str, &str),
) -> Result<BTreeMap<Side, Sum>> {
    let (units, references) = (counterparts(tx, staged, targets)?, named(tx, staged)?);
    let facts = Facts { codes: Arc::default(), units, references };
    let mut order: Vec<usize> = (0..staged.lines.len()).collect();
    let place = |position: &usize| {
        let unit = staged.lines.get(*position).map(|draft| draft.unit).unwrap_or_default();
        targets.of_unit.get(&unit).and_then(|target| target.as_ref().ok()).copied()
    };
    order.sort_by_cached_key(|position| (place(position), *position));
    let (mut refusals, mut sums) = (Refusals::default(), BTreeMap::<Side, Sum>::new());
    for positions in order.chunks(CHUNK) {
        let mut lines: Vec<(usize, Line)> = Vec::with_capacity(positions.len());
        for position in positions {
            let Some(draft) = staged.lines.get(*position) else { continue };
            for (dimension, code) in Dimension::ALL.iter().zip(draft.codes) {
                if let Some(refusal) = verdicts.get(&(*dimension, code)) {
                    let subject = plan.place(draft.row, Field::Code(*dimension));
                    refusals.add(refusal.reason, subject, refusal.description.clone());
                }
            }
            match targets.of_unit.get(&draft.unit) {
                Some(Ok(place)) => {
                    let id = format!("{new_id}-{:06}", position + 1);
                    let line = staged.line(draft, id, 0);
                    if let Some(target) = targets.all.get_mut(*place) {
                        judge(plan, target, &line, draft.row, (scheme, &facts), &mut refusals);
                        let line = count(target, line, &mut sums)?;
                        lines.push((*place, line));
                    }
                }
                Some(Err((reason, text))) => {
                    let field = plan.unit_field().unwrap_or(Field::UnitId);
                    refusals.add(*reason, plan.place(draft.row, field), text.clone());
                }
                None => return Err(Error::bug("a staged line has no place")),
            }
        }
        if refusals.named.is_empty() {
            let estimate = |place: usize| targets.all.get(place).map(|target| target.estimate.id.as_str());
            let rows: Vec<(&str, Line)> =
                lines.into_iter().map(|(place, line)| (estimate(place).unwrap_or_default(), line)).collect();
            store::insert_lines_of(tx, rows)?;
        }
    }
    refusals.into_result()?;
    require_room(targets)?;
    Ok(sums)
}

/// The units at the other ends of transfers that exist, or will.
fn counterparts(tx: &mut Tx<'_>, staged: &Staged, targets: &Targets) -> Result<BTreeSet<String>> {
    if staged.lines.iter().all(|draft| draft.counterpart == 0) {
        return Ok(BTreeSet::new());
    }
    let there = units::places(&mut tx.view())?.into_iter().map(|place| place.unit);
    Ok(there.chain(targets.new_units.iter().map(|unit| unit.id.clone())).collect())
}

/// The projects and tasks that the rows name and that are there.
fn named(tx: &mut Tx<'_>, staged: &Staged) -> Result<BTreeSet<String>> {
    let numbers: BTreeSet<u32> = staged.lines.iter().flat_map(Draft::references).collect();
    let names: BTreeSet<&str> = numbers.into_iter().map(|number| staged.texts.get(number)).collect();
    if names.is_empty() { Ok(BTreeSet::new()) } else { references::existing(&mut tx.view(), &names) }
}

/// The rules of a line, but for codes; a place is told as the file knows it.
fn judge(
    plan: &ImportLines,
    target: &Target,
    line: &Line,
    row: u32,
    (scheme, facts): (&str, &Facts),
    refusals: &mut Refusals,
) {
    let key: &Key = &target.estimate.key;
    for refusal in refuse_but_codes(line, None, &Context { key, scheme, state: State::Draft }, facts, "") {
        let field = Field::parse(refusal.subject.trim_start_matches('.'));
        let subject = field.map_or_else(|| format!("rows[{row}]{}", refusal.subject), |field| plan.place(row, field));
        refusals.add(refusal.reason, subject, refusal.description);
    }
}

/// Gives a line its place in its estimate and adds it to the sums.
fn count(target: &mut Target, line: Line, sums: &mut BTreeMap<Side, Sum>) -> Result<Line> {
    let estimate = &mut target.estimate;
    estimate.last_sequence += 1;
    estimate.line_count += 1;
    estimate.totals.count(&line, 1)?;
    sums.entry(line.side).or_default().add(&Sum::of(&line), 1)?;
    Ok(Line { sequence: estimate.last_sequence, ..line })
}

fn require_room(targets: &Targets) -> Result<()> {
    let (reason, limit) = (Reason::LinesPerEstimate, limits::LINES_PER_ESTIMATE);
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    if targets.all.iter().any(|target| target.estimate.line_count > most) {
        return Err(Error::Limit { reason, limit, subject: "lines of an estimate".to_owned() });
    }
    Ok(())
}

fn answer(
    tx: &Tx<'_>,
    plan: &ImportLines,
    staged: &Staged,
    targets: &Targets,
    (codes_created, sums): (usize, BTreeMap<Side, Sum>),
) -> Imported {
    let sum = |(side, sum): (Side, Sum)| SideSum {
        side: side.as_str().to_owned(),
        line_count: sum.line_count,
        sums: sum.sums,
        counts: sum.counts,
    };
    let imported = |target: &Target| ImportedEstimate {
        estimate: target.estimate.id.clone(),
        unit: target.estimate.key.unit.clone(),
        line_count: target.estimate.line_count,
        created: target.before.is_none(),
    };
    let mut estimates: Vec<ImportedEstimate> = targets.all.iter().map(imported).collect();
    estimates.sort_by(|a, b| a.estimate.cmp(&b.estimate));
    Imported {
        jurisdiction: plan.jurisdiction.clone(),
        rows_read: staged.rows_read,
        rows_skipped: staged.rows_skipped,
        sums: sums.into_iter().map(sum).collect(),
        estimates,
        units_created: targets.new_units.len(),
        codes_created,
        revision: tx.revision(),
    }
}
