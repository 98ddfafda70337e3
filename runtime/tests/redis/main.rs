//! The store in Redis on a real server: the contract, and what befalls a Redis.
#![cfg(feature = "redis")]
#![allow(clippy::unwrap_used)]

mod connecting;
mod faults;
#[path = "../support/mod.rs"]
mod support;

use support::proxy::Proxy;
use support::servers::{self, unique};
use support::stores;
use token_refresh_runtime::session::store::{RedisStore, RedisStoreBuilder};

/// A builder for keys that no other test has.
fn builder() -> RedisStoreBuilder {
    RedisStore::builder().key_prefix(unique("store"))
}

/// Every line of what a store owes.
#[cfg(feature = "testing")]
#[tokio::test]
async fn the_contract() {
    let Some(server) = servers::redis() else {
        return;
    };
    let prefix = unique("contract");
    for url in [server.url(), server.socket_url()] {
        token_refresh_runtime::testing::conformance::run(|| {
            let store = RedisStore::builder().key_prefix(&prefix);
            async { store.connect(&url).await.unwrap() }
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_due_is_shared() {
    let Some(server) = servers::redis() else {
        return;
    };
    let store = builder().connect(&server.url()).await.unwrap();
    stores::shares_what_is_due(store, 100).await;
}

#[test]
fn whoever_asks_is_served() {
    let Some(server) = servers::redis() else {
        return;
    };
    stores::serves_whoever_asks(async || builder().connect(&server.url()).await);
}

#[tokio::test]
async fn the_answer_to_a_write_is_lost() {
    let Some(server) = servers::redis() else {
        return;
    };
    let proxy = Proxy::to(server.port());
    let url = format!("redis://127.0.0.1:{}", proxy.port());
    let store = builder().connect(&url).await.unwrap();
    stores::survives_a_lost_answer(store, || proxy.lose_next_answer()).await;
}
