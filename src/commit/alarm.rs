//! Tells whoever waits that the disk has failed and that nothing more is written.

use tokio::sync::watch;

/// Silent until the first failure, then raised for good.
#[derive(Debug)]
pub struct Alarm(watch::Sender<bool>);

impl Default for Alarm {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Alarm {
    /// Says that the disk has failed.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Whether it has.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it does, which may be for ever.
    pub async fn raised(&self) {
        let mut listening = self.0.subscribe();
        // The other end lives as long as this does, so the wait ends only with the failure.
        drop(listening.wait_for(|raised| *raised).await);
    }
}
