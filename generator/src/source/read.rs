//! Turns a path on disk into a [`SourceFile`]: which files are specs, and how bytes become text.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{FileId, SourceFile, SourceSet, Span, codes};
use crate::diagnostic::{Report, Sink};

/// The largest file that is read, in bytes. The largest public OpenAPI documents are around 12 MB.
const LIMIT: u64 = 32 << 20;

/// A file that is a spec.
pub(super) struct Found {
    /// Where it is.
    pub(super) location: PathBuf,
    /// Its path as it was asked for.
    pub(super) shown: String,
    /// The folder's name and the file's.
    pub(super) path: String,
}

/// Why there is no text.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The operating system's word.
    Unreadable(String),
    /// A problem within the file.
    Reported(Box<Report>),
}

impl Trouble {
    pub(super) fn report(self, name: &str) -> Report {
        match self {
            Self::Reported(report) => *report,
            Self::Unreadable(reason) => Report::new(
                codes::UNREADABLE,
                format!("{name} cannot be read: {reason}"),
            )
            .help("see whether the path is right and may be read"),
        }
    }
}

/// The specs at a path: itself, or those at the top of the folder, by name.
pub(super) fn specs(path: &Path, sink: &mut Sink) -> Vec<Found> {
    let listed = match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => list(path),
        Ok(_) => Ok(vec![path.to_path_buf()]),
        Err(error) => Err(error),
    };
    let files = match listed {
        Ok(files) => files,
        Err(error) => {
            sink.push(Trouble::Unreadable(error.to_string()).report(&shown(path)));
            return Vec::new();
        }
    };
    if files.is_empty() {
        sink.push(
            Report::new(
                codes::NO_SPECS,
                format!("there is no spec in {}", shown(path)),
            )
            .help("put `<provider>.yaml` there"),
        );
    }
    files.into_iter().map(found).collect()
}

fn list(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path
            .file_name()
            .is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        let is_spec =
            ending.is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "json");
        if is_spec && !is_hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn found(location: PathBuf) -> Found {
    let shown = shown(&location);
    let name = shown.rsplit('/').next().unwrap_or_default().to_owned();
    // `.` and `..` have a name only once they are resolved.
    let folder = location.parent().map(|folder| {
        if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        }
    });
    let folder = folder.and_then(|folder| folder.canonicalize().ok());
    let folder = folder
        .as_deref()
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy().into_owned());
    let path = folder.map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"));
    Found {
        location,
        shown,
        path,
    }
}

/// The path as messages show it.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    text.replace("/./", "/").replace("//", "/")
}

/// Reads a file into the set.
pub(super) fn file(
    sources: &mut SourceSet,
    location: PathBuf,
    shown: String,
) -> Result<FileId, Trouble> {
    let unreadable = |error: std::io::Error| Trouble::Unreadable(error.to_string());
    if location.is_dir() {
        return Err(Trouble::Unreadable("it is a folder".to_owned()));
    }
    let file = std::fs::File::open(&location).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        let report = Report::new(
            codes::LIMIT,
            format!("{shown} is larger than {} MiB", LIMIT >> 20),
        )
        .help("take out what the refresh does not need, or split the file");
        return Err(Trouble::Reported(Box::new(report)));
    }
    let (text, fault) = decode(bytes);
    let id = sources.add(SourceFile {
        path: shown,
        location,
        text,
    });
    match fault {
        None => Ok(id),
        Some(fault) => Err(Trouble::Reported(Box::new(fault.report(id)))),
    }
}

/// Bytes that are not UTF-8.
enum Fault {
    Utf16,
    Byte(usize),
}

impl Fault {
    fn report(&self, file: FileId) -> Report {
        let span = |start: usize, length: u32| {
            let start = u32::try_from(start).unwrap_or(u32::MAX);
            Span {
                file,
                start,
                end: start.saturating_add(length),
            }
        };
        match self {
            Self::Utf16 => Report::new(codes::ENCODING, "this file is UTF-16; specs are UTF-8")
                .at(span(0, 0), "begins with the mark of UTF-16")
                .help("save it as UTF-8: `iconv -f UTF-16 -t UTF-8`"),
            Self::Byte(at) => Report::new(codes::ENCODING, "this file is not UTF-8")
                .at(span(*at, 3), "the first byte that is no UTF-8")
                .help("save it as UTF-8: `iconv -f ISO-8859-1 -t UTF-8`"),
        }
    }
}

fn decode(bytes: Vec<u8>) -> (String, Option<Fault>) {
    // JSON and YAML begin with ASCII: a zero among the first two bytes is UTF-16 without its mark.
    let is_wide = matches!(
        bytes.as_slice(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]
    );
    if is_wide {
        return (String::new(), Some(Fault::Utf16));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            (text, None)
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            // Each bad sequence becomes one replacement character; what is before it keeps its place.
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, Some(Fault::Byte(at)))
        }
    }
}
