//! A lease that is held: renewed every third of its time, for as long as someone holds on to it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;

use super::{Session, metrics};
use crate::session::cell::Deadline;
use crate::session::store::Lease;
use crate::session::{Clock, Now};

/// By both clocks: while a machine sleeps, the monotonic one stands still, and someone else may take the lease.
type Until = Arc<Mutex<Deadline>>;

/// A lease and its renewal.
pub(super) struct Held {
    lease: Lease,
    /// Until when it is ours for certain: counted from before the store was asked.
    until: Until,
    renewal: JoinHandle<()>,
}

impl Held {
    /// A lease that was asked for at this instant. Has to be called on the background runtime.
    pub(super) fn new(session: &Arc<Session>, lease: Lease, asked: Now) -> Self {
        let until = Arc::new(Mutex::new(Deadline::after(session.hold, asked)));
        let renewal = renew(Arc::clone(session), lease.clone(), Arc::clone(&until));
        Self {
            lease,
            until,
            renewal: tokio::spawn(renewal),
        }
    }

    /// Whether it is ours for certain.
    pub(super) fn is_held(&self, clock: &Clock) -> bool {
        !at(&self.until).has_passed(clock.now())
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

async fn renew(session: Arc<Session>, lease: Lease, until: Until) {
    loop {
        tokio::time::sleep(session.hold / 3).await;
        let asked = session.clock.now();
        match session.store.renew(&lease, session.hold).await {
            Ok(true) => *at(&until) = Deadline::after(session.hold, asked),
            Ok(false) => {
                *at(&until) = Deadline::PASSED;
                tracing::warn!(session = %session.key, "the lease was lost");
                return;
            }
            // It may be renewed the next time, before it runs out.
            Err(error) => metrics::store_failed(&session.key, "renew", &error),
        }
    }
}

fn at(until: &Mutex<Deadline>) -> MutexGuard<'_, Deadline> {
    until.lock().unwrap_or_else(PoisonError::into_inner)
}
