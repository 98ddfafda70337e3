//! Where the file is, and whether it is safe to keep tokens there.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::fault::{damaged, of_system};
use crate::session::store::StoreError;

/// The path of a store's file, from the root and free of symlinks but for what may lie at its very end.
#[derive(Clone, Debug)]
pub(super) struct Place {
    path: PathBuf,
    name: OsString,
}

/// Which file a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

/// What SQLite keeps beside the file.
const BESIDE: &[&str] = &["-wal", "-shm", "-journal"];

/// The smallest page of a SQLite database.
const SHORTEST: u64 = 512;

impl Place {
    /// Resolves the folder, which has to be there, and refuses one in which anybody may replace the file.
    pub(super) fn find(path: &Path) -> Result<Self, StoreError> {
        let Some(name) = path.file_name() else {
            return Err(StoreError::refused(format!(
                "{:?} is no path of a file",
                path.display()
            )));
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = fs::canonicalize(folder)
            .map_err(|error| of_system(error, "the folder cannot be used", folder))?;
        owner::check_folder(&folder)?;
        Ok(Self {
            path: folder.join(name),
            name: name.to_owned(),
        })
    }

    /// The file's path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file's folder.
    pub(super) fn folder(&self) -> &Path {
        self.path
            .parent()
            .expect("the path was made of a folder and a name")
    }

    /// The file's name in its folder.
    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// How large the file is.
    pub(super) fn size(&self) -> u64 {
        size(&self.path)
    }

    /// How large its write-ahead log is.
    pub(super) fn log_size(&self) -> u64 {
        size(&beside(&self.path, "-wal"))
    }

    /// Which file is there now, without a look at what it is.
    pub(super) fn identity(&self) -> Option<FileId> {
        identity(&self.path)
    }

    /// Which write-ahead log is there now.
    pub(super) fn log_identity(&self) -> Option<FileId> {
        identity(&beside(&self.path, "-wal"))
    }

    /// Looks at the file and what lies beside it; `None`: it is not there.
    ///
    /// It is looked at, never opened: closing any descriptor of a file drops all the locks that SQLite's other connections
    /// in this process hold on it.
    pub(super) fn inspect(&self) -> Result<Option<FileId>, StoreError> {
        for suffix in BESIDE {
            let path = beside(&self.path, suffix);
            if let Some(file) = look(&path)? {
                check_kind(&path, &file)?;
                owner::check_file(&path, &file)?;
            }
        }
        let Some(file) = look(&self.path)? else {
            return Ok(None);
        };
        check_kind(&self.path, &file)?;
        owner::check_file(&self.path, &file)?;
        if owner::has_second_name(&file) && !super::create::finish(self, FileId::of(&file)) {
            // SQLite's log goes by the file's name: two names for one file make two logs, and damage.
            return Err(StoreError::refused(format!(
                "{} has a second name, a hard link: remove the other one",
                self.path.display()
            )));
        }
        if file.len() < SHORTEST {
            // SQLite takes it for a new database. Here that is never so: a new file is given its name when it is complete.
            return Err(damaged(
                &self.path.display(),
                "it is empty, or too short for a SQLite database",
            ));
        }
        Ok(Some(FileId::of(&file)))
    }
}

fn identity(path: &Path) -> Option<FileId> {
    let found = look(path).ok().flatten();
    found.map(|file| FileId::of(&file))
}

fn size(path: &Path) -> u64 {
    let found = look(path).ok().flatten();
    found.map_or(0, |file| file.len())
}

fn look(path: &Path) -> Result<Option<Metadata>, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(of_system(error, "cannot be looked at", path)),
    }
}

fn check_kind(path: &Path, file: &Metadata) -> Result<(), StoreError> {
    let path = path.display();
    if file.is_symlink() {
        return Err(StoreError::refused(format!(
            "{path} is a symlink: give the path of the file itself"
        )));
    }
    if !file.is_file() {
        return Err(StoreError::refused(format!("{path} is no regular file")));
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

#[cfg(unix)]
mod owner {
    //! Modes and owners.

    use std::fs::{self, Metadata};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use super::{FileId, of_system};
    use crate::session::store::StoreError;

    impl FileId {
        pub(in super::super) fn of(file: &Metadata) -> Self {
            Self {
                device: file.dev(),
                inode: file.ino(),
            }
        }
    }

    /// A folder where anybody may remove and replace files. Where only a group may, its owner wants it so; a sticky folder
    /// (`/tmp`) keeps others from touching what is ours.
    pub(super) fn check_folder(folder: &Path) -> Result<(), StoreError> {
        let found = fs::metadata(folder)
            .map_err(|error| of_system(error, "the folder cannot be looked at", folder))?;
        if found.mode() & 0o1002 == 0o0002 {
            let path = folder.display();
            return Err(StoreError::refused(format!(
                "others can replace files in the folder {path}: take another one, or run `chmod o-w {path}`"
            )));
        }
        Ok(())
    }

    pub(super) fn check_file(path: &Path, file: &Metadata) -> Result<(), StoreError> {
        let path = path.display();
        let mode = file.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(StoreError::refused(format!(
                "others can read or write {path} (mode {mode:04o}): run `chmod 600 {path}`, and consider whether \
                 the tokens in it are known to others by now"
            )));
        }
        if mode & 0o600 != 0o600 {
            // SQLite would open it all the same, and make its log read-only, too.
            return Err(StoreError::unavailable(format!(
                "{path} is read-only (mode {mode:04o}): run `chmod 600 {path}`"
            )));
        }
        let us = rustix::process::geteuid().as_raw();
        if file.uid() != us {
            return Err(StoreError::refused(format!(
                "{path} belongs to user {}, and this is user {us}: run as its owner, or give it to this one",
                file.uid()
            )));
        }
        Ok(())
    }

    pub(super) fn has_second_name(file: &Metadata) -> bool {
        file.nlink() > 1
    }
}

#[cfg(not(unix))]
mod owner {
    //! Elsewhere the folder's access list decides who reads the file.

    use std::fs::Metadata;
    use std::path::Path;

    use super::FileId;
    use crate::session::store::StoreError;

    impl FileId {
        /// All files look alike here: a file that is replaced while it is open is not noticed. Windows lets nobody do that.
        pub(in super::super) fn of(_: &Metadata) -> Self {
            Self {
                device: 0,
                inode: 0,
            }
        }
    }

    pub(super) fn check_folder(_: &Path) -> Result<(), StoreError> {
        Ok(())
    }

    pub(super) fn check_file(_: &Path, _: &Metadata) -> Result<(), StoreError> {
        Ok(())
    }

    pub(super) fn has_second_name(_: &Metadata) -> bool {
        false
    }
}
