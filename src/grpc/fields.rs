//! The field rules of the protos, as the generated checks call them. Every wrong field is named, none ends the search.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::sync::OnceLock;

use regex::Regex;

use crate::error::{Error, Result, Violation};
use crate::limits;

/// Checks a message against the rules of its proto; generated for every message.
pub trait Validate {
    /// Adds every violation, with its path from `at`.
    fn validate(&self, at: &Path<'_>, violations: &mut Violations);
}

impl<T: Validate> Validate for Box<T> {
    fn validate(&self, at: &Path<'_>, violations: &mut Violations) {
        self.as_ref().validate(at, violations);
    }
}

/// Where a value stands in a message; costs nothing until it is printed.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    /// The message itself.
    Root,
    /// A field.
    Field(&'a Path<'a>, &'static str),
    /// An item of a field.
    Index(&'a Path<'a>, &'static str, usize),
}

impl<'a> Path<'a> {
    /// The message itself.
    pub fn root() -> Self {
        Self::Root
    }

    /// A field of what stands here.
    pub fn field(&'a self, name: &'static str) -> Path<'a> {
        Path::Field(self, name)
    }

    /// An item of a field of what stands here.
    pub fn index(&'a self, name: &'static str, index: usize) -> Path<'a> {
        Path::Index(self, name, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parent, name, index) = match self {
            Self::Root => return Ok(()),
            Self::Field(parent, name) => (parent, name, None),
            Self::Index(parent, name, index) => (parent, name, Some(index)),
        };
        if !matches!(parent, Self::Root) {
            write!(f, "{parent}.")?;
        }
        match index {
            Some(index) => write!(f, "{name}[{index}]"),
            None => f.write_str(name),
        }
    }
}

/// The violations found so far; beyond a limit they are only counted.
#[derive(Debug, Default)]
pub struct Violations {
    named: Vec<Violation>,
    more: usize,
}

impl Violations {
    /// Adds one.
    pub fn add(&mut self, at: &Path<'_>, description: impl Into<String>) {
        if self.named.len() < limits::count(limits::VIOLATIONS_MAX) {
            self.named.push(Violation::new(at.to_string(), description));
        } else {
            self.more += 1;
        }
    }

    /// An error that names them all, if there are any.
    pub fn into_result(mut self) -> Result<()> {
        if self.more > 0 {
            self.named.push(Violation::new("", format!("and {} more", self.more)));
        }
        if self.named.is_empty() { Ok(()) } else { Err(Error::Invalid(self.named)) }
    }
}

/// A regular expression that is compiled at its first use; the build has compiled it once already.
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The pattern of a rule.
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    fn is_match(&self, value: &str) -> bool {
        self.compiled.get_or_init(|| Regex::new(self.text).ok()).as_ref().is_some_and(|regex| regex.is_match(value))
    }
}

/// `string.min_len` and `max_len`, in characters.
pub fn text(value: &str, min: Option<i64>, max: Option<i64>, at: &Path<'_>, violations: &mut Violations) {
    length(value.chars().count(), "characters", min, max, at, violations);
    // PostgreSQL has no texts with it, neither to keep nor to look for.
    if value.contains('\0') {
        violations.add(at, "holds the character NUL");
    }
}

/// `bytes.min_len` and `max_len`.
pub fn bytes(value: &[u8], min: Option<i64>, max: Option<i64>, at: &Path<'_>, violations: &mut Violations) {
    length(value.len(), "bytes", min, max, at, violations);
}

fn length(count: usize, what: &str, min: Option<i64>, max: Option<i64>, at: &Path<'_>, violations: &mut Violations) {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if let Some(min) = min.filter(|min| count < *min) {
        violations.add(at, format!("has {count} {what}; at least {min} are needed"));
    }
    if let Some(max) = max.filter(|max| count > *max) {
        violations.add(at, format!("has {count} {what}; at most {max} are allowed"));
    }
}

/// `string.pattern`.
pub fn matches(value: &str, pattern: &Pattern, at: &Path<'_>, violations: &mut Violations) {
    if !pattern.is_match(value) {
        violations.add(at, format!("does not match {}", pattern.text));
    }
}

/// `string.uuid`.
pub fn uuid(value: &str, at: &Path<'_>, violations: &mut Violations) {
    if value.len() != 36 || uuid::Uuid::parse_str(value).is_err() {
        violations.add(at, "is not a UUID");
    }
}

