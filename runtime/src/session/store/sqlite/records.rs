//! Records by compare-and-swap, and what falls due, in SQL.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::checksum;
use super::fault::{Fault, damaged};
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::{Entry, Record, Removed, Version, Written};

/// The session's record, if its checksum is right.
pub(super) fn load(connection: &Connection, key: &SessionKey) -> Result<Option<Entry>, Fault> {
    key.check()?;
    let row = connection
        .prepare(
            "SELECT version, record, due, checksum FROM sessions WHERE provider = ?1 AND subject = ?2",
        )?
        .query_row(params![key.provider(), key.subject()], |row| {
            let bytes = match row.get_ref(1)? {
                ValueRef::Blob(bytes) => Zeroizing::new(bytes.to_vec()),
                other => {
                    let name = "record".to_owned();
                    return Err(rusqlite::Error::InvalidColumnType(1, name, other.data_type()));
                }
            };
            Ok((row.get::<_, i64>(0)?, bytes, row.get(2)?, row.get::<_, i64>(3)?))
        })
        .optional()?;
    let Some((version, bytes, due, sum)) = row else {
        return Ok(None);
    };
    if sum != sum_of(key, version, due, &bytes) {
        return Err(damaged(&key, "the checksum of what is stored of it is wrong").into());
    }
    Ok(Some(Entry {
        version: Version(version.cast_unsigned()),
        record: Record {
            bytes,
            due: due.map(Timestamp::from_unix_millis),
        },
    }))
}

/// Stores a record where the version is the expected one.
pub(super) fn write(
    connection: &Connection,
    key: &SessionKey,
    expected: Option<Version>,
    record: &Record,
    now: Timestamp,
) -> Result<Written, Fault> {
    if version(connection, key)? != expected {
        return Ok(Written::Conflict);
    }
    let version = next(connection, now)?;
    let due = record.due.map(Timestamp::unix_millis);
    // Not `INSERT OR REPLACE`: columns that only a later version knows keep what they hold.
    connection.execute(
        "INSERT INTO sessions (provider, subject, version, record, due, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (provider, subject) DO UPDATE SET version = excluded.version, record = excluded.record,
         due = excluded.due, checksum = excluded.checksum, claimed_at = NULL, claimed_until = NULL",
        params![
            key.provider(),
            key.subject(),
            version,
            &record.bytes[..],
            due,
            sum_of(key, version, due, &record.bytes),
        ],
    )?;
    Ok(Written::Stored(Version(version.cast_unsigned())))
}

/// Forgets a session where the version is the expected one.
pub(super) fn remove(
    connection: &Connection,
    key: &SessionKey,
    expected: Version,
) -> Result<Removed, Fault> {
    if version(connection, key)? != Some(expected) {
        return Ok(Removed::Conflict);
    }
    connection.execute(
        "DELETE FROM sessions WHERE provider = ?1 AND subject = ?2",
        params![key.provider(), key.subject()],
    )?;
    Ok(Removed::Removed)
}

fn version(connection: &Connection, key: &SessionKey) -> Result<Option<Version>, Fault> {
    key.check()?;
    let found = connection
        .prepare("SELECT version FROM sessions WHERE provider = ?1 AND subject = ?2")?
        .query_row(params![key.provider(), key.subject()], |row| {
            row.get::<_, i64>(0)
        })
        .optional()?;
    Ok(found.map(|version| Version(version.cast_unsigned())))
}

/// The next of the sequence: greater than all before, and no less than the microseconds of the clock. With the clock in
/// it, a number is not given out again either where a copy from yesterday is put in the file's place, or a new file is
/// begun, while programs still hold the numbers of today.
pub(super) fn next(connection: &Connection, now: Timestamp) -> Result<i64, Fault> {
    let micros = now.unix_millis().saturating_mul(1000);
    Ok(connection.query_row(
        "UPDATE sequence SET last = max(last + 1, ?1) RETURNING last",
        [micros],
        |row| row.get(0),
    )?)
}

fn sum_of(key: &SessionKey, version: i64, due: Option<i64>, bytes: &[u8]) -> i64 {
    let due = due.map(i64::to_le_bytes);
    checksum::of(&[
        key.provider().as_bytes(),
        key.subject().as_bytes(),
        &version.to_le_bytes(),
        due.as_ref().map_or(&[], |due| &due[..]),
        bytes,
    ])
}
