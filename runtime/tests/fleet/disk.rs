//! The disk is full at the moment that new tokens have come.

use std::process::Command;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use token_refresh_runtime::Provider;
use token_refresh_runtime::session::store::SqliteStore;
use token_refresh_runtime::session::{EventKind, Events, TokenSource};
use token_refresh_runtime::testing::{Fault, StrictServer};

use crate::support::providers::Punishing;
use crate::worker::{run, told};

/// Lets files of this process be so long; `None`: as long as before.
fn limit(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let current = bytes.or(maximum);
    setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
}

async fn wait_for(events: &mut Events, is_it: impl Fn(&EventKind) -> bool) {
    let found = async { while !is_it(&events.next().await.expect("the source is there").kind) {} };
    let waited = tokio::time::timeout(Duration::from_secs(60), found).await;
    waited.expect("it happens within a minute");
}

/// In a process of its own, whose limit is nobody else's.
#[test]
fn refreshes_with_no_room() {
    let Some(path) = told::<String>("FLEET_STORE") else {
        return;
    };
    run(async {
        let server = StrictServer::builder(Punishing::LIFECYCLE).strict().start();
        let signed_in = server.sign_in();
        let session = signed_in.session();
        let store = SqliteStore::open(&path).await.unwrap();
        let source = TokenSource::new(Punishing::at(&server.url()), store, "customer-1");
        let mut events = source.events();
        source.insert(signed_in.into_kept()).await.unwrap();
        let old = source.token().await.unwrap();

        server.next(Fault::held_after());
        let refusing = tokio::spawn({
            let source = source.clone();
            async move { source.invalidate(&old).await }
        });
        server.until(|counts| counts.held == 1).await;
        limit(Some(0));
        server.release();
        wait_for(&mut events, |kind| matches!(kind, EventKind::NotStored(_))).await;
        refusing.await.unwrap();

        let latest = format!("Bearer {}", server.latest(session, "accessToken").unwrap());
        let token = source.token().await.unwrap();
        assert_eq!(token.to_str().unwrap(), latest, "it is served from memory");
        source.invalidate(&token).await;
        assert_eq!(
            source.token().await.unwrap(),
            token,
            "no second rotation yet"
        );
        assert_eq!(server.counts().refreshed, 1);

        limit(None);
        wait_for(&mut events, |kind| matches!(kind, EventKind::StoredAtLast)).await;
        let store = SqliteStore::open(&path).await.unwrap();
        let next = TokenSource::new(Punishing::at(&server.url()), store, "customer-1");
        assert_eq!(
            next.token().await.unwrap(),
            token,
            "the next process finds it"
        );
        assert_eq!((server.counts().refreshed, server.counts().reused), (1, 0));
    });
}

#[test]
fn what_does_not_fit_on_the_disk_is_kept_and_stored_later() {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("sh")
        // The signal that comes with the limit would end the process.
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["disk::refreshes_with_no_room", "--exact", "--nocapture"])
        .env("FLEET_STORE", folder.path().join("tokens.db"))
        .status()
        .unwrap();
    assert!(status.success(), "the process ended with {status}");
}
