//! The keeper over a real server and a steered clock: what is due is refreshed once, by one, in good time and in measure.
#![cfg(all(feature = "session", feature = "reqwest", feature = "testing"))]
#![allow(clippy::unwrap_used)]

mod kept;

use std::collections::BTreeMap;
use std::time::Duration;

use kept::{Bearer, Limited, Wallet};
use token_refresh_runtime::session::store::{MemoryStore, Store};
use token_refresh_runtime::session::{
    Clock, Drained, Event, EventKind, Events, Keeper, KeeperBuilder, ManualClock, TokenSource,
};
use token_refresh_runtime::testing::{Answer, Fault, StrictServer};
use token_refresh_runtime::{Keep, Provider, SignIn, Timestamp};

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
/// The strict server's tokens live for an hour: six minutes before its end, each is due.
const HOUR: Duration = Duration::from_secs(3600);
const DUE: Duration = Duration::from_secs(3600 - 300);

/// A provider's server, a store, a clock, and as many keepers as a test wants.
struct Stage {
    server: StrictServer,
    store: MemoryStore,
    clock: ManualClock,
}

impl Stage {
    fn new<P: Provider>() -> Self {
        let clock = ManualClock::at(START);
        let read = clock.clone();
        let server = StrictServer::builder(P::LIFECYCLE).strict();
        Self {
            server: server.clock(move || read.now().wall).start(),
            store: MemoryStore::with_clock(Clock::Manual(clock.clone())),
            clock,
        }
    }

    fn builder(&self) -> KeeperBuilder<Bearer> {
        Keeper::builder(Bearer::of(&self.server), self.store.clone())
            .clock(Clock::Manual(self.clock.clone()))
    }

    fn keeper(&self) -> Keeper<Bearer> {
        self.builder().build().unwrap()
    }

    /// Signs so many users in.
    async fn sign_in<P: SignIn<TokenSet = token_refresh_runtime::Kept>>(
        &self,
        keeper: &Keeper<P>,
        users: usize,
    ) {
        for user in 0..users {
            let source = keeper.source(&format!("user-{user}"));
            source
                .insert(self.server.sign_in().into_kept())
                .await
                .unwrap();
        }
    }

    /// Claims what is due, as a worker does that is killed then; tells how much it was.
    async fn claim(&self, hold: Duration) -> usize {
        let now = self.clock.now().wall;
        let due = self.store.claim_due(Bearer::STORED_AS, now, 1000, hold);
        due.await.unwrap().len()
    }

    async fn refreshed(&self, times: u64) {
        self.server.until(|counts| counts.refreshed >= times).await;
    }
}

/// Waits for what the library's own thread is about to do.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "not yet: {what}");
        tokio::task::yield_now().await;
    }
}

/// The next event of the kind that is wanted.
async fn next(events: &mut Events, is_wanted: impl Fn(&EventKind) -> bool) -> Event {
    loop {
        let event = events.next().await.expect("the keeper is there");
        if is_wanted(&event.kind) {
            return event;
        }
    }
}

fn is_refreshed(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Refreshed { .. })
}

/// When each session was refreshed.
async fn refreshes(events: &mut Events, count: usize) -> BTreeMap<String, Timestamp> {
    let mut all = BTreeMap::new();
    for _ in 0..count {
        let event = next(events, is_refreshed).await;
        let before = all.insert(event.session.subject().to_owned(), event.at);
        assert_eq!(before, None, "{} was refreshed twice", event.session);
    }
    all
}

#[tokio::test]
async fn what_falls_due_is_refreshed_though_nobody_asks() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    let mut events = keeper.events();
    stage.sign_in(&keeper, 20).await;
    until("nobody holds a source", || keeper.held() == 0).await;
    for _ in 0..3 {
        stage.clock.advance(DUE);
        refreshes(&mut events, 20).await;
    }
    let counts = stage.server.counts();
    assert_eq!((counts.refreshed, counts.reused), (60, 0));
}

#[tokio::test]
async fn keepers_on_one_store_share_the_work() {
    let stage = Stage::new::<Bearer>();
    let keepers = [(); 3].map(|()| stage.builder().concurrency(4).build().unwrap());
    stage.sign_in(&keepers[0], 60).await;
    stage.server.always(Fault::held());
    stage.clock.advance(DUE);
    // All three are at work, or there were no more than four at once.
    stage.server.until(|counts| counts.held == 12).await;
    stage.server.behave();
    stage.server.release();
    stage.refreshed(60).await;
    for session in 1..=60 {
        assert_eq!(
            stage.server.counts_of(session).requests,
            1,
            "session {session}"
        );
    }
}

