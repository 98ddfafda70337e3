//! What befalls a database, and what the store makes of it.

use std::time::{Duration, Instant};

use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{
    Acquired, Owner, PostgresStore, Store as _, Version, Written,
};

use super::builder;
use super::stores::{HOLD, assert_unavailable, record, stored, until_it_works};
use super::support::servers::{self, OrSkip as _, Postgres, PostgresOptions, unique};

#[tokio::test]
async fn a_database_goes_and_comes_back() {
    let Some(server) = Postgres::start(&PostgresOptions::default()).or_skip() else {
        return;
    };
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
        began.elapsed() < Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    server.start_again().unwrap();
    let entry = until_it_works(|| store.load(&key)).await.unwrap();
    assert_eq!(entry.version, version);
    is_killed_and_keeps_what_it_answered_for(&server, &store, &key, version).await;
}

async fn is_killed_and_keeps_what_it_answered_for(
    server: &Postgres,
    store: &PostgresStore,
    key: &SessionKey,
    mut last: Version,
) {
    for round in 0..2 {
        for step in 0..20 {
            let next = record(&format!("{round}/{step}"), None);
            last = stored(store.write(key, Some(last), &next).await.unwrap());
        }
        server.crash();
        server.start_again().unwrap();
        let entry = until_it_works(|| store.load(key)).await.unwrap();
        assert_eq!(entry.version, last);
        assert_eq!(**entry.record.bytes, *format!("{round}/19").as_bytes());
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_costs_one_error_at_most() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let name = unique("cut");
    let url = format!("{}?application_name={name}", server.url());
    let store = builder().connect(&url).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let mut version = stored(store.write(&key, None, &record("one", None)).await.unwrap());
    for _ in 0..5 {
        let cut = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{name}'"
        );
        assert_ne!(server.sql(&cut), "0");
        version = match store
            .write(&key, Some(version), &record("next", None))
            .await
        {
            Ok(written) => stored(written),
            Err(_) => store.load(&key).await.unwrap().unwrap().version,
        };
    }
}

/// Another session holds the row: the call ends in time, and nothing is written later.
#[tokio::test]
async fn a_lock_that_is_held_ends_the_call_in_time() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("locked");
    let builder = PostgresStore::builder()
        .schema(&schema)
        .timeout(Duration::from_secs(1));
    let store = builder.connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(store.write(&key, None, &record("one", None)).await.unwrap());

    let (client, connection) = tokio_postgres::connect(&server.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute(&format!("BEGIN; SELECT FROM {schema}.sessions FOR UPDATE"))
        .await
        .unwrap();
    let began = Instant::now();
    assert_unavailable(store.write(&key, Some(version), &record("two", None)).await);
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    // Reading waits for no one, and what is due is found past the lock.
    assert_eq!(store.load(&key).await.unwrap().unwrap().version, version);
    let now = token_refresh_runtime::Timestamp::MAX;
    assert_eq!(store.claim_due("acme", now, 1, HOLD).await.unwrap(), []);

    client.batch_execute("ROLLBACK; BEGIN").await.unwrap();
    client
        .batch_execute(&format!("LOCK TABLE {schema}.leases, {schema}.sessions"))
        .await
        .unwrap();
    let began = Instant::now();
    assert_unavailable(store.load(&key).await);
    assert_unavailable(store.acquire(&key, &Owner::unique(), HOLD).await);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(store.load(&key).await.unwrap().unwrap().version, version);
    stored(
        store
            .write(&key, Some(version), &record("two", None))
            .await
            .unwrap(),
    );
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_read() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let role = unique("reader");
    server.sql(&format!("CREATE ROLE {role} SUPERUSER LOGIN"));
    let url = server.url().replace("postgres@", &format!("{role}@"));
    let store = builder().connect(&url).await.unwrap();
    let key = SessionKey::new("acme", "one");
    let version = stored(store.write(&key, None, &record("one", None)).await.unwrap());
    let set = |value: &str| {
        server.sql(&format!(
            "ALTER ROLE {role} SET default_transaction_read_only = {value}"
        ));
        let cut = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{role}'"
        );
        server.sql(&cut);
    };
    set("on");
    assert_eq!(
        until_it_works(|| store.load(&key)).await.unwrap().version,
        version
    );
    assert_unavailable(store.write(&key, Some(version), &record("two", None)).await);
    assert_unavailable(store.acquire(&key, &Owner::unique(), HOLD).await);
    set("off");
    let two = record("two", None);
    stored(until_it_works(|| store.write(&key, Some(version), &two)).await);
}

/// The lease is only there to save work: who lost it is refused by the version.
#[tokio::test]
async fn a_lease_that_was_lost_is_made_good_by_the_version() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("lost");
    let store = PostgresStore::builder()
        .schema(&schema)
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
    server.sql(&format!("DELETE FROM {schema}.leases"));
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

/// Tables are dropped and made anew under open connections, whose statements were prepared for the old ones.
#[tokio::test]
async fn tables_that_come_anew_are_found() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("anew");
    let builder = PostgresStore::builder().schema(&schema);
    let store = builder.clone().connect(&server.url()).await.unwrap();
    let key = SessionKey::new("acme", "one");
    stored(store.write(&key, None, &record("one", None)).await.unwrap());
    server.sql(&format!("DROP SCHEMA {schema} CASCADE"));
    let error = store.load(&key).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
    builder.connect(&server.url()).await.unwrap();
    assert!(until_it_works(|| store.load(&key)).await.is_none());
}
