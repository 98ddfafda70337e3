//! What SQLite and the file system complain of, turned into errors that say what to do.

use std::fmt;
use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::session::store::StoreError;

/// Why a piece of work did not succeed: SQLite failed, or what it found is not as it should be.
#[derive(Debug)]
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

/// SQLite's own words for an error, and no more: a message of ours that quotes a statement is left out.
#[derive(Debug)]
struct Cause(rusqlite::ffi::Error);

impl Fault {
    /// Whether somebody else has the file locked, which passes.
    pub(super) fn is_busy(&self) -> bool {
        matches!(
            self.code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            Self::Store(_) => None,
        }
    }

    /// The error for whoever asked.
    pub(super) fn into_store_error(self, path: &Path) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(error) => of_sqlite(&error, path),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn of_sqlite(error: &rusqlite::Error, path: &Path) -> StoreError {
    let path = path.display();
    let error = match error {
        rusqlite::Error::SqliteFailure(cause, _) => *cause,
        rusqlite::Error::SqlInputError { error, .. } => *error,
        // A column of another type, a row that must be there and is not: the schema is not what its version says.
        other => {
            let kind = other.to_string();
            return StoreError::corrupt(format!(
                "{path} is not laid out as its version says ({kind})"
            ));
        }
    };
    let told = match error.code {
        ErrorCode::DatabaseCorrupt => {
            damaged(&path, "parts of it contradict each other or are missing")
        }
        ErrorCode::NotADatabase => damaged(
            &path,
            "it is no SQLite database, or its beginning is damaged",
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            StoreError::unavailable(format!("{path} is locked by another process"))
        }
        ErrorCode::DiskFull => {
            StoreError::unavailable(format!("the disk that holds {path} is full: make room"))
        }
        ErrorCode::ReadOnly => StoreError::unavailable(format!(
            "{path} cannot be written: the file, its folder or its file system is read-only"
        )),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => StoreError::unavailable(format!(
            "{path} cannot be opened: see whether its folder is there, can be written, and lies on a local disk"
        )),
        ErrorCode::SystemIoFailure => StoreError::unavailable(format!(
            "{path} cannot be read or written: the operating system reported an error"
        )),
        ErrorCode::Unknown => {
            StoreError::corrupt(format!("{path} is not laid out as its version says"))
        }
        _ => StoreError::unavailable(format!("SQLite did not do what it was asked with {path}")),
    };
    told.caused_by(Cause(error))
}

/// A file that is damaged is left as it is: nothing here repairs, replaces or removes it.
pub(super) fn damaged(path: &dyn fmt::Display, how: &str) -> StoreError {
    StoreError::corrupt(format!(
        "{path} is damaged: {how}. It is left as it is: put a copy from before in its place, or move it away and \
         have the users sign in again"
    ))
}

/// For what the operating system says about a file or folder.
pub(super) fn of_system(error: io::Error, what: &str, path: &Path) -> StoreError {
    StoreError::unavailable(format!("{}: {what}: {error}", path.display())).caused_by(error)
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::error::Error for Cause {}