#[tokio::test]
async fn no_more_are_refreshed_at_once_than_allowed() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.builder().concurrency(3).build().unwrap();
    stage.sign_in(&keeper, 9).await;
    stage.server.always(Fault::held());
    stage.clock.advance(DUE);
    for done in 0..=6 {
        stage
            .server
            .until(|counts| counts.held == 3.min(9 - done))
            .await;
        stage.server.release_one();
        stage.refreshed(done + 1).await;
    }
    stage.server.behave();
    stage.server.release();
    stage.refreshed(9).await;
    assert_eq!(stage.server.counts().at_once, 3);
}

#[tokio::test]
async fn the_budget_holds_in_every_span() {
    let stage = Stage::new::<Bearer>();
    let minute = Duration::from_secs(60);
    let keeper = stage.builder().rate(5, minute).build().unwrap();
    let mut events = keeper.events();
    stage.sign_in(&keeper, 12).await;
    stage.clock.advance(DUE);
    let mut all = Vec::new();
    for count in [5, 5, 2] {
        all.extend(refreshes(&mut events, count).await.into_values());
        stage.clock.advance(minute);
    }
    // By the clock that the test steers: each span of a minute has five at most.
    for (index, first) in all.iter().enumerate() {
        let within = all[index..].iter().filter(|at| at.since(*first) < minute);
        assert!(within.count() <= 5, "{all:?}");
    }
}

/// When each of so many refreshes was, whoever made it.
async fn refreshed_by(all: &mut [Events], count: usize) -> Vec<Timestamp> {
    let began = std::time::Instant::now();
    let mut found = Vec::new();
    while found.len() < count {
        assert!(began.elapsed() < Duration::from_secs(60), "{found:?}");
        for events in &mut *all {
            let told = std::iter::from_fn(|| events.try_next());
            found.extend(
                told.filter(|event| is_refreshed(&event.kind))
                    .map(|event| event.at),
            );
        }
        tokio::task::yield_now().await;
    }
    found
}

/// A keeper with a rate of its own, and sources beside it: together they stay within what the vendor allows a client.
#[tokio::test]
async fn a_keeper_and_plain_sources_share_what_a_client_is_allowed() {
    let stage = Stage::new::<Limited>();
    let minute = Duration::from_secs(60);
    let client = || Limited(Bearer::of(&stage.server));
    let keeper = Keeper::builder(client(), stage.store.clone())
        .clock(Clock::Manual(stage.clock.clone()))
        .rate(4, minute)
        .build()
        .unwrap();
    stage.sign_in(&keeper, 4).await;
    let mut all = vec![keeper.events()];
    let mut waiting = Vec::new();
    for user in 0..4 {
        let store = MemoryStore::with_clock(Clock::Manual(stage.clock.clone()));
        let source = TokenSource::builder(client(), store, format!("plain-{user}"))
            .clock(Clock::Manual(stage.clock.clone()))
            .build();
        let signed_in = stage.server.sign_in().into_kept();
        source.insert(signed_in).await.unwrap();
        all.push(source.events());
        waiting.push(source);
    }
    stage.clock.advance(HOUR);
    let waiting: Vec<_> = waiting
        .into_iter()
        .map(|source| tokio::spawn(async move { source.token().await }))
        .collect();
    let mut found = refreshed_by(&mut all, 5).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.server.counts().requests, 5);
    stage.clock.advance(minute);
    found.extend(refreshed_by(&mut all, 3).await);
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    found.sort_unstable();
    assert_eq!(found[5].since(found[4]), minute, "{found:?}");
}

#[tokio::test]
async fn sessions_that_expire_at_one_instant_are_spread() {
    const SESSIONS: usize = 500;
    let stage = Stage::new::<Bearer>();
    stage.sign_in(&stage.keeper(), SESSIONS).await;
    // Nobody else asks what is due: the keeper is gone.
    stage.clock.advance(Duration::from_secs(3600 - 660));
    let mut found = Vec::new();
    for _ in 0..36 {
        stage.clock.advance(Duration::from_secs(10));
        found.push(stage.claim(HOUR).await);
    }
    assert_eq!(found.iter().sum::<usize>(), SESSIONS, "{found:?}");
    // Over five minutes evenly, it were sixteen or seventeen in each step.
    assert!(found.iter().all(|count| *count < 40), "{found:?}");
}

