use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::HeaderValue;

use super::super::{Clock, ManualClock};
use super::{Cell, Deadline, Published, View, Watched, header};
use crate::Timestamp;

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
const MINUTE: Duration = Duration::from_secs(60);

struct Session {
    cell: Cell,
    clock: Clock,
    calls: AtomicU32,
}

impl Watched for Arc<Session> {
    fn cell(&self) -> &Cell {
        &self.cell
    }
    fn clock(&self) -> &Clock {
        &self.clock
    }
    fn call(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }
}

impl Session {
    fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            cell: Cell::new(),
            clock,
            calls: AtomicU32::new(0),
        })
    }

    fn publish(&self, token: &str, until: Duration, attention: Duration) {
        let now = self.clock.now();
        self.cell.publish(Published::new(
            header("Bearer ", token).unwrap(),
            1,
            Deadline::after(until, now),
            Deadline::after(attention, now),
            &self.clock,
        ));
    }

    fn current(self: &Arc<Self>) -> Option<HeaderValue> {
        self.cell.current(&self.clock, || self.call())
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

fn manual() -> (ManualClock, Arc<Session>) {
    let clock = ManualClock::at(START);
    let session = Session::new(Clock::Manual(clock.clone()));
    (clock, session)
}

#[test]
fn a_token_is_read_with_its_prefix_and_marked_sensitive() {
    let (_, session) = manual();
    session.publish("s3cret", MINUTE, MINUTE);
    let token = session.current().unwrap();
    assert_eq!(token, "Bearer s3cret");
    assert!(token.is_sensitive());
    assert!(!format!("{session:?}", session = session.cell).contains("s3cret"));
}

#[test]
fn a_token_that_no_header_may_carry_has_no_header() {
    assert!(header("Bearer ", "a\nb").is_none());
}

#[test]
fn an_empty_cell_calls_once_and_gives_nothing() {
    let (_, session) = manual();
    let mut view = View::new(Arc::clone(&session));
    assert!(view.get().is_none());
    assert!(session.current().is_none());
    assert_eq!(session.calls(), 1);
}

#[test]
fn a_session_that_is_over_calls_nobody() {
    let (clock, session) = manual();
    session.cell.publish(Published::nothing(Deadline::NEVER));
    clock.advance(100_000 * MINUTE);
    assert!(session.current().is_none());
    assert_eq!(session.calls(), 0);
}

#[test]
fn a_token_that_wants_attention_is_served_and_calls_once() {
    let (clock, session) = manual();
    let mut view = View::new(Arc::clone(&session));
    session.publish("one", 10 * MINUTE, MINUTE);
    assert_eq!(view.get().unwrap(), "Bearer one");
    clock.advance(Duration::from_millis(59_999));
    assert!(view.get().is_some() && session.calls() == 0);
    clock.advance(Duration::from_millis(1));
    for _ in 0..3 {
        assert_eq!(view.get().unwrap(), "Bearer one");
        assert_eq!(session.current().unwrap(), "Bearer one");
    }
    assert_eq!(session.calls(), 1);
    session.publish("two", 10 * MINUTE, MINUTE);
    assert_eq!(view.get().unwrap(), "Bearer two");
    clock.advance(MINUTE);
    assert!(session.current().is_some());
    assert_eq!(session.calls(), 2, "a new token calls anew");
}

/// With the system's clocks a view looks at nothing but what it has in its hand, until that is ended.
#[test]
fn a_view_lets_go_of_what_is_no_longer_shown() {
    let session = Session::new(Clock::System);
    let mut view = View::new(Arc::clone(&session));
    for token in ["one", "two"] {
        session.publish(token, 60 * MINUTE, 50 * MINUTE);
        assert_eq!(
            view.get().unwrap().as_bytes(),
            format!("Bearer {token}").as_bytes()
        );
    }
    session.cell.publish(Published::nothing(Deadline::NEVER));
    assert!(view.get().is_none() && view.clone().get().is_none());
    assert_eq!(session.calls(), 0, "nothing was due");
}

/// So does a thread that reads without a view.
#[test]
fn a_thread_lets_go_of_what_is_no_longer_shown() {
    let session = Session::new(Clock::System);
    for token in ["one", "two"] {
        session.publish(token, 60 * MINUTE, 50 * MINUTE);
        for _ in 0..2 {
            assert_eq!(session.current().unwrap(), format!("Bearer {token}"));
        }
    }
    session.cell.publish(Published::nothing(Deadline::NEVER));
    assert!(session.current().is_none());
}

/// What a thread has in its hand is of one session, whichever others it reads.
#[test]
fn two_sessions_are_told_apart() {
    let sessions = ["one", "two"].map(|token| {
        let session = Session::new(Clock::System);
        session.publish(token, 60 * MINUTE, 50 * MINUTE);
        session
    });
    for _ in 0..2 {
        for (session, token) in sessions.iter().zip(["Bearer one", "Bearer two"]) {
            assert_eq!(session.current().unwrap(), token);
        }
    }
}

/// An owned header shares its bytes with what is published.
#[test]
fn a_read_copies_no_byte() {
    let session = Session::new(Clock::System);
    session.publish("one", 60 * MINUTE, 50 * MINUTE);
    let shown = session.cell.shown();
    let token = session.current().unwrap();
    assert_eq!(
        token.as_bytes().as_ptr(),
        shown.header().unwrap().as_bytes().as_ptr()
    );
}

#[test]
fn attention_comes_at_the_end_at_the_latest() {
    let (clock, session) = manual();
    session.publish("one", MINUTE, 10 * MINUTE);
    clock.advance(MINUTE);
    assert!(session.current().is_none());
    assert_eq!(session.calls(), 1);
}

#[test]
fn the_clock_that_is_first_is_believed() {
    for slept in [true, false] {
        let (clock, session) = manual();
        let mut view = View::new(Arc::clone(&session));
        session.publish("one", MINUTE, MINUTE);
        if slept {
            clock.suspend(MINUTE);
        } else {
            clock.advance(MINUTE);
            clock.step_wall(-86_400_000);
        }
        assert!(session.current().is_none(), "slept: {slept}");
        assert!(view.get().is_none(), "slept: {slept}");
    }
}

#[test]
fn a_clock_that_is_set_right_again_is_judged_again() {
    let (clock, session) = manual();
    session.publish("one", MINUTE, MINUTE);
    clock.step_wall(86_400_000);
    assert!(session.current().is_none());
    clock.step_wall(-86_400_000);
    assert!(session.current().is_some());
}

/// Around the deadline's own second, where the quick look says nothing.
#[test]
fn the_systems_clocks_are_judged_to_the_millisecond() {
    let clock = Clock::System;
    let now = clock.now();
    let hour = Duration::from_secs(3600);
    let far = Deadline::after(hour, now);
    let near = Deadline::after(Duration::from_millis(900), now);
    for (until, good) in [
        (far, true),
        (near, true),
        (
            Deadline {
                wall: now.wall,
                ..far
            },
            false,
        ),
        (
            Deadline {
                monotonic: now.monotonic,
                ..far
            },
            false,
        ),
    ] {
        let session = Session::new(clock.clone());
        let token = header("", "x").unwrap();
        session
            .cell
            .publish(Published::new(token, 1, until, far, &clock));
        let found = session.current().is_some();
        assert_eq!(
            (found, session.calls()),
            (good, u32::from(!good)),
            "{until:?}"
        );
    }
}

#[test]
fn deadlines_of_any_size_are_kept() {
    let now = Clock::System.now();
    assert_eq!(Deadline::after(Duration::MAX, now).wall, Timestamp::MAX);
    assert!(!Deadline::after(Duration::MAX, now).has_passed(now));
    assert!(Deadline::at(Timestamp::MIN, now).has_passed(now));
    assert!(Deadline::PASSED.has_passed(now) && !Deadline::NEVER.has_passed(now));
}
