//! Random interleavings of several machines over one store and one strict provider: crashes, lost answers, and a store that fails
//! at any step, before or after it did what it was asked.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::world::{Fate, PUNISHES, ROTATES, STAYS, World, hold, rules, unavailable};
use crate::session::EventKind;
use crate::session::machine::{
    Answered, Ask, Context, Event, Machine, Rules, Step, Tell, Verdict, Want,
};
use crate::session::store::{Acquired, Lease};
use crate::{Lifecycle, Previous, Secret, Timestamp};

/// One process with a source.
struct Worker {
    rules: Arc<Rules>,
    machine: Machine,
    ask: Option<Ask>,
    /// The provider's answer, on its way back.
    answer: Option<Answered>,
    lease: Option<(Lease, u64)>,
    is_settled: bool,
    /// That the alarm was raised, and is not over.
    is_alarmed: bool,
    /// No call before this instant with that grant, by the error that was given.
    rest: Option<(Timestamp, String)>,
    is_forced: bool,
}

/// What happens next.
#[derive(Clone, Debug)]
enum Happening {
    /// A worker is asked for something.
    Wish(usize, Wish),
    /// What a worker waits for comes about, or fails.
    Go(usize, StoreFate, Fate),
    /// `kill -9`, and a new process in its place.
    Crash(usize),
    /// So much time passes.
    Pass(Duration),
    /// The user signs in again.
    SignIn,
    /// The application forgets the session, by this worker.
    Forget(usize),
}

#[derive(Clone, Copy, Debug)]
enum Wish {
    Good,
    Due,
    Look,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoreFate {
    Fine,
    FailsBefore,
    FailsAfter,
}

struct Simulation {
    world: World,
    workers: Vec<Worker>,
    rolls: u64,
    crashes: usize,
    /// An answer with new tokens was lost for good: from here on the session may end by nobody's fault.
    is_lossy: bool,
    /// Someone stood still for longer than its lease in the middle of a call, and another one tried the grant again.
    is_stalled: bool,
}

impl Simulation {
    fn new(lifecycle: &'static Lifecycle, workers: usize) -> Self {
        let worker = |index: usize| Worker::new(lifecycle, index);
        Self {
            world: World::new(lifecycle),
            workers: (0..workers).map(worker).collect(),
            rolls: 0x9e37_79b9_7f4a_7c15,
            crashes: 0,
            is_lossy: false,
            is_stalled: false,
        }
    }

    fn happen(&mut self, happening: &Happening) {
        match *happening {
            Happening::Wish(worker, wish) => self.wish(worker, wish),
            Happening::Go(worker, store, fate) => self.go(worker, store, fate),
            Happening::Crash(worker) => self.crash(worker),
            Happening::Pass(span) => self.world.advance(span),
            Happening::Forget(worker) => {
                self.world.record = None;
                self.workers[worker].machine.forgotten(None);
                self.is_lossy = true;
            }
            Happening::SignIn => {
                self.world.sign_in();
                self.is_lossy = false;
                self.is_stalled = false;
            }
        }
    }

    fn crash(&mut self, index: usize) {
        let worker = &self.workers[index];
        let has_answer = matches!(worker.answer, Some(Answered::Fresh(_)));
        // New tokens may be in this memory alone.
        let is_writing = matches!(worker.ask, Some(Ask::Write { .. } | Ask::Load));
        self.is_lossy |= has_answer || worker.is_alarmed || is_writing;
        self.crashes += 1;
        self.workers[index] = Worker::new(self.world.lifecycle, WORKERS + self.crashes);
    }

