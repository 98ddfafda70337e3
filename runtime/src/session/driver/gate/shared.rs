//! Budgets that are shared: what a vendor allows a client holds for everything in this process that calls for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::Gate;
use crate::{Lifecycle, LimitScope};

impl Gate {
    /// The gate that all sources and keepers of this provider share in this process; `None` where its documentation limits no
    /// client.
    pub(crate) fn shared(lifecycle: &Lifecycle, stored_as: &'static str) -> Option<Arc<Self>> {
        static GATES: Mutex<BTreeMap<&'static str, Weak<Gate>>> = Mutex::new(BTreeMap::new());

        let made = Self::of(lifecycle)?;
        let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(stored_as).and_then(Weak::upgrade) {
            return Some(gate);
        }
        gates.insert(stored_as, Arc::downgrade(&made));
        Some(made)
    }

    /// What a vendor says of all sessions of one client; `None` where it says nothing.
    fn of(lifecycle: &Lifecycle) -> Option<Arc<Self>> {
        let said = lifecycle.limits.iter();
        let rates: Vec<_> = said
            .filter(|limit| limit.of == LimitScope::Client && limit.calls > 0)
            .map(|limit| (limit.calls, limit.per))
            .collect();
        Self::within(None, &rates)
    }

    /// These rates, and a part in the outer gate's budget; `None` where neither bounds anything.
    pub(crate) fn within(outer: Option<Arc<Self>>, rates: &[(u32, Duration)]) -> Option<Arc<Self>> {
        if rates.is_empty() {
            return outer;
        }
        let mut builder = Self::builder();
        for (calls, per) in rates {
            builder = builder.rate(*calls, *per);
        }
        Some(builder.within(outer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Clock, ManualClock};
    use crate::{Limit, Timestamp};

    static LIMITED: Lifecycle = Lifecycle {
        limits: &[Limit {
            calls: 2,
            per: Duration::from_secs(60),
            of: LimitScope::Client,
        }],
        ..Lifecycle::new("limited", "refresh")
    };

    fn spent(gate: &Arc<Gate>, clock: &Clock) -> bool {
        gate.try_enter(clock)
            .map(|mut permit| permit.spend())
            .is_some()
    }

    #[test]
    fn what_a_vendor_allows_a_client_is_a_rate() {
        let clock = Clock::Manual(ManualClock::at(Timestamp::from_unix_seconds(0)));
        let gate = Gate::of(&LIMITED).unwrap();
        assert!(spent(&gate, &clock) && spent(&gate, &clock) && !spent(&gate, &clock));
        assert!(Gate::of(&const { Lifecycle::new("free", "refresh") }).is_none());
    }

    #[test]
    fn a_gate_within_another_counts_for_both() {
        let hands = ManualClock::at(Timestamp::from_unix_seconds(0));
        let clock = Clock::Manual(hands.clone());
        let outer = Gate::shared(&LIMITED, "a_gate_within_another").unwrap();
        let inner = Gate::within(Some(Arc::clone(&outer)), &[(1, Duration::from_secs(10))]);
        let inner = inner.unwrap();
        assert!(spent(&inner, &clock) && !spent(&inner, &clock));
        hands.advance(Duration::from_secs(10));
        // What is not spent goes back to both.
        drop(inner.try_enter(&clock).unwrap());
        assert!(spent(&outer, &clock) && !spent(&outer, &clock) && !spent(&inner, &clock));
        assert_eq!(inner.room(hands.now()).0, 0);
        hands.advance(Duration::from_secs(50));
        assert!(spent(&inner, &clock) && !spent(&outer, &clock));
    }

    #[test]
    fn a_budget_is_shared_as_long_as_a_part_of_it_lives() {
        let shared = || Gate::shared(&LIMITED, "a_budget_is_shared").unwrap();
        let inner = Gate::within(Some(shared()), &[(1, Duration::from_secs(10))]).unwrap();
        let clock = Clock::Manual(ManualClock::at(Timestamp::from_unix_seconds(0)));
        assert!(spent(&inner, &clock));
        assert!(spent(&shared(), &clock) && !spent(&shared(), &clock));
    }
}
