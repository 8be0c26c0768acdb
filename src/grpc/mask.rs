//! Update masks: which fields of a message an update writes.

use crate::error::Violation;

/// The fields that an update writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mask {
    /// Every field that is populated in the message.
    Populated,
    /// Every field that can be written.
    All,
    /// These.
    Only(Vec<String>),
}

impl Mask {
    /// Reads a mask: its paths must be among `writable` or `readable`; the latter are ignored.
    pub fn read(
        mask: Option<prost_types::FieldMask>,
        writable: &[&str],
        readable: &[&str],
        faults: &mut Vec<Violation>,
    ) -> Self {
        let Some(mask) = mask.filter(|mask| !mask.paths.is_empty()) else { return Self::Populated };
        if mask.paths.iter().any(|path| path == "*") {
            return Self::All;
        }
        for path in &mask.paths {
            if !writable.contains(&path.as_str()) && !readable.contains(&path.as_str()) {
                faults.push(Violation::new(
                    "update_mask",
                    format!("{path} is not a field; one of {}", writable.join(", ")),
                ));
            }
        }
        Self::Only(mask.paths)
    }

    /// Whether a field is written, given whether the message populates it.
    pub fn writes(&self, field: &str, populated: bool) -> bool {
        match self {
            Self::Populated => populated,
            Self::All => true,
            Self::Only(paths) => paths.iter().any(|path| path == field),
        }
    }

    /// Whether an update says anything about a field that it cannot write: `*` stands for the writable ones only.
    pub fn states(&self, field: &str, populated: bool) -> bool {
        match self {
            Self::Populated | Self::All => populated,
            Self::Only(paths) => paths.iter().any(|path| path == field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(paths: &[&str]) -> (Mask, usize) {
        let mut faults = Vec::new();
        let mask = prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        (Mask::read(Some(mask), &["title"], &["etag"], &mut faults), faults.len())
    }

    #[test]
    fn a_mask_says_what_is_written() {
        assert_eq!(read(&[]), (Mask::Populated, 0));
        assert_eq!(read(&["*"]), (Mask::All, 0));
        assert_eq!(read(&["title", "etag"]).1, 0);
        assert_eq!(read(&["titel"]).1, 1);
        assert!(Mask::Populated.writes("title", true) && !Mask::Populated.writes("title", false));
        assert!(!Mask::All.states("parent", false) && Mask::All.states("parent", true));
        assert!(read(&["title"]).0.writes("title", false) && !read(&["etag"]).0.writes("title", true));
    }
}
