//! A command as a pair of closures, and the road of its answer back to the call.

use tokio::sync::oneshot::Sender;

use super::Answer;
use crate::commit::{Command, Entry, Executing, First, Outcome, Tx};
use crate::error::{Error, Result};

/// A command that answers a `T`.
pub struct Work<T, F, R> {
    executing: Executing,
    run: F,
    replay: R,
    value: Option<T>,
    reply: Sender<Result<Answer<T>>>,
}

impl<T, F, R> Work<T, F, R> {
    /// A command that has not run.
    pub fn new(executing: Executing, run: F, replay: R, reply: Sender<Result<Answer<T>>>) -> Self {
        Self { executing, run, replay, value: None, reply }
    }
}

impl<T, F, R> Command for Work<T, F, R>
where
    T: Send,
    F: Fn(&mut Tx<'_>) -> Result<(Entry, T)> + Send,
    R: Fn(&mut Tx<'_>, &First) -> Result<T> + Send,
{
    fn executing(&self) -> &Executing {
        &self.executing
    }

    fn execute(&mut self, tx: &mut Tx<'_>) -> Result<Entry> {
        let (entry, value) = (self.run)(tx)?;
        self.value = Some(value);
        Ok(entry)
    }

    fn replay(&mut self, tx: &mut Tx<'_>, first: &First) -> Result<()> {
        self.value = Some((self.replay)(tx, first)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<Outcome>) {
        let Self { value, reply, .. } = *self;
        let answer = outcome.and_then(|outcome| {
            let value = value.ok_or_else(|| Error::bug("a command ended well and left no value"))?;
            let Outcome { head, replayed } = outcome;
            Ok(Answer { value, head, revision: head, replayed, visibility: [0; 32] })
        });
        // A caller that went away gets no answer; what was committed stays committed.
        drop(reply.send(answer));
    }
}
