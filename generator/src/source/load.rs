//! Turns paths into the roots of the specs, and a `$ref`'s path into the file that it means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::read::{self, Trouble};
use super::{FileId, Node, SourceFile, SourceSet, codes, yaml};
use crate::diagnostic::{Report, Sink, nearest};

/// One spec, before anything in it is followed.
#[derive(Clone, Debug)]
pub struct Root {
    /// The file's name without its ending.
    pub id: String,
    /// The name of the specs folder and the file's, wherever the folder is: `specs/acme.yaml`.
    pub path: String,
    /// The file.
    pub file: FileId,
    /// Its content.
    pub node: Node,
}

/// Text that is no file on disk: what a program carries in itself, or a test.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its path, with `/`. Other texts beside it can be reached by `$ref`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Reads the specs of a folder, or those named, sorted by id.
///
/// Of a folder only the YAML and JSON files at its top are specs; those that another one `extends` are not.
pub fn load(paths: &[PathBuf], sink: &mut Sink) -> (SourceSet, Vec<Root>) {
    let mut sources = SourceSet::default();
    let mut roots = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        for found in read::specs(path, sink) {
            // A folder and a file in it may both be named.
            let place = found.location.canonicalize();
            if place.is_ok_and(|place| !seen.insert(place)) {
                continue;
            }
            let name = found.shown.clone();
            match read::file(&mut sources, found.location, found.shown) {
                Ok(file) => roots.extend(root(&sources, file, found.path, sink)),
                Err(trouble) => sink.push(trouble.report(&name)),
            }
        }
    }
    (sources, finish(roots, paths.len(), sink))
}

/// Reads specs that are not on disk. Of texts in one another's folders the outermost are specs.
pub fn load_texts(texts: &[Text], sink: &mut Sink) -> (SourceSet, Vec<Root>) {
    let mut sources = SourceSet::default();
    let depth = |text: &Text| text.path.matches('/').count();
    let top = texts.iter().map(depth).min().unwrap_or(0);
    let mut roots = Vec::new();
    for text in texts {
        let file = sources.add(SourceFile {
            path: text.path.clone(),
            location: PathBuf::new(),
            text: text
                .text
                .strip_prefix('\u{feff}')
                .unwrap_or(&text.text)
                .to_owned(),
        });
        if depth(text) == top {
            roots.extend(root(&sources, file, text.path.clone(), sink));
        }
    }
    (sources, finish(roots, texts.len(), sink))
}

fn root(sources: &SourceSet, file: FileId, path: String, sink: &mut Sink) -> Option<Root> {
    let name = path.rsplit('/').next().unwrap_or(&path);
    let id = name
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned();
    let text = &sources.get(file)?.text;
    let node = yaml::parse(text, file, sink)?;
    Some(Root {
        id,
        path,
        file,
        node,
    })
}

/// Takes out what others extend, checks the ids and sorts.
fn finish(mut roots: Vec<Root>, asked: usize, sink: &mut Sink) -> Vec<Root> {
    let extended: BTreeSet<String> = roots
        .iter()
        .filter_map(|root| {
            let target = root
                .node
                .get("overlay")
                .and(root.node.get("extends"))?
                .as_str()?;
            let folder = root.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Some(format!("{folder}/{}", target.trim_start_matches("./")))
        })
        .collect();
    let is_spec = |root: &Root| {
        !extended.contains(&root.path) && !extended.contains(&format!("/{}", root.path))
    };
    roots.retain(is_spec);
    roots.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
    if roots.is_empty() && asked == 0 {
        sink.push(
            Report::new(codes::NO_SPECS, "no specs were named").help("name a folder: `specs`"),
        );
    }
    let mut seen: BTreeMap<String, FileId> = BTreeMap::new();
    roots.retain(|root| {
        let start = super::Span { file: root.file, start: 0, end: 0 };
        if let Some(&first) = seen.get(&root.id) {
            let first = super::Span { file: first, start: 0, end: 0 };
            sink.push(
                Report::new(codes::DUPLICATE_PROVIDER, format!("two files are the provider `{}`", root.id))
                    .at(start, "the second")
                    .and(first, "the first")
                    .help("rename one of them or take it away"),
            );
            return false;
        }
        if !is_id(&root.id) {
            sink.push(
                Report::new(codes::PROVIDER_ID, format!("`{}` cannot name a provider: lower-case letters, digits and `-`, a letter first", root.id))
                    .at(start, "the file's name is the provider's id")
                    .help(format!("rename the file to {}.yaml", suggested(&root.id))),
            );
        }
        seen.insert(root.id.clone(), root.file);
        true
    });
    roots
}

