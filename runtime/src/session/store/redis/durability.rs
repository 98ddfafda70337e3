//! Asks a server whether it keeps what it has answered for.

use redis::RedisError;
use redis::aio::MultiplexedConnection;

use super::link::Link;
use crate::session::store::StoreError;

/// What to do about a server that may forget what it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// It is refused, and so is one that does not tell (`CONFIG` is often closed in hosted ones).
    Required,
    /// A warning is logged (`tracing`).
    #[default]
    Warned,
    /// It is not asked.
    Ignored,
}

/// Asks, and does what is to be done.
pub(super) async fn check(link: &Link, durability: Durability) -> Result<(), StoreError> {
    if durability == Durability::Ignored {
        return Ok(());
    }
    let found = link.with(weaknesses).await.unwrap_or_else(|_| {
        vec!["it does not tell how it keeps its data (CONFIG GET is refused)".to_owned()]
    });
    if found.is_empty() {
        return Ok(());
    }
    let text = format!(
        "this Redis may lose tokens: {}. Set `appendonly yes`, `appendfsync always` and `maxmemory-policy noeviction`",
        found.join("; ")
    );
    if durability == Durability::Required {
        return Err(StoreError::refused(text));
    }
    tracing::warn!(target: "token_refresh::store", "{text}");
    Ok(())
}

async fn weaknesses(mut connection: MultiplexedConnection) -> Result<Vec<String>, RedisError> {
    let mut found = Vec::new();
    for (name, good) in [
        ("appendonly", &["yes"][..]),
        ("appendfsync", &["always"][..]),
        // The volatile ones evict what has an end, and that is leases only.
        (
            "maxmemory-policy",
            &[
                "noeviction",
                "volatile-ttl",
                "volatile-lru",
                "volatile-lfu",
                "volatile-random",
            ][..],
        ),
    ] {
        let mut ask = redis::cmd("CONFIG");
        ask.arg("GET").arg(name);
        let (_, value): (String, String) = ask.query_async(&mut connection).await?;
        if !good.contains(&value.as_str()) {
            found.push(format!("`{name}` is `{value}`"));
        }
    }
    Ok(found)
}
