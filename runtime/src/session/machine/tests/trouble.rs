//! A refresh that goes wrong: refused, lost, too late, or not to be written down.

use std::sync::Arc;
use std::time::Duration;

use super::driven::{Driven, START, is_down, state, text, written};
use super::world::{LIFETIME, PUNISHES, ROTATES};
use crate::session::machine::{Ask, Event, FailureKind, Loaded, Want};
use crate::session::state::Intent;
use crate::session::store::Version;
use crate::session::{EventKind, SessionErrorKind};
use crate::{Failure, Secret};

#[test]
fn an_intent_that_is_found_open_is_a_doubt_and_tried_again_once() {
    let mut driven = Driven::new(&ROTATES);
    let mut old = state("a1", "r1", START).duplicate();
    let owner = "a process that is gone".to_owned();
    let intent = |losses| Intent {
        owner: owner.clone(),
        at: START.plus(LIFETIME),
        losses,
    };
    old.intent = Some(intent(0));
    driven.pass(LIFETIME);
    let ours = driven.reach_the_call(&Arc::new(old));
    assert_eq!(ours.intent.as_ref().unwrap().losses, 1);
    assert_eq!(ours.intent.as_ref().unwrap().owner, "me");

    // Had that process been the second to lose an answer, there would be a pause first.
    let mut driven = Driven::new(&ROTATES);
    let mut old = state("a1", "r1", START).duplicate();
    old.intent = Some(intent(1));
    let old = Arc::new(old);
    driven.pass(LIFETIME);
    driven.fly(Want::Good);
    assert!(driven.loaded(&old).is_none());
    let error = driven.error();
    assert_eq!(error.kind(), SessionErrorKind::InDoubt);
    driven.pass(Duration::from_secs(4));
    driven.reach_the_call(&old);
}

#[test]
fn where_reuse_is_punished_the_token_in_hand_is_used_up_first() {
    let mut driven = Driven::new(&PUNISHES);
    let mut old = state("a1", "r1", START).duplicate();
    old.intent = Some(Intent {
        owner: "a process that is gone".into(),
        at: START,
        losses: 0,
    });
    let old = Arc::new(old);
    driven.pass(LIFETIME * 19 / 20);
    driven.fly(Want::Good);
    assert!(driven.loaded(&old).is_none());
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(driven.is_served());
    let [EventKind::Failed(error)] = &driven.events[..] else {
        panic!("{:?}", driven.events);
    };
    assert!(error.is_in_doubt());
    assert_eq!(error.retry_at(), Some(START.plus(LIFETIME)));
    driven.verdict(Want::Due).unwrap();
    driven.pass(LIFETIME / 20);
    driven.reach_the_call(&old);

    // The API's refusal uses it up, too.
    let mut driven = Driven::new(&PUNISHES);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.fly(Want::Other(Secret::from("a1")));
    driven.leased();
    assert!(matches!(driven.loaded(&old), Some(Ask::Permit { .. })));
}

#[test]
fn a_lost_answer_is_asked_for_once_more_at_once() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    let first = written(driven.failed(FailureKind::Lost, None));
    assert_eq!(
        (first.intent.as_ref().unwrap().losses, &first.failed),
        (1, &None)
    );
    assert!(matches!(driven.stored(), Some(Ask::Call(_))));
    let second = written(driven.failed(FailureKind::Lost, None));
    assert_eq!(second.intent.as_ref().unwrap().losses, 2);
    let failed = second.failed.as_ref().unwrap();
    assert!(failed.retry_at > driven.now.wall);
    assert!(matches!(driven.stored(), Some(Ask::Release)));
    assert!(driven.error().is_in_doubt());
    driven.on(Event::Released);
    assert!(driven.verdict(Want::Good).unwrap_err().is_in_doubt());
}

#[test]
fn a_refused_retry_leaves_the_doubt() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.failed(FailureKind::Lost, None);
    driven.stored();
    let noted = written(driven.failed(FailureKind::Refused(Failure::Transient), None));
    assert_eq!(noted.intent.as_ref().unwrap().losses, 1);
}

