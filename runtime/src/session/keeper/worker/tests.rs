//! The task over a made-up store and made-up refreshes, on one thread and a steered clock.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use super::super::schedule::Schedule;
use super::*;
use crate::Timestamp;
use crate::session::ManualClock;
use crate::session::store::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, StoreError, Version, Written,
};

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// What is due, and nothing else: each session is handed out once.
#[derive(Debug, Default)]
struct Shelf {
    due: Mutex<BTreeSet<(Timestamp, String)>>,
    is_down: AtomicBool,
    /// How many sessions each look asked for.
    looks: Mutex<Vec<usize>>,
}

impl Shelf {
    fn put(&self, due: Timestamp, count: usize) {
        let mut waiting = self.due.lock().unwrap();
        let before = waiting.len();
        waiting.extend((0..count).map(|index| (due, format!("{:06}", before + index))));
    }
}

impl Store for Shelf {
    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        _: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        self.looks.lock().unwrap().push(limit);
        if self.is_down.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::unavailable("down")) });
        }
        let mut waiting = self.due.lock().unwrap();
        let due: Vec<_> = waiting
            .iter()
            .take_while(|(due, _)| *due <= now)
            .take(limit)
            .cloned()
            .collect();
        waiting.retain(|entry| !due.contains(entry));
        let keys = due
            .into_iter()
            .map(|(_, subject)| SessionKey::new(provider, subject));
        let keys = keys.collect();
        Box::pin(async { Ok(keys) })
    }

    fn load<'a>(&'a self, _: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        unreachable!("the worker asks for what is due and nothing else")
    }

    fn write<'a>(
        &'a self,
        _: &'a SessionKey,
        _: Option<Version>,
        _: &'a Record,
    ) -> Pending<'a, Written> {
        unreachable!("the worker asks for what is due and nothing else")
    }

    fn remove<'a>(&'a self, _: &'a SessionKey, _: Version) -> Pending<'a, Removed> {
        unreachable!("the worker asks for what is due and nothing else")
    }

    fn acquire<'a>(
        &'a self,
        _: &'a SessionKey,
        _: &'a Owner,
        _: Duration,
    ) -> Pending<'a, Acquired> {
        unreachable!("the worker asks for what is due and nothing else")
    }

    fn renew<'a>(&'a self, _: &'a Lease, _: Duration) -> Pending<'a, bool> {
        unreachable!("the worker asks for what is due and nothing else")
    }

    fn release<'a>(&'a self, _: &'a Lease) -> Pending<'a, ()> {
        unreachable!("the worker asks for what is due and nothing else")
    }
}

/// Refreshes that end when the test lets them.
#[derive(Clone)]
struct Refreshes(Arc<Counts>);

struct Counts {
    begun: Mutex<Vec<SessionKey>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
    may_end: Semaphore,
    budget: Mutex<Budget>,
}

impl Attend for Refreshes {
    fn attend(&self, key: SessionKey) -> impl Future<Output = Option<Trouble>> + Send + 'static {
        let counts = Arc::clone(&self.0);
        async move {
            let is_poisoned = key.subject() == "000000" && counts.may_end.is_closed();
            assert!(!is_poisoned, "a panic that the test wants");
            counts.begun.lock().unwrap().push(key);
            let under_way = counts.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            counts.most.fetch_max(under_way, Ordering::SeqCst);
            if let Ok(permit) = counts.may_end.acquire().await {
                permit.forget();
            }
            counts.under_way.fetch_sub(1, Ordering::SeqCst);
            None
        }
    }

    fn budget(&self, _: Now) -> Budget {
        *self.0.budget.lock().unwrap()
    }
}

/// One worker, and what a test steers it with.
struct Stage {
    shelf: Arc<Shelf>,
    clock: ManualClock,
    agenda: Arc<Agenda>,
    counts: Arc<Counts>,
    done: watch::Receiver<bool>,
}

impl Stage {
    fn start(shelf: &Arc<Shelf>, concurrency: usize) -> Self {
        let clock = ManualClock::at(START);
        let schedule = Schedule::new(concurrency, Duration::from_secs(10), clock.now());
        let agenda = Arc::new(Agenda::new(schedule));
        let counts = Arc::new(Counts {
            begun: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            may_end: Semaphore::new(0),
            budget: Mutex::new(Budget {
                free: usize::MAX,
                opens: START,
            }),
        });
        let (done, is_done) = watch::channel(false);
        let worker = Worker {
            store: Arc::clone(shelf) as Arc<dyn Store>,
            provider: "example",
            clock: Clock::Manual(clock.clone()),
            agenda: Arc::clone(&agenda),
            hold: Duration::from_secs(60),
            attend: Refreshes(Arc::clone(&counts)),
            done,
        };
        tokio::spawn(worker.run());
        Self {
            shelf: Arc::clone(shelf),
            clock,
            agenda,
            counts,
            done: is_done,
        }
    }

