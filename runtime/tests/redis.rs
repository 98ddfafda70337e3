//! The store in Redis on a real server: the contract, and what befalls a Redis.
#![cfg(feature = "redis")]
#![allow(clippy::unwrap_used)]

mod support;

use support::servers::{self, unique};
use support::stores;
use token_refresh_runtime::session::store::RedisStore;

async fn store() -> Option<RedisStore> {
    let server = servers::redis()?;
    let builder = RedisStore::builder().key_prefix(unique("store"));
    Some(builder.connect(&server.url()).await.unwrap())
}

#[tokio::test]
async fn the_contract_in_short() {
    let Some(store) = store().await else { return };
    stores::in_short(&store).await;
}
