//! What befalls a Redis, and what the store makes of it.

use std::time::{Duration, Instant};

use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{Acquired, Owner, RedisStore, Store as _, Written};

use super::builder;
use super::stores::{HOLD, assert_unavailable, record, stored, until_it_works};
use super::support::servers::{self, OrSkip as _, Redis, RedisOptions, unique};

fn own() -> Option<Redis> {
    let options = RedisOptions {
        // A replica is served at once, not with those that may come within five seconds.
        settings: vec!["--repl-diskless-sync-delay".into(), "0".into()],
        ..RedisOptions::default()
    };
    Redis::start(&options).or_skip()
}

#[tokio::test]
async fn a_server_goes_and_comes_back_with_its_data() {
    let Some(server) = own() else { return };
    let store = builder()
        .timeout(Duration::from_secs(2))
        .connect(&server.url())
        .await
        .unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(store.write(&key, None, &record("one", None)).await.unwrap());
    server.stop();
    let began = Instant::now();
    assert_unavailable(store.load(&key).await);
    assert_unavailable(store.write(&key, Some(version), &record("two", None)).await);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    server.start_again().unwrap();
    let entry = until_it_works(|| store.load(&key)).await.unwrap();
    assert_eq!(entry.version, version);
    stored(
        store
            .write(&key, Some(version), &record("two", None))
            .await
            .unwrap(),
    );
}

/// What was answered for is there after `kill -9` of the server, time and again (`appendfsync always`).
#[tokio::test]
async fn a_server_that_is_killed_keeps_what_it_answered_for() {
    let Some(server) = own() else { return };
    let store = builder().connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let mut last = None;
    for round in 0..5 {
        for step in 0..20 {
            let text = format!("{round}/{step}");
            last = Some(stored(
                store.write(&key, last, &record(&text, None)).await.unwrap(),
            ));
        }
        server.crash();
        server.start_again().unwrap();
        let entry = until_it_works(|| store.load(&key)).await.unwrap();
        assert_eq!(Some(entry.version), last);
        assert_eq!(**entry.record.bytes, *format!("{round}/19").as_bytes());
    }
}

/// The server comes back empty. Who holds the tokens is not told that theirs are in place, and numbers still grow.
#[tokio::test]
async fn a_server_that_lost_its_data_is_seen_through() {
    let Some(server) = own() else { return };
    let store = builder().connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(
        store
            .write(&key, None, &record("one", Some(1)))
            .await
            .unwrap(),
    );
    let lease = store
        .acquire(&key, &Owner::named("first"), HOLD)
        .await
        .unwrap();
    let Acquired::Lease(lease) = lease else {
        panic!("nobody holds it")
    };
    server.crash();
    server.lose_data();
    server.start_again().unwrap();
    assert!(until_it_works(|| store.load(&key)).await.is_none());
    assert!(!store.renew(&lease, HOLD).await.unwrap());
    let late = store
        .write(&key, Some(version), &record("two", None))
        .await
        .unwrap();
    assert_eq!(late, Written::Conflict);
    assert_eq!(
        store
            .claim_due("acme", Timestamp::MAX, 5, HOLD)
            .await
            .unwrap(),
        []
    );
    let Acquired::Lease(second) = store
        .acquire(&key, &Owner::named("second"), HOLD)
        .await
        .unwrap()
    else {
        panic!("nobody holds it")
    };
    assert!(second.fence > lease.fence);
    let again = stored(store.write(&key, None, &record("two", None)).await.unwrap());
    assert!(again > version, "a version is never used twice");
}

/// The lease is evicted, or lost in a failover: it is only there to save work, and the version decides.
#[tokio::test]
async fn a_lease_that_was_lost_is_made_good_by_the_version() {
    let Some(server) = servers::redis() else {
        return;
    };
    let prefix = unique("lost");
    let store = RedisStore::builder()
        .key_prefix(&prefix)
        .connect(&server.url())
        .await
        .unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(store.write(&key, None, &record("one", None)).await.unwrap());
    let Acquired::Lease(first) = store
        .acquire(&key, &Owner::named("first"), HOLD)
        .await
        .unwrap()
    else {
        panic!("nobody holds it")
    };
    assert_eq!(
        server.command(&["DEL", &format!("{prefix}:{{acme}}:lease:one")]),
        ":1\r\n"
    );
    let Acquired::Lease(second) = store
        .acquire(&key, &Owner::named("second"), HOLD)
        .await
        .unwrap()
    else {
        panic!("nobody holds it")
    };
    assert!(second.fence > first.fence);
    assert!(!store.renew(&first, HOLD).await.unwrap());
    stored(
        store
            .write(&key, Some(version), &record("second's", None))
            .await
            .unwrap(),
    );
    let late = store
        .write(&key, Some(version), &record("first's", None))
        .await
        .unwrap();
    assert_eq!(late, Written::Conflict);
    store.release(&first).await.unwrap();
    assert!(
        store.renew(&second, HOLD).await.unwrap(),
        "only the owner releases"
    );
}

