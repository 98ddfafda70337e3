//! Puts generated files on disk, or says how the disk differs: the only writer of files.

mod disk;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::config::Package;
use crate::diagnostic::Diagnostic;

/// What the generator made: paths below the output folder, with `/`, and what stands there.
#[derive(Clone, Debug, Default)]
pub struct OutputTree {
    files: BTreeMap<String, OutputFile>,
    /// The folders and files of these providers alone are complete; `None`: of all.
    partial: Option<Vec<String>>,
    /// What the specs' authors should look at, although it stopped nothing.
    pub warnings: Vec<Diagnostic>,
}

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// The text.
    pub contents: String,
    /// The id of the provider that it belongs to; `None`: it is about all of them.
    pub provider: Option<String>,
}

/// What [`write()`] did, as sorted paths below the output folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Written, new or changed.
    pub generated: Vec<String>,
    /// Already as they should be.
    pub unchanged: Vec<String>,
    /// Generated once and no longer.
    pub removed: Vec<String>,
}

/// How one file on disk differs from what the specs say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The path below the output folder.
    pub path: String,
    /// What should be there; `None`: nothing.
    pub expected: Option<String>,
    /// What is there; `None`: nothing.
    pub found: Option<String>,
}

impl OutputTree {
    /// Every file, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &OutputFile)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The file at this path.
    pub fn get(&self, path: &str) -> Option<&OutputFile> {
        self.files.get(path)
    }

    pub(crate) fn insert(&mut self, path: String, provider: Option<&str>, contents: String) {
        let provider = provider.map(str::to_owned);
        self.files.insert(path, OutputFile { contents, provider });
    }

    pub(crate) fn limit_to(&mut self, modules: Vec<String>) {
        self.partial = Some(modules);
    }

    /// Whether a generated file that is not in the tree has no place on disk any more.
    fn is_stale(&self, path: &str) -> bool {
        if self.files.contains_key(path) {
            return false;
        }
        let Some(modules) = &self.partial else {
            return true;
        };
        modules.iter().any(|module| {
            let below = |folder: &str| {
                path.strip_prefix(folder)
                    .and_then(|rest| rest.strip_prefix(module.as_str()))
                    .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
            };
            below("src/") || below("tests/providers/")
        })
    }
}

/// Writes what is not there yet as it should be, and removes what was generated once and is no longer.
///
/// A file that the generator did not write is never touched.
///
/// # Errors
/// A file without the `@generated` line is in the way, or the disk refuses. Nothing was written in the
/// first case.
pub fn write(tree: &OutputTree, folder: &Path) -> io::Result<Report> {
    let mut report = Report::default();
    let mut changes = Vec::new();
    for (path, file) in tree.files() {
        match disk::read(folder, path)? {
            Some(found) if found == file.contents => report.unchanged.push(path.to_owned()),
            Some(found) if !disk::is_generated(&found) => return Err(disk::not_ours(folder, path)),
            _ => changes.push((path, file)),
        }
    }
    let stale = stale(tree, folder)?;
    for (path, file) in changes {
        disk::replace(folder, path, &file.contents)?;
        report.generated.push(path.to_owned());
    }
    for (path, _) in stale {
        disk::remove(folder, &path)?;
        report.removed.push(path);
    }
    Ok(report)
}

/// How the folder differs from the tree, sorted by path; empty: not at all.
///
/// # Errors
/// The disk refuses.
pub fn drift(tree: &OutputTree, folder: &Path) -> io::Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    for (path, file) in tree.files() {
        let found = disk::read(folder, path)?;
        if found.as_ref() != Some(&file.contents) {
            drifts.push(Drift {
                path: path.to_owned(),
                expected: Some(file.contents.clone()),
                found,
            });
        }
    }
    let stale = stale(tree, folder)?.into_iter().map(|(path, found)| Drift {
        path,
        expected: None,
        found: Some(found),
    });
    drifts.extend(stale);
    drifts.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(drifts)
}

/// What the crate in this folder says of itself: what [`Package::from_manifest`] makes of its manifest.
///
/// # Errors
/// The disk refuses.
pub fn package(folder: &Path) -> io::Result<Option<Package>> {
    let manifest = disk::read(folder, "Cargo.toml")?;
    Ok(manifest.as_deref().and_then(Package::from_manifest))
}

fn stale(tree: &OutputTree, folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut stale = Vec::new();
    for top in ["src", "tests"] {
        // Only a tree that has a crate's root is about these folders.
        if tree.get("src/lib.rs").is_some() {
            disk::generated_below(folder, top, &|path| tree.is_stale(path), &mut stale)?;
        }
    }
    stale.sort();
    Ok(stale)
}
