//! A bounded queue between the calls and the threads that serve them, fair between those who call.
//!
//! Each caller has a lane; takers serve the lanes in turn. So who has a hundred calls waiting delays those of everybody else
//! by one call and not by a hundred. Absent: waiting for room. A full queue refuses at once, so that a caller learns it in
//! time to go elsewhere.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// First in, first out for each caller, and the callers in turn.
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    limit: usize,
}

#[derive(Debug)]
struct State<T> {
    lanes: HashMap<Arc<str>, VecDeque<(Instant, T)>>,
    /// Whose turn it is: each caller with something in its lane, once.
    turns: VecDeque<Arc<str>>,
    count: usize,
    closed: bool,
}

impl<T> Queue<T> {
    /// An empty queue with room for `limit` items.
    pub fn new(limit: usize) -> Self {
        let state = State { lanes: HashMap::new(), turns: VecDeque::new(), count: 0, closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), limit }
    }

    /// Puts an item at the end of a caller's lane; gives it back where the queue is full or closed.
    pub fn push(&self, caller: &str, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if state.closed || state.count >= self.limit {
            return Err(item);
        }
        state.count += 1;
        let entry = (Instant::now(), item);
        match state.lanes.get_mut(caller) {
            Some(lane) => lane.push_back(entry),
            None => {
                let caller: Arc<str> = caller.into();
                state.turns.push_back(caller.clone());
                state.lanes.insert(caller, VecDeque::from([entry]));
            }
        }
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for the next item; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<(Instant, T)> {
        let mut state = self.lock();
        loop {
            if let Some(item) = state.take(|_| true) {
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the next item that fits, without waiting.
    pub fn pop_if(&self, fits: impl Fn(&T) -> bool) -> Option<(Instant, T)> {
        self.lock().take(fits)
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
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that holds the lock can leave the state half changed, so a poisoned one is as good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// The first item that fits of the first caller who has one; then it is the next caller's turn.
    fn take(&mut self, fits: impl Fn(&T) -> bool) -> Option<(Instant, T)> {
        let found = self.turns.iter().enumerate().find_map(|(turn, caller)| {
            let lane = self.lanes.get(caller)?;
            Some((turn, lane.iter().position(|(_, item)| fits(item))?))
        });
        let (turn, position) = found?;
        let caller = self.turns.remove(turn)?;
        let lane = self.lanes.get_mut(&caller)?;
        let item = lane.remove(position)?;
        if lane.is_empty() {
            self.lanes.remove(&caller);
        } else {
            self.turns.push_back(caller);
        }
        self.count -= 1;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken<T>(queue: &Queue<T>) -> Vec<T> {
        std::iter::from_fn(|| queue.pop_if(|_| true)).map(|(_, item)| item).collect()
    }

    #[test]
    fn a_full_queue_gives_the_item_back() {
        let queue = Queue::new(2);
        assert_eq!((queue.push("a", 1), queue.push("b", 2), queue.push("c", 3)), (Ok(()), Ok(()), Err(3)));
        assert_eq!(queue.pop().map(|(_, item)| item), Some(1));
        assert_eq!(queue.push("c", 3), Ok(()));
    }

    #[test]
    fn a_closed_queue_is_emptied_and_then_ends() {
        let queue = Queue::new(2);
        assert_eq!(queue.push("a", 1), Ok(()));
        queue.close();
        assert_eq!(queue.push("a", 2), Err(2));
        assert_eq!(queue.pop().map(|(_, item)| item), Some(1));
        assert_eq!(queue.pop().map(|(_, item)| item), None);
    }

    #[test]
    fn a_taker_may_choose() {
        let queue = Queue::new(4);
        for item in 1..=4 {
            assert_eq!(queue.push("a", item), Ok(()));
        }
        assert_eq!(queue.pop_if(|item| item % 2 == 0).map(|(_, item)| item), Some(2));
        assert_eq!(queue.pop_if(|item| *item > 9).map(|(_, item)| item), None);
        assert_eq!(queue.waiting(), 3);
    }

    #[test]
    fn callers_take_turns_and_each_keeps_its_order() {
        let queue = Queue::new(1_000);
        for item in 0..100 {
            assert_eq!(queue.push("greedy", item), Ok(()));
        }
        for item in [1_000, 1_001] {
            assert_eq!(queue.push("a", item), Ok(()));
        }
        assert_eq!(queue.push("b", 2_000), Ok(()));
        let order = taken(&queue);
        assert_eq!(order[..7], [0, 1_000, 2_000, 1, 1_001, 2, 3]);
        assert_eq!((order.len(), queue.waiting()), (103, 0));
    }
}
