//! The keeper's task: takes what is due from the store and has it refreshed, as much at a time as the schedule says.

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::agenda::Agenda;
use super::schedule::{Budget, Look, Next, Trouble};
use crate::session::driver::claim_failed;
use crate::session::store::Store;
use crate::session::{Clock, Now, SessionKey};

/// What is done with a session that is due, and how much of it the endpoint bears.
pub(super) trait Attend: Send + Sync + 'static {
    /// Refreshes the session if that is due, and returns when it is over: with the endpoint's trouble, where it had any.
    fn attend(&self, key: SessionKey) -> impl Future<Output = Option<Trouble>> + Send + 'static;

    /// What the endpoint's budget leaves.
    fn budget(&self, now: Now) -> Budget;
}

/// All that the task needs. It keeps nothing of sessions that are not due.
pub(super) struct Worker<A> {
    pub(super) store: Arc<dyn Store>,
    pub(super) provider: &'static str,
    pub(super) clock: Clock,
    pub(super) agenda: Arc<Agenda>,
    /// For how long nobody else is handed what this worker was.
    pub(super) hold: Duration,
    pub(super) attend: A,
    /// Told at the end that everything is done.
    pub(super) done: watch::Sender<bool>,
}

impl<A: Attend> Worker<A> {
    /// Runs until it is told to drain, and what is under way then is over.
    pub(super) async fn run(self) {
        let mut tasks = JoinSet::new();
        loop {
            while let Some(done) = tasks.try_join_next() {
                self.finished(done);
            }
            let now = self.clock.now();
            let budget = self.attend.budget(now);
            let next = self.agenda.schedule().next(now, budget);
            match next {
                Next::Claim(most) => self.claim(most, &mut tasks).await,
                Next::Wait(look) => self.wait(Some(look), &mut tasks).await,
                Next::WaitForRoom => self.wait(None, &mut tasks).await,
                Next::Stop => break,
            }
        }
        self.done.send_replace(true);
    }

    async fn claim(&self, most: usize, tasks: &mut JoinSet<Option<Trouble>>) {
        let now = self.clock.now();
        let claimed = self
            .store
            .claim_due(self.provider, now.wall, most, self.hold)
            .await;
        let mut schedule = self.agenda.schedule();
        match claimed {
            // What was claimed in vain is handed out again when the claim is over.
            Ok(_) if schedule.is_draining() => {}
            Ok(keys) => {
                schedule.claimed(most, keys.len(), now);
                for key in keys {
                    tasks.spawn(self.attend.attend(key));
                }
            }
            Err(error) => {
                schedule.store_failed(self.clock.now(), jitter());
                drop(schedule);
                claim_failed(self.provider, &error);
            }
        }
    }

    /// Waits for the instant, for a refresh to end, or for the schedule to change.
    async fn wait(&self, look: Option<Look>, tasks: &mut JoinSet<Option<Trouble>>) {
        let mut changed = pin!(self.agenda.changed());
        let mut slept = pin!(async {
            match look {
                Some(look) => self.clock.sleep_until(look.wall, look.monotonic).await,
                None => std::future::pending().await,
            }
        });
        poll_fn(|context| {
            if let Poll::Ready(Some(done)) = tasks.poll_join_next(context) {
                self.finished(done);
                return Poll::Ready(());
            }
            if changed.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            slept.as_mut().poll(context)
        })
        .await;
    }

    /// However it ended, also by a panic: its place is free.
    fn finished(&self, done: Result<Option<Trouble>, JoinError>) {
        let trouble = done.unwrap_or(None);
        self.agenda.schedule().finished(trouble, self.clock.now());
    }
}

/// Between 0 and 1, another one each time.
fn jitter() -> f64 {
    let random = RandomState::new().hash_one(0) >> 32;
    f64::from(u32::try_from(random).unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests;
