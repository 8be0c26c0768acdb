//! A bounded queue between the calls and the threads that serve them.
//!
//! Absent: waiting for room. A full queue refuses at once, so that a caller learns it in time to go elsewhere.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// First in, first out, unless a taker asks for the first that fits.
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    limit: usize,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<(Instant, T)>,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue with room for `limit` items.
    pub fn new(limit: usize) -> Self {
        Self { state: Mutex::new(State { items: VecDeque::new(), closed: false }), filled: Condvar::new(), limit }
    }

    /// Puts an item at the end; gives it back where the queue is full or closed.
    pub fn push(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if state.closed || state.items.len() >= self.limit {
            return Err(item);
        }
        state.items.push_back((Instant::now(), item));
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for the first item; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<(Instant, T)> {
        let mut state = self.lock();
        loop {
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the first item that fits, without waiting.
    pub fn pop_if(&self, fits: impl Fn(&T) -> bool) -> Option<(Instant, T)> {
        let mut state = self.lock();
        let position = state.items.iter().position(|(_, item)| fits(item))?;
        state.items.remove(position)
    }

    /// Lets a taker pause without missing the end of the queue.
    pub fn pause(&self, time: Duration) {
        let state = self.lock();
        if !state.closed {
            drop(self.filled.wait_timeout(state, time));
        }
    }

    /// Refuses whatever comes; what is queued is still served.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    /// How many items wait.
    pub fn waiting(&self) -> usize {
        self.lock().items.len()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that holds the lock can leave the state half changed, so a poisoned one is as good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_gives_the_item_back() {
        let queue = Queue::new(2);
        assert_eq!((queue.push(1), queue.push(2), queue.push(3)), (Ok(()), Ok(()), Err(3)));
    }

    #[test]
    fn a_closed_queue_is_emptied_and_then_ends() {
        let queue = Queue::new(2);
        assert_eq!(queue.push(1), Ok(()));
        queue.close();
        assert_eq!(queue.push(2), Err(2));
        assert_eq!(queue.pop().map(|(_, item)| item), Some(1));
        assert_eq!(queue.pop().map(|(_, item)| item), None);
    }

    #[test]
    fn a_taker_may_choose() {
        let queue = Queue::new(4);
        for item in 1..=4 {
            assert_eq!(queue.push(item), Ok(()));
        }
        assert_eq!(queue.pop_if(|item| item % 2 == 0).map(|(_, item)| item), Some(2));
        assert_eq!(queue.waiting(), 3);
    }
}
