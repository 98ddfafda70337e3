//! What PostgreSQL and the way to it complain of, as a store's errors.

use std::error::Error as _;

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::error::SqlState;

use crate::session::store::{StoreError, StoreErrorKind};

/// Of a statement. The server's detail, hint and context are left out: they may quote a row.
pub(super) fn statement(error: &tokio_postgres::Error) -> StoreError {
    let Some(answer) = error.as_db_error() else {
        let reason = error.source().map(|source| format!(": {source}"));
        let reason = reason.unwrap_or_default();
        return StoreError::unavailable(format!("PostgreSQL: {error}{reason}"));
    };
    let code = answer.code();
    let kind = if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) {
        StoreErrorKind::Corrupt
    } else if is_for_people(code) {
        StoreErrorKind::Refused
    } else {
        StoreErrorKind::Unavailable
    };
    let text = format!("PostgreSQL: {} ({})", answer.message(), code.code());
    StoreError::new(kind, text)
}

/// What does not go away by itself: the tables are gone, or other ones.
fn is_for_people(code: &SqlState) -> bool {
    [
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_COLUMN,
        SqlState::INVALID_SCHEMA_NAME,
        SqlState::DATATYPE_MISMATCH,
    ]
    .contains(code)
}

/// What at the start is a mistake in the address or the grants; later on it may be a password that is being changed.
pub(super) fn at_the_start(error: StoreError, cause: Option<&SqlState>) -> StoreError {
    let is_mistake = cause.is_some_and(|code| {
        code.code().starts_with("28")
            || [
                SqlState::INVALID_CATALOG_NAME,
                SqlState::INSUFFICIENT_PRIVILEGE,
            ]
            .contains(code)
    });
    if is_mistake {
        return StoreError::refused(error.to_string());
    }
    error
}

/// Of taking a connection out of the pool.
pub(super) fn pool(error: &PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            statement(error)
        }
        PoolError::Closed => StoreError::refused("the connection pool was closed"),
        other => StoreError::unavailable(format!("PostgreSQL: {other}")),
    }
}

/// Whether the connection may go back to the pool: the server refused one statement and is ready for the next.
pub(super) fn is_passing(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ]
        .contains(code)
    })
}
