//! What is compared: the units and years, and of them the estimates, plans and HR plans that count.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::CheckConsistency;
use super::{Discrepancy, Figure};
use crate::budget::latest::{Flow, Latest};
use crate::budget::store::summary::headers;
use crate::budget::summary::{Basis, Header, Places, choose};
use crate::commit::View;
use crate::document::finding::Phase;
use crate::document::state::State;
use crate::document::texts::Texts;
use crate::document::tree::Reviewers;
use crate::envelope::findings::Above;
use crate::error::{Error, Reason, Result};
use crate::id::{EstimateName, UnitName};
use crate::limits;
use crate::organisation::store as units;
use crate::period::FiscalCalendar;
use crate::plan::model::{Item, ItemKind, Plan};
use crate::plan::store::{self as plans, PlanFilter};
use crate::workforce::life;
use crate::workforce::model::{PlannedGroup, WorkforcePlan};
use crate::workforce::store::{self as workforce, PlanFilter as StaffFilter};

/// The units and years.
pub struct Scope {
    pub jurisdiction: String,
    /// The id of the unit at the top.
    pub top: String,
    /// The units whose documents are compared.
    pub units: BTreeSet<String>,
    pub years: Vec<i64>,
    pub above: Above,
    pub calendar: FiscalCalendar,
    pub revision: i64,
    /// The estimates that count and may be known of.
    pub estimates: Vec<Header>,
    /// The one that holds for a unit and year, by its place among them.
    holding: BTreeMap<(String, i64), usize>,
    /// The units below which anything is estimated, with the year.
    busy: BTreeSet<(String, i64)>,
}

impl Scope {
    /// What was asked for.
    pub fn of(view: &mut View<'_>, ask: &CheckConsistency) -> Result<Self> {
        let top = ask.unit.unit.clone();
        let all = units::places(view)?;
        let above = Above::new(all.clone());
        let places = Places::new(all);
        if !places.contains(&top) {
            return Err(Error::NotFound { kind: "Unit", name: ask.unit.to_string() });
        }
        let calendar = units::fiscal_calendar(view.conn, view.jurisdiction)?;
        let mut below: BTreeSet<String> = BTreeSet::new();
        let mut open: BTreeSet<(String, i64)> = BTreeSet::new();
        for year in &ask.years {
            let of_year = places.added(Some(&top), false, &calendar.first_day(*year));
            open.extend(of_year.iter().map(|unit| (unit.clone(), *year)));
            below.extend(of_year);
        }
        let among: Vec<String> = below.iter().cloned().collect();
        let mut found = headers(view, &ask.years, &among)?;
        found.retain(|header| open.contains(&(header.unit.clone(), header.fiscal_year)));
        let chosen = choose(found, &[], "", Basis::Working);
        let mut scope = Self {
            jurisdiction: view.jurisdiction.to_owned(),
            units: if ask.unit_only { below.into_iter().filter(|unit| *unit == top).collect() } else { below },
            top,
            years: ask.years.clone(),
            above,
            calendar,
            revision: view.revision,
            estimates: Vec::new(),
            holding: BTreeMap::new(),
            busy: BTreeSet::new(),
        };
        scope.take(view, chosen);
        Ok(scope)
    }

    fn take(&mut self, view: &View<'_>, chosen: Vec<Header>) {
        let visible = view.standing.visible();
        for header in chosen {
            for unit in self.chain(&header.unit) {
                self.busy.insert((unit, header.fiscal_year));
            }
            let sees = visible.is_none_or(|visible| visible.binary_search(&header.unit).is_ok());
            if !sees || !self.units.contains(&header.unit) {
                continue;
            }
            if header.kind != crate::budget::model::Kind::Supplement {
                self.holding.insert((header.unit.clone(), header.fiscal_year), self.estimates.len());
            }
            self.estimates.push(header);
        }
    }

    /// A unit and those above it, nearest first.
    pub fn chain(&self, unit: &str) -> Vec<String> {
        std::iter::once(unit).chain(self.above.chain(unit)).map(str::to_owned).collect()
    }

