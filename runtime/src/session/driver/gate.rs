//! A budget for an endpoint: so many calls at once, so many in a span of time.

mod shared;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::session::{Clock, Now};
use crate::timestamp::millis_of;

/// Keeps the calls of many sessions within what an endpoint can bear. Sources that share it share the budget.
///
/// ```
/// use std::time::Duration;
/// use token_refresh_runtime::session::Gate;
///
/// let gate = Gate::builder().concurrency(8).rate(100, Duration::from_secs(60)).build();
/// # let _ = gate;
/// ```
#[derive(Debug)]
pub struct Gate {
    slots: Option<Arc<Semaphore>>,
    /// Its own before those of the gate that it is part of: all lock them in this order.
    rates: Vec<Arc<Mutex<Rate>>>,
    /// The gate that it is part of, which lives as long: others find it.
    _outer: Option<Arc<Self>>,
    /// Held by whoever is next: those behind it wait in line.
    turn: tokio::sync::Mutex<()>,
}

/// Sets up a [`Gate`].
#[derive(Debug, Default)]
#[must_use]
pub struct GateBuilder {
    concurrency: Option<usize>,
    rates: Vec<(u32, Duration)>,
}

/// The last calls, by the monotonic clock: in no span of this length are there more than so many.
#[derive(Debug)]
struct Rate {
    calls: usize,
    per: u64,
    last: VecDeque<u64>,
}

/// The right to make one call. What is not spent goes back.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    _slot: Option<OwnedSemaphorePermit>,
    at: u64,
    is_spent: bool,
}

impl Gate {
    /// Starts without any bound.
    pub fn builder() -> GateBuilder {
        GateBuilder::default()
    }

    /// How many calls its rates leave now; where none, when there is room for one, by the monotonic clock.
    pub(crate) fn room(&self, now: Now) -> (usize, u64) {
        let rooms = self.rates.iter().map(|rate| {
            let mut rate = lock(rate);
            let opens = rate.free(now.monotonic).unwrap_or(now.monotonic);
            (rate.calls.saturating_sub(rate.last.len()), opens)
        });
        let none = (usize::MAX, now.monotonic);
        rooms.fold(none, |all, one| (all.0.min(one.0), all.1.max(one.1)))
    }

    /// A permit, if one is to be had at once.
    pub(super) fn try_enter(self: &Arc<Self>, clock: &Clock) -> Option<Permit> {
        let slot = match &self.slots {
            Some(slots) => Some(Arc::clone(slots).try_acquire_owned().ok()?),
            None => None,
        };
        let now = clock.now();
        self.count(now).ok()?;
        Some(Permit::new(self, slot, now))
    }

    /// A permit, as soon as there is one. First come, first served.
    pub(super) async fn enter(self: &Arc<Self>, clock: &Clock) -> Permit {
        let slot = match &self.slots {
            // Nobody closes it.
            Some(slots) => Arc::clone(slots).acquire_owned().await.ok(),
            None => None,
        };
        let _turn = self.turn.lock().await;
        loop {
            let now = clock.now();
            match self.count(now) {
                Ok(()) => return Permit::new(self, slot, now),
                Err(free) => {
                    let left = Duration::from_nanos(free.saturating_sub(now.monotonic));
                    let wall = now.wall.plus_millis(millis_of(left).max(1));
                    clock.sleep_until(wall, free).await;
                }
            }
        }
    }

    /// Counts a call; or says when there is room for one.
    fn count(&self, now: Now) -> Result<(), u64> {
        let mut rates: Vec<MutexGuard<'_, Rate>> =
            self.rates.iter().map(|rate| lock(rate)).collect();
        let free = rates
            .iter_mut()
            .filter_map(|rate| rate.free(now.monotonic))
            .max();
        if let Some(free) = free {
            return Err(free);
        }
        for rate in &mut rates {
            rate.last.push_back(now.monotonic);
        }
        Ok(())
    }

    fn give_back(&self, at: u64) {
        for rate in &self.rates {
            let mut rate = lock(rate);
            if let Some(index) = rate.last.iter().rposition(|call| *call == at) {
                rate.last.remove(index);
            }
        }
    }
}

impl Rate {
    /// When there is room for a call; `None`: now.
    fn free(&mut self, now: u64) -> Option<u64> {
        while let Some(first) = self.last.front()
            && first.saturating_add(self.per) <= now
        {
            self.last.pop_front();
        }
        let over = self.last.len().checked_sub(self.calls)?;
        self.last
            .get(over)
            .map(|call| call.saturating_add(self.per))
    }
}

