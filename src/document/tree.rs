//! The tree of units as authority sees it: who stands above whom, and who reviews and approves for whom. Pure.

use std::collections::HashMap;

use crate::limits;
use crate::words;

words! {
    /// Who reviews a kind of document of a unit of level I.
    Reviewers {
        /// The nearest that holds FINANCE.
        Finance "FINANCE",
        /// The nearest that holds PLANNING; FINANCE where nobody does.
        Planning "PLANNING",
    }
}

/// What authority needs to know of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// The unit above, none for a root.
    pub parent: Option<String>,
    /// Whether it is a unit of level I.
    pub is_level_one: bool,
    /// Whether it holds FINANCE on the day.
    pub holds_finance: bool,
    /// Whether it holds PLANNING on the day.
    pub holds_planning: bool,
    /// Whether it holds COUNCIL on the day.
    pub holds_council: bool,
}

/// The units of a jurisdiction, with the functions that they hold on one day.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: HashMap<String, Node>,
    /// Those that hold FINANCE, by the unit above them.
    finance: HashMap<Option<String>, Vec<String>>,
    /// Those that hold PLANNING, by the unit above them.
    planning: HashMap<Option<String>, Vec<String>>,
    /// Those that hold COUNCIL, by the unit above them.
    council: HashMap<Option<String>, Vec<String>>,
}

/// Where an object stands: the chains of units, each from the unit upwards, whose scopes cover it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The owning unit and those above it; empty for what belongs to the whole jurisdiction.
    pub owner: Vec<String>,
    /// Each unit that reviews the documents of the owner, with those above it.
    pub reviewing: Vec<Vec<String>>,
    /// Each unit that approves them, with those above it.
    pub approving: Vec<Vec<String>>,
}

impl Tree {
    /// The tree of some units.
    pub fn new(nodes: HashMap<String, Node>) -> Self {
        let mut tree = Self { nodes, ..Self::default() };
        for (unit, node) in &tree.nodes {
            if node.holds_finance {
                tree.finance.entry(node.parent.clone()).or_default().push(unit.clone());
            }
            if node.holds_planning {
                tree.planning.entry(node.parent.clone()).or_default().push(unit.clone());
            }
            if node.holds_council {
                tree.council.entry(node.parent.clone()).or_default().push(unit.clone());
            }
        }
        tree
    }

    /// Every unit.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// A unit and those above it, nearest first; the unit alone where it does not exist.
    pub fn chain(&self, unit: &str) -> Vec<String> {
        let mut chain = vec![unit.to_owned()];
        let mut next = self.parent(unit);
        while let Some(above) = next.filter(|_| chain.len() <= limits::count(limits::TREE_DEPTH)) {
            chain.push(above.to_owned());
            next = self.parent(above);
        }
        chain
    }

    /// Where what a unit owns stands.
    pub fn place(&self, unit: &str) -> Place {
        self.place_for(unit, Reviewers::Finance)
    }

    /// Where a document of a unit stands whose kind is reviewed by these.
    pub fn place_for(&self, unit: &str, reviewers: Reviewers) -> Place {
        let owner = self.chain(unit);
        let reviewing = self.reviewing(&owner, reviewers);
        let approving = self.approving(&owner);
        let chains = |units: Vec<String>| units.iter().map(|unit| self.chain(unit)).collect();
        Place { reviewing: chains(reviewing), approving: chains(approving), owner }
    }

    fn parent(&self, unit: &str) -> Option<&str> {
        self.nodes.get(unit)?.parent.as_deref()
    }

    /// The parent for a unit below one of level I; for the others the nearest that holds the function, else the parent; the root
    /// itself where there is nobody else.
    fn reviewing(&self, chain: &[String], reviewers: Reviewers) -> Vec<String> {
        let Some((unit, above)) = chain.split_first() else { return Vec::new() };
        let is_level_one = |unit: &String| self.nodes.get(unit).is_some_and(|node| node.is_level_one);
        let is_child = !is_level_one(unit) && above.iter().any(is_level_one);
        let mut holders = Vec::new();
        if !is_child && reviewers == Reviewers::Planning {
            holders = nearest(&self.planning, chain);
        }
        if !is_child && holders.is_empty() {
            holders = nearest(&self.finance, chain);
        }
        if holders.is_empty() { vec![above.first().unwrap_or(unit).clone()] } else { holders }
    }

