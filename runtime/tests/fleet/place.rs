//! Stores that several processes can open, by address.

use std::sync::Arc;

use tempfile::TempDir;
use token_refresh_runtime::session::Store;
use token_refresh_runtime::session::store::SqliteStore;

/// An empty store that is there for as long as this is held.
pub(crate) struct Place {
    /// For the figures.
    pub(crate) name: &'static str,
    /// What [`open`] takes, in any process.
    pub(crate) address: String,
    _held: Option<TempDir>,
}

/// One of each kind that can be had here, or the one that `TOKEN_REFRESH_FLEET` names.
pub(crate) fn places() -> Vec<Place> {
    let only = std::env::var("TOKEN_REFRESH_FLEET").ok();
    let is_wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let mut places = Vec::new();
    if is_wanted("sqlite") {
        places.push(sqlite());
    }
    if is_wanted("postgres") {
        places.extend(postgres());
    }
    if is_wanted("redis") {
        places.extend(redis());
    }
    places
}

fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    Place {
        name: "SQLite",
        address: format!("sqlite {}", path.display()),
        _held: Some(folder),
    }
}

#[cfg(feature = "postgres")]
fn postgres() -> Option<Place> {
    use crate::support::servers::{postgres, unique};
    Some(Place {
        name: "PostgreSQL",
        address: format!("postgres {} {}", postgres()?.url(), unique("fleet")),
        _held: None,
    })
}

#[cfg(not(feature = "postgres"))]
fn postgres() -> Option<Place> {
    None
}

#[cfg(feature = "redis")]
fn redis() -> Option<Place> {
    use crate::support::servers::{redis, unique};
    Some(Place {
        name: "Redis",
        address: format!("redis {} {}", redis()?.url(), unique("fleet")),
        _held: None,
    })
}

#[cfg(not(feature = "redis"))]
fn redis() -> Option<Place> {
    None
}

/// The store at this address.
pub(crate) async fn open(address: &str) -> Arc<dyn Store> {
    let words: Vec<_> = address.split(' ').collect();
    match words[..] {
        ["sqlite", path] => Arc::new(SqliteStore::open(path).await.unwrap()),
        #[cfg(feature = "postgres")]
        ["postgres", url, schema] => {
            use token_refresh_runtime::session::store::PostgresStore;
            let builder = PostgresStore::builder().schema(schema);
            Arc::new(builder.connect(url).await.unwrap())
        }
        #[cfg(feature = "redis")]
        ["redis", url, prefix] => {
            use token_refresh_runtime::session::store::RedisStore;
            let builder = RedisStore::builder().key_prefix(prefix);
            Arc::new(builder.connect(url).await.unwrap())
        }
        _ => panic!("no store has an address like {address}"),
    }
}
