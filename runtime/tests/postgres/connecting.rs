//! Addresses, passwords and TLS.

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{PostgresStore, Store as _, StoreErrorKind};

use super::builder;
use super::support::servers::postgres::PASSWORD;
use super::support::servers::{self, Absent, OrSkip as _, Postgres, PostgresOptions, unique};

const ROOT: &[u8] = include_bytes!("../data/tls/ca.pem");

fn with_tls() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Result<Postgres, Absent>> = OnceLock::new();
    let chain = include_bytes!("../data/tls/localhost.pem").to_vec();
    let key = include_bytes!("../data/tls/localhost.key").to_vec();
    let options = PostgresOptions {
        tls: Some((chain, key)),
        ..PostgresOptions::default()
    };
    let started = SERVER.get_or_init(|| Postgres::start(&options));
    started.as_ref().map_err(Clone::clone).or_skip()
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_shown() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let url = server.tcp_url("127.0.0.1").replace(PASSWORD, "hunter2");
    let error = builder().connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_password_is_in_no_debug() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let store = builder()
        .connect(&server.tcp_url("127.0.0.1"))
        .await
        .unwrap();
    assert!(format!("{store:?}").contains("127.0.0.1"));
    assert!(!format!("{store:?}").contains(PASSWORD));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = "postgres://127.0.0.1:1/app";
    let error = builder()
        .timeout(Duration::from_secs(3))
        .connect(url)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
}

#[tokio::test]
async fn tls_is_used_and_verified() {
    let Some(server) = with_tls() else { return };
    let secure = server.tcp_url("localhost") + "?sslmode=verify-full";
    let store = builder()
        .root_certificates(ROOT)
        .connect(&secure)
        .await
        .unwrap();
    store.load(&SessionKey::new("acme", "one")).await.unwrap();
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                     WHERE application_name = 'token-refresh' AND state IS NOT NULL";
    assert_eq!(server.sql(encrypted), "t");

    let unknown = builder().connect(&secure).await.unwrap_err();
    assert_eq!(unknown.kind(), StoreErrorKind::Unavailable);
    assert!(
        unknown.to_string().contains("certificate"),
        "{unknown} {:?}",
        unknown.source()
    );

    // The certificate is for `localhost`, not for this address.
    let other = server.tcp_url("127.0.0.1") + "?sslmode=require";
    let error = builder()
        .root_certificates(ROOT)
        .connect(&other)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_root_file_is_trusted() {
    let Some(server) = with_tls() else { return };
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/ca.pem");
    let url = format!(
        "{}?sslmode=require&sslrootcert={file}",
        server.tcp_url("localhost")
    );
    builder().connect(&url).await.unwrap();
}

#[tokio::test]
async fn tls_that_is_asked_for_is_not_done_without() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let url = server.tcp_url("localhost") + "?sslmode=require";
    let error = builder().connect(&url).await.unwrap_err();
    assert!(
        error.to_string().contains("does not support TLS"),
        "{error}"
    );
    let preferred = server.tcp_url("localhost") + "?sslmode=prefer";
    builder().connect(&preferred).await.unwrap();
}

#[tokio::test]
async fn a_pool_of_the_applications_is_used() {
    let Some(server) = servers::postgres() else {
        return;
    };
    let config = server.url().parse().unwrap();
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager)
        .max_size(2)
        .build()
        .unwrap();
    let builder = PostgresStore::builder().schema(unique("pool"));
    let store = builder.with_pool(pool.clone()).await.unwrap();
    super::stores::in_short(&store).await;
    assert!(pool.status().size >= 1);
    pool.close();
    let error = store
        .load(&SessionKey::new("acme", "one"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("closed"), "{error}");
}
