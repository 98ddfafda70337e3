//! What a server's connections share: the endpoint, the faults in waiting, the counts, and whoever waits for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::endpoint::{Ruling, TokenEndpoint, Verdict};
use super::fault::{Deed, Fault, Held};
use crate::Timestamp;
use crate::testing::{Answer, Handler, Received};

/// The path of the API behind the access token.
pub(super) const API: &str = "/protected";

/// Longer than anything takes that a test waits for; it turns a hang into a failure with a message.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a server has counted, in all or for one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Calls of the token endpoint, those that met with a fault too.
    pub requests: u64,
    /// How many of them brought new tokens, whether the client heard of it or not.
    pub refreshed: u64,
    /// How many were refused for what they showed, or when.
    pub refused: u64,
    /// How many showed a grant that had been spent before and was no longer good.
    pub reused: u64,
    /// How many sessions were ended for it.
    pub revoked: u64,
    /// How many were under way at once at most.
    pub at_once: u64,
    /// How many wait for [`StrictServer::release`](super::StrictServer::release) now.
    pub held: u64,
    /// Calls of the API that were let in.
    pub admitted: u64,
    /// Calls of the API that were answered 401.
    pub denied: u64,
}

/// Where a server reads the time.
pub(super) type ReadTime = Box<dyn Fn() -> Timestamp + Send + Sync>;

pub(super) struct Desk {
    state: Mutex<State>,
    /// For whoever waits for counts.
    changed: Condvar,
    /// For those who are held, who may be thousands: no other change wakes them.
    released: Condvar,
    time: ReadTime,
}

pub(super) struct State {
    pub(super) endpoint: TokenEndpoint,
    pub(super) faults: VecDeque<Fault>,
    pub(super) always: Option<Fault>,
    pub(super) total: Counts,
    pub(super) sessions: BTreeMap<u64, Counts>,
    open: Open,
    held: BTreeSet<u64>,
    last_ticket: u64,
    is_stopping: bool,
    wakers: Vec<Waker>,
}

/// The requests that are under way.
#[derive(Default)]
struct Open {
    total: u64,
    sessions: BTreeMap<u64, u64>,
}

impl Desk {
    pub(super) fn new(endpoint: TokenEndpoint, time: ReadTime) -> Self {
        let state = State {
            endpoint,
            faults: VecDeque::new(),
            always: None,
            total: Counts::default(),
            sessions: BTreeMap::new(),
            open: Open::default(),
            held: BTreeSet::new(),
            last_ticket: 0,
            is_stopping: false,
            wakers: Vec::new(),
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            released: Condvar::new(),
            time,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.time)()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever waits that something is different.
    fn tell(&self, state: &mut State) {
        state.wakers.drain(..).for_each(Waker::wake);
        self.changed.notify_all();
    }

    /// Lets every request go on that is held now.
    pub(super) fn release(&self, how_many: usize) {
        let mut state = self.lock();
        for _ in 0..how_many.min(state.held.len()) {
            state.held.pop_first();
        }
        self.released.notify_all();
        self.tell(&mut state);
    }

    /// Lets go of everything, now and later.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.is_stopping = true;
        self.released.notify_all();
        self.tell(&mut state);
    }

    /// Takes [`Self::stop`] back.
    pub(super) fn go_on(&self) {
        self.lock().is_stopping = false;
    }

    /// Waits in this thread until the counts are so.
    pub(super) fn wait(&self, what: &str, is_so: impl Fn(&Counts) -> bool) {
        let started = Instant::now();
        let mut state = self.lock();
        while !is_so(&state.counts()) {
            let left = DEADLINE.saturating_sub(started.elapsed());
            assert!(
                !left.is_zero(),
                "waited in vain for {what}: {:?}",
                state.counts()
            );
            let (next, _) = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
            state = next;
        }
    }

