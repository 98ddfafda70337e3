//! A process is killed before and after each of its calls of the store, from the first to the last of a refresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use token_refresh_runtime::session::store::{
    Acquired, Entry, Lease, Owner, Pending, Record, Removed, StoreError, Version, Written,
};
use token_refresh_runtime::session::{Clock, ManualClock, SessionKey, Store, TokenSource};
use token_refresh_runtime::testing::StrictServer;
use token_refresh_runtime::{Keep, Provider, Timestamp};

use crate::place::{Place, open, places};
use crate::support::providers::Punishing;
use crate::worker::{listen, run, start, tell, tell_panics, told};

const LEASE: Duration = Duration::from_millis(300);

/// Passes calls on, and kills the process at one of them.
#[derive(Debug)]
struct Doomed {
    store: Arc<dyn Store>,
    calls: AtomicUsize,
    /// Twice the number of the call, and one more where it is killed after it.
    at: usize,
}

impl Doomed {
    async fn pass<T>(&self, name: &str, call: Pending<'_, T>) -> Result<T, StoreError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        self.reach(2 * number, "before", name).await;
        let done = call.await;
        self.reach(2 * number + 1, "after", name).await;
        done
    }

    async fn reach(&self, point: usize, when: &str, name: &str) {
        if point == self.at {
            tell(&format!("dies {when} {name}"));
            let this = rustix::process::getpid();
            rustix::process::kill_process(this, rustix::process::Signal::KILL).unwrap();
            std::future::pending::<()>().await;
        }
    }
}

impl Store for Doomed {
    fn load<'a>(&'a self, key: &'a SessionKey) -> Pending<'a, Option<Entry>> {
        Box::pin(self.pass("load", self.store.load(key)))
    }

    fn write<'a>(
        &'a self,
        key: &'a SessionKey,
        expected: Option<Version>,
        record: &'a Record,
    ) -> Pending<'a, Written> {
        Box::pin(self.pass("write", self.store.write(key, expected, record)))
    }

    fn remove<'a>(&'a self, key: &'a SessionKey, expected: Version) -> Pending<'a, Removed> {
        Box::pin(self.pass("remove", self.store.remove(key, expected)))
    }

    fn acquire<'a>(
        &'a self,
        key: &'a SessionKey,
        owner: &'a Owner,
        hold: Duration,
    ) -> Pending<'a, Acquired> {
        Box::pin(self.pass("acquire", self.store.acquire(key, owner, hold)))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, hold: Duration) -> Pending<'a, bool> {
        // At its own time, not at a step's.
        self.store.renew(lease, hold)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Pending<'a, ()> {
        Box::pin(self.pass("release", self.store.release(lease)))
    }

    fn claim_due<'a>(
        &'a self,
        provider: &'a str,
        now: Timestamp,
        limit: usize,
        hold: Duration,
    ) -> Pending<'a, Vec<SessionKey>> {
        Box::pin(self.pass(
            "claim_due",
            self.store.claim_due(provider, now, limit, hold),
        ))
    }
}

/// The process: it finds its session in the store and refreshes it once.
#[test]
fn refreshes_once() {
    let Some(address) = told::<String>("FLEET_STORE") else {
        return;
    };
    tell_panics();
    run(async {
        let doomed = Doomed {
            store: open(&address).await,
            calls: AtomicUsize::new(0),
            at: told("FLEET_STEP").unwrap(),
        };
        let client = Punishing::at(&told::<String>("FLEET_SERVER").unwrap());
        let subject: String = told("FLEET_SUBJECT").unwrap();
        let source = TokenSource::builder(client, doomed, subject)
            .lease(LEASE)
            .build();
        let token = source.token().await.unwrap();
        source.invalidate(&token).await;
        source.shutdown().await;
    });
}

#[test]
fn whatever_step_a_process_dies_at_the_next_one_goes_on() {
    for place in places() {
        run(check(&place));
    }
}

async fn check(place: &Place) {
    let store = open(&place.address).await;
    let server = StrictServer::builder(Punishing::LIFECYCLE).strict().start();
    let (mut lost, mut kept) = (0, 0);
    for step in 0.. {
        let subject = format!("customer-{step}");
        let source = TokenSource::new(Punishing::at(&server.url()), Arc::clone(&store), &*subject);
        let signed_in = server.sign_in();
        let session = signed_in.session();
        source.insert(signed_in.into_kept()).await.unwrap();
        let old = source.token().await.unwrap();
        source.shutdown().await;

        let Some(died) = die_at(step, place, &server, &subject) else {
            println!(
                "{}: {step} steps, the answer was lost at {lost} of them",
                place.name
            );
            assert!(
                step >= 2 * 5,
                "a lease, a look, two writes, a release: {step}"
            );
            assert!(kept > 0, "after the write, the new tokens are there");
            return;
        };
        let was_refreshed = server.counts_of(session).refreshed;
        let holds = |record: &Record, name| {
            let latest = server.latest(session, name).unwrap();
            let bytes = &record.bytes;
            bytes
                .windows(latest.len())
                .any(|found| found == latest.as_bytes())
        };
        let key = SessionKey::new(Punishing::STORED_AS, &*subject);
        let left = store.load(&key).await.unwrap().expect("it is never empty");
        let is_latest = holds(&left.record, "refreshToken") && holds(&left.record, "accessToken");

        // The next process, when the token in hand is over.
        let later = ManualClock::at(Timestamp::now().plus(Duration::from_secs(7200)));
        let builder =
            TokenSource::builder(Punishing::at(&server.url()), Arc::clone(&store), &*subject);
        let next = builder.lease(LEASE).clock(Clock::Manual(later)).build();
        let found = next.token().await;
        let counts = server.counts_of(session);
        println!(
            "{}, killed {died}: {was_refreshed} refreshed, {}; then {}",
            place.name,
            if is_latest {
                "the store has the latest"
            } else {
                "the answer is lost"
            },
            if found.is_ok() { "refreshed" } else { "over" },
        );
        if is_latest {
            assert_ne!(found.expect("the grant is good"), old);
            assert_eq!((counts.refreshed, counts.reused), (was_refreshed + 1, 0));
            kept += was_refreshed;
        } else {
            // An answer that has come and is not yet stored cannot be had from anywhere.
            assert_eq!(died, "before write");
            assert!(found.unwrap_err().needs_reauthentication());
            assert_eq!((was_refreshed, counts.reused), (1, 1), "one retry");
            lost += 1;
        }
    }
    unreachable!("a refresh has an end")
}

/// Where the process died; `None`: it came to its end.
fn die_at(step: usize, place: &Place, server: &StrictServer, subject: &str) -> Option<String> {
    let more = [
        ("FLEET_STEP", step.to_string()),
        ("FLEET_SUBJECT", subject.to_owned()),
    ];
    let mut child = start("steps::refreshes_once", place, &server.url(), &more);
    let said: Vec<_> = listen(&mut child).collect();
    let status = child.wait().unwrap();
    if status.success() {
        return None;
    }
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(signal, Some(9), "the process ended with {status}: {said:?}");
    match &said[..] {
        [words] if words[0] == "dies" => Some(words[1..].join(" ")),
        _ => panic!("{said:?}"),
    }
}