    /// The units from the top down to one.
    pub fn path(&self, unit: &str) -> Vec<String> {
        let mut path = Vec::new();
        for one in self.chain(unit) {
            let is_top = one == self.top;
            path.push(one);
            if is_top {
                break;
            }
        }
        path.reverse();
        path
    }

    /// The resource name of a unit.
    pub fn unit_name(&self, unit: &str) -> String {
        UnitName { jurisdiction: self.jurisdiction.clone(), unit: unit.to_owned() }.to_string()
    }

    /// The resource name of an estimate.
    pub fn estimate_name(&self, estimate: &str) -> EstimateName {
        EstimateName { jurisdiction: self.jurisdiction.clone(), estimate: estimate.to_owned() }
    }

    /// The units whose documents are compared and may be known of where these review them.
    pub fn visible(&self, view: &View<'_>, reviewers: Reviewers) -> Vec<String> {
        let visible = view.standing.visible_for(reviewers);
        let sees = |unit: &&String| visible.is_none_or(|visible| visible.binary_search(unit).is_ok());
        self.units.iter().filter(sees).cloned().collect()
    }

    /// The estimate that holds for a unit and year.
    pub fn holding(&self, unit: &str, year: i64) -> Option<&Header> {
        self.holding.get(&(unit.to_owned(), year)).and_then(|place| self.estimates.get(*place))
    }

    /// The phase of a unit in a year: that of its estimate.
    pub fn phase(&self, unit: &str, year: i64) -> Phase {
        self.holding(unit, year).map_or(Phase::Asking, |header| Phase::of(header.state))
    }

    /// Whether anything is estimated in a year by a unit or below it.
    pub fn is_busy(&self, unit: &str, year: i64) -> bool {
        self.busy.contains(&(unit.to_owned(), year))
    }

    /// What the estimates of a unit say in a year: its own, or those of the unit and below it together.
    pub fn estimated(&self, unit: &str, year: i64, value: impl Into<Option<i64>>) -> Figure {
        match self.holding(unit, year) {
            Some(header) => Figure::new(self.estimate_name(&header.estimate), header.revision, value),
            None => Figure::new(self.unit_name(unit), self.revision, value),
        }
    }

    /// The sums of some units with all below them; what is passed within one of them is no part of its sum.
    pub fn whole(&self, flows: &BTreeMap<Flow, Latest>, wanted: &BTreeSet<&str>) -> Result<BTreeMap<String, Latest>> {
        let mut sums: BTreeMap<String, Latest> = BTreeMap::new();
        for ((unit, other), latest) in flows {
            let inside = other.as_ref().map(|other| self.chain(other)).unwrap_or_default();
            for above in self.chain(unit).into_iter().filter(|above| wanted.contains(above.as_str())) {
                if !inside.contains(&above) {
                    sums.entry(above).or_default().add(latest)?;
                }
            }
        }
        Ok(sums)
    }
}

/// The plans that count, each with its text.
#[derive(Default)]
pub struct Plans {
    /// Each with the revision of its text.
    pub all: Vec<(Plan, i64)>,
    items: BTreeMap<String, Vec<Item>>,
}

impl Plans {
    /// Those of the scope.
    pub fn of(view: &mut View<'_>, scope: &Scope) -> Result<Self> {
        let units = Some(scope.units.iter().cloned().collect());
        let filter = PlanFilter { units, visible: crate::plan::visible(view), ..PlanFilter::default() };
        let mut all = Vec::new();
        for (_, plan) in plans::list_plans(view, &filter, None, i64::MAX)? {
            if plan.state != State::Cancelled && scope.years.iter().any(|year| plan.covers(*year)) {
                let text = plan.in_force.unwrap_or(plan.revision);
                all.push((plan, text));
            }
        }
        let count: i64 = all.iter().map(|(plan, _)| plan.item_count).sum();
        if count > i64::try_from(limits::CONSISTENCY_ITEMS).unwrap_or(i64::MAX) {
            let (reason, limit) = (Reason::TooManyRows, limits::CONSISTENCY_ITEMS);
            return Err(Error::Limit { reason, limit, subject: "items of the plans that are compared".to_owned() });
        }
        let texts: Texts = all.iter().map(|(plan, text)| (plan.id.clone(), *text)).collect();
        let kinds = [ItemKind::Goal, ItemKind::Indicator, ItemKind::Task, ItemKind::Funding];
        let items = plans::items_of(view, &texts, &kinds)?;
        Ok(Self { all, items })
    }

