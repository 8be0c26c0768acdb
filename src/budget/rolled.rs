//! Roll-ups that are kept, and brought forward by what changed since instead of being added up again.
//!
//! Rows say at which revision they begin and end, so what a roll-up of one revision lacks at a later one is a few rows of the
//! estimates that the journal names. Whatever else may move it, as a unit or a code, ends it. Absent: old revisions; who asks
//! for one that was named is answered afresh.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rollup::{SummarizeBudget, Summarized, add_up, load_trees};
use super::store::summary::{self as store, Chosen, Rows};
use super::summary::{Basis, Cells, Ground, Header, Part, choose};
use crate::app::Visibility;
use crate::commit::{View, journal};
use crate::error::Result;
use crate::id::{DelegationName, EnvelopeName, EstimateName, GrantName, PlanName};
use crate::limits;

/// How many commands since are looked through, and how many estimates may have changed; after more, all is added up again.
const LOOKED_THROUGH: i64 = 1_024;
const ESTIMATES_CHANGED: usize = 256;

/// What is rolled up, and who may see what of it.
type Key = (SummarizeBudget, Visibility);

/// A roll-up before it is folded, as it was at one revision.
#[derive(Debug)]
pub struct Rolled {
    pub revision: i64,
    pub ground: Arc<Ground>,
    pub estimate_count: usize,
    pub cells: Cells,
}

/// The roll-ups that are kept; the oldest go first.
#[derive(Debug, Default)]
pub struct Rolls(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: HashMap<Key, Kept>,
    order: VecDeque<Key>,
    weight: usize,
}

#[derive(Debug)]
struct Kept {
    rolled: Arc<Mutex<Rolled>>,
    weight: usize,
}

/// What a roll-up lacks at a later revision.
#[derive(Default)]
struct Lacking {
    /// Estimates that counted, as they counted then, and count no more, or in another way.
    gone: Vec<(String, Chosen)>,
    /// Estimates that count now, and did not, or in another way.
    come: Vec<(String, Chosen)>,
    /// Estimates that count as before, whose lines may have changed.
    stayed: Vec<(String, Chosen)>,
}

impl Rolls {
    /// The answer at the head from what is kept, brought forward; none where nothing is kept that serves.
    pub fn answer(&self, view: &mut View<'_>, ask: &SummarizeBudget) -> Option<Result<Summarized>> {
        let key = (ask.clone(), view.standing.visibility);
        let kept = self.lock().kept.get(&key)?.rolled.clone();
        if let Ok(mut rolled) = kept.lock() {
            match rolled.bring_forward(view, ask) {
                Ok(true) => return Some(rolled.answer(ask)),
                Ok(false) => return None,
                Err(_) => {}
            }
        }
        // Half brought forward it is worth nothing; what went wrong shows again when it is added up afresh.
        self.lock().remove(&key);
        None
    }