    fn begun(&self) -> usize {
        self.counts.begun.lock().unwrap().len()
    }

    fn looks(&self) -> usize {
        self.shelf.looks.lock().unwrap().len()
    }
}

/// Lets every task run until none has anything left to do but wait.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn no_more_are_refreshed_at_a_time_than_allowed_and_all_in_the_end() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START, 100);
    let stage = Stage::start(&shelf, 8);
    settle().await;
    assert_eq!((stage.begun(), stage.looks()), (8, 1));
    stage.counts.may_end.add_permits(1000);
    settle().await;
    assert_eq!(stage.begun(), 100);
    assert_eq!(stage.counts.most.load(Ordering::SeqCst), 8);
}

#[tokio::test]
async fn workers_on_one_store_share_what_is_due() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START, 100);
    let stages = [(); 3].map(|()| Stage::start(&shelf, 8));
    for stage in &stages {
        stage.counts.may_end.add_permits(1000);
    }
    settle().await;
    let mut all: Vec<_> = Vec::new();
    for stage in &stages {
        assert!(stage.begun() >= 8, "{} of 100", stage.begun());
        all.extend(stage.counts.begun.lock().unwrap().iter().cloned());
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 100);
    assert_eq!(stages.iter().map(Stage::begun).sum::<usize>(), 100);
}

#[tokio::test]
async fn what_falls_due_later_is_found_when_it_does() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START.plus_millis(3_600_000), 5);
    let stage = Stage::start(&shelf, 8);
    settle().await;
    assert_eq!((stage.begun(), stage.looks()), (0, 1));
    // Nobody wrote it here, so it is found by looking.
    stage.clock.advance(Duration::from_secs(3600));
    settle().await;
    assert_eq!((stage.begun(), stage.looks()), (5, 2));
}

#[tokio::test]
async fn what_was_written_here_is_found_to_the_moment() {
    let shelf = Arc::new(Shelf::default());
    let stage = Stage::start(&shelf, 8);
    settle().await;
    let due = START.plus_millis(700);
    shelf.put(due, 1);
    stage.agenda.add(due);
    settle().await;
    stage.clock.advance(Duration::from_millis(699));
    settle().await;
    assert_eq!(stage.begun(), 0);
    stage.clock.advance(Duration::from_millis(1));
    settle().await;
    assert_eq!((stage.begun(), stage.looks()), (1, 2));
}

#[tokio::test]
async fn a_store_that_is_down_is_asked_again_later() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START, 1);
    shelf.is_down.store(true, Ordering::SeqCst);
    let stage = Stage::start(&shelf, 8);
    for looks in 1..=6 {
        settle().await;
        assert_eq!(stage.looks(), looks);
        stage.clock.advance(Duration::from_secs(60));
    }
    shelf.is_down.store(false, Ordering::SeqCst);
    settle().await;
    stage.clock.advance(Duration::from_secs(60));
    settle().await;
    assert_eq!(stage.begun(), 1);
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_waited_for() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START, 1);
    let stage = Stage::start(&shelf, 8);
    let set = |free, opens| *stage.counts.budget.lock().unwrap() = Budget { free, opens };
    set(0, START.plus_millis(30_000));
    settle().await;
    assert_eq!(stage.looks(), 0);
    set(2, START);
    stage.clock.advance(Duration::from_secs(30));
    settle().await;
    assert_eq!(stage.begun(), 1);
    // No more is asked for than may be called.
    assert_eq!(*shelf.looks.lock().unwrap(), [2]);
}

#[tokio::test]
async fn draining_ends_what_is_under_way_and_takes_nothing_more() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START, 100);
    let stage = Stage::start(&shelf, 4);
    settle().await;
    stage.agenda.drain();
    settle().await;
    assert!(!*stage.done.borrow(), "four are under way");
    stage.counts.may_end.add_permits(3);
    settle().await;
    assert!(!*stage.done.borrow(), "one is under way");
    stage.counts.may_end.add_permits(1);
    settle().await;
    assert!(*stage.done.borrow());
    assert_eq!(stage.begun(), 4);
}

#[tokio::test]
async fn a_refresh_that_panics_leaves_its_place() {
    let shelf = Arc::new(Shelf::default());
    shelf.put(START, 3);
    let stage = Stage::start(&shelf, 1);
    stage.counts.may_end.close();
    settle().await;
    assert_eq!(stage.begun(), 2);
    assert_eq!(stage.agenda.schedule().under_way(), 0);
}