    /// Every unit above and the nearest that holds COUNCIL; at the root also the root itself.
    fn approving(&self, chain: &[String]) -> Vec<String> {
        let Some((unit, above)) = chain.split_first() else { return Vec::new() };
        let mut units = nearest(&self.council, chain);
        units.extend(above.iter().cloned());
        if above.is_empty() {
            units.push(unit.clone());
        }
        units
    }
}

/// Who holds a function for the first unit of a chain: it holds for everything below the holder's parent, and the nearest
/// counts. A holder without a parent holds it for everybody.
fn nearest(holders: &HashMap<Option<String>, Vec<String>>, chain: &[String]) -> Vec<String> {
    let below = chain.iter().find_map(|unit| holders.get(&Some(unit.clone())));
    let mut found = below.or_else(|| holders.get(&None)).cloned().unwrap_or_default();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A province with a council, a finance department, and a department with a centre; a district with a finance office.
    fn tree() -> Tree {
        let node = |parent: Option<&str>| Node { parent: parent.map(str::to_owned), ..Node::default() };
        let level_one = |parent: &str| Node { is_level_one: true, ..node(Some(parent)) };
        Tree::new(HashMap::from([
            ("tinh".to_owned(), node(None)),
            ("hdnd".to_owned(), Node { holds_council: true, ..node(Some("tinh")) }),
            ("stc".to_owned(), Node { holds_finance: true, ..level_one("tinh") }),
            ("skhdt".to_owned(), Node { holds_planning: true, ..level_one("tinh") }),
            ("khcn".to_owned(), level_one("tinh")),
            ("tt".to_owned(), node(Some("khcn"))),
            ("huyen".to_owned(), node(Some("tinh"))),
            ("tckh".to_owned(), Node { holds_finance: true, ..node(Some("huyen")) }),
            ("truong".to_owned(), level_one("huyen")),
        ]))
    }

    fn firsts(chains: &[Vec<String>]) -> String {
        chains.iter().filter_map(|chain| chain.first()).cloned().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_parent_reviews_a_child_and_the_nearest_finance_unit_a_unit_of_level_one() {
        let reviewing = |unit: &str| firsts(&tree().place(unit).reviewing);
        assert_eq!(reviewing("tt"), "khcn");
        assert_eq!(reviewing("khcn"), "stc");
        assert_eq!(reviewing("truong"), "tckh");
        assert_eq!(reviewing("huyen"), "tckh");
        assert_eq!(reviewing("tinh"), "stc");
        let bare = Tree::new(HashMap::from([("a".to_owned(), Node::default())]));
        assert_eq!(firsts(&bare.place("a").reviewing), "a");
    }

    #[test]
    fn plans_are_reviewed_where_planning_is_and_by_finance_where_nobody_holds_it() {
        let reviewing = |unit: &str| firsts(&tree().place_for(unit, Reviewers::Planning).reviewing);
        assert_eq!(reviewing("khcn"), "skhdt");
        assert_eq!(reviewing("tt"), "khcn");
        // A district has no planning unit of its own; that of the province is nearer than none.
        assert_eq!(reviewing("truong"), "skhdt");
        let mut bare = tree().nodes;
        bare.remove("skhdt");
        assert_eq!(firsts(&Tree::new(bare).place_for("khcn", Reviewers::Planning).reviewing), "stc");
    }

    #[test]
    fn whoever_stands_above_approves_and_so_does_the_nearest_council() {
        let approving = |unit: &str| firsts(&tree().place(unit).approving);
        assert_eq!(approving("tt"), "hdnd khcn tinh");
        assert_eq!(approving("khcn"), "hdnd tinh");
        assert_eq!(approving("truong"), "hdnd huyen tinh");
        assert_eq!(approving("tinh"), "hdnd tinh");
    }

    #[test]
    fn a_chain_goes_up_to_the_root_and_a_stranger_stands_alone() {
        assert_eq!(tree().chain("tt"), ["tt", "khcn", "tinh"]);
        assert_eq!(tree().chain("nowhere"), ["nowhere"]);
    }
}