    /// Keeps what was added up afresh, unless it is too much.
    pub fn keep(&self, ask: &SummarizeBudget, visibility: Visibility, rolled: Rolled) {
        let most = limits::count(limits::ROLLUP_CELLS);
        let weight = rolled.cells.0.len() + rolled.ground.weight();
        if weight > most {
            return;
        }
        let key = (ask.clone(), visibility);
        let mut state = self.lock();
        state.remove(&key);
        state.weight += weight;
        state.order.push_back(key.clone());
        state.kept.insert(key, Kept { rolled: Arc::new(Mutex::new(rolled)), weight });
        while state.weight > most {
            let Some(oldest) = state.order.front().cloned() else { break };
            state.remove(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, key: &Key) {
        if let Some(kept) = self.kept.remove(key) {
            self.weight = self.weight.saturating_sub(kept.weight);
            self.order.retain(|other| other != key);
        }
    }
}

impl Rolled {
    /// Folds the sums into an answer.
    pub fn answer(&self, ask: &SummarizeBudget) -> Result<Summarized> {
        Ok(Summarized {
            jurisdiction: ask.jurisdiction.clone(),
            revision: self.revision,
            estimate_count: self.estimate_count,
            ground: self.ground.clone(),
            summary: self.ground.fold(&self.cells)?,
        })
    }

    /// Makes it what it is at the revision of the view; `false`, and unchanged, where that is not known or too long ago.
    fn bring_forward(&mut self, view: &mut View<'_>, ask: &SummarizeBudget) -> Result<bool> {
        if self.revision >= view.revision {
            return Ok(self.revision == view.revision);
        }
        let Some(touched) = touched(view, self.revision)? else { return Ok(false) };
        let mut groups = store::groups_of(view, &touched)?;
        groups.retain(|(unit, year)| self.ground.added.get(year).is_some_and(|added| added.contains(unit)));
        if !groups.is_empty() {
            let moved = store::moved(view, &groups, self.revision)?;
            let choose = |headers| choose(headers, &ask.kinds, &ask.series, ask.basis);
            let (before, after) = (choose(moved.before), choose(moved.after));
            let lacking = self.lacking(view, ask, (&before, &after), &touched)?;
            let (gone, come) = lacking.sums(view, ask, self.revision)?;
            self.cells.add(gone, -1)?;
            self.cells.add(come, 1)?;
            self.estimate_count = self.estimate_count + after.len() - before.len();
        }
        self.revision = view.revision;
        Ok(true)
    }

    fn lacking(
        &mut self,
        view: &mut View<'_>,
        ask: &SummarizeBudget,
        (before, after): (&[Header], &[Header]),
        touched: &[String],
    ) -> Result<Lacking> {
        let touched: BTreeSet<&String> = touched.iter().collect();
        let mut lacking = Lacking::default();
        let mut then = HashMap::new();
        for header in before {
            then.insert(&header.estimate, self.counted(view, header, ask.basis, self.revision)?);
        }
        for header in after {
            let now = self.counted(view, header, ask.basis, view.revision)?;
            match then.remove(&header.estimate) {
                None => lacking.come.push(now),
                // The text in force is the same for as long as it was put in force at the same revision.
                Some(was) if was.1.class == now.1.class && ask.basis == Basis::InForce && was.1.at == now.1.at => {}
                Some(was) if was.1.class == now.1.class && ask.basis != Basis::InForce => {
                    if touched.contains(&header.estimate) {
                        lacking.stayed.push(now);
                    }
                }
                Some(was) => {
                    lacking.gone.push(was);
                    lacking.come.push(now);
                }
            }
        }
        lacking.gone.extend(then.into_values());
        Ok(lacking)
    }

    /// An estimate as it counts at a revision, with its scheme.
    fn counted(&mut self, view: &mut View<'_>, header: &Header, basis: Basis, at: i64) -> Result<(String, Chosen)> {
        let class = self.ground.class_of(header);
        let number = match self.ground.classes.iter().position(|other| *other == class) {
            Some(number) => number,
            None => {
                let ground = Arc::make_mut(&mut self.ground);
                load_trees(view, ground, &class)?;
                ground.classes.push(class);
                ground.classes.len() - 1
            }
        };
        let chosen = Chosen { estimate: header.estimate.clone(), class: number, at: header.text(basis, at) };
        Ok((header.scheme.clone(), chosen))
    }
}

impl Lacking {
    /// What is to be taken away, and what to be added.
    fn sums(self, view: &mut View<'_>, ask: &SummarizeBudget, earlier: i64) -> Result<(Vec<Part>, Vec<Part>)> {
        let then = |(scheme, chosen): (String, Chosen)| (scheme, Chosen { at: earlier, ..chosen });
        let stayed_then = self.stayed.iter().cloned().map(then).collect();
        let mut gone = add_up(view, ask, stayed_then, Rows::EndedBy(view.revision))?;
        let mut come = add_up(view, ask, self.stayed, Rows::BegunAfter(earlier))?;
        gone.extend(add_up(view, ask, self.gone, Rows::All)?);
        come.extend(add_up(view, ask, self.come, Rows::All)?);
        Ok((gone, come))
    }
}

/// The estimates that the commands after a revision name; none where anything else is named that a roll-up may depend on.
fn touched(view: &mut View<'_>, after: i64) -> Result<Option<Vec<String>>> {
    let up_to = view.revision;
    if up_to - after > LOOKED_THROUGH {
        return Ok(None);
    }
    let commands = journal::between(view.conn, view.jurisdiction, after, up_to, LOOKED_THROUGH)?;
    let mut touched = BTreeSet::new();
    for name in commands.iter().flat_map(|command| &command.names) {
        match EstimateName::parse(name) {
            Some(name) => drop(touched.insert(name.estimate)),
            // Who may see what is part of the key, and plans are added up elsewhere.
            None if GrantName::parse(name).is_some() || DelegationName::parse(name).is_some() => {}
            None if PlanName::parse(name).is_some() || EnvelopeName::parse(name).is_some() => {}
            None => return Ok(None),
        }
    }
    let is_whole = i64::try_from(commands.len()) == Ok(up_to - after);
    Ok((is_whole && touched.len() <= ESTIMATES_CHANGED).then(|| touched.into_iter().collect()))
}