    fn wish(&mut self, index: usize, wish: Wish) {
        let now = self.world.now;
        let worker = &mut self.workers[index];
        if worker.machine.is_flying() {
            return;
        }
        let access = worker
            .machine
            .state()
            .and_then(|state| Some(Secret::from(state.kept.token("access")?.expose())));
        let (want, is_forced) = match (wish, access) {
            (Wish::Good, _) => (Want::Good, false),
            (Wish::Due, _) => (Want::Due, false),
            (Wish::Look, _) | (Wish::Other, None) => (Want::Look, false),
            (Wish::Other, Some(access)) => (Want::Other(access), true),
        };
        match worker.machine.verdict(want, now) {
            Verdict::Fly(wanted) => {
                worker.is_settled = false;
                worker.is_forced = is_forced;
                self.step(index, Event::Wanted(wanted));
            }
            Verdict::Serve if matches!(wish, Wish::Good) => self.assert_served(index),
            Verdict::Serve | Verdict::Fail(_) => {}
        }
    }

    fn step(&mut self, index: usize, event: Event) {
        self.rolls = self
            .rolls
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let now = self.world.now;
        let worker = &mut self.workers[index];
        let context = Context {
            now,
            roll: self.rolls >> 16,
            is_leased: worker
                .lease
                .as_ref()
                .is_some_and(|(_, until)| *until > now.monotonic),
            is_closing: false,
        };
        let Step { tell, ask } = worker.machine.step(event, &context);
        for tell in tell {
            self.told(index, tell);
        }
        let worker = &mut self.workers[index];
        if ask.is_none() {
            assert!(
                worker.is_settled,
                "a flight ended, and those who wait were not told"
            );
        }
        worker.ask = ask;
    }

    fn told(&mut self, index: usize, tell: Tell) {
        match tell {
            Tell::Publish => self.assert_published(index),
            Tell::Emit(EventKind::NotStored(_)) => self.workers[index].is_alarmed = true,
            Tell::Emit(EventKind::StoredAtLast | EventKind::Superseded) => {
                self.workers[index].is_alarmed = false;
            }
            Tell::Emit(_) => {}
            Tell::Settle(result) => {
                let worker = &mut self.workers[index];
                assert!(!worker.is_settled, "a flight was settled twice");
                worker.is_settled = true;
                worker.rest = None;
                if let Err(error) = result
                    && let Some(until) = error.retry_at()
                {
                    let grant = worker
                        .machine
                        .state()
                        .and_then(|state| state.kept.token("refresh"));
                    let grant = grant.map(|grant| grant.expose().to_owned());
                    worker.rest = Some((until, grant.unwrap_or_default()));
                }
            }
        }
    }

    /// What readers see stands in the store, or the alarm was raised.
    fn assert_published(&self, index: usize) {
        let worker = &self.workers[index];
        let Some(shown) = worker.machine.shown(self.world.now) else {
            return;
        };
        let access = shown.state.kept.token("access").unwrap().expose();
        assert!(
            worker.is_alarmed || self.world.durable.contains(access),
            "{access} was published and is not stored"
        );
    }

    fn assert_served(&self, index: usize) {
        let shown = self.workers[index].machine.shown(self.world.now);
        let shown = shown.expect("who is served is shown something");
        assert!(
            !shown.until.has_passed(self.world.now),
            "a token that is over was served"
        );
    }

    /// The rules for a call that is made now.
    fn assert_callable(&self, index: usize, state: &crate::session::state::State) {
        let worker = &self.workers[index];
        let now = self.world.now.wall;
        assert!(
            !worker.is_alarmed,
            "a call was made while tokens are not stored"
        );
        assert!(state.dead.is_none(), "a call was made for a dead session");
        assert!(
            state
                .failed
                .as_ref()
                .is_none_or(|failed| failed.retry_at <= now)
        );
        let access = state.kept.token("access").unwrap();
        let is_good = !access.expiry().is_over(now);
        if let Some((until, grant)) = &worker.rest {
            let is_same = state.kept.token("refresh").unwrap().expose() == grant;
            assert!(
                !is_same || *until <= now,
                "a call was made before {until}, at {now}"
            );
        }
        let rule = self.world.lifecycle.tokens[1];
        if rule.previous == Previous::Valid {
            return;
        }
        let intent = state
            .intent
            .as_ref()
            .expect("an intent stands before the call");
        let stored = self.world.record.as_ref().unwrap();
        assert_eq!(
            stored.state.intent.as_ref(),
            Some(intent),
            "the intent is not in the store"
        );
        if rule.previous == Previous::ReuseRevokesSession && intent.losses > 0 {
            assert!(
                !is_good || worker.is_forced,
                "a grant in doubt was shown while the token is good"
            );
        }
    }

