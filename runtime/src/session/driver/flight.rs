//! One flight after the other, each in a task of its own: asks the machine, does what it says, and tells it how that went.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use tracing::Instrument as _;

use super::lease::Held;
use super::{Session, Waiting, metrics};
use crate::session::SessionErrorKind;
use crate::session::machine::{Ask, Event, Loaded, Step, Tell, Wanted};
use crate::session::state::State;
use crate::session::store::{Acquired, Entry, Record, StoreError, Version, Written};

/// What a flight holds on to.
#[derive(Default)]
struct Luggage {
    lease: Option<Held>,
    permit: Option<super::gate::Permit>,
    waited_since: Option<Instant>,
}

impl Session {
    /// Starts the task of a flight.
    pub(super) fn take_off(self: &Arc<Self>, wanted: Wanted) {
        let running = Running::new(Arc::clone(self));
        let span = tracing::debug_span!(
            "token_refresh_session",
            provider = self.key.provider(),
            subject = self.key.subject()
        );
        match self.handle() {
            Ok(handle) => drop(handle.spawn(fly_on(running, wanted).instrument(span))),
            // No thread is to be had; dropping `running` answers those who wait.
            Err(error) => tracing::error!(session = %self.key, %error, "no background runtime"),
        }
    }

    async fn fly(self: &Arc<Self>, wanted: Wanted) {
        let mut luggage = Luggage::default();
        let mut event = Event::Wanted(wanted);
        while let Some(ask) = self.step(event, &luggage) {
            event = self.perform(ask, &mut luggage).await;
        }
        // One that was believed lost: the store may see that otherwise.
        self.release(&mut luggage).await;
    }

    /// One step of the machine. What it tells is told under the lock: readers and watchers see the machine's order.
    fn step(self: &Arc<Self>, event: Event, luggage: &Luggage) -> Option<Ask> {
        let is_leased = luggage
            .lease
            .as_ref()
            .is_some_and(|lease| lease.is_held(&self.clock));
        let context = self.context(is_leased);
        let (mut emitted, mut settled) = (Vec::new(), None);
        let mut desk = self.desk();
        let Step { tell, ask } = desk.machine.step(event, &context);
        for tell in tell {
            match tell {
                Tell::Publish => self.publish(&desk.machine),
                Tell::Emit(kind) => {
                    self.emit(&kind);
                    emitted.push(kind);
                }
                Tell::Settle(outcome) => settled = Some((outcome, desk.current.take())),
            }
        }
        drop(desk);
        for kind in &emitted {
            self.report(kind);
        }
        if let Some((outcome, waiting)) = settled {
            metrics::settled(&self.key, &outcome);
            if let Some(waiting) = waiting {
                waiting.send_replace(Some(outcome));
            }
        }
        ask
    }

    async fn perform(self: &Arc<Self>, ask: Ask, luggage: &mut Luggage) -> Event {
        match ask {
            Ask::Acquire => Event::Acquired(self.acquire(luggage).await),
            Ask::Load => Event::Loaded(self.load().await),
            Ask::Write { expected, state } => Event::Written(self.write(expected, &state).await),
            Ask::Pause(span) => {
                luggage.waited_since.get_or_insert_with(Instant::now);
                self.until_closing(tokio::time::sleep(span)).await;
                Event::Waited
            }
            Ask::Rest(until) => {
                let rested = self.clock.sleep_until(until.wall, until.monotonic);
                self.until_closing(rested).await;
                Event::Waited
            }
            Ask::Permit { is_patient } => {
                luggage.permit = self.permit(is_patient).await;
                let is_granted = luggage.permit.is_some() || self.gate.is_none();
                Event::Permitted(is_granted)
            }
            Ask::Call(state) => {
                // A call that is repeated is counted where there is room; its grant waits for nobody.
                if luggage.permit.is_none() {
                    luggage.permit = self.permit(false).await;
                }
                if let Some(permit) = &mut luggage.permit {
                    permit.spend();
                }
                let answered = self.exchange(&state).await;
                // What is left to do is the store's: others may call meanwhile.
                luggage.permit = None;
                Event::Answered(answered)
            }
            Ask::Release => {
                self.release(luggage).await;
                Event::Released
            }
        }
    }