fn is_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The id that the name comes nearest to.
fn suggested(name: &str) -> String {
    let mut id = String::new();
    let mut was_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && was_small {
            id.push('-');
        }
        was_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => id.push(c),
            _ if id.ends_with('-') || id.is_empty() => {}
            _ => id.push('-'),
        }
    }
    let id = id.trim_end_matches('-');
    match id.chars().next() {
        None => "my-provider".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("p{id}"),
        Some(_) => id.to_owned(),
    }
}

/// Why a `$ref` or an `extends` leads to no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is a URL.
    Remote,
    /// It is an absolute path.
    Absolute,
    /// It leads out of the specs folder, by `..` or a symbolic link.
    Outside,
    /// No such file, and the nearest name of one.
    Missing(Option<String>),
    /// It cannot be read, for this reason.
    Unreadable(String),
}

/// The file that a relative path in another one means. It stays within the folder of the root.
pub fn referenced(
    sources: &mut SourceSet,
    root: FileId,
    from: FileId,
    path: &str,
) -> Result<FileId, Refusal> {
    if path.contains("://") || path.starts_with("//") || path.starts_with("urn:") {
        return Err(Refusal::Remote);
    }
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '~']) || path.contains('\\') || has_drive {
        return Err(Refusal::Absolute);
    }
    let (Some(root), Some(from)) = (sources.get(root).cloned(), sources.get(from).cloned()) else {
        return Err(Refusal::Missing(None));
    };
    let folder = parent(&root.path);
    let shown = join(parent(&from.path), path).ok_or(Refusal::Outside)?;
    let inside = within(folder, &shown).ok_or(Refusal::Outside)?.to_owned();
    if let Some(known) = sources.find(&shown) {
        return Ok(known);
    }
    let Some(base) = root
        .location
        .parent()
        .filter(|_| !root.location.as_os_str().is_empty())
    else {
        return Err(Refusal::Missing(nearest_text(sources, &shown)));
    };
    let location = base.join(Path::new(&inside));
    if has_link(base, Path::new(&inside)) {
        return Err(Refusal::Outside);
    }
    if !location.is_file() {
        return Err(Refusal::Missing(nearest_file(&location)));
    }
    read::file(sources, location, shown).map_err(|trouble| match trouble {
        Trouble::Unreadable(reason) => Refusal::Unreadable(reason),
        Trouble::Reported(report) => Refusal::Unreadable(report.message().to_owned()),
    })
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins and removes `.` and `..`; nothing where that leads above the start.
fn join(folder: &str, path: &str) -> Option<String> {
    let is_absolute = folder.starts_with('/');
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let depth_of_parents = parts.iter().take_while(|part| **part == "..").count();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.len() > depth_of_parents => {
                parts.pop();
            }
            ".." => return None,
            name => parts.push(name),
        }
    }
    let joined = parts.join("/");
    Some(if is_absolute {
        format!("/{joined}")
    } else {
        joined
    })
}

/// The rest of a path below a folder.
fn within<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Whether a symbolic link is on the way from the folder to the file.
fn has_link(base: &Path, inside: &Path) -> bool {
    let mut location = base.to_path_buf();
    inside.components().any(|component| {
        if let Component::Normal(name) = component {
            location.push(name);
        }
        location
            .symlink_metadata()
            .is_ok_and(|meta| meta.file_type().is_symlink())
    })
}

fn nearest_file(location: &Path) -> Option<String> {
    let name = location.file_name()?.to_str()?;
    let mut names: Vec<String> = std::fs::read_dir(location.parent()?)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    nearest::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

fn nearest_text(sources: &SourceSet, shown: &str) -> Option<String> {
    nearest::nearest(shown, sources.files.iter().map(|file| file.path.as_str())).map(str::to_owned)
}
