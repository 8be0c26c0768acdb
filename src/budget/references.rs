//! The projects and tasks of plans that lines name: which of them there are.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Line;
use crate::commit::View;
use crate::error::Result;
use crate::id::{PlanItemName, ProjectName};
use crate::plan::model::ItemKind;
use crate::{plan, project};

/// Those of some names of projects and tasks that are there, in this jurisdiction.
pub fn existing(view: &mut View<'_>, names: &BTreeSet<&str>) -> Result<BTreeSet<String>> {
    let mut projects = Vec::new();
    let mut tasks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        if let Some(name) = ProjectName::parse(name).filter(|name| name.jurisdiction == view.jurisdiction) {
            projects.push(name.project);
        } else if let Some(name) = PlanItemName::parse(name).filter(|name| name.jurisdiction == view.jurisdiction) {
            tasks.entry(name.plan).or_default().push(name.item);
        }
    }
    let jurisdiction = view.jurisdiction.to_owned();
    let known = project::store::known_projects(view, &projects)?.into_iter();
    let name = |project: String| ProjectName { jurisdiction: jurisdiction.clone(), project }.to_string();
    let mut found: BTreeSet<String> = known.map(name).collect();
    for (plan, items) in tasks {
        let there = plan::store::some_items(view, &plan, &items)?;
        let is_task = |id: &String| there.get(id).is_some_and(|item| item.content.kind() == ItemKind::Task);
        found.extend(items.into_iter().filter(is_task).map(|item| {
            let (jurisdiction, plan) = (jurisdiction.clone(), plan.clone());
            PlanItemName { jurisdiction, plan, collection: ItemKind::Task.collection(), item }.to_string()
        }));
    }
    Ok(found)
}

/// The projects and tasks that lines name anew, and that are there.
pub fn named<'a>(
    view: &mut View<'_>,
    lines: impl Iterator<Item = (Option<&'a Line>, &'a Line)>,
) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for (old, new) in lines {
        let fresh = |of: fn(&Line) -> &Option<String>| {
            of(new).as_deref().filter(|name| old.is_none_or(|old| of(old).as_deref() != Some(*name)))
        };
        names.extend(fresh(|line| &line.project));
        names.extend(fresh(|line| &line.plan_task));
    }
    if names.is_empty() { Ok(BTreeSet::new()) } else { existing(view, &names) }
}
