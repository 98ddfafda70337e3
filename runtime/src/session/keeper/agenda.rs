//! The schedule as it is shared: the worker goes by it, and writes to the store tell it what is coming.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::schedule::Schedule;
use crate::Timestamp;

/// The schedule, and a way to say that it has changed.
#[derive(Debug)]
pub(super) struct Agenda {
    schedule: Mutex<Schedule>,
    changed: Notify,
}

impl Agenda {
    pub(super) fn new(schedule: Schedule) -> Self {
        Self {
            schedule: Mutex::new(schedule),
            changed: Notify::new(),
        }
    }

    /// The schedule. Whoever has it waits for nothing meanwhile.
    pub(super) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session was written that falls due then.
    pub(super) fn add(&self, due: Timestamp) {
        if self.schedule().hint(due) {
            self.changed.notify_one();
        }
    }

    /// Nothing new is begun.
    pub(super) fn drain(&self) {
        self.schedule().drain();
        self.changed.notify_one();
    }

    /// Waits until the schedule has changed since the last time. There is one who waits.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}