/// Full, and nothing may be evicted: writes are refused whole, reading and letting go work.
#[tokio::test]
async fn a_server_that_is_full_is_read() {
    let Some(server) = own() else { return };
    let store = builder().connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(
        store
            .write(&key, None, &record("one", Some(5)))
            .await
            .unwrap(),
    );
    let lease = store
        .acquire(&key, &Owner::named("first"), HOLD)
        .await
        .unwrap();
    let Acquired::Lease(lease) = lease else {
        panic!("nobody holds it")
    };
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let error = store
        .write(&key, Some(version), &record("two", None))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("OOM"), "{error}");
    assert_unavailable(
        store
            .acquire(&SessionKey::new("acme", "two"), &Owner::unique(), HOLD)
            .await,
    );
    let entry = store.load(&key).await.unwrap().unwrap();
    assert_eq!(
        (entry.version, &**entry.record.bytes),
        (version, &b"one"[..])
    );
    store.release(&lease).await.unwrap();
    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(
        store
            .claim_due("acme", Timestamp::MAX, 5, HOLD)
            .await
            .unwrap(),
        vec![key.clone()]
    );
    stored(
        store
            .write(&key, Some(version), &record("two", None))
            .await
            .unwrap(),
    );
}

/// A replica is read and takes no writes; once it is the master, the same store writes to it. The numbers go on.
#[tokio::test]
async fn a_replica_becomes_the_master() {
    let (Some(master), Some(replica)) = (own(), own()) else {
        return;
    };
    let prefix = unique("replica");
    let builder = || RedisStore::builder().key_prefix(&prefix);
    let writer = builder().connect(&master.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(
        writer
            .write(&key, None, &record("one", None))
            .await
            .unwrap(),
    );
    replica.command(&["REPLICAOF", "127.0.0.1", &master.port().to_string()]);
    let began = Instant::now();
    while !replica
        .command(&["INFO", "replication"])
        .contains("master_link_status:up")
    {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "the replica does not follow"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // With a replica the write waits for it.
    let sure = builder()
        .wait_for_replicas(1, Duration::from_secs(2))
        .connect(&master.url())
        .await
        .unwrap();
    let version = stored(
        sure.write(&key, Some(version), &record("two", None))
            .await
            .unwrap(),
    );

    let store = builder().connect(&replica.url()).await.unwrap();
    assert_eq!(store.load(&key).await.unwrap().unwrap().version, version);
    let error = store
        .write(&key, Some(version), &record("three", None))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("READONLY"), "{error}");
    master.crash();
    replica.command(&["REPLICAOF", "NO", "ONE"]);
    let next = stored(
        store
            .write(&key, Some(version), &record("three", None))
            .await
            .unwrap(),
    );
    assert!(next > version);
}

#[tokio::test]
async fn a_write_without_its_replicas_is_an_error_that_a_look_puts_right() {
    let Some(server) = servers::redis() else {
        return;
    };
    let builder = builder().wait_for_replicas(1, Duration::from_millis(50));
    let store = builder.connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let error = store
        .write(&key, None, &record("one", None))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("0 of 1 replicas"), "{error}");
    assert_eq!(
        **store.load(&key).await.unwrap().unwrap().record.bytes,
        *b"one"
    );
}

#[tokio::test]
async fn scripts_and_connections_that_are_gone_are_made_again() {
    let Some(server) = own() else { return };
    let store = builder().connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let mut version = stored(store.write(&key, None, &record("one", None)).await.unwrap());
    server.command(&["SCRIPT", "FLUSH"]);
    version = stored(
        store
            .write(&key, Some(version), &record("two", None))
            .await
            .unwrap(),
    );
    for _ in 0..5 {
        server.command(&["CLIENT", "KILL", "TYPE", "normal"]);
        version = match store
            .write(&key, Some(version), &record("next", None))
            .await
        {
            Ok(written) => stored(written),
            Err(_) => until_it_works(|| store.load(&key)).await.unwrap().version,
        };
    }
}

/// The server stands still, as in a fork of a large one or a script of someone's: calls end in time, and work after.
#[tokio::test]
async fn a_server_that_hangs_ends_the_call_in_time() {
    let Some(server) = own() else { return };
    let store = builder()
        .timeout(Duration::from_secs(1))
        .connect(&server.url())
        .await
        .unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(store.write(&key, None, &record("one", None)).await.unwrap());
    server.signal("STOP");
    let began = Instant::now();
    assert_unavailable(store.load(&key).await);
    assert_unavailable(store.acquire(&key, &Owner::unique(), HOLD).await);
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    server.signal("CONT");
    assert_eq!(
        until_it_works(|| store.load(&key)).await.unwrap().version,
        version
    );
}
