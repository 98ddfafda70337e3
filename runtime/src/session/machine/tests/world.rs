//! What the simulated machines share: one clock, one store, one strict provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::reply::{Fresh, FreshToken};
use crate::session::machine::{Answered, Failure, FailureKind, Loaded, Rules};
use crate::session::state::State;
use crate::session::store::{Acquired, Lease, Owner, StoreError, Version, Written};
use crate::session::{Clock, Now, SessionKey};
use crate::{
    Expiry, Expression, Kept, Lifecycle, Lifetime, Location, Previous, Role, Timestamp, Token,
    TokenRule,
};

/// How long an access token lives here.
pub(super) const LIFETIME: Duration = Duration::from_secs(3600);
/// How long a lease lasts here.
pub(super) const HOLD: Duration = Duration::from_secs(90);

const ACCESS: TokenRule = TokenRule {
    received: &[Location::new(Expression::ResponseBody("/access"))],
    lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
    ..TokenRule::new("access", Role::Access)
};
const REFRESH: TokenRule = TokenRule {
    sent: Some(Expression::RequestBody("/refresh")),
    received: &[Location::new(Expression::ResponseBody("/refresh"))],
    lifetime: &[Lifetime::Unknown],
    ..TokenRule::new("refresh", Role::Refresh)
};
const fn lifecycle(tokens: &'static [TokenRule]) -> Lifecycle {
    Lifecycle {
        tokens,
        ..Lifecycle::new("simulated", "refresh")
    }
}
/// The refresh token is dead once it was spent.
pub(super) static ROTATES: Lifecycle = lifecycle(ROTATING_TOKENS);
pub(super) const ROTATING_TOKENS: &[TokenRule] = &[
    ACCESS,
    TokenRule {
        previous: Previous::Revoked,
        ..REFRESH
    },
];
/// Whoever shows a spent one ends the session.
pub(super) static PUNISHES: Lifecycle = lifecycle(&[
    ACCESS,
    TokenRule {
        previous: Previous::ReuseRevokesSession,
        ..REFRESH
    },
]);
/// It lives on.
pub(super) static STAYS: Lifecycle = lifecycle(&[ACCESS, REFRESH]);

pub(super) fn rules(lifecycle: &'static Lifecycle, owner: &str) -> Arc<Rules> {
    Arc::new(Rules {
        key: SessionKey::new("simulated", "one"),
        clock: Clock::System,
        lifecycle,
        variant: None,
        owner: Owner::named(owner),
        can_start: false,
    })
}

/// The clock, the store and the provider.
#[derive(Debug)]
pub(super) struct World {
    pub(super) lifecycle: &'static Lifecycle,
    pub(super) now: Now,
    pub(super) record: Option<Loaded>,
    versions: u64,
    lease: Option<(Lease, u64)>,
    fences: u64,
    /// All access tokens that ever stood in the store.
    pub(super) durable: BTreeSet<String>,
    pub(super) provider: Provider,
}

/// A provider with one session at a time.
#[derive(Debug, Default)]
pub(super) struct Provider {
    tokens: u64,
    current: String,
    /// The grants that were spent, with their sessions.
    spent: BTreeMap<String, u64>,
    session: u64,
    /// How often a spent token of the session was shown.
    pub(super) reused: usize,
    pub(super) calls: usize,
}

/// What the provider makes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Fine,
    NotSent,
    LostBefore,
    LostAfter,
    Unavailable,
    Unreadable,
}

impl World {
    pub(super) fn new(lifecycle: &'static Lifecycle) -> Self {
        let mut world = Self {
            lifecycle,
            now: Now {
                wall: Timestamp::from_unix_seconds(1_700_000_000),
                monotonic: 1_000_000_000,
            },
            record: None,
            versions: 0,
            lease: None,
            fences: 0,
            durable: BTreeSet::new(),
            provider: Provider::default(),
        };
        world.sign_in();
        world
    }

    pub(super) fn advance(&mut self, span: Duration) {
        self.now.wall = self.now.wall.plus(span);
        self.now.monotonic += u64::try_from(span.as_nanos()).unwrap();
    }

    /// The user signs in, and the application puts the tokens in.
    pub(super) fn sign_in(&mut self) {
        self.provider.session += 1;
        self.provider.reused = 0;
        let (access, refresh) = self.provider.issue();
        let mut state = State {
            kept: kept(&access, &refresh, self.now.wall),
            ..State::default()
        };
        let found = self.record.as_ref();
        state.generation = found.map_or(0, |found| found.state.generation) + 1;
        let expected = found.map(|found| found.version);
        assert!(matches!(
            self.write(expected, &Arc::new(state)),
            Written::Stored(_)
        ));
    }

