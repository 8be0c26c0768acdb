//! Figures that drafter, reviewer and approver state one after the other: which is written when, and what a verb does to them. Pure.

use super::state::State;
use crate::words;

words! {
    /// Whose figure it is.
    Stage {
        /// The drafter's.
        Requested "REQUESTED",
        /// The reviewer's.
        Appraised "APPRAISED",
        /// The approver's.
        Decided "DECIDED",
    }
}

impl Stage {
    /// The state in which it is written.
    pub fn state(self) -> State {
        match self {
            Self::Requested => State::Draft,
            Self::Appraised => State::Endorsed,
            Self::Decided => State::Appraised,
        }
    }

    /// The stage that is written in a state.
    pub fn of(state: State) -> Option<Self> {
        match state {
            State::Draft => Some(Self::Requested),
            State::Endorsed => Some(Self::Appraised),
            State::Appraised => Some(Self::Decided),
            State::Submitted | State::Approved | State::Closed | State::Cancelled => None,
        }
    }

    /// The stage from which it is taken where it is not stated.
    pub fn before(self) -> Self {
        match self {
            Self::Requested | Self::Appraised => Self::Requested,
            Self::Decided => Self::Appraised,
        }
    }

    /// Why it is not written in a state of a document that is called so.
    pub fn why(self, document: &str, state: State) -> String {
        use crate::word::Word;
        let when = match self {
            Self::Requested => format!("by the drafter while the {document} is a DRAFT"),
            Self::Appraised => format!("by the reviewer while the {document} is ENDORSED"),
            Self::Decided => format!("by the approver while the {document} is APPRAISED"),
        };
        format!("is written {when}; it is {}", state.as_str())
    }
}

/// What has such figures.
pub trait Staged {
    /// The figure of a stage.
    fn figure(&self, stage: Stage) -> Option<i64>;
    /// States, or no longer states, the figure of a stage.
    fn set_figure(&mut self, stage: Stage, figure: Option<i64>);
    /// Why the figure of a stage differs from the one before.
    fn reason(&self, stage: Stage) -> Option<&str>;
    /// Takes that reason away.
    fn forget_reason(&mut self, stage: Stage);
}

/// What the end of a stage does to a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// It is stated, and stays.
    Stays,
    /// It was taken from the stage before.
    Taken,
    /// It differs from the stage before, and nobody says why.
    Unexplained,
}

/// Fills a stage from the one before, where it is not stated.
pub fn fill(staged: &mut impl Staged, stage: Stage) -> Filled {
    let before = staged.figure(stage.before());
    match staged.figure(stage) {
        Some(figure) if Some(figure) != before && staged.reason(stage).is_none() => Filled::Unexplained,
        None if before.is_some() => {
            staged.set_figure(stage, before);
            Filled::Taken
        }
        _ => Filled::Stays,
    }
}

/// Takes away the stages that a return undoes: what was decided, and below ENDORSED what was appraised too.
pub fn clear(staged: &mut impl Staged, then: State) {
    let undone: &[Stage] =
        if then == State::Endorsed { &[Stage::Decided] } else { &[Stage::Decided, Stage::Appraised] };
    for stage in undone {
        staged.set_figure(*stage, None);
        staged.forget_reason(*stage);
    }
}

/// Begins an amendment: what was decided is what is requested, and the later stages are open again.
pub fn restate(staged: &mut impl Staged) {
    let decided = staged.figure(Stage::Decided);
    staged.set_figure(Stage::Requested, decided);
    clear(staged, State::Draft);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::Word;

    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    struct Figures([Option<i64>; 3], [Option<String>; 3]);

    impl Staged for Figures {
        fn figure(&self, stage: Stage) -> Option<i64> {
            self.0[stage as usize]
        }
        fn set_figure(&mut self, stage: Stage, figure: Option<i64>) {
            self.0[stage as usize] = figure;
        }
        fn reason(&self, stage: Stage) -> Option<&str> {
            self.1[stage as usize].as_deref()
        }
        fn forget_reason(&mut self, stage: Stage) {
            self.1[stage as usize] = None;
        }
    }

    fn figures(requested: Option<i64>, appraised: Option<i64>, decided: Option<i64>) -> Figures {
        Figures([requested, appraised, decided], [None, None, None])
    }

    #[test]
    fn each_stage_has_its_state() {
        for stage in Stage::ALL {
            let states = State::ALL.iter().copied().filter(|state| Stage::of(*state) == Some(*stage));
            assert_eq!(states.collect::<Vec<_>>(), [stage.state()]);
        }
    }

    #[test]
    fn an_open_stage_takes_the_one_before_and_another_figure_needs_a_reason() {
        for (before, then, expected) in [
            (figures(Some(5), None, None), figures(Some(5), Some(5), None), Filled::Taken),
            (figures(Some(5), Some(5), None), figures(Some(5), Some(5), None), Filled::Stays),
            (figures(Some(5), Some(0), None), figures(Some(5), Some(0), None), Filled::Unexplained),
            (figures(None, None, None), figures(None, None, None), Filled::Stays),
        ] {
            let mut filled = before.clone();
            assert_eq!(fill(&mut filled, Stage::Appraised), expected, "{before:?}");
            assert_eq!(filled, then);
        }
        let mut explained = figures(Some(5), Some(4), None);
        explained.1[1] = Some("thiếu nguồn".to_owned());
        assert_eq!(fill(&mut explained, Stage::Appraised), Filled::Stays);
        assert_eq!(fill(&mut explained, Stage::Decided), Filled::Taken);
        assert_eq!(explained.0, [Some(5), Some(4), Some(4)]);
    }

    #[test]
    fn a_return_and_an_amendment_open_stages_again() {
        let full = Figures([Some(5), Some(4), Some(3)], [None, Some("a".to_owned()), Some("d".to_owned())]);
        let after = |change: &dyn Fn(&mut Figures)| {
            let mut figures = full.clone();
            change(&mut figures);
            figures
        };
        let endorsed = after(&|figures| clear(figures, State::Endorsed));
        assert_eq!(endorsed, Figures([Some(5), Some(4), None], [None, Some("a".to_owned()), None]));
        assert_eq!(after(&|figures| clear(figures, State::Draft)), figures(Some(5), None, None));
        assert_eq!(after(&restate), figures(Some(3), None, None));
    }
}
