//! What Redis and the way to it complain of, as a store's errors.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::session::store::StoreError;

/// Of a command. A server's own words are left out: they may quote the arguments, which hold the record.
pub(super) fn command(error: &RedisError) -> StoreError {
    match error.code() {
        Some(code) => StoreError::unavailable(format!("Redis answers {code}{}", meaning(code))),
        None if error.is_io_error() => {
            StoreError::unavailable(format!("Redis cannot be reached: {error}"))
        }
        None => StoreError::unavailable("Redis gave an answer of no use"),
    }
}

fn meaning(code: &str) -> &'static str {
    match code {
        "OOM" => ": its memory is full (`maxmemory`), and it takes no writes",
        "READONLY" => ": this is a replica, and it takes no writes",
        "MISCONF" => ": it cannot write to its disk, and takes no writes",
        "LOADING" => ": it is reading its data after a start",
        "MASTERDOWN" => ": this is a replica that lost its master",
        "NOREPLICAS" => ": it has too few replicas to take writes",
        "BUSY" => ": someone's script has been running for long",
        "NOAUTH" | "WRONGPASS" => ": the user or the password is wrong",
        "NOPERM" => ": this user may not run a command that the store needs",
        "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" => {
            ": it is a node of a Redis Cluster, which this store does not speak with"
        }
        "WRONGTYPE" => ": a key of ours holds something else; choose another prefix",
        _ => "",
    }
}

/// What at the start is a mistake of someone's; later on it may be a password that is being changed.
pub(super) fn at_the_start(error: &RedisError) -> StoreError {
    let is_mistake = error.kind() == ErrorKind::AuthenticationFailed
        || error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm)
        || error.is_cluster_error()
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"));
    let plain = command(error);
    if is_mistake {
        return StoreError::refused(plain.to_string());
    }
    plain
}

/// Whether the connection is of no further use: it is broken, or leads to a server that takes no writes.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    let is_replica = matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown)
    );
    is_replica || error.is_unrecoverable_error() || error.is_io_error()
}
