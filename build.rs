//! Runs the generator over `specs/` while the program is built: embeds the facts that `list` shows and the pages
//! that `explain` shows, and writes the fresh clients with which a test compares `generated/`.
//!
//! A bad spec is left out with a warning, so that the program still builds and its `check` can draw the whole picture.

#[path = "src/facts.rs"]
mod facts;
#[path = "build/facts_of.rs"]
mod facts_of;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use token_refresh_generator::diagnostic::{Diagnostic, Label, Severity, Sink};
use token_refresh_generator::{Config, compile, generate, output, source};

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
    let (sound, facts) = catalogue();
    let facts = serde_json::to_string(&facts).unwrap_or_else(|error| fail(&error.to_string()));
    let out = variable("OUT_DIR");
    let catalogue = format!("{pages}\npub(crate) const PROVIDERS: &str = {facts:?};\n");
    write(&out.join("catalogue.rs"), &catalogue);
    write_clients(sound, &out.join("clients"));
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

/// The sound specs and their facts. Each is compiled by itself, so that a mistake in one costs the others nothing.
fn catalogue() -> (Vec<PathBuf>, Vec<Facts>) {
    let mut sink = Sink::default();
    let (mut sources, roots) = source::load(&["specs".into()], &mut sink);
    warn(&sink.finish(&sources));
    let (mut sound, mut facts) = (Vec::new(), Vec::new());
    for root in roots {
        let path = PathBuf::from(&root.path);
        match compile(&mut sources, vec![root], Sink::default()) {
            Ok((model, _)) => {
                sound.push(path);
                facts.extend(model.providers.iter().flat_map(facts_of::facts_of));
            }
            Err(found) => warn(&found),
        }
    }
    (sound, facts)
}

/// Writes the clients of these specs, as a crate that nobody builds: a test compares it with `generated/`.
fn write_clients(specs: Vec<PathBuf>, folder: &Path) {
    if specs.is_empty() {
        return;
    }
    let mut config = Config::new("specs");
    config.specs = specs;
    match generate(&config) {
        Ok(tree) => {
            if let Err(error) = output::write(&tree, folder) {
                fail(&format!("cannot write {error}"));
            }
        }
        Err(found) => warn(&found),
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
