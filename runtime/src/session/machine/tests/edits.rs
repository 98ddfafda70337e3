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