fn lock(rate: &Mutex<Rate>) -> MutexGuard<'_, Rate> {
    rate.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Permit {
    fn new(gate: &Arc<Gate>, slot: Option<OwnedSemaphorePermit>, now: Now) -> Self {
        Self {
            gate: Arc::clone(gate),
            _slot: slot,
            at: now.monotonic,
            is_spent: false,
        }
    }

    /// The call is made.
    pub(super) fn spend(&mut self) {
        self.is_spent = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.is_spent {
            self.gate.give_back(self.at);
        }
    }
}

impl GateBuilder {
    /// No more calls than this at once; at least one.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = Some(calls.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// No more calls than this in any span of that length; at least one. Several rates may be set.
    pub fn rate(mut self, calls: u32, per: Duration) -> Self {
        self.rates.push((calls.max(1), per));
        self
    }

    /// The gate.
    pub fn build(self) -> Arc<Gate> {
        self.within(None)
    }

    /// The gate as a part of another one: what it lets in counts for both, at one instant.
    fn within(self, outer: Option<Arc<Gate>>) -> Arc<Gate> {
        let rate = |(calls, per): (u32, Duration)| {
            Arc::new(Mutex::new(Rate {
                calls: calls as usize,
                per: u64::try_from(per.as_nanos()).unwrap_or(u64::MAX),
                last: VecDeque::new(),
            }))
        };
        let own = self
            .concurrency
            .map(|calls| Arc::new(Semaphore::new(calls)));
        let shared = outer.iter().flat_map(|outer| outer.rates.iter().cloned());
        Arc::new(Gate {
            // A gate that is a part has none of its own.
            slots: own.or_else(|| outer.as_ref()?.slots.clone()),
            rates: self.rates.into_iter().map(rate).chain(shared).collect(),
            _outer: outer,
            turn: tokio::sync::Mutex::new(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::Timestamp;
    use crate::session::ManualClock;

    fn polled<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    fn spent(gate: &Arc<Gate>, clock: &Clock) -> bool {
        gate.try_enter(clock)
            .map(|mut permit| permit.spend())
            .is_some()
    }

    #[test]
    fn in_no_span_are_there_more_calls_than_the_rate() {
        let hands = ManualClock::at(Timestamp::from_unix_seconds(0));
        let clock = Clock::Manual(hands.clone());
        let gate = Gate::builder().rate(3, Duration::from_secs(60)).build();
        assert!(spent(&gate, &clock));
        hands.advance(Duration::from_secs(50));
        assert!(spent(&gate, &clock) && spent(&gate, &clock) && !spent(&gate, &clock));
        // A bucket would be full again.
        hands.advance(Duration::from_secs(10));
        assert!(spent(&gate, &clock) && !spent(&gate, &clock));
        hands.advance(Duration::from_secs(49));
        assert!(!spent(&gate, &clock));
        hands.advance(Duration::from_secs(1));
        assert!(spent(&gate, &clock));
    }

    #[test]
    fn a_permit_that_is_not_spent_goes_back() {
        let clock = Clock::Manual(ManualClock::at(Timestamp::from_unix_seconds(0)));
        let gate = Gate::builder().rate(1, Duration::from_secs(60)).build();
        drop(gate.try_enter(&clock).unwrap());
        assert!(spent(&gate, &clock) && !spent(&gate, &clock));
    }

    #[test]
    fn no_more_calls_are_under_way_than_allowed() {
        let clock = Clock::System;
        let gate = Gate::builder().concurrency(2).build();
        let first = gate.try_enter(&clock).unwrap();
        let second = gate.try_enter(&clock).unwrap();
        assert!(gate.try_enter(&clock).is_none());
        let mut waiting = pin!(gate.enter(&clock));
        assert!(polled(waiting.as_mut()).is_none());
        drop(first);
        let third = polled(waiting.as_mut()).expect("there is room");
        drop((second, third));
    }

    #[test]
    fn who_waits_for_the_rate_is_let_in_when_there_is_room() {
        let hands = ManualClock::at(Timestamp::from_unix_seconds(0));
        let clock = Clock::Manual(hands.clone());
        let gate = Gate::builder().rate(1, Duration::from_secs(60)).build();
        assert!(spent(&gate, &clock));
        let mut waiting = pin!(gate.enter(&clock));
        assert!(polled(waiting.as_mut()).is_none());
        hands.advance(Duration::from_secs(59));
        assert!(polled(waiting.as_mut()).is_none());
        hands.advance(Duration::from_secs(1));
        assert!(polled(waiting.as_mut()).is_some());
    }
}