#[test]
fn a_failure_is_waited_out_while_the_token_is_served() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME * 19 / 20);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    driven.on(Event::Permitted(true));
    driven.stored();
    let wait = Duration::from_secs(40);
    let noted = written(driven.failed(FailureKind::Refused(Failure::RateLimited), Some(wait)));
    assert_eq!(noted.intent, None);
    let failed = noted.failed.as_ref().unwrap();
    assert_eq!(
        (failed.times, failed.retry_at),
        (1, driven.now.wall.plus(wait))
    );
    driven.stored();
    driven.on(Event::Released);
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(matches!(driven.events[..], [EventKind::Failed(_)]));
    driven.verdict(Want::Good).unwrap();
    driven.verdict(Want::Due).unwrap();
    let shown = driven.machine.shown(driven.now).unwrap();
    assert_eq!(shown.attention.wall, failed.retry_at);
    driven.pass(wait);
    assert!(matches!(driven.fly(Want::Due), Some(Ask::Acquire)));
}

#[test]
fn the_end_is_confirmed_by_the_store_and_latched() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let intent = driven.reach_the_call(&old);
    let refused = FailureKind::Refused(Failure::Reauthenticate);
    assert!(matches!(driven.failed(refused, None), Some(Ask::Load)));
    let dead = written(driven.loaded(&intent));
    assert!(dead.dead.is_some() && dead.intent.is_none());
    driven.stored();
    driven.on(Event::Released);
    assert!(driven.error().needs_reauthentication());
    assert!(matches!(driven.events[..], [EventKind::Dead(_)]));
    assert!(
        driven
            .verdict(Want::Good)
            .unwrap_err()
            .needs_reauthentication()
    );
    // Looked up again later, and no more is said of it.
    driven.pass(Duration::from_secs(2));
    driven.fly(Want::Good);
    driven.leased();
    assert!(matches!(driven.loaded(&dead), Some(Ask::Release)));
    driven.on(Event::Released);
    assert_eq!(driven.events.len(), 1);
    // New tokens begin it anew.
    let mut new = state("a9", "r9", driven.now.wall).duplicate();
    new.generation = 9;
    let loaded = Loaded {
        version: Version(99),
        state: Arc::new(new),
    };
    driven.machine.edited(loaded, driven.now);
    driven.verdict(Want::Good).unwrap();
}

#[test]
fn a_lost_race_is_no_end() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.failed(FailureKind::Refused(Failure::Reauthenticate), None);
    let mut theirs = state("a2", "r2", driven.now.wall).duplicate();
    theirs.generation = 2;
    assert!(matches!(
        driven.loaded_next(&Arc::new(theirs)),
        Some(Ask::Release)
    ));
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(driven.is_served());
}

#[test]
fn an_end_that_the_store_is_not_told_of_is_an_end_all_the_same() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let intent = driven.reach_the_call(&old);
    driven.failed(FailureKind::Refused(Failure::Reauthenticate), None);
    driven.not_loaded();
    driven.on(Event::Released);
    assert!(driven.error().needs_reauthentication());
    driven.pass(Duration::from_secs(600));
    driven.fly(Want::Good);
    driven.leased();
    assert!(
        written(driven.loaded(&intent)).dead.is_some(),
        "a dead grant was about to be shown"
    );
}

#[test]
fn tokens_that_are_not_stored_are_served_and_written_until_they_are() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let intent = driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    assert!(matches!(driven.not_written(), Some(Ask::Load)));
    let new = written(driven.loaded(&intent));
    assert_eq!(text(&new, "refresh"), "r2");
    assert!(matches!(driven.not_written(), Some(Ask::Rest(_))));
    assert!(driven.settled.take().unwrap().is_ok());
    assert!(driven.is_served());
    assert!(matches!(&driven.events[..], [EventKind::NotStored(error)] if is_down(error)));
    // Once they are over, they are not refreshed: their grant is in this memory alone.
    driven.pass(LIFETIME);
    assert_eq!(
        driven.verdict(Want::Good).unwrap_err().kind(),
        SessionErrorKind::Store
    );
    assert!(matches!(driven.on(Event::Waited), Some(Ask::Load)));
    driven.loaded(&intent);
    driven.stored();
    assert!(matches!(driven.events[..], [_, EventKind::StoredAtLast]));
}

#[test]
fn a_write_of_which_nobody_knew_is_found() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    let new = written(driven.fresh("a2", "r2"));
    driven.not_written();
    assert!(matches!(driven.loaded_next(&new), Some(Ask::Release)));
    assert!(matches!(driven.events[..], [EventKind::Refreshed { .. }]));
}

#[test]
fn a_late_answer_is_written_where_nobody_else_has_a_successor() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let intent = driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    assert!(matches!(driven.conflict(), Some(Ask::Load)));
    // Another process took over, and has an intent of its own.
    let mut theirs = intent.duplicate();
    theirs.intent.as_mut().unwrap().owner = "another".into();
    let saved = written(driven.loaded_next(&Arc::new(theirs)));
    assert_eq!((text(&saved, "refresh"), saved.generation), ("r2", 2));
}

