//! Leases by the machine's clock, in SQL.
//!
//! A clock that is set forth ends leases early; one that is set back prolongs them by their own length at most, because a
//! lease from further in the future than that counts as over. Neither loses anything: a lease only saves work.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::records::next;
use crate::Timestamp;
use crate::session::SessionKey;
use crate::session::store::{Acquired, Lease, Owner};

/// How long the lease of this session is still held, by whomever.
pub(super) fn remaining(
    connection: &Connection,
    key: &SessionKey,
    now: Timestamp,
) -> Result<Option<Duration>, Fault> {
    key.check()?;
    let ends = connection
        .prepare(
            "SELECT ends FROM leases WHERE provider = ?1 AND subject = ?2 AND ends > ?3 AND 2 * taken - ends <= ?3",
        )?
        .query_row(
            params![key.provider(), key.subject(), now.unix_millis()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(ends.map(|ends| Timestamp::from_unix_millis(ends).since(now)))
}

/// Takes the lease where it is free.
pub(super) fn acquire(
    connection: &Connection,
    key: &SessionKey,
    owner: &Owner,
    hold: Duration,
    now: Timestamp,
) -> Result<Acquired, Fault> {
    if let Some(remaining) = remaining(connection, key, now)? {
        return Ok(Acquired::Held { remaining });
    }
    let fence = next(connection, now)?;
    connection.execute(
        "INSERT INTO leases (provider, subject, owner, fence, taken, ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (provider, subject) DO UPDATE SET owner = excluded.owner, fence = excluded.fence,
         taken = excluded.taken, ends = excluded.ends",
        params![
            key.provider(),
            key.subject(),
            owner.as_str(),
            fence,
            now.unix_millis(),
            now.plus(hold).unix_millis(),
        ],
    )?;
    Ok(Acquired::Lease(Lease {
        key: key.clone(),
        owner: owner.clone(),
        fence: fence.cast_unsigned(),
    }))
}

/// Holds the lease for so long from now, where it is this owner's still.
pub(super) fn renew(
    connection: &Connection,
    lease: &Lease,
    hold: Duration,
    now: Timestamp,
) -> Result<bool, Fault> {
    let changed = connection.execute(
        "UPDATE leases SET taken = ?5, ends = ?6 WHERE provider = ?1 AND subject = ?2 AND owner = ?3 AND fence = ?4
         AND ends > ?5 AND 2 * taken - ends <= ?5",
        params![
            lease.key.provider(),
            lease.key.subject(),
            lease.owner.as_str(),
            lease.fence.cast_signed(),
            now.unix_millis(),
            now.plus(hold).unix_millis(),
        ],
    )?;
    Ok(changed == 1)
}

/// Gives the lease up, where it is this owner's still.
pub(super) fn release(connection: &Connection, lease: &Lease) -> Result<(), Fault> {
    connection.execute(
        "DELETE FROM leases WHERE provider = ?1 AND subject = ?2 AND owner = ?3 AND fence = ?4",
        params![
            lease.key.provider(),
            lease.key.subject(),
            lease.owner.as_str(),
            lease.fence.cast_signed(),
        ],
    )?;
    Ok(())
}
