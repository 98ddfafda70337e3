//! Which sessions fall due, handed out so that workers share them, in SQL.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::fault::Fault;
use crate::Timestamp;
use crate::session::SessionKey;

/// What a worker asks for.
#[derive(Clone)]
pub(super) struct Claim {
    pub(super) provider: String,
    pub(super) due: Timestamp,
    pub(super) limit: usize,
    pub(super) hold: Duration,
}

/// Whether [`claim`] would find anything: asked first, so that a worker that finds nothing locks nobody out.
pub(super) fn is_any_due(
    connection: &Connection,
    claim: &Claim,
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE provider = ?1 AND due <= ?2 AND due IS NOT NULL
                        AND claimed_until IS NULL)
             OR EXISTS (SELECT 1 FROM sessions WHERE provider = ?1 AND claimed_until <= ?3)
             OR EXISTS (SELECT 1 FROM sessions WHERE provider = ?1 AND claimed_until > ?4
                        AND 2 * claimed_at - claimed_until > ?3)",
        params![
            claim.provider,
            claim.due.unix_millis(),
            now.unix_millis(),
            now.plus(claim.hold).unix_millis(),
        ],
        |row| row.get(0),
    )?)
}

/// Hands out what is due and free, the earliest first.
pub(super) fn claim(
    connection: &Connection,
    claim: &Claim,
    now: Timestamp,
) -> Result<Vec<SessionKey>, Fault> {
    free(connection, claim, now)?;
    let limit = i64::try_from(claim.limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare(
        "SELECT rowid, subject FROM sessions WHERE provider = ?1 AND due <= ?2 AND due IS NOT NULL
         AND claimed_until IS NULL ORDER BY due LIMIT ?3",
    )?;
    let found = statement
        .query_map(
            params![claim.provider, claim.due.unix_millis(), limit],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
        )?
        .collect::<Result<Vec<_>, _>>()?;
    let mut mark = connection
        .prepare("UPDATE sessions SET claimed_at = ?2, claimed_until = ?3 WHERE rowid = ?1")?;
    let (at, until) = (now.unix_millis(), now.plus(claim.hold).unix_millis());
    let mut keys = Vec::with_capacity(found.len());
    for (row, subject) in found {
        mark.execute(params![row, at, until])?;
        keys.push(SessionKey::new(claim.provider.as_str(), subject));
    }
    Ok(keys)
}

/// Frees what was handed out long enough ago, and what was handed out in a future that a clock set back has taken away.
/// The second looks only at what is held for longer than this worker would hold it, which is nothing where all hold for the
/// same time.
fn free(connection: &Connection, claim: &Claim, now: Timestamp) -> Result<(), Fault> {
    connection.execute(
        "UPDATE sessions SET claimed_at = NULL, claimed_until = NULL WHERE provider = ?1 AND claimed_until <= ?2",
        params![claim.provider, now.unix_millis()],
    )?;
    connection.execute(
        "UPDATE sessions SET claimed_at = NULL, claimed_until = NULL WHERE provider = ?1 AND claimed_until > ?3
         AND 2 * claimed_at - claimed_until > ?2",
        params![
            claim.provider,
            now.unix_millis(),
            now.plus(claim.hold).unix_millis(),
        ],
    )?;
    Ok(())
}
