//! A new file, made complete under another name and then given its own: at the path there is a whole database or none,
//! whenever this process dies and however many processes begin at once.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::fault::{Fault, of_system};
use super::place::{FileId, Place};
use super::schema;

/// How long a UUID is, with which the name of a draft ends.
const UUID: usize = 36;

/// Makes the file, unless another process does so first, which is as good.
pub(super) fn create(place: &Place) -> Result<(), Fault> {
    let draft = place.folder().join({
        let mut name = prefix(place);
        name.push(crate::generate::uuid());
        name
    });
    // Who gives the file its name first clears all drafts away, this one too.
    match fill(&draft).and_then(|()| give_name(&draft, place)) {
        Err(_) if place.identity().is_some() => {}
        result => {
            remove_drafts(place, |name| draft.file_name() == Some(name));
            return result;
        }
    }
    Ok(())
}

/// Takes the draft's name from a file whose maker died, or has yet to go on, between giving it its own and doing so;
/// `false`: the file's second name is none of our making.
pub(super) fn finish(place: &Place, file: FileId) -> bool {
    let mut is_ours = false;
    for draft in drafts(place) {
        if fs::symlink_metadata(&draft).is_ok_and(|found| FileId::of(&found) == file) {
            // Not being there any more is fine: its maker went on.
            is_ours |= fs::remove_file(&draft).is_ok() || !draft.exists();
        }
    }
    is_ours
}

fn fill(draft: &Path) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(draft)
        .map_err(|error| of_system(error, "cannot be made", draft))?;
    let mut connection = Connection::open_with_flags(
        draft,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // Nobody needs a draft that was not finished, so nothing need be safe before the end.
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    schema::migrate(&mut connection, schema::MIGRATIONS, draft)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, error)| error)?;
    OpenOptions::new()
        .write(true)
        .open(draft)
        .and_then(|file| file.sync_all())
        .map_err(|error| of_system(error, "cannot be written", draft))?;
    Ok(())
}

/// A hard link never replaces a file, as a rename would.
fn give_name(draft: &Path, place: &Place) -> Result<(), Fault> {
    match fs::hard_link(draft, place.path()) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(of_system(error, "cannot be made", place.path()).into());
        }
        _ => {}
    }
    remove_drafts(place, |_| true);
    sync_folder(place.folder())
        .map_err(|error| of_system(error, "the folder cannot be written", place.folder()))?;
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// One that stays behind is empty of tokens and removed by the next.
fn remove_drafts(place: &Place, is_meant: impl Fn(&std::ffi::OsStr) -> bool) {
    for draft in drafts(place) {
        if draft.file_name().is_some_and(&is_meant) {
            let _ = fs::remove_file(draft);
        }
    }
}

fn prefix(place: &Place) -> OsString {
    let mut name = OsString::from(".");
    name.push(place.name());
    name.push(".new-");
    name
}

fn drafts(place: &Place) -> Vec<PathBuf> {
    let prefix = prefix(place);
    let is_draft = |name: &OsString| {
        let rest = name
            .as_encoded_bytes()
            .strip_prefix(prefix.as_encoded_bytes());
        rest.is_some_and(|rest| rest.len() >= UUID)
    };
    let Ok(entries) = fs::read_dir(place.folder()) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| is_draft(&entry.file_name()))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_process_made_first_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::find(&folder.path().join("tokens.db")).unwrap();
        create(&place).unwrap();
        let first = place.identity();
        assert!(first.is_some());

        let late = folder.path().join(prefix(&place)).with_extension("late");
        fill(&late).unwrap();
        give_name(&late, &place).unwrap();
        create(&place).unwrap();
        assert_eq!(place.identity(), first);
        assert_eq!(drafts(&place), [] as [PathBuf; 0]);
    }
}
