//! The few things done to the disk, each so that a reader never sees half of it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::render::MARK;

/// The text of a file; `None` where there is none.
pub(super) fn read(folder: &Path, path: &str) -> io::Result<Option<String>> {
    let location = folder.join(path);
    match fs::read(&location) {
        // Bytes that are no text cannot be ours, and must compare unequal to anything that is.
        Ok(bytes) => Ok(Some(
            String::from_utf8(bytes).unwrap_or_else(|_| "\u{fffd}".to_owned()),
        )),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(about(&location, &error)),
    }
}

/// Whether the generator wrote this: the mark is in one of the first lines.
pub(super) fn is_generated(contents: &str) -> bool {
    contents.lines().take(3).any(|line| line.contains(MARK))
}

pub(super) fn not_ours(folder: &Path, path: &str) -> io::Error {
    let location = folder.join(path);
    let text = format!(
        "{} was not generated: none of its first lines says `{MARK}`. Move it away, or generate elsewhere",
        location.display()
    );
    io::Error::new(ErrorKind::AlreadyExists, text)
}

/// Writes beside the file and renames: whoever reads it meanwhile sees the old one or the new one.
pub(super) fn replace(folder: &Path, path: &str, contents: &str) -> io::Result<()> {
    let location = folder.join(path);
    let name = location.file_name().unwrap_or_default().to_string_lossy();
    let temporary = location.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = fs::write(&temporary, contents).or_else(|error| {
        if error.kind() != ErrorKind::NotFound {
            return Err(error);
        }
        fs::create_dir_all(location.parent().unwrap_or(folder))?;
        fs::write(&temporary, contents)
    });
    let renamed = written.and_then(|()| fs::rename(&temporary, &location));
    renamed.map_err(|error| {
        // The first error is the one to tell; the temporary file may not exist at all.
        let _ = fs::remove_file(&temporary);
        about(&location, &error)
    })
}

/// Removes a file, and its folder where that is empty now.
pub(super) fn remove(folder: &Path, path: &str) -> io::Result<()> {
    let location = folder.join(path);
    fs::remove_file(&location).map_err(|error| about(&location, &error))?;
    if let Some(parent) = location.parent().filter(|parent| *parent != folder) {
        // It refuses where files are left, which is right.
        let _ = fs::remove_dir(parent);
    }
    Ok(())
}

/// Every generated Rust file below a folder whose path is asked for. Links are not followed: what they lead
/// to is not ours.
pub(super) fn generated_below(
    folder: &Path,
    below: &str,
    is_asked_for: &dyn Fn(&str) -> bool,
    found: &mut Vec<(String, String)>,
) -> io::Result<()> {
    let location = folder.join(below);
    let entries = match fs::read_dir(&location) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => return Err(about(&location, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| about(&location, &error))?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        let path = format!("{below}/{name}");
        let kind = entry
            .file_type()
            .map_err(|error| about(&entry.path(), &error))?;
        if kind.is_dir() {
            generated_below(folder, &path, is_asked_for, found)?;
        } else if kind.is_file()
            && Path::new(&path)
                .extension()
                .is_some_and(|kind| kind == "rs")
            && is_asked_for(&path)
        {
            let contents = read(folder, &path)?.filter(|contents| is_generated(contents));
            found.extend(contents.map(|contents| (path, contents)));
        }
    }
    Ok(())
}

fn about(location: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", location.display()))
}