/// `int32` and `int64` bounds, both included.
pub fn within(value: i64, least: Option<i64>, most: Option<i64>, at: &Path<'_>, violations: &mut Violations) {
    if let Some(least) = least.filter(|least| value < *least) {
        violations.add(at, format!("is {value}; at least {least} is needed"));
    }
    if let Some(most) = most.filter(|most| value > *most) {
        violations.add(at, format!("is {value}; at most {most} is allowed"));
    }
}

/// `enum.defined_only` and `not_in`.
pub fn known(defined: bool, value: i32, forbidden: &[i32], at: &Path<'_>, violations: &mut Violations) {
    if forbidden.contains(&value) {
        violations.add(at, "is required");
    } else if !defined {
        violations.add(at, format!("{value} is not one of its values"));
    }
}

/// `repeated.min_items`.
pub fn at_least(count: usize, min: usize, at: &Path<'_>, violations: &mut Violations) {
    if count < min {
        violations.add(at, format!("has {count} items; at least {min} are needed"));
    }
}

/// `repeated.max_items`.
pub fn at_most(count: usize, max: usize, at: &Path<'_>, violations: &mut Violations) {
    if count > max {
        violations.add(at, format!("has {count} items; at most {max} are allowed"));
    }
}

/// `repeated.unique`.
pub fn unique<T: Eq + Hash>(items: &[T], at: &Path<'_>, violations: &mut Violations) {
    let mut seen = HashSet::new();
    if let Some(position) = items.iter().position(|item| !seen.insert(item)) {
        violations.add(at, format!("item {position} stands in it twice"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(check: impl Fn(&Path<'_>, &mut Violations)) -> Vec<String> {
        let mut violations = Violations::default();
        let root = Path::root();
        check(&root.field("f"), &mut violations);
        violations
            .named
            .into_iter()
            .map(|violation| format!("{}: {}", violation.field, violation.description))
            .collect()
    }

    #[test]
    fn a_path_reads_as_a_person_writes_it() {
        let root = Path::root();
        let (operations, line);
        operations = root.index("operations", 3);
        line = operations.field("line");
        assert_eq!(line.field("economic_code").to_string(), "operations[3].line.economic_code");
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!(found(|at, v| text("Sở", Some(1), Some(2), at, v)), Vec::<String>::new());
        assert_eq!(found(|at, v| text("Sở K", None, Some(2), at, v)), ["f: has 4 characters; at most 2 are allowed"]);
        assert_eq!(found(|at, v| text("", Some(1), None, at, v)), ["f: has 0 characters; at least 1 are needed"]);
        assert_eq!(found(|at, v| text("a\0", None, Some(2), at, v)), ["f: holds the character NUL"]);
    }

    #[test]
    fn bounds_are_inside() {
        assert!(found(|at, v| within(5, Some(5), Some(5), at, v)).is_empty());
        assert_eq!(
            found(|at, v| within(4, Some(5), None, at, v)).len() + found(|at, v| within(6, None, Some(5), at, v)).len(),
            2
        );
    }

    #[test]
    fn the_other_rules_find_their_faults() {
        static PATTERN: Pattern = Pattern::new("^[a-z]+$");
        assert!(found(|at, v| matches("abc", &PATTERN, at, v)).is_empty());
        assert_eq!(found(|at, v| matches("a1", &PATTERN, at, v)), ["f: does not match ^[a-z]+$"]);
        assert_eq!(found(|at, v| uuid("nonsense", at, v)), ["f: is not a UUID"]);
        assert!(found(|at, v| uuid("01890a5d-ac96-774b-bcce-b302099a8057", at, v)).is_empty());
        assert_eq!(found(|at, v| known(true, 0, &[0], at, v)), ["f: is required"]);
        assert_eq!(found(|at, v| known(false, 9, &[0], at, v)), ["f: 9 is not one of its values"]);
        assert_eq!(found(|at, v| unique(&["a", "b", "a"], at, v)), ["f: item 2 stands in it twice"]);
        assert_eq!(found(|at, v| at_most(3, 2, at, v)).len() + found(|at, v| at_least(1, 2, at, v)).len(), 2);
    }

    #[test]
    fn too_many_faults_are_counted() {
        let mut violations = Violations::default();
        for _ in 0..limits::VIOLATIONS_MAX + 5 {
            violations.add(&Path::root(), "x");
        }
        let Err(Error::Invalid(named)) = violations.into_result() else { panic!("faults were lost") };
        assert_eq!(named.last().map(|last| last.description.as_str()), Some("and 5 more"));
    }
}