    fn go(&mut self, index: usize, store: StoreFate, fate: Fate) {
        if let Some(answer) = self.workers[index].answer.take() {
            self.step(index, Event::Answered(answer));
            return self.call(index, fate);
        }
        let Some(ask) = self.workers[index].ask.take() else {
            return;
        };
        let owner = self.workers[index].rules.owner.clone();
        let fails = store == StoreFate::FailsBefore;
        let event = match ask {
            Ask::Acquire if fails => Event::Acquired(Err(unavailable())),
            Ask::Acquire => {
                let acquired = self.world.acquire(&owner);
                let is_calling = self.workers.iter().any(|worker| worker.answer.is_some());
                self.is_stalled |= is_calling && matches!(acquired, Acquired::Lease(_));
                if store == StoreFate::FailsAfter {
                    Event::Acquired(Err(unavailable()))
                } else {
                    if let Acquired::Lease(lease) = &acquired {
                        let until = self.world.now.monotonic + hold();
                        self.workers[index].lease = Some((lease.clone(), until));
                    }
                    Event::Acquired(Ok(acquired))
                }
            }
            Ask::Load if store == StoreFate::Fine => Event::Loaded(Ok(self.world.record.clone())),
            Ask::Load => Event::Loaded(Err(unavailable())),
            Ask::Write { .. } if fails => Event::Written(Err(unavailable())),
            Ask::Write { expected, state } => {
                let written = self.world.write(expected, &state);
                match store {
                    StoreFate::Fine => Event::Written(Ok(written)),
                    _ => Event::Written(Err(unavailable())),
                }
            }
            Ask::Pause(_) | Ask::Rest(_) => Event::Waited,
            // Where the budget is used up, there is a permit for whoever waits for it.
            Ask::Permit { is_patient } => Event::Permitted(is_patient || store == StoreFate::Fine),
            // The request is on its way as soon as it is asked for: see `call`.
            Ask::Call(_) => unreachable!("calls are made at once"),
            Ask::Release => {
                if let Some((lease, _)) = self.workers[index].lease.take() {
                    self.world.release(&lease);
                }
                Event::Released
            }
        };
        self.step(index, event);
        self.call(index, fate);
    }

    /// A request that was asked for reaches the provider before anything else happens; its answer takes its time.
    fn call(&mut self, index: usize, fate: Fate) {
        let Some(Ask::Call(state)) = &self.workers[index].ask else {
            return;
        };
        let state = Arc::clone(state);
        self.assert_callable(index, &state);
        let reused = self.world.provider.reused;
        let answer = self.world.call(&state, fate);
        let intent = state.intent.as_ref();
        if self.world.provider.reused > reused {
            let losses = intent.map_or(0, |intent| intent.losses);
            assert!(
                losses > 0 || self.is_stalled,
                "a spent grant was shown, and nobody was in doubt"
            );
        }
        let rotates = self.world.lifecycle.tokens[1].previous != Previous::Valid;
        self.is_lossy |= rotates && matches!(fate, Fate::LostAfter | Fate::Unreadable);
        let worker = &mut self.workers[index];
        worker.ask = None;
        worker.answer = Some(answer);
    }