    async fn acquire(self: &Arc<Self>, luggage: &mut Luggage) -> Result<Acquired, StoreError> {
        // One that is believed lost is not waited for, should the store see that otherwise.
        self.release(luggage).await;
        let began = self.clock.now();
        let acquired = self
            .store
            .acquire(&self.key, &self.rules.owner, self.hold)
            .await;
        if let Ok(Acquired::Lease(lease)) = &acquired {
            luggage.lease = Some(Held::new(self, lease.clone(), began));
            if let Some(since) = luggage.waited_since.take() {
                metrics::waited_for_lease(&self.key, since.elapsed());
            }
        }
        acquired.inspect_err(|error| metrics::store_failed(&self.key, "acquire", error))
    }

    /// Gives up what is held, if anything is: by its fence, it is nobody else's.
    async fn release(&self, luggage: &mut Luggage) {
        if let Some(lease) = luggage.lease.take()
            && let Err(error) = self.store.release(&lease.end()).await
        {
            // It runs out by itself.
            metrics::store_failed(&self.key, "release", &error);
        }
    }

    pub(super) async fn load(&self) -> Result<Option<Loaded>, StoreError> {
        let found = self.store.load(&self.key).await;
        let found = found.and_then(|entry| entry.map(read).transpose());
        found.inspect_err(|error| metrics::store_failed(&self.key, "load", error))
    }

    pub(super) async fn write(
        &self,
        expected: Option<Version>,
        state: &State,
    ) -> Result<Written, StoreError> {
        let record = Record {
            bytes: state.encode(),
            due: self.rules.due_in_store(state, self.clock.now().wall),
        };
        let written = self.store.write(&self.key, expected, &record).await;
        written.inspect_err(|error| metrics::store_failed(&self.key, "write", error))
    }

    async fn permit(&self, is_patient: bool) -> Option<super::gate::Permit> {
        let gate = self.gate.as_ref()?;
        if is_patient {
            self.until_closing(gate.enter(&self.clock)).await
        } else {
            gate.try_enter(&self.clock)
        }
    }

    /// What comes of it, unless the source is shut down before.
    async fn until_closing<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut closing = self.closing.subscribe();
        let mut closed = pin!(closing.wait_for(|is_closing| *is_closing));
        let mut future = pin!(future);
        // `tokio::select!` would bring a proc-macro to every user.
        poll_fn(|context| match closed.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => future.as_mut().poll(context).map(Some),
        })
        .await
    }
}

fn read(entry: Entry) -> Result<Loaded, StoreError> {
    let Entry { version, record } = entry;
    let state = Arc::new(State::decode(&record.bytes)?);
    Ok(Loaded { version, state })
}

async fn fly_on(mut running: Running, mut wanted: Wanted) {
    loop {
        running.session.fly(wanted).await;
        match running.next() {
            Some(next) => wanted = next,
            None => return,
        }
    }
}

/// That a task flies for this session. However it ends, a panic or the end of its runtime included, nobody is left waiting.
struct Running {
    session: Arc<Session>,
    /// It has said that it is done: what stands on the desk from then on is another task's.
    is_done: bool,
}

impl Running {
    fn new(session: Arc<Session>) -> Self {
        session.busy.send_modify(|count| *count += 1);
        Self {
            session,
            is_done: false,
        }
    }

    /// Whether there is another flight; if not, the task is done.
    fn next(&mut self) -> Option<Wanted> {
        let mut desk = self.session.desk();
        // A flight that was not settled has nothing to say.
        desk.current = None;
        let Some((wanted, waiting)) = desk.next.take() else {
            desk.is_running = false;
            self.is_done = true;
            return None;
        };
        desk.current = Some(waiting);
        Some(wanted)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_done {
            self.break_off();
        }
        self.session.busy.send_modify(|count| *count -= 1);
    }
}

impl Running {
    /// The task ends in the middle of a flight: all who wait are told.
    fn break_off(&self) {
        let mut desk = self.session.desk();
        if desk.is_running && desk.machine.is_flying() {
            desk.machine.ground();
            // What is shown has called for this flight, and is to call for the next one.
            self.session.publish(&desk.machine);
        }
        let left: [Option<Waiting>; 2] = [
            desk.current.take(),
            desk.next.take().map(|(_, waiting)| waiting),
        ];
        let is_left = left.iter().any(Option::is_some);
        desk.is_running = false;
        drop(desk);
        if is_left {
            let error = self.session.error(SessionErrorKind::ShutDown);
            for waiting in left.into_iter().flatten() {
                waiting.send_replace(Some(Err(error.clone())));
            }
        }
    }
}
