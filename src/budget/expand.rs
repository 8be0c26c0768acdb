//! Turns conditions that a scheme must be asked about into plain lists of its codes: subtrees, fields, classes of financing.

use std::collections::{BTreeMap, BTreeSet};

use super::store::{CodeFilter, LineFilter};
use super::summary::{Attribute, Tree};
use crate::classification::model::Dimension;
use crate::classification::store as codes;
use crate::commit::View;
use crate::error::Result;
use crate::limits;
use crate::word::Word;

/// Leaves only conditions that the table of lines can be asked with.
pub fn expand_codes(view: &mut View<'_>, scheme: &str, filter: &mut LineFilter) -> Result<()> {
    for condition in filter.codes.iter_mut().filter(|condition| !condition.subtrees.is_empty()) {
        let mut inside: BTreeSet<String> = condition.subtrees.drain(..).collect();
        let tree = codes::tree(view, scheme, condition.dimension)?;
        // A tree is at most so deep, so after that many rounds nothing can be missing.
        for _ in 0..limits::TREE_DEPTH {
            let before = inside.len();
            for code in &tree {
                if code.parent.as_ref().is_some_and(|parent| inside.contains(parent)) {
                    inside.insert(code.code.clone());
                }
            }
            if inside.len() == before {
                break;
            }
        }
        condition.codes.extend(inside);
    }
    let fields = words(std::mem::take(&mut filter.fields));
    let classes = words(std::mem::take(&mut filter.financing_classes));
    for (attribute, wanted) in [(Attribute::Field, fields), (Attribute::FinancingClass, classes)] {
        if let Some(dimension) = attribute.dimension().filter(|_| !wanted.is_empty()) {
            filter.codes.push(saying(view, scheme, (attribute, dimension), &wanted)?);
        }
    }
    Ok(())
}

fn words<W: Word>(words: Vec<W>) -> Vec<&'static str> {
    words.into_iter().map(Word::as_str).collect()
}

/// The condition that a code says one of some words, or inherits it from the nearest code above that says any.
fn saying(
    view: &mut View<'_>,
    scheme: &str,
    (attribute, dimension): (Attribute, Dimension),
    wanted: &[&str],
) -> Result<CodeFilter> {
    let all = codes::tree(view, scheme, dimension)?;
    let names: Vec<String> = all.iter().map(|code| code.code.clone()).collect();
    let tree = Tree::new(all);
    let says = |code: &String| wanted.contains(&tree.inherited(code, attribute).as_str());
    let codes = names.into_iter().filter(says).collect();
    Ok(CodeFilter { dimension, codes, prefixes: Vec::new(), subtrees: Vec::new(), unset: false })
}

/// The field of spending of every functional code that says one, or inherits it.
pub fn fields(view: &mut View<'_>, scheme: &str) -> Result<BTreeMap<String, String>> {
    said(view, scheme, (Attribute::Field, Dimension::Functional))
}

/// The class of financing of every source code that says one, or inherits it.
pub fn financing_classes(view: &mut View<'_>, scheme: &str) -> Result<BTreeMap<String, String>> {
    said(view, scheme, (Attribute::FinancingClass, Dimension::Source))
}

fn said(
    view: &mut View<'_>,
    scheme: &str,
    (attribute, dimension): (Attribute, Dimension),
) -> Result<BTreeMap<String, String>> {
    let all = codes::tree(view, scheme, dimension)?;
    let names: Vec<String> = all.iter().map(|code| code.code.clone()).collect();
    let tree = Tree::new(all);
    let said = names.into_iter().map(|code| (tree.inherited(&code, attribute), code));
    Ok(said.filter(|(said, _)| !said.is_empty()).map(|(said, code)| (code, said)).collect())
}
