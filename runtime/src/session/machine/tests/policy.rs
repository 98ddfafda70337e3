//! When a refresh begins: jitter, limits, windows, clocks, and how often the API may force one.

use std::sync::Arc;
use std::time::Duration;

use super::driven::{Driven, START, state};
use super::world::{LIFETIME, ROTATES, STAYS};
use crate::session::machine::{Ask, Event, FailureKind, Rules, Want};
use crate::session::store::Owner;
use crate::session::{Clock, EventKind, SessionErrorKind, SessionKey, SignInReason};
use crate::{
    Expiry, Failure, Lifecycle, Limit, LimitScope, Moment, Reauthentication, Secret, Token, Window,
};

const MINUTE: i64 = 60_000;

fn due(lifecycle: &'static Lifecycle, subject: &str) -> i64 {
    let rules = Rules {
        key: SessionKey::new("simulated", subject),
        clock: Clock::System,
        lifecycle,
        variant: None,
        owner: Owner::named("me"),
        can_start: false,
    };
    let due = rules.due_in_store(&state("a1", "r1", START), START);
    due.unwrap().millis_since(START)
}

#[test]
fn sessions_fall_due_at_instants_of_their_own() {
    let all: Vec<i64> = (0..1000)
        .map(|n| due(&ROTATES, &format!("customer-{n}")))
        .collect();
    let (first, last) = (all.iter().min().unwrap(), all.iter().max().unwrap());
    // An hour, less five minutes, less five minutes of jitter at most.
    assert!(
        *first >= 50 * MINUTE && *last <= 55 * MINUTE,
        "{first} {last}"
    );
    assert!(
        last - first > 4 * MINUTE,
        "hardly any jitter: {first} {last}"
    );
    assert_eq!(due(&ROTATES, "customer-1"), due(&ROTATES, "customer-1"));
}

#[test]
fn jitter_stays_inside_the_window() {
    static LATE: Lifecycle = Lifecycle {
        window: Window {
            from: Moment::expiry(-6 * MINUTE),
            until: None,
        },
        ..ROTATES_COPY
    };
    for n in 0..200 {
        assert!(due(&LATE, &format!("customer-{n}")) >= 54 * MINUTE);
    }
}

#[test]
fn jitter_never_reaches_the_first_half_of_the_lifetime() {
    static EARLY: Lifecycle = Lifecycle {
        due: &[Moment::issue(31 * MINUTE)],
        ..ROTATES_COPY
    };
    for n in 0..200 {
        let due = due(&EARLY, &format!("customer-{n}"));
        assert!(due > 30 * MINUTE && due <= 31 * MINUTE, "{due}");
    }
}

/// The tokens of [`ROTATES`], for constants.
const ROTATES_COPY: Lifecycle = Lifecycle {
    tokens: super::world::ROTATING_TOKENS,
    ..Lifecycle::new("simulated", "refresh")
};

#[test]
fn a_sessions_own_limit_is_kept_to() {
    static LIMITED: Lifecycle = Lifecycle {
        limits: &[Limit {
            calls: 2,
            per: Duration::from_secs(7200),
            of: LimitScope::Session,
        }],
        ..ROTATES_COPY
    };
    let mut driven = Driven::new(&LIMITED);
    let mut old = state("a1", "r1", START).duplicate();
    driven.pass(LIFETIME);
    old.calls = vec![START, START.plus_millis(1)];
    driven.fly(Want::Good);
    assert!(driven.loaded(&Arc::new(old)).is_none());
    let error = driven.error();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_at(), Some(START.plus_millis(7_200_000)));
    driven.verdict(Want::Good).unwrap_err();
}