    /// Waits in a task until the counts are so.
    pub(super) async fn until(&self, is_so: impl Fn(&Counts) -> bool) {
        std::future::poll_fn(|context| {
            let mut state = self.lock();
            if is_so(&state.counts()) {
                return Poll::Ready(());
            }
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Waits to be released; `false`: the server stops, and the connection with it.
    fn hold(&self) -> bool {
        let mut state = self.lock();
        state.last_ticket += 1;
        let ticket = state.last_ticket;
        state.held.insert(ticket);
        self.tell(&mut state);
        while state.held.contains(&ticket) && !state.is_stopping {
            state = self
                .released
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.held.remove(&ticket);
        self.tell(&mut state);
        !state.is_stopping
    }

    fn api(&self, request: &Received) -> Answer {
        let now = self.now();
        let mut state = self.lock();
        let ruling = state.endpoint.api(request, now);
        state.note(&ruling);
        self.tell(&mut state);
        ruling.answer
    }

    fn refresh(&self, request: &Received) -> Answer {
        let fault = self.begin(request);
        if fault.held == Some(Held::Before) && !self.hold() {
            self.end(request);
            return Answer::reset();
        }
        let answer = match fault.deed {
            Deed::Instead(answer) => answer,
            Deed::Refuse(means) => self.lock().endpoint.refusal(request, means),
            Deed::Served(change) => {
                let now = self.now();
                let mut state = self.lock();
                let ruling = state.endpoint.refresh(request, now);
                state.note(&ruling);
                self.tell(&mut state);
                drop(state);
                change(ruling.answer)
            }
        };
        if fault.held == Some(Held::After) {
            self.hold();
        }
        self.end(request);
        answer
    }

    /// Counts a request in, and takes the fault that is meant for it.
    fn begin(&self, request: &Received) -> Fault {
        let mut state = self.lock();
        let session = state.endpoint.session_of(request);
        state.open.total += 1;
        let open = state.open.total;
        state.total.requests += 1;
        state.total.at_once = state.total.at_once.max(open);
        if let Some(session) = session {
            let open = state.open.sessions.entry(session).or_default();
            *open += 1;
            let open = *open;
            let counts = state.sessions.entry(session).or_default();
            counts.requests += 1;
            counts.at_once = counts.at_once.max(open);
        }
        let next = state.faults.pop_front();
        let fault = next.or_else(|| state.always.clone());
        self.tell(&mut state);
        fault.unwrap_or_else(|| Fault::mangled(|answer| answer))
    }

    fn end(&self, request: &Received) {
        let mut state = self.lock();
        let session = state.endpoint.session_of(request);
        state.open.total -= 1;
        if let Some(open) = session.and_then(|session| state.open.sessions.get_mut(&session)) {
            *open -= 1;
        }
        self.tell(&mut state);
    }
}

impl State {
    pub(super) fn counts(&self) -> Counts {
        Counts {
            held: self.held.len() as u64,
            ..self.total
        }
    }

    fn note(&mut self, ruling: &Ruling) {
        let session = ruling
            .session
            .map(|session| self.sessions.entry(session).or_default());
        for counts in [Some(&mut self.total), session].into_iter().flatten() {
            match ruling.verdict {
                Verdict::Refreshed { .. } => counts.refreshed += 1,
                Verdict::Refused(_) => counts.refused += 1,
                Verdict::Reused { revoked } => {
                    counts.refused += 1;
                    counts.reused += 1;
                    counts.revoked += u64::from(revoked);
                }
                Verdict::Admitted => counts.admitted += 1,
                Verdict::Denied => counts.denied += 1,
            }
        }
    }
}

/// The sockets' side of the desk.
pub(super) struct Clerk(pub(super) std::sync::Arc<Desk>);

impl Handler for Clerk {
    fn answer(&self, request: &Received) -> Answer {
        let path = request.target.split('?').next().unwrap_or_default();
        if path == API {
            self.0.api(request)
        } else {
            self.0.refresh(request)
        }
    }
}
