//! Addresses, passwords, TLS, and servers that are not fit for tokens.

use std::time::Duration;

use token_refresh_runtime::session::SessionKey;
use token_refresh_runtime::session::store::{Durability, RedisStore, Store as _, StoreErrorKind};

use super::builder;
use super::stores;
use super::support::servers::{self, OrSkip as _, Redis, RedisOptions, unique};

const ROOT: &[u8] = include_bytes!("../data/tls/ca.pem");

fn with(settings: &[&str]) -> Option<Redis> {
    let options = RedisOptions {
        settings: settings.iter().map(|&word| word.to_owned()).collect(),
        ..RedisOptions::default()
    };
    Redis::start(&options).or_skip()
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_shown() {
    let Some(server) = with(&["--requirepass", "s3cret-of-redis"]) else {
        return;
    };
    let address = format!("127.0.0.1:{}", server.port());
    for url in [
        format!("redis://:hunter2@{address}"),
        format!("redis://{address}"),
    ] {
        let error = builder().connect(&url).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
    let url = format!("redis://:s3cret-of-redis@{address}");
    let store = builder().connect(&url).await.unwrap();
    stores::in_short(&store).await;
    assert_eq!(format!("{store:?}"), format!("RedisStore({address})"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = "redis://127.0.0.1:1";
    let error = builder()
        .timeout(Duration::from_secs(3))
        .connect(url)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
}

#[tokio::test]
async fn tls_is_verified() {
    let options = RedisOptions {
        tls: Some((
            include_bytes!("../data/tls/localhost.pem").to_vec(),
            include_bytes!("../data/tls/localhost.key").to_vec(),
        )),
        ..RedisOptions::default()
    };
    let Some(server) = Redis::start(&options).or_skip() else {
        return;
    };
    let url = server.tls_url("localhost");
    let store = builder()
        .root_certificates(ROOT)
        .connect(&url)
        .await
        .unwrap();
    stores::in_short(&store).await;
    // Nobody vouches for it; then it is another one's.
    let unknown = builder().connect(&url).await.unwrap_err();
    assert!(unknown.to_string().contains("certificate"), "{unknown}");
    let other = builder()
        .root_certificates(ROOT)
        .connect(&server.tls_url("127.0.0.1"))
        .await;
    assert!(other.unwrap_err().to_string().contains("certificate"));
}

#[tokio::test]
async fn a_server_that_forgets_is_refused_on_demand() {
    let Some(server) = with(&["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]) else {
        return;
    };
    let strict = builder().durability(Durability::Required);
    let error = strict.connect(&server.url()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    for word in [
        "`appendonly` is `no`",
        "`maxmemory-policy` is `allkeys-lru`",
    ] {
        assert!(error.to_string().contains(word), "{error}");
    }
    builder().connect(&server.url()).await.unwrap();

    let Some(server) = servers::redis() else {
        return;
    };
    let strict = builder().durability(Durability::Required);
    strict.connect(&server.url()).await.unwrap();
    // One that does not tell is not trusted either.
    server.command(&[
        "ACL", "SETUSER", "quiet", "on", "nopass", "~*", "+@all", "-config",
    ]);
    let url = format!("redis://quiet:any@127.0.0.1:{}", server.port());
    let strict = builder().durability(Durability::Required);
    let error = strict.connect(&url).await.unwrap_err();
    assert!(error.to_string().contains("does not tell"), "{error}");
    builder().connect(&url).await.unwrap();
}

#[tokio::test]
async fn a_node_of_a_cluster_is_refused() {
    let Some(server) = with(&["--cluster-enabled", "yes"]) else {
        return;
    };
    let error = builder().connect(&server.url()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    assert!(error.to_string().contains("Cluster"), "{error}");
}

#[tokio::test]
async fn keys_that_are_later_by_one_are_used_and_others_refused() {
    let Some(server) = servers::redis() else {
        return;
    };
    let prefix = unique("later");
    let builder = RedisStore::builder().key_prefix(&prefix);
    let layout = format!("{prefix}:layout");
    builder.clone().connect(&server.url()).await.unwrap();
    assert_eq!(server.command(&["GET", &layout]), "$1\r\n1\r\n");
    server.command(&["SET", &layout, "2"]);
    let store = builder.clone().connect(&server.url()).await.unwrap();
    stores::in_short(&store).await;
    for other in ["0", "3", "theirs"] {
        server.command(&["SET", &layout, other]);
        let error = builder.clone().connect(&server.url()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Refused, "{error:?}");
    }
}

#[tokio::test]
async fn a_key_that_holds_something_else_is_not_torn() {
    let Some(server) = servers::redis() else {
        return;
    };
    let prefix = unique("else");
    let store = RedisStore::builder()
        .key_prefix(&prefix)
        .connect(&server.url())
        .await
        .unwrap();
    let key = SessionKey::new("acme", "one");
    server.command(&["SET", &format!("{prefix}:{{acme}}:session:one"), "mine"]);
    let error = store.load(&key).await.unwrap_err();
    assert!(error.to_string().contains("WRONGTYPE"), "{error}");
    server.command(&["DEL", &format!("{prefix}:{{acme}}:session:one")]);
    server.command(&[
        "HSET",
        &format!("{prefix}:{{acme}}:session:one"),
        "version",
        "x",
        "record",
        "r3cord",
        "due",
        "",
    ]);
    let error = store.load(&key).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    assert!(!format!("{error:?}").contains("r3cord"));
}
