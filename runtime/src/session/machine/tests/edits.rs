//! The short changes: what they do to a record that is not the one in memory.

use std::sync::Arc;

use super::driven::{Driven, START, state, text, written};
use super::world::{LIFETIME, ROTATES};
use crate::session::machine::{
    Ask, Change, Edit, EditAsk, EditEvent, Edited, Loaded, Verdict, Want,
};
use crate::session::store::Version;

/// The store failed over to a copy that lagged: its refresh token is spent, and must not take the place of the one in memory.
#[test]
fn nothing_is_taken_from_a_record_that_is_older_than_what_is_known() {
    let mut driven = Driven::new(&ROTATES);
    driven.fly(Want::Good);
    let mut known = state("a2", "r2", START).duplicate();
    known.generation = 2;
    driven.loaded(&Arc::new(known));
    let mut edit = Edit::new(Change::Take);
    let found = Loaded {
        version: Version(1),
        state: state("a1", "r1", START),
    };
    let event = EditEvent::Loaded(Ok(Some(found)));
    let ask = edit.step(event, &driven.machine, driven.now);
    assert!(
        matches!(ask, EditAsk::Done(Ok(Edited::Empty(None)))),
        "{ask:?}"
    );
}

/// New tokens that the store does not take, and somebody changes the session meanwhile.
fn unstored() -> Driven {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    driven.not_written();
    assert!(matches!(driven.not_loaded(), Some(Ask::Rest(_))));
    driven.pass(LIFETIME);
    driven.verdict(Want::Good).unwrap_err();
    driven
}

#[test]
fn tokens_that_were_never_stored_hold_up_nobody_once_they_are_gone() {
    let mut driven = unstored();
    driven.machine.ground();
    driven.fly(Want::Good);

    let mut driven = unstored();
    driven.machine.forgotten(None);
    driven.machine.ground();
    driven.fly(Want::Good);

    let mut driven = unstored();
    let mut new = state("a9", "r9", driven.now.wall).duplicate();
    new.generation = 3;
    let inserted = Loaded {
        version: Version(20),
        state: Arc::new(new),
    };
    driven.machine.edited(inserted, driven.now);
    driven.verdict(Want::Good).unwrap();
    driven.pass(LIFETIME);
    assert!(matches!(
        driven.machine.verdict(Want::Good, driven.now),
        Verdict::Fly(_)
    ));
}

#[test]
fn a_forgotten_session_is_not_shown_by_what_was_read_before() {
    let mut driven = Driven::new(&ROTATES);
    driven.fly(Want::Good);
    driven.machine.forgotten(Some(Version(10)));
    assert!(driven.loaded(&state("a1", "r1", START)).is_none());
    assert!(!driven.is_served());
    assert!(driven.error().needs_reauthentication());
    // Someone signs in again.
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    driven.loaded_next(&state("a2", "r2", driven.now.wall));
    assert!(driven.is_served());
}

#[test]
fn a_forgotten_session_is_not_shown_by_what_was_written_before() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    driven.machine.forgotten(Some(Version(12)));
    assert!(matches!(driven.stored(), Some(Ask::Release)));
    assert!(!driven.is_served());
    assert!(driven.error().needs_reauthentication());
}

/// Two replicas put the tokens of one sign-in in, and the first has spent the grant when the second does.
#[test]
fn a_successor_is_kept_where_the_spent_grant_was_inserted_again() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    assert!(matches!(driven.conflict(), Some(Ask::Load)));
    let mut again = old.duplicate();
    again.generation += 1;
    let generation = again.generation;
    let new = written(driven.loaded_next(&Arc::new(again)));
    assert_eq!((text(&new, "access"), text(&new, "refresh")), ("a2", "r2"));
    assert!(new.generation > generation);
}
