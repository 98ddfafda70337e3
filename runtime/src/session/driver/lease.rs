//! A lease that is held: renewed every third of its time, for as long as someone holds on to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::Session;
use crate::session::store::Lease;
use crate::session::{Clock, Now};

/// A lease and its renewal.
pub(super) struct Held {
    lease: Lease,
    /// Until when it is ours for certain, by the monotonic clock: counted from before the store was asked.
    until: Arc<AtomicU64>,
    renewal: JoinHandle<()>,
}

impl Held {
    /// A lease that was asked for at this instant. Has to be called on the background runtime.
    pub(super) fn new(session: &Arc<Session>, lease: Lease, asked: Now) -> Self {
        let until = Arc::new(AtomicU64::new(end(asked, session.hold)));
        let renewal = renew(Arc::clone(session), lease.clone(), Arc::clone(&until));
        Self {
            lease,
            until,
            renewal: tokio::spawn(renewal),
        }
    }

    /// Whether it is ours for certain.
    pub(super) fn is_held(&self, clock: &Clock) -> bool {
        // One number, and nothing is read on the strength of it.
        clock.now().monotonic < self.until.load(Ordering::Relaxed)
    }

    /// Renews it no longer.
    pub(super) fn end(self) -> Lease {
        self.lease.clone()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn renew(session: Arc<Session>, lease: Lease, until: Arc<AtomicU64>) {
    loop {
        tokio::time::sleep(session.hold / 3).await;
        let asked = session.clock.now();
        match session.store.renew(&lease, session.hold).await {
            Ok(true) => until.store(end(asked, session.hold), Ordering::Relaxed),
            Ok(false) => {
                until.store(0, Ordering::Relaxed);
                tracing::warn!(session = %session.key, "the lease was lost");
                return;
            }
            // It may be renewed the next time, before it runs out.
            Err(error) => {
                tracing::debug!(session = %session.key, %error, "the lease was not renewed");
            }
        }
    }
}

fn end(asked: Now, hold: Duration) -> u64 {
    let hold = u64::try_from(hold.as_nanos()).unwrap_or(u64::MAX);
    asked.monotonic.saturating_add(hold)
}
