//! The keeper's sessions: made when someone asks for them, or when they are due, and gone when nobody holds them.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::Drained;
use super::live::Live;
use super::schedule::{Budget, Trouble};
use super::worker::Attend;
use crate::session::driver::{Events, Gate, Hub, Parts, Requested, Session, Vendor};
use crate::session::machine::Want;
use crate::session::state::State;
use crate::session::store::{Entry, Record};
use crate::session::{Clock, Now, SessionError, SessionErrorKind, SessionKey, Store};

/// What the keeper's sessions have in common.
pub(super) struct Terms {
    pub(super) provider: Arc<str>,
    pub(super) clock: Clock,
    pub(super) store: Arc<dyn Store>,
    pub(super) vendor: Arc<dyn Vendor>,
    pub(super) gate: Option<Arc<Gate>>,
    pub(super) hold: Duration,
    pub(super) runtime: Handle,
    pub(super) hub: Hub,
}

/// The sessions that someone holds, the background among them, and what new ones are made of.
pub(super) struct Fleet {
    terms: Terms,
    live: Arc<Live<Session>>,
    is_shut: AtomicBool,
}

impl Fleet {
    pub(super) fn new(terms: Terms) -> Self {
        Self {
            terms,
            live: Arc::new(Live::new()),
            is_shut: AtomicBool::new(false),
        }
    }

    /// The session of this subject.
    pub(super) fn session(&self, subject: &str) -> Arc<Session> {
        let terms = &self.terms;
        self.live.get_or_make(subject, |subject, slot| {
            let session = Session::new(Parts {
                key: SessionKey::new(Arc::clone(&terms.provider), subject),
                clock: terms.clock.clone(),
                store: Arc::clone(&terms.store),
                vendor: Arc::clone(&terms.vendor),
                gate: terms.gate.clone(),
                hold: terms.hold,
                runtime: Some(terms.runtime.clone()),
                variant: None,
                hub: Hub::below(&terms.hub),
                guard: Some(Box::new(slot)),
            });
            // Asked under the map's lock: either this sees the flag, or the shutdown sees the session.
            if self.is_shut.load(Ordering::SeqCst) {
                session.close();
            }
            session
        })
    }

    pub(super) fn events(&self) -> Events {
        self.terms.hub.subscribe_to_all()
    }

    /// Of how many sessions someone holds a source.
    pub(super) fn held(&self) -> usize {
        self.live.len()
    }

    /// Takes a session off the list of what falls due, if nothing can be done for it before someone signs in. One that the
    /// provider has ended is off it already; where a window has closed, time alone has passed, and nothing was written.
    async fn leave_alone(&self, session: &Session) {
        let (key, store) = (session.key(), &self.terms.store);
        let now = self.terms.clock.now().wall;
        let Ok(Some(Entry { version, record })) = store.load(key).await else {
            return;
        };
        let is_listed = record.due.is_some_and(|due| due <= now);
        let Ok(state) = State::decode(&record.bytes) else {
            return;
        };
        if is_listed && session.rules().due_in_store(&state, now).is_none() {
            let unlisted = Record {
                due: None,
                ..record
            };
            // Whoever was quicker, or a store that fails now: it is handed out again.
            drop(store.write(key, Some(version), &unlisted).await);
        }
    }

    /// Closes every session, and waits for them and for the worker.
    pub(super) async fn shut_down(
        self: &Arc<Self>,
        mut done: watch::Receiver<bool>,
        limit: Option<Duration>,
    ) -> Drained {
        self.is_shut.store(true, Ordering::SeqCst);
        let sessions = self.live.all();
        for session in &sessions {
            session.close();
        }
        let drained = async move {
            for session in sessions {
                session.shut_down().await;
            }
            // It is an error where the worker's runtime has ended, and the worker with it.
            drop(done.wait_for(|is_done| *is_done).await);
        };
        // On the keeper's runtime, for the caller's may have no time.
        let clock = self.terms.clock.clone();
        let waiting = self
            .terms
            .runtime
            .spawn(first(drained, elapsed(clock, limit)));
        waiting.await.unwrap_or(Drained::TimedOut)
    }
}

/// Until the time is over, which it never is without a limit.
async fn elapsed(clock: Clock, limit: Option<Duration>) {
    let Some(limit) = limit else {
        return std::future::pending().await;
    };
    let now = clock.now();
    let nanos = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    clock
        .sleep_until(now.wall.plus(limit), now.monotonic.saturating_add(nanos))
        .await;
}

async fn first(drained: impl Future<Output = ()>, elapsed: impl Future<Output = ()>) -> Drained {
    let mut drained = pin!(drained);
    let mut elapsed = pin!(elapsed);
    poll_fn(|context| {
        if drained.as_mut().poll(context).is_ready() {
            return Poll::Ready(Drained::All);
        }
        elapsed.as_mut().poll(context).map(|()| Drained::TimedOut)
    })
    .await
}

impl Attend for Arc<Fleet> {
    fn attend(&self, key: SessionKey) -> impl Future<Output = Option<Trouble>> + Send + 'static {
        let session = self.session(key.subject());
        let fleet = Arc::clone(self);
        async move {
            // The store says that it is due: whatever is known here may be old.
            let outcome = match session.request(Want::Look) {
                Requested::Served => return None,
                Requested::Failed(error) => Err(error),
                // `None`: its task has ended with its runtime.
                Requested::Waiting(flown) => flown.outcome().await?,
            };
            // With a good token in hand nobody has to hear of a failure, save whoever is about to make the next call.
            let error = outcome.err().or_else(|| session.held())?;
            if error.needs_reauthentication() {
                fleet.leave_alone(&session).await;
            }
            trouble(&error)
        }
    }

    fn budget(&self, now: Now) -> Budget {
        let free = Budget {
            free: usize::MAX,
            opens: now.wall,
        };
        self.terms.gate.as_ref().map_or(free, |gate| {
            let (free, opens) = gate.room(now);
            let left = i64::try_from(opens.saturating_sub(now.monotonic) / 1_000_000);
            Budget {
                free,
                opens: now.wall.plus_millis(left.unwrap_or(i64::MAX)),
            }
        })
    }
}

/// Whether other sessions are likely to fail as this one did.
fn trouble(error: &SessionError) -> Option<Trouble> {
    match error.kind() {
        SessionErrorKind::RateLimited => Some(Trouble {
            not_before: error.retry_at(),
        }),
        SessionErrorKind::Transient
        | SessionErrorKind::InDoubt
        | SessionErrorKind::Protocol
        | SessionErrorKind::Misconfigured
        | SessionErrorKind::Rejected => Some(Trouble { not_before: None }),
        _ => None,
    }
}
