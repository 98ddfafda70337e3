//! The store in PostgreSQL on a real server: the contract, and what befalls a database.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used)]

mod support;

use support::servers::{self, unique};
use support::stores;
use token_refresh_runtime::session::store::PostgresStore;

async fn store() -> Option<PostgresStore> {
    let server = servers::postgres()?;
    let builder = PostgresStore::builder().schema(unique("store"));
    Some(builder.connect(&server.url()).await.unwrap())
}

#[tokio::test]
async fn the_contract_in_short() {
    let Some(store) = store().await else { return };
    stores::in_short(&store).await;
}