    /// The items of a plan.
    pub fn items(&self, plan: &Plan) -> &[Item] {
        self.items.get(&plan.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those that cover a year, with the revisions of their texts and their items.
    pub fn of_year(&self, year: i64) -> impl Iterator<Item = (&Plan, i64, &[Item])> {
        let all = self.all.iter().filter(move |(plan, _)| plan.covers(year));
        all.map(|(plan, text)| (plan, *text, self.items(plan)))
    }
}

/// The HR plans that count, each with its text.
#[derive(Default)]
pub struct Staff {
    pub all: Vec<WorkforcePlan>,
    groups: BTreeMap<String, Vec<PlannedGroup>>,
}

impl Staff {
    /// Those of the scope.
    pub fn of(view: &mut View<'_>, scope: &Scope) -> Result<Self> {
        let units = Some(scope.visible(view, Reviewers::HomeAffairs));
        let mut all = workforce::list_plans(view, &StaffFilter { units, ..StaffFilter::default() }, None, i64::MAX)?;
        let covers = |plan: &WorkforcePlan, year: i64| (plan.key.first_year..=plan.key.last_year).contains(&year);
        all.retain(|plan| plan.state != State::Cancelled && scope.years.iter().any(|year| covers(plan, *year)));
        all.sort_by(|a, b| (&a.key.unit, &a.id).cmp(&(&b.key.unit, &b.id)));
        let years = i64::try_from(scope.years.len()).unwrap_or(i64::MAX);
        let count: i64 = all.iter().map(|plan| plan.group_count.saturating_mul(years)).sum();
        if count > i64::try_from(limits::PAY_GROUPS).unwrap_or(i64::MAX) {
            let (reason, limit) = (Reason::PayGroups, limits::PAY_GROUPS);
            return Err(Error::Limit { reason, limit, subject: "staff groups times fiscal years".to_owned() });
        }
        let groups = workforce::groups_of(view, &Self::texts_of(&all))?;
        Ok(Self { all, groups })
    }

    fn texts_of(all: &[WorkforcePlan]) -> Texts {
        all.iter().map(|plan| (plan.id.clone(), life::text(plan))).collect()
    }

    /// The revisions of their texts.
    pub fn texts(&self) -> Texts {
        Self::texts_of(&self.all)
    }

    /// The people of a plan.
    pub fn people(&self, plan: &WorkforcePlan) -> &[PlannedGroup] {
        self.groups.get(&plan.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of a unit.
    pub fn all_of<'a>(&'a self, unit: &'a str) -> impl Iterator<Item = &'a WorkforcePlan> {
        // They are few for each unit, but units are many.
        let from = self.all.partition_point(|plan| plan.key.unit.as_str() < unit);
        let all = self.all.get(from..).unwrap_or_default();
        all.iter().take_while(move |plan| plan.key.unit == unit)
    }

    /// Those of a unit that cover a year.
    pub fn of_unit<'a>(&'a self, unit: &'a str, year: i64) -> impl Iterator<Item = &'a WorkforcePlan> {
        self.all_of(unit).filter(move |plan| (plan.key.first_year..=plan.key.last_year).contains(&year))
    }
}

/// A discrepancy of a comparison, short to write.
pub fn between(
    comparison: super::Comparison,
    (unit, year): (&str, i64),
    (expected, actual): (Figure, Figure),
    finding: crate::document::finding::Finding,
) -> Discrepancy {
    Discrepancy { comparison, year, unit: unit.to_owned(), expected, actual, finding }
}
