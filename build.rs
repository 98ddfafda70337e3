//! Runs the generator over `specs/` while the program is built: embeds the facts that `list` shows and the pages
//! that `explain` shows.
//!
//! A bad spec is left out with a warning, so that the program still builds and its `check` can draw the whole picture.

#[path = "src/facts.rs"]
mod facts;
#[path = "build/facts_of.rs"]
mod facts_of;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use token_refresh_generator::diagnostic::{Diagnostic, Label, Severity, Sink};
use token_refresh_generator::source::{Root, SourceSet};
use token_refresh_generator::{document, lower, source};

use crate::facts::Facts;

fn main() {
    // Folders are watched with all that is in them: when nothing in them has changed, this does not run at all.
    for watched in [
        "build.rs",
        "build",
        "src/facts.rs",
        "specs",
        "docs/diagnostics",
    ] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let root = variable("CARGO_MANIFEST_DIR");
    let pages = pages(&root.join("docs/diagnostics"));
    let providers = providers();
    let catalogue = format!("{pages}\npub(crate) const PROVIDERS: &str = {providers:?};\n");
    write(&variable("OUT_DIR").join("catalogue.rs"), &catalogue);
}

fn variable(name: &str) -> PathBuf {
    match std::env::var_os(name) {
        Some(value) => value.into(),
        None => fail(&format!(
            "cargo sets {name} for build scripts, and it is not set"
        )),
    }
}

/// The constant `PAGES`, sorted by code.
fn pages(folder: &Path) -> String {
    let mut pages: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => fail(&format!("cannot read {}: {error}", folder.display())),
    };
    pages.retain(|page| page.to_string_lossy().ends_with(".md") && !page.ends_with("README.md"));
    pages.sort();
    let mut text = String::from("pub(crate) const PAGES: &[Page] = &[\n");
    for page in &pages {
        let code = page.file_stem().unwrap_or_default().to_string_lossy();
        let path = page.to_string_lossy();
        let _ = writeln!(
            text,
            "    Page {{ code: {code:?}, text: include_str!({path:?}) }},"
        );
    }
    text.push_str("];\n");
    text
}

/// The facts of every sound spec, as JSON.
fn providers() -> String {
    let mut sink = Sink::default();
    let (mut sources, roots) = source::load(&["specs".into()], &mut sink);
    warn(&sink.finish(&sources));
    let facts: Vec<Facts> = roots
        .into_iter()
        .flat_map(|root| facts_in(&mut sources, root))
        .collect();
    serde_json::to_string(&facts).unwrap_or_else(|error| fail(&error.to_string()))
}

/// The facts of one spec, by itself, so that a mistake in it costs the others nothing.
fn facts_in(sources: &mut SourceSet, root: Root) -> Vec<Facts> {
    let mut sink = Sink::default();
    let documents = document::resolve(sources, vec![root], &mut sink);
    let model = lower::lower(&documents, &mut sink);
    let is_sound = !sink.has_errors();
    warn(&sink.finish(sources));
    if is_sound {
        model
            .providers
            .iter()
            .flat_map(facts_of::facts_of)
            .collect()
    } else {
        Vec::new()
    }
}

/// A line of warning for each error; warnings are for `check` to show.
fn warn(diagnostics: &[Diagnostic]) {
    for found in diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
    {
        let place = found
            .primary
            .as_ref()
            .map_or_else(|| "specs".to_owned(), place);
        println!(
            "cargo::warning={place}: {} [{}]",
            found.message.replace('\n', " "),
            found.code
        );
    }
}

/// `specs/acme.yaml:17:19`
fn place(label: &Label) -> String {
    let position = label.position();
    format!("{}:{}:{}", label.file.path, position.line, position.column)
}

fn write(path: &Path, text: &str) {
    if let Err(error) = std::fs::write(path, text) {
        fail(&format!("cannot write {}: {error}", path.display()));
    }
}

/// Ends the build with a message that cargo shows.
fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    std::process::exit(1);
}