#[test]
fn no_call_is_made_before_the_window_nor_after() {
    static AFTER_EXPIRY: Lifecycle = Lifecycle {
        window: Window {
            from: Moment::expiry(10 * MINUTE),
            until: Some(Moment::expiry(20 * MINUTE)),
        },
        reauthenticate: Reauthentication {
            how: Some("Ask for a code."),
            url: None,
        },
        ..ROTATES_COPY
    };
    let old = state("a1", "r1", START);
    let mut driven = Driven::new(&AFTER_EXPIRY);
    driven.pass(LIFETIME + Duration::from_secs(60));
    driven.fly(Want::Good);
    assert!(driven.loaded(&old).is_none());
    let error = driven.error();
    assert!(error.is_too_early());
    assert_eq!(error.retry_at(), Some(START.plus_millis(70 * MINUTE)));
    driven.pass(Duration::from_secs(1200));
    driven.fly(Want::Good);
    driven.leased();
    assert!(matches!(driven.loaded(&old), Some(Ask::Release)));
    let error = driven.error();
    assert!(error.needs_reauthentication());
    assert_eq!(error.since(), Some(START.plus_millis(80 * MINUTE)));
    assert!(matches!(driven.events[..], [EventKind::Dead(_)]));
    assert_eq!(error.sign_in_reason(), Some(SignInReason::WindowClosed));
    assert_eq!(
        error.to_string(),
        "simulated/one: the window to refresh closed at 2023-11-14T23:33:20Z. Ask for a code."
    );
}

#[test]
fn a_grant_that_is_over_is_told_from_a_window_that_has_closed() {
    let mut driven = Driven::new(&ROTATES);
    driven.pass(LIFETIME + Duration::from_secs(60));
    let mut old = state("a1", "r1", START).duplicate();
    let end = START.plus_millis(30 * MINUTE);
    old.kept.put_token(
        "refresh",
        Token::with_times("r1", Some(START), Expiry::At(end)),
    );
    driven.fly(Want::Good);
    assert!(driven.loaded(&Arc::new(old)).is_none());
    let error = driven.error();
    assert_eq!(error.sign_in_reason(), Some(SignInReason::GrantOver));
    assert_eq!(
        error.to_string(),
        "simulated/one: the grant expired at 2023-11-14T22:43:20Z"
    );
}

#[test]
fn a_clock_that_is_set_back_makes_no_token_good_again() {
    let mut driven = Driven::new(&ROTATES);
    driven.fly(Want::Good);
    driven.loaded(&state("a1", "r1", START));
    driven.pass(LIFETIME);
    driven.now.wall = driven.now.wall.plus_millis(-86_400_000);
    assert!(!driven.is_served());
    assert!(driven.fly(Want::Good).is_some());
}

#[test]
fn a_failure_is_over_when_either_clock_says_so() {
    let mut driven = Driven::new(&STAYS);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    driven.on(Event::Permitted(true));
    driven.failed(
        FailureKind::Refused(Failure::Transient),
        Some(Duration::from_secs(60)),
    );
    driven.stored();
    driven.on(Event::Released);
    assert_eq!(driven.error().kind(), SessionErrorKind::Transient);
    driven.verdict(Want::Good).unwrap_err();
    driven.pass(Duration::from_secs(60));
    driven.now.wall = driven.now.wall.plus_millis(-86_400_000);
    assert!(driven.fly(Want::Good).is_some());
}

#[test]
fn an_api_that_refuses_every_token_is_not_answered_with_a_refresh_each_time() {
    let mut driven = Driven::new(&STAYS);
    driven.fly(Want::Good);
    driven.loaded(&state("a1", "r1", START));
    let refused = || Want::Other(Secret::from("a1"));
    // The same token, as if each refresh had brought it again.
    for _ in 0..3 {
        driven.fly(refused());
        driven.machine.ground();
    }
    driven.verdict(refused()).unwrap();
    driven.pass(Duration::from_secs(1));
    driven.fly(refused());
    driven.machine.ground();
    driven.verdict(refused()).unwrap();
    driven.pass(Duration::from_secs(1));
    driven.verdict(refused()).unwrap();
    driven.pass(Duration::from_secs(1));
    driven.fly(refused());
    driven.machine.ground();
    // A token that was replaced already is no reason for anything.
    driven.verdict(Want::Other(Secret::from("a0"))).unwrap();
    driven.pass(Duration::from_secs(700));
    driven.fly(refused());
}
