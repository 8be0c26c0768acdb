//! Admission: how many calls each principal may have in flight, so that one that is greedy waits for itself.
//!
//! What is over waits a little for a call of the same principal to end, and is refused then; it never waits in the queues
//! that everybody shares. Those are served in turn (see `commit::Queue`), so that whoever keeps to their share is not
//! delayed by those who do not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Reason, Result};
use crate::limits;

/// One lane for each principal, whatever the credential with which it calls.
#[derive(Default)]
pub struct Lanes(Mutex<HashMap<String, Weak<Lane>>>);

/// What one principal has in flight.
#[derive(Debug)]
pub struct Lane {
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

/// The right of one call to run; it ends with this.
#[derive(Debug)]
pub struct Admitted {
    _permit: OwnedSemaphorePermit,
}

impl Lanes {
    /// The lane of a principal.
    pub fn of(&self, principal: &str) -> Arc<Lane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(principal).and_then(Weak::upgrade) {
            return lane;
        }
        if lanes.len() >= limits::count(limits::CREDENTIAL_CACHE) {
            lanes.retain(|_, lane| lane.strong_count() > 0);
        }
        let lane = Arc::new(Lane::default());
        lanes.insert(principal.to_owned(), Arc::downgrade(&lane));
        lane
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(limits::count(limits::CALLS_PER_PRINCIPAL))),
            waiting: Semaphore::new(limits::count(limits::WAITING_PER_PRINCIPAL)),
        }
    }
}

impl Lane {
    /// Admits a call, at once or after a short wait for others of the same principal.
    pub async fn admit(&self) -> Result<Admitted> {
        if let Ok(permit) = self.running.clone().try_acquire_owned() {
            return Ok(Admitted { _permit: permit });
        }
        let busy = || Error::Busy { reason: Reason::ShareExceeded, retry_ms: limits::RETRY_MS };
        let _place = self.waiting.try_acquire().map_err(|_| busy())?;
        let permit = self.running.clone().acquire_owned();
        match tokio::time::timeout(limits::millis(limits::ADMISSION_WAIT_MS), permit).await {
            Ok(Ok(permit)) => Ok(Admitted { _permit: permit }),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn full(lane: &Lane) -> Vec<Admitted> {
        let mut held = Vec::new();
        for _ in 0..limits::CALLS_PER_PRINCIPAL {
            held.push(lane.admit().await.unwrap());
        }
        held
    }

    #[tokio::test]
    async fn a_principal_has_so_many_calls_in_flight_and_others_as_many() {
        let lanes = Lanes::default();
        let greedy = lanes.of("greedy");
        let mut held = full(&greedy).await;
        let refused = lanes.of("greedy").admit().await;
        assert!(matches!(refused, Err(Error::Busy { reason: Reason::ShareExceeded, .. })), "{refused:?}");
        held.push(lanes.of("other").admit().await.unwrap());
        held.swap_remove(0);
        assert!(greedy.admit().await.is_ok());
    }

    #[tokio::test]
    async fn what_is_over_waits_for_a_call_of_its_own_to_end() {
        let lane = Arc::new(Lane::default());
        let mut held = full(&lane).await;
        let waits = lane.clone();
        let waiting = tokio::spawn(async move { waits.admit().await.is_ok() });
        tokio::time::sleep(Duration::from_millis(5)).await;
        held.pop();
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn so_many_wait_and_no_more() {
        let lane = Lane::default();
        let held = full(&lane).await;
        let places = lane.waiting.try_acquire_many(limits::WAITING_PER_PRINCIPAL as u32).unwrap();
        let started = std::time::Instant::now();
        assert!(lane.admit().await.is_err());
        assert!(started.elapsed() < limits::millis(limits::ADMISSION_WAIT_MS), "it is refused at once");
        drop((places, held));
    }
}