    pub(super) fn write(&mut self, expected: Option<Version>, state: &Arc<State>) -> Written {
        if self.record.as_ref().map(|found| found.version) != expected {
            return Written::Conflict;
        }
        if let Some(found) = &self.record {
            assert!(
                state.generation >= found.state.generation,
                "tokens were replaced by older ones"
            );
        }
        self.versions += 1;
        let version = Version(self.versions);
        if let Some(access) = state.kept.token("access") {
            self.durable.insert(access.expose().to_owned());
        }
        self.record = Some(Loaded {
            version,
            state: Arc::clone(state),
        });
        Written::Stored(version)
    }

    pub(super) fn acquire(&mut self, owner: &Owner) -> Acquired {
        if let Some((_, until)) = &self.lease
            && *until > self.now.monotonic
        {
            return Acquired::Held {
                remaining: Duration::from_nanos(until - self.now.monotonic),
            };
        }
        self.fences += 1;
        let lease = Lease {
            key: SessionKey::new("simulated", "one"),
            owner: owner.clone(),
            fence: self.fences,
        };
        self.lease = Some((lease.clone(), self.now.monotonic + hold()));
        Acquired::Lease(lease)
    }

    pub(super) fn release(&mut self, lease: &Lease) {
        if self.lease.as_ref().is_some_and(|(held, _)| held == lease) {
            self.lease = None;
        }
    }

    /// What the provider answers to this grant.
    pub(super) fn call(&mut self, state: &State, fate: Fate) -> Answered {
        let grant = state.kept.token("refresh").unwrap().expose().to_owned();
        self.provider.calls += 1;
        match fate {
            Fate::NotSent => failed(FailureKind::NotSent),
            Fate::LostBefore => failed(FailureKind::Lost),
            Fate::Unavailable => failed(FailureKind::Refused(crate::Failure::Transient)),
            Fate::Fine => self.spend(&grant),
            Fate::LostAfter => {
                drop(self.spend(&grant));
                failed(FailureKind::Lost)
            }
            Fate::Unreadable => {
                drop(self.spend(&grant));
                failed(FailureKind::Unreadable)
            }
        }
    }

    fn spend(&mut self, grant: &str) -> Answered {
        let rule = self.lifecycle.tokens[1];
        if self.provider.spent.get(grant) == Some(&self.provider.session) {
            self.provider.reused += 1;
            if rule.previous == Previous::ReuseRevokesSession {
                self.provider.current.clear();
            }
        }
        if self.provider.current != grant {
            return failed(FailureKind::Refused(crate::Failure::Reauthenticate));
        }
        let (access, refresh) = if rule.previous == Previous::Valid {
            self.provider.tokens += 1;
            (format!("access-{}", self.provider.tokens), grant.to_owned())
        } else {
            let session = self.provider.session;
            self.provider.spent.insert(grant.to_owned(), session);
            self.provider.issue()
        };
        let mut kept = kept(&access, &refresh, self.now.wall);
        let mut token = |name| FreshToken::Received(kept.take_token(name).unwrap());
        Answered::Fresh(Fresh {
            tokens: vec![token("access"), token("refresh")],
            extras: Vec::new(),
            sent: self.now.wall,
        })
    }
}

impl Provider {
    /// The next tokens.
    fn issue(&mut self) -> (String, String) {
        self.tokens += 1;
        self.current = format!("refresh-{}", self.tokens);
        (format!("access-{}", self.tokens), self.current.clone())
    }

    /// The grant that is good; empty once the session was revoked.
    pub(super) fn current(&self) -> &str {
        &self.current
    }
}

pub(super) fn hold() -> u64 {
    u64::try_from(HOLD.as_nanos()).unwrap()
}

pub(super) fn kept(access: &str, refresh: &str, now: Timestamp) -> Kept {
    let mut kept = Kept::new();
    let end = Expiry::At(now.plus(LIFETIME));
    kept.put_token("access", Token::with_times(access, Some(now), end));
    kept.put_token(
        "refresh",
        Token::with_times(refresh, Some(now), Expiry::Unknown),
    );
    kept
}

pub(super) fn failed(kind: FailureKind) -> Answered {
    Answered::Failed(Failure {
        kind,
        wait: None,
        code: None,
        rescued: Vec::new(),
        source: None,
    })
}

pub(super) fn unavailable() -> StoreError {
    StoreError::unavailable("the simulated store is down")
}
