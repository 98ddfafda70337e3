//! The store in PostgreSQL on a real server: the contract, and what befalls a database.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used)]

mod connecting;
mod faults;
mod schema;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use support::proxy::Proxy;
use support::servers::{self, Postgres, unique};
use support::stores;
use token_refresh_runtime::Timestamp;
use token_refresh_runtime::session::store::{PostgresStore, PostgresStoreBuilder, Store as _};

/// A builder for tables that no other test has.
fn builder() -> PostgresStoreBuilder {
    PostgresStore::builder().schema(unique("store"))
}

async fn connected(server: &Postgres) -> PostgresStore {
    builder()
        .timeout(Duration::from_secs(4))
        .connect(&server.url())
        .await
        .unwrap()
}

/// Every line of what a store owes.
#[cfg(feature = "testing")]
#[tokio::test]
async fn the_contract() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let (schema, url) = (unique("contract"), server.url());
    token_refresh_runtime::testing::conformance::run(|| {
        let store = PostgresStore::builder().schema(&schema);
        async { store.connect(&url).await.unwrap() }
    })
    .await;
}

#[tokio::test]
async fn what_is_due_is_shared() {
    let Some(server) = servers::postgres() else {
        return;
    };
    stores::shares_what_is_due(connected(server).await, 100).await;
}

#[test]
fn whoever_asks_is_served() {
    let Some(server) = servers::postgres() else {
        return;
    };
    stores::serves_whoever_asks(async || builder().connect(&server.url()).await);
}

#[tokio::test]
async fn the_answer_to_a_commit_is_lost() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let proxy = Proxy::to(server.port());
    let url = server.tcp_url("127.0.0.1").replace(
        &format!(":{}/", server.port()),
        &format!(":{}/", proxy.port()),
    );
    let store = builder().connect(&url).await.unwrap();
    stores::survives_a_lost_answer(store, || proxy.lose_next_answer()).await;
}

/// 30,000 sessions of which ten are due: they are found by the index, not by reading the table.
#[tokio::test]
async fn finding_what_is_due_does_not_read_what_is_not() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let schema = unique("many");
    let store = PostgresStore::builder()
        .schema(&schema)
        .connect(&server.url())
        .await
        .unwrap();
    server.sql(&format!(
        "INSERT INTO {schema}.sessions SELECT 'acme', 's' || n, nextval('{schema}.numbers'), 'r', 1000 * n, NULL \
         FROM generate_series(1, 30000) AS n; ANALYZE {schema}.sessions"
    ));
    let scans = |column: &str| {
        let sql = format!(
            "SELECT {column} FROM pg_stat_user_tables WHERE schemaname = '{schema}' AND relname = 'sessions'"
        );
        server.sql(&sql).parse::<u64>().unwrap()
    };
    let (sequential, by_index) = (scans("seq_tup_read"), scans("idx_scan"));
    let now = Timestamp::from_unix_seconds(10);
    let keys = store
        .claim_due("acme", now, 1000, stores::HOLD)
        .await
        .unwrap();
    assert_eq!(keys.len(), 10);
    let began = std::time::Instant::now();
    // A server counts up to a second later.
    while scans("idx_scan") == by_index {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "no index was searched"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        scans("seq_tup_read"),
        sequential,
        "the table was read through"
    );
}
