//! Who holds which session's lease.

use std::collections::HashMap;
use std::time::Duration;

use crate::session::SessionKey;
use crate::session::store::{Acquired, Lease, Owner};

/// Leases that are held; those that ran out are let go from time to time.
#[derive(Default)]
pub(super) struct Leases {
    held: HashMap<SessionKey, Held>,
    /// The last fencing number that was given, of all sessions.
    fence: u64,
    /// At how many leases those that ran out are looked for.
    sweep_at: usize,
}

struct Held {
    owner: Owner,
    fence: u64,
    until: u64,
}

impl Leases {
    pub(super) fn acquire(
        &mut self,
        key: &SessionKey,
        owner: &Owner,
        now: u64,
        until: u64,
    ) -> Acquired {
        if let Some(held) = self.held.get(key)
            && held.until > now
        {
            return Acquired::Held {
                remaining: Duration::from_nanos(held.until - now),
            };
        }
        self.sweep(now);
        self.fence += 1;
        let held = Held {
            owner: owner.clone(),
            fence: self.fence,
            until,
        };
        self.held.insert(key.clone(), held);
        Acquired::Lease(Lease {
            key: key.clone(),
            owner: owner.clone(),
            fence: self.fence,
        })
    }

    pub(super) fn renew(&mut self, lease: &Lease, now: u64, until: u64) -> bool {
        match self.held.get_mut(&lease.key) {
            Some(held) if held.is_of(lease) && held.until > now => {
                held.until = until;
                true
            }
            _ => false,
        }
    }

    pub(super) fn release(&mut self, lease: &Lease) {
        if self
            .held
            .get(&lease.key)
            .is_some_and(|held| held.is_of(lease))
        {
            self.held.remove(&lease.key);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Costs a step a lease, all in all: it is done when there are twice as many as were left the last time.
    fn sweep(&mut self, now: u64) {
        if self.held.len() < self.sweep_at.max(64) {
            return;
        }
        self.held.retain(|_, held| held.until > now);
        self.held.shrink_to(self.held.len() * 2);
        self.sweep_at = self.held.len() * 2;
    }
}

impl Held {
    fn is_of(&self, lease: &Lease) -> bool {
        self.owner == lease.owner && self.fence == lease.fence
    }
}