#[tokio::test]
async fn the_dead_are_left_alone_until_someone_signs_in() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    let mut events = keeper.events();
    stage.sign_in(&keeper, 2).await;
    stage.server.revoke(1);
    stage.clock.advance(DUE);
    let dead = next(&mut events, |kind| matches!(kind, EventKind::Dead(_))).await;
    assert_eq!(dead.session.subject(), "user-0");
    for _ in 0..5 {
        stage.clock.advance(DUE);
        next(&mut events, is_refreshed).await;
    }
    assert_eq!(stage.server.counts_of(1).requests, 1);
    let source = keeper.source("user-0");
    source
        .insert(stage.server.sign_in().into_kept())
        .await
        .unwrap();
    stage.clock.advance(DUE);
    refreshes(&mut events, 2).await;
}

#[tokio::test]
async fn what_failed_comes_back_when_it_says() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    let mut events = keeper.events();
    stage.sign_in(&keeper, 1).await;
    stage.server.always(Fault::status(500));
    stage.clock.advance(DUE);
    for requests in 1..=3 {
        let event = next(&mut events, |kind| matches!(kind, EventKind::Failed(_))).await;
        let EventKind::Failed(error) = event.kind else {
            unreachable!("it was asked for");
        };
        assert_eq!(stage.server.counts().requests, requests);
        let retry_at = error.retry_at().expect("it says when it tries again");
        if requests == 3 {
            stage.server.behave();
        }
        // The keeper leaves the endpoint alone for a while of its own, too.
        stage
            .clock
            .advance(retry_at.since(event.at).max(Duration::from_secs(60)));
    }
    next(&mut events, is_refreshed).await;
    assert_eq!(stage.server.counts().requests, 4);
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_not_stormed() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.builder().concurrency(8).build().unwrap();
    stage.sign_in(&keeper, 50).await;
    stage.server.always(Fault::status(503));
    stage.clock.advance(DUE);
    stage.server.until(|counts| counts.requests >= 8).await;
    until("all who tried have failed", || keeper.under_way() == 0).await;
    assert_eq!(stage.server.counts().requests, 8);

    stage.server.behave();
    stage.clock.advance(Duration::from_secs(300));
    stage.refreshed(50).await;
}

#[tokio::test]
async fn too_many_calls_for_one_are_too_many_for_the_next() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.builder().concurrency(1).build().unwrap();
    let mut events = keeper.events();
    stage.sign_in(&keeper, 2).await;
    let wait = Duration::from_secs(120);
    let answer = Answer::new(429).header("retry-after", "120");
    stage.server.next(Fault::instead(answer));
    stage.clock.advance(DUE);
    let refused = next(&mut events, |kind| matches!(kind, EventKind::Failed(_))).await;
    until("it is over", || keeper.under_way() == 0).await;
    for _ in 0..3 {
        stage.clock.advance(wait / 2);
    }
    let all = refreshes(&mut events, 2).await;
    assert!(
        all.values().all(|at| at.since(refused.at) >= wait),
        "{all:?}"
    );
}

#[tokio::test]
async fn no_worker_is_handed_a_session_for_its_variants() {
    let stage = Stage::new::<Bearer>();
    let source = |subject: &str| {
        TokenSource::builder(Bearer::of(&stage.server), stage.store.clone(), subject)
            .clock(Clock::Manual(stage.clock.clone()))
    };
    let mail = source("user-0").variant("mail").build();
    let signed_in = stage.server.sign_in().into_kept();
    mail.insert(signed_in).await.unwrap();
    for requests in 1..=3 {
        mail.token().await.unwrap();
        assert_eq!(stage.server.counts().requests, requests);
        stage.clock.advance(HOUR * 2);
        assert_eq!(stage.claim(HOUR).await, 0);
    }
    let plain = source("user-1").build();
    let signed_in = stage.server.sign_in().into_kept();
    plain.insert(signed_in).await.unwrap();
    stage.clock.advance(HOUR * 2);
    assert_eq!(stage.claim(HOUR).await, 1);
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn keepers_on_one_file_share_the_work() {
    use token_refresh_runtime::session::store::SqliteStore;

    let stage = Stage::new::<Bearer>();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let mut keepers = Vec::new();
    // Each has the file open for itself, as processes do.
    for _ in 0..2 {
        let store = SqliteStore::open(&path).await.unwrap();
        let keeper = Keeper::builder(Bearer::of(&stage.server), store)
            .clock(Clock::Manual(stage.clock.clone()))
            .concurrency(4);
        keepers.push(keeper.build().unwrap());
    }
    stage.sign_in(&keepers[0], 24).await;
    stage.server.always(Fault::held());
    stage.clock.advance(DUE);
    stage.server.until(|counts| counts.held == 8).await;
    stage.server.behave();
    stage.server.release();
    stage.refreshed(24).await;
    for session in 1..=24 {
        let counts = stage.server.counts_of(session);
        assert_eq!(counts.requests, 1, "session {session}");
    }
}

#[tokio::test]
async fn a_dead_workers_sessions_are_handed_to_others() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    stage.sign_in(&keeper, 3).await;
    assert_eq!(keeper.shutdown(None).await, Drained::All);
    stage.clock.advance(DUE);
    let died = stage.clock.now().wall;
    let hold = Duration::from_secs(60);
    assert_eq!(stage.claim(hold).await, 3);

    let heir = stage.keeper();
    let mut events = heir.events();
    stage.clock.advance(hold);
    let all = refreshes(&mut events, 3).await;
    assert!(all.values().all(|at| *at >= died.plus(hold)), "{all:?}");
}