#[test]
fn a_late_answer_gives_way_to_someone_elses_tokens() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    driven.reach_the_call(&old);
    driven.fresh("a2", "r2");
    driven.conflict();
    let mut theirs = state("a3", "r3", driven.now.wall).duplicate();
    theirs.generation = 2;
    assert!(matches!(
        driven.loaded_next(&Arc::new(theirs)),
        Some(Ask::Release)
    ));
    assert!(matches!(driven.events[0], EventKind::Superseded));
    let shown = driven.machine.shown(driven.now).unwrap();
    assert_eq!(text(&shown.state, "access"), "a3");
}

#[test]
fn a_token_that_is_over_when_it_comes_is_an_error_and_its_grant_is_kept() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME * 3);
    driven.reach_the_call(&old);
    let new = written(driven.fresh_at("a2", "r2", START));
    assert_eq!(text(&new, "refresh"), "r2");
    assert!(new.failed.as_ref().unwrap().retry_at > driven.now.wall);
    driven.stored();
    driven.on(Event::Released);
    assert_eq!(driven.error().kind(), SessionErrorKind::Protocol);
    assert!(matches!(driven.events[..], [EventKind::Failed(_)]));
    driven.verdict(Want::Good).unwrap_err();
}

#[test]
fn the_same_token_again_is_not_asked_for_at_once() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME * 19 / 20);
    driven.fly(Want::Good);
    driven.loaded(&old);
    driven.leased();
    driven.loaded(&old);
    driven.on(Event::Permitted(true));
    driven.stored();
    let new = written(driven.fresh_at("a1", "r2", START));
    let failed = new.failed.as_ref().unwrap();
    assert!(failed.retry_at > driven.now.wall && failed.retry_at <= START.plus(LIFETIME));
    driven.stored();
    driven.on(Event::Released);
    driven.verdict(Want::Due).unwrap();
}

#[test]
fn a_late_failure_leaves_alone_who_is_trying_again() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let intent = driven.reach_the_call(&old);
    written(driven.failed(FailureKind::Refused(Failure::Transient), None));
    driven.is_leased = false;
    driven.conflict();
    let mut theirs = intent.duplicate();
    theirs.intent.as_mut().unwrap().owner = "another".into();
    // Its lease is waited for; its intent stands.
    let ask = driven.loaded_next(&Arc::new(theirs));
    assert!(matches!(ask, Some(Ask::Acquire)), "{ask:?}");
}

#[test]
fn the_end_is_told_once_though_the_store_hears_of_it_later() {
    let mut driven = Driven::new(&ROTATES);
    let old = state("a1", "r1", START);
    driven.pass(LIFETIME);
    let called = driven.reach_the_call(&old);
    driven.failed(FailureKind::Refused(Failure::Reauthenticate), None);
    written(driven.loaded(&called));
    driven.not_written();
    driven.on(Event::Released);
    assert!(matches!(driven.events[..], [EventKind::Dead(_)]));
    driven.pass(Duration::from_secs(60));
    driven.fly(Want::Good);
    driven.leased();
    let dead = written(driven.loaded_next(&called));
    assert!(dead.dead.is_some());
    driven.stored();
    assert!(driven.error().needs_reauthentication());
    assert!(
        matches!(driven.events[..], [EventKind::Dead(_)]),
        "{:?}",
        driven.events
    );
}

/// A gateway that gave up says nothing of what stands behind it.
#[test]
fn where_reuse_is_punished_a_gateways_answer_is_a_doubt() {
    for (lifecycle, is_doubt) in [(&PUNISHES, true), (&ROTATES, false)] {
        let mut driven = Driven::new(lifecycle);
        let old = state("a1", "r1", START);
        driven.pass(LIFETIME * 19 / 20);
        driven.fly(Want::Due);
        driven.loaded(&old);
        driven.leased();
        driven.loaded(&old);
        driven.on(Event::Permitted(true));
        driven.stored();
        let noted = written(driven.failed(FailureKind::Relayed, None));
        assert_eq!(noted.intent.is_some(), is_doubt);
        driven.stored();
        driven.on(Event::Released);
        driven.pass(Duration::from_secs(60));
        if is_doubt {
            // Not before the token in hand is over.
            driven.verdict(Want::Due).unwrap();
            driven.verdict(Want::Look).unwrap_err();
        } else {
            driven.fly(Want::Due);
        }
    }
}
