//! A refresh that goes well, and who is spared one.

use std::sync::Arc;
use std::time::Duration;

use super::driven::{Driven, START, state, text, written};
use super::world::{LIFETIME, PUNISHES, ROTATES, STAYS};
use crate::session::EventKind;
use crate::session::machine::{Ask, Event, Want};
use crate::session::state::Intent;
use crate::session::store::Acquired;

#[test]
fn what_is_good_is_seen_without_the_lease() {
    let mut driven = Driven::new(&ROTATES);
    assert!(matches!(driven.fly(Want::Good), Some(Ask::Load)));
    assert!(driven.loaded(&state("a1", "r1", START)).is_none());
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(driven.is_served());
    assert!(driven.events.is_empty());
    driven.verdict(Want::Good).unwrap();
}

#[test]
fn a_refresh_is_written_down_before_and_after() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let intent = driven.reach_the_call(&old);
    assert_eq!(intent.intent.as_ref().unwrap().losses, 0);
    let new = written(driven.fresh("a2", "r2"));
    assert_eq!((text(&new, "access"), text(&new, "refresh")), ("a2", "r2"));
    assert_eq!((new.generation, &new.intent), (2, &None));
    assert!(!driven.is_served(), "published before it was stored");
    assert!(driven.settled.is_none());
    assert!(matches!(driven.stored(), Some(Ask::Release)));
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(driven.is_served());
    assert!(matches!(
        driven.events[..],
        [EventKind::Refreshed { generation: 2, .. }]
    ));
    assert!(driven.on(Event::Released).is_none());
}

#[test]
fn a_grant_that_stays_is_not_written_down_before() {
    let mut driven = Driven::new(&STAYS);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    assert!(matches!(
        driven.on(Event::Permitted(true)),
        Some(Ask::Call(_))
    ));
}

#[test]
fn whoever_was_quicker_is_adopted() {
    let mut driven = Driven::new(&ROTATES);
    driven.fly(Want::Good);
    driven.loaded(&state("a1", "r1", START));
    driven.pass(LIFETIME);
    assert!(matches!(driven.fly(Want::Good), Some(Ask::Acquire)));
    driven.leased();
    let mut theirs = state("a2", "r2", driven.now.wall).duplicate();
    theirs.generation = 2;
    assert!(matches!(
        driven.loaded_next(&Arc::new(theirs)),
        Some(Ask::Release)
    ));
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(matches!(
        driven.events[..],
        [EventKind::Adopted { generation: 2 }]
    ));
}

#[test]
fn a_lease_that_is_held_is_waited_for_in_growing_steps() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    let mut ask = driven.loaded(&old);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        assert!(matches!(ask, Some(Ask::Acquire)), "{ask:?}");
        let remaining = Duration::from_secs(60);
        match driven.on(Event::Acquired(Ok(Acquired::Held { remaining }))) {
            Some(Ask::Pause(pause)) => pauses.push(pause),
            other => panic!("no pause: {other:?}"),
        }
        assert!(matches!(driven.on(Event::Waited), Some(Ask::Load)));
        ask = driven.loaded(&old);
    }
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert!(pauses[0] <= Duration::from_millis(25) && pauses[7] <= Duration::from_millis(500));
    assert!(pauses[7] >= Duration::from_millis(250));
    let remaining = Duration::from_millis(3);
    let ask = driven.on(Event::Acquired(Ok(Acquired::Held { remaining })));
    assert!(matches!(ask, Some(Ask::Pause(pause)) if pause == remaining));
}

#[test]
fn a_permit_is_waited_for_without_the_lease() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    assert!(matches!(
        driven.on(Event::Permitted(false)),
        Some(Ask::Release)
    ));
    assert!(matches!(
        driven.on(Event::Released),
        Some(Ask::Permit { is_patient: true })
    ));
    assert!(matches!(
        driven.on(Event::Permitted(true)),
        Some(Ask::Acquire)
    ));
    assert!(matches!(driven.leased(), Some(Ask::Load)));
    // No second permit is asked for.
    written(driven.loaded(&old));
}

#[test]
fn who_stood_still_after_its_intent_takes_the_lease_again_and_is_in_no_doubt() {
    let mut driven = Driven::new(&PUNISHES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME * 19 / 20);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    let intent = written(driven.on(Event::Permitted(true)));
    driven.is_leased = false;
    assert!(matches!(driven.stored(), Some(Ask::Acquire)));
    driven.is_leased = true;
    driven.leased();
    // The access token is good, and reuse is punished: were it in doubt, no call would be made.
    let again = written(driven.loaded(&intent));
    assert_eq!(again.intent.as_ref().unwrap().losses, 0);
    assert!(matches!(driven.stored(), Some(Ask::Call(_))));
}

#[test]
fn a_conflict_on_the_intent_is_read_again() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    driven.on(Event::Permitted(true));
    assert!(matches!(driven.conflict(), Some(Ask::Load)));
}

#[test]
fn a_store_that_has_gone_back_is_given_what_it_lost() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    driven.stored();
    driven.on(Event::Released);
    // A copy that lagged behind takes over: the intent, and the grant that is spent.
    let mut lagging = old.duplicate();
    lagging.intent = Some(Intent {
        owner: "me".into(),
        at: START,
        losses: 0,
    });
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    driven.leased();
    let restored = written(driven.loaded_before(&Arc::new(lagging)));
    assert_eq!(text(&restored, "refresh"), "r2");
}