#[tokio::test]
async fn shutdown_ends_what_is_under_way_and_begins_nothing() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.builder().concurrency(2).build().unwrap();
    stage.sign_in(&keeper, 6).await;
    let source = keeper.source("user-5");
    stage.server.always(Fault::held());
    stage.clock.advance(DUE);
    stage.server.until(|counts| counts.held == 2).await;

    let limit = Duration::from_secs(5);
    let early = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.shutdown(limit).await }
    });
    tokio::task::yield_now().await;
    while !early.is_finished() {
        stage.clock.advance(limit);
        tokio::task::yield_now().await;
    }
    assert_eq!(early.await.unwrap(), Drained::TimedOut);
    assert_eq!(keeper.under_way(), 2);

    stage.server.behave();
    stage.server.release();
    assert_eq!(keeper.shutdown(None).await, Drained::All);
    assert_eq!(keeper.under_way(), 0);
    stage.clock.advance(HOUR * 2);
    let error = source.token().await.unwrap_err();
    assert_eq!(
        error.kind(),
        token_refresh_runtime::session::SessionErrorKind::ShutDown
    );
    let error = keeper.source("user-4").token().await.unwrap_err();
    assert_eq!(
        error.kind(),
        token_refresh_runtime::session::SessionErrorKind::ShutDown
    );
    assert_eq!(stage.server.counts().requests, 2);
}

#[tokio::test]
async fn a_keeper_that_is_dropped_begins_nothing_and_its_sources_go_on() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    let source = keeper.source("user-0");
    stage.sign_in(&keeper, 3).await;
    drop(keeper);
    stage.clock.advance(HOUR * 2);
    source.token().await.unwrap();
    assert_eq!(stage.server.counts().requests, 1);
}

#[tokio::test]
async fn a_subject_has_one_source_while_someone_holds_it() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    let (one, two) = (keeper.source("a"), keeper.source("a"));
    let other = keeper.source("b");
    assert_eq!(keeper.held(), 2);
    one.insert(stage.server.sign_in().into_kept())
        .await
        .unwrap();
    // Not from the store: the other one knows it at once.
    assert_eq!(two.current(), one.current());
    assert!(two.current().is_some());
    drop((one, other));
    until("one is held", || keeper.held() == 1).await;
    drop(two);
    until("none is held", || keeper.held() == 0).await;
}

#[tokio::test]
async fn a_held_source_shows_what_the_background_brought() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    let source = keeper.source("user-0");
    stage.sign_in(&keeper, 1).await;
    let mut own = source.events();
    let mut all = keeper.events();
    let first = source.current().unwrap();
    stage.clock.advance(DUE);
    next(&mut all, is_refreshed).await;
    assert_ne!(source.current().unwrap(), first);
    let event = next(&mut own, is_refreshed).await;
    assert_eq!(event.session.subject(), "user-0");
}

#[tokio::test]
async fn a_source_hears_of_its_own_session_only() {
    let stage = Stage::new::<Bearer>();
    let keeper = stage.keeper();
    stage.sign_in(&keeper, 5).await;
    let source = keeper.source("user-3");
    let mut own = source.events();
    let mut all = keeper.events();
    stage.clock.advance(DUE);
    refreshes(&mut all, 5).await;
    assert_eq!(refreshes(&mut own, 1).await.len(), 1);
    assert!(own.try_next().is_none());
}

#[tokio::test]
async fn after_a_take_the_next_single_use_token_is_fetched() {
    let stage = Stage::new::<Wallet>();
    let keeper = Keeper::builder(Wallet::of(&stage.server), stage.store.clone())
        .clock(Clock::Manual(stage.clock.clone()))
        .build()
        .unwrap();
    stage.sign_in(&keeper, 1).await;
    let mut events = keeper.events();
    for refreshed in 1..=3 {
        drop(keeper.source("user-0").take().await.unwrap());
        next(&mut events, is_refreshed).await;
        assert_eq!(stage.server.counts().refreshed, refreshed);
    }
}
