//! Sets a store in Redis up.

use std::sync::Arc;
use std::time::Duration;

use redis::RedisError;
use redis::aio::MultiplexedConnection;

use super::durability::{Durability, check};
use super::keys::Keys;
use super::link::Link;
use super::scripts::Scripts;
use super::{Inner, RedisStore, Replicas, failed};
use crate::session::store::{StoreError, remote};

/// How the keys are laid out by this library: the first way there was, so that none is brought up to it.
const LAYOUT: u32 = 1;
/// The next version's way is still understood.
const NEXT_LAYOUT: u32 = LAYOUT + 1;

/// Sets up a [`RedisStore`].
#[derive(Clone, Debug)]
#[must_use]
pub struct RedisStoreBuilder {
    prefix: String,
    timeout: Duration,
    roots: Vec<u8>,
    durability: Durability,
    replicas: Option<Replicas>,
}

impl RedisStoreBuilder {
    pub(super) fn new() -> Self {
        Self {
            prefix: "token-refresh".to_owned(),
            timeout: Duration::from_secs(10),
            roots: Vec::new(),
            durability: Durability::default(),
            replicas: None,
        }
    }

    /// What every key begins with: `token-refresh` without this. It holds no brace.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long one call may take in all, with connecting: ten seconds without this.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Trusts these certificates too (PEM), besides the platform's.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.roots.extend_from_slice(pem);
        self
    }

    /// What to do about a server that may forget what it was given: a warning without this.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// A write is done when so many replicas have it (`WAIT`). Where they have not within `patience`, the write is an error,
    /// though the master has it: the caller reads again and finds it. Replicas make a loss by failover rarer; Redis cannot
    /// rule it out.
    pub fn wait_for_replicas(mut self, replicas: u32, patience: Duration) -> Self {
        self.replicas = (replicas > 0).then_some(Replicas {
            count: replicas,
            patience,
        });
        self
    }

    /// Connects to this server.
    ///
    /// # Errors
    /// As [`RedisStore::connect`].
    pub async fn connect(self, url: &str) -> Result<RedisStore, StoreError> {
        let keys = Keys::new(&self.prefix)?;
        let link = Link::new(url, &self.roots, self.timeout)?;
        let layout = keys.layout();
        let inner = Arc::new(Inner {
            link,
            keys,
            scripts: Scripts::new(),
            timeout: self.timeout,
            replicas: self.replicas,
        });
        let opened = Arc::clone(&inner);
        remote::run(self.timeout, async move {
            let found = opened
                .link
                .with(|connection| laid_out(connection, &layout))
                .await;
            is_known(
                found
                    .map_err(|error| failed::at_the_start(&error))?
                    .as_deref(),
            )?;
            check(&opened.link, self.durability).await
        })
        .await?;
        Ok(RedisStore(inner))
    }
}

/// How the keys are laid out; it is written down where nothing is yet. A replica, or a full server, is no reason not to
/// start: reading works.
async fn laid_out(
    mut connection: MultiplexedConnection,
    key: &str,
) -> Result<Option<String>, RedisError> {
    let found: Option<String> = redis::cmd("GET")
        .arg(key)
        .query_async(&mut connection)
        .await?;
    if found.is_none() {
        let mut set = redis::cmd("SET");
        set.arg(key).arg(LAYOUT).arg("NX");
        let set = set.query_async::<Option<String>>(&mut connection).await;
        return match set {
            Err(error) if !is_about_writing(&error) => Err(error),
            _ => {
                redis::cmd("GET")
                    .arg(key)
                    .query_async(&mut connection)
                    .await
            }
        };
    }
    Ok(found)
}

fn is_about_writing(error: &RedisError) -> bool {
    matches!(
        error.code(),
        Some("READONLY" | "OOM" | "MISCONF" | "NOREPLICAS")
    )
}

fn is_known(found: Option<&str>) -> Result<(), StoreError> {
    let Some(found) = found else { return Ok(()) };
    match found.parse::<u32>() {
        Ok(LAYOUT..=NEXT_LAYOUT) => Ok(()),
        Ok(layout) if layout > NEXT_LAYOUT => Err(StoreError::refused(format!(
            "the keys are laid out in a later way ({layout}) than this library knows how to use ({NEXT_LAYOUT})"
        ))),
        _ => Err(StoreError::refused(
            "the keys with this prefix are someone else's: choose another prefix",
        )),
    }
}
