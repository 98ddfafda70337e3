//! The file's schema: numbered migrations, applied under SQLite's write lock, and which programs may use what comes out.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::fault::Fault;
use crate::session::store::StoreError;

/// Stands in the header of every file of ours: "TKRF".
pub(super) const APPLICATION_ID: i32 = 0x544b_5246;

/// One step from a schema to the next.
pub(super) struct Migration {
    /// What it does.
    pub(super) sql: &'static str,
    /// The oldest schema whose programs may use the file afterwards. A step that only adds keeps it as it was; no step may
    /// shut out the schema just before its own: a fleet can always go back by one version.
    pub(super) usable_from: i32,
}

/// All steps, in order: the first makes schema 1.
pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    sql: include_str!("migrations/0001_sessions.sql"),
    usable_from: 1,
}];

/// The schema that this version of the library makes.
pub(super) fn latest() -> i32 {
    number(MIGRATIONS.len())
}

/// Brings the file to the latest schema of these, or says why it cannot be used.
pub(super) fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    path: &Path,
) -> Result<(), Fault> {
    let latest = number(migrations.len());
    if version(connection)? < latest {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Only now is it certain: another process may have done it while this one waited for the lock.
        apply(&transaction, migrations)?;
        transaction.commit()?;
    }
    check(connection, latest, path)
}

/// Whether programs of the schema `ours` may use the file as it is now.
pub(super) fn check(connection: &Connection, ours: i32, path: &Path) -> Result<(), Fault> {
    let found = version(connection)?;
    if found <= ours {
        return Ok(());
    }
    let usable_from: i32 = connection.query_row(
        "SELECT value FROM about WHERE name = 'usable_from'",
        [],
        |row| row.get(0),
    )?;
    if usable_from <= ours {
        return Ok(());
    }
    Err(StoreError::refused(format!(
        "{} was written by a later version of this library: it has schema {found}, which programs from schema \
         {usable_from} on can use, and this one knows schema {ours}. Use the later version again",
        path.display()
    ))
    .into())
}

/// The schema that the file has.
pub(super) fn version(connection: &Connection) -> Result<i32, Fault> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn apply(transaction: &Transaction<'_>, migrations: &[Migration]) -> Result<(), Fault> {
    let done = usize::try_from(version(transaction)?).unwrap_or(0);
    for (index, migration) in migrations.iter().enumerate().skip(done) {
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "UPDATE about SET value = ?1 WHERE name = 'usable_from'",
            [migration.usable_from],
        )?;
        transaction.pragma_update(None, "user_version", number(index + 1))?;
    }
    Ok(())
}

fn number(of: usize) -> i32 {
    i32::try_from(of).expect("there are few migrations")
}

#[cfg(test)]
mod tests;