    /// All faults are over: what is under way comes to its end, and everyone gets a token.
    fn settle_down(&mut self) {
        for _ in 0..150 {
            for index in 0..self.workers.len() {
                self.go(index, StoreFate::Fine, Fate::Fine);
            }
            self.world.advance(Duration::from_secs(1));
        }
        // Every backoff, every lease and every token in hand is over.
        self.world.advance(Duration::from_secs(4000));
        for index in 0..self.workers.len() {
            self.wish(index, Wish::Good);
            for _ in 0..200 {
                self.go(index, StoreFate::Fine, Fate::Fine);
                self.world.advance(Duration::from_millis(100));
            }
            let worker = &self.workers[index];
            assert!(
                worker.ask.is_none() && !worker.machine.is_flying(),
                "no progress"
            );
        }
        let punishes = self.world.lifecycle.tokens[1].previous == Previous::ReuseRevokesSession;
        if self.is_lossy || (self.is_stalled && punishes) {
            return;
        }
        let record = self.world.record.as_ref().unwrap();
        let grant = record.state.kept.token("refresh").unwrap().expose();
        assert_eq!(grant, self.world.provider.current(), "the session was lost");
        assert!(
            record.state.dead.is_none(),
            "a session that lives is dead in the store"
        );
        assert!(
            self.world.provider.reused == 0 || self.is_stalled,
            "a spent grant was shown"
        );
        for worker in &self.workers {
            let shown = worker.machine.shown(self.world.now);
            assert!(shown.is_some(), "all is well, and there is no token");
        }
    }
}

impl Worker {
    fn new(lifecycle: &'static Lifecycle, name: usize) -> Self {
        let rules = rules(lifecycle, &format!("worker-{name}"));
        Self {
            machine: Machine::new(Arc::clone(&rules)),
            rules,
            ask: None,
            answer: None,
            lease: None,
            is_settled: true,
            is_alarmed: false,
            rest: None,
            is_forced: false,
        }
    }
}

const WORKERS: usize = 3;

fn happening() -> impl Strategy<Value = Happening> {
    let wish = prop_oneof![
        4 => Just(Wish::Good),
        2 => Just(Wish::Due),
        1 => Just(Wish::Look),
        1 => Just(Wish::Other),
    ];
    let store = prop_oneof![
        12 => Just(StoreFate::Fine),
        1 => Just(StoreFate::FailsBefore),
        1 => Just(StoreFate::FailsAfter),
    ];
    let fate = prop_oneof![
        8 => Just(Fate::Fine),
        1 => Just(Fate::NotSent),
        1 => Just(Fate::LostBefore),
        1 => Just(Fate::LostAfter),
        1 => Just(Fate::Unavailable),
        1 => Just(Fate::Unreadable),
    ];
    let span = prop_oneof![
        4 => (1_u64..2000).prop_map(Duration::from_millis),
        2 => (1_u64..120).prop_map(Duration::from_secs),
        1 => (1000_u64..4000).prop_map(Duration::from_secs),
    ];
    prop_oneof![
        5 => (0..WORKERS, wish).prop_map(|(worker, wish)| Happening::Wish(worker, wish)),
        24 => (0..WORKERS, store, fate).prop_map(|(worker, store, fate)| Happening::Go(worker, store, fate)),
        1 => (0..WORKERS).prop_map(Happening::Crash),
        5 => span.prop_map(Happening::Pass),
        1 => Just(Happening::SignIn),
        1 => (0..WORKERS).prop_map(Happening::Forget),
    ]
}

fn simulate(lifecycle: &'static Lifecycle, happenings: &[Happening]) {
    let mut simulation = Simulation::new(lifecycle, WORKERS);
    for happening in happenings {
        simulation.happen(happening);
    }
    simulation.settle_down();
}

fn cases() -> ProptestConfig {
    let is_full = std::env::var_os("TOKEN_REFRESH_FULL").is_some_and(|value| value == "1");
    ProptestConfig {
        cases: if is_full { 4_000 } else { 400 },
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_grant_that_rotates_is_neither_lost_nor_shown_twice(
        happenings in prop::collection::vec(happening(), 1..160),
    ) {
        simulate(&ROTATES, &happenings);
    }

    #[test]
    fn a_session_that_reuse_revokes_is_not_revoked_by_us(
        happenings in prop::collection::vec(happening(), 1..160),
    ) {
        simulate(&PUNISHES, &happenings);
    }

    #[test]
    fn a_grant_that_stays_needs_no_intent(
        happenings in prop::collection::vec(happening(), 1..160),
    ) {
        simulate(&STAYS, &happenings);
    }
}
