//! A path turned into a connection that is safe to keep tokens through, or into the reason why not.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::create::create;
use super::fault::{Fault, damaged};
use super::place::{FileId, Place};
use super::schema;
use crate::session::store::StoreError;

/// Up to this size a file is checked all through when it is opened.
const CHECKED_BYTES: u64 = 64 << 20;

/// An open file, and which one it is.
pub(super) struct Open {
    pub(super) connection: Connection,
    files: Files,
}

/// A file and the log beside it.
#[derive(Clone, Copy)]
pub(super) struct Files {
    file: FileId,
    log: Option<FileId>,
}

/// What to do about a file that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Make it: the store is being opened.
    Create,
    /// Nothing: it was there, and whoever took it away may bring it back. A new one would hide that the sessions are lost.
    Fail,
}

impl Open {
    /// Opens the file, checking it all through unless it is the one that was open before.
    pub(super) fn new(
        place: &Place,
        absent: Absent,
        before: Option<Files>,
        patience: Duration,
    ) -> Result<Self, Fault> {
        let file = match place.inspect()? {
            Some(file) => file,
            None if absent == Absent::Create => {
                create(place)?;
                place.inspect()?.ok_or_else(|| gone(place))?
            }
            None => return Err(gone(place).into()),
        };
        let is_known = match before {
            Some(before) if before.file != file => {
                before.check_log(place)?;
                false
            }
            before => before.is_some(),
        };
        let mut connection = Connection::open_with_flags(
            place.path(),
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX
                | OpenFlags::SQLITE_OPEN_NOFOLLOW,
        )?;
        connection.busy_timeout(patience)?;
        configure(&connection)?;
        let prepared = check(&connection, place, !is_known)
            .and_then(|()| schema::migrate(&mut connection, schema::MIGRATIONS, place.path()));
        if place.log_size() == 0 {
            // There is nothing that closing could move to the file; SQLite removes the log that it made.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        }
        prepared?;
        // SQLite has made its own files by now, and others cannot replace them while it has them open: those it uses are
        // those that are looked at here.
        if place.inspect()? != Some(file) {
            return Err(replaced(place).into());
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        // From here on the waiting is done by the worker, which has other things to do meanwhile.
        connection.busy_timeout(Duration::ZERO)?;
        let log = place.log_identity();
        let files = Files { file, log };
        Ok(Self { connection, files })
    }

    /// Which file it is, and which log.
    pub(super) fn files(&self) -> Files {
        self.files
    }

    /// An error where the path leads to another file by now, or the log is another one: what is written here then is seen by
    /// nobody else.
    pub(super) fn check_place(&self, place: &Place) -> Result<(), Fault> {
        match place.identity() {
            Some(file) if file == self.files.file && place.log_identity() == self.files.log => {
                Ok(())
            }
            Some(_) => Err(replaced(place).into()),
            None => Err(gone(place).into()),
        }
    }

    /// Closes it without a word to the file: it is damaged, or it is not where it was.
    pub(super) fn abandon(self) {
        // Should this fail, SQLite itself still leaves a file alone that was moved.
        let _ = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}

impl Files {
    /// SQLite would put what is in a log into whatever file lies beside it.
    fn check_log(&self, place: &Place) -> Result<(), StoreError> {
        if self.log.is_none() || place.log_identity() != self.log {
            return Ok(());
        }
        let path = place.path().display();
        Err(StoreError::refused(format!(
            "{path} was replaced, and {path}-wal is still the log of the file before: stop all programs that use it, \
             remove {path}-wal and {path}-shm, and start them again"
        )))
    }
}

fn configure(connection: &Connection) -> Result<(), Fault> {
    for (setting, is_on) in [
        // A file that turns out damaged or foreign is closed without a change to it.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        // What a file says is data, never something to run.
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
    ] {
        connection.set_db_config(setting, is_on)?;
    }
    for (name, value) in [
        // A commit is on the disk when it returns.
        ("synchronous", "FULL"),
        ("fullfsync", "ON"),
        // Deleted tokens are overwritten with zeros, and none goes to a temporary file.
        ("secure_delete", "ON"),
        ("temp_store", "MEMORY"),
        ("cell_size_check", "ON"),
        // Reading a mapped file that someone cuts off kills the process.
        ("mmap_size", "0"),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    Ok(())
}

fn check(connection: &Connection, place: &Place, all_through: bool) -> Result<(), Fault> {
    let path = place.path().display();
    let owner: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if owner != schema::APPLICATION_ID {
        return Err(StoreError::refused(format!(
            "{path} is a SQLite database of another program: take another path"
        ))
        .into());
    }
    if connection.is_readonly("main")? {
        return Err(StoreError::unavailable(format!(
            "{path} cannot be written: the file or its file system is read-only"
        ))
        .into());
    }
    if all_through && place.size() <= CHECKED_BYTES {
        let found: String =
            connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found != "ok" {
            return Err(damaged(&path, "its parts contradict each other").into());
        }
    }
    let journal: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(StoreError::unavailable(format!(
            "{path} lies where SQLite can keep no log beside it: take a local disk"
        ))
        .into());
    }
    Ok(())
}

fn gone(place: &Place) -> StoreError {
    StoreError::unavailable(format!(
        "{} is not there any more: put it back, or start again to begin a new one",
        place.path().display()
    ))
}

fn replaced(place: &Place) -> StoreError {
    StoreError::unavailable(format!(
        "{} or its log was replaced while it was in use: it is opened again",
        place.path().display()
    ))
}
