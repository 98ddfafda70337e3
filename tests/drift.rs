//! `generated/` is what the generator makes of `specs/` today, whatever the order in which it meets the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::{files_under, read, root};
use token_refresh_generator::config::{Config, Layout};
use token_refresh_generator::{generate, output};

/// The specs, in the order of their names.
fn specs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("specs")).unwrap();
    let mut specs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    specs.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    specs.sort();
    specs
}

fn config(specs: Vec<PathBuf>) -> Config {
    let package = output::package(&root().join("generated"))
        .unwrap()
        .expect("it has a manifest");
    let mut config = Config::new("specs").layout(Layout::Crate(package));
    config.specs = specs;
    config
}

#[test]
fn generated_is_up_to_date() {
    let tree = generate(&config(vec![root().join("specs")])).expect("the specs are sound");
    let drifts = output::drift(&tree, &root().join("generated")).unwrap();
    let paths: Vec<_> = drifts.iter().map(|drift| &drift.path).collect();
    assert!(
        paths.is_empty(),
        "run `cargo run -- generate`: these differ: {paths:?}"
    );
}

#[test]
fn the_clients_of_the_build_are_those_that_are_committed() {
    let fresh = texts(Path::new(env!("OUT_DIR")).join("clients").as_path());
    assert!(
        fresh.len() > 5,
        "the build script wrote them: {:?}",
        fresh.keys()
    );
    let committed = texts(&root().join("generated"));
    for (path, text) in &fresh {
        // The manifest is the one of a new crate: its first table belongs to the owner of each crate.
        if path != Path::new("Cargo.toml") {
            assert!(
                committed.get(path) == Some(text),
                "run `cargo run -- generate`: {} differs",
                path.display()
            );
        }
    }
}

/// The texts of a folder's files, by their paths in it.
fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let inside = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_owned();
    files_under(folder)
        .iter()
        .map(|path| (inside(path), read(path)))
        .collect()
}

#[test]
fn the_order_of_files_does_not_matter() {
    let texts = |specs: Vec<PathBuf>| -> Vec<(String, String)> {
        let tree = generate(&config(specs)).expect("the specs are sound");
        tree.files()
            .map(|(path, file)| (path.to_owned(), file.contents.clone()))
            .collect()
    };
    let forwards = texts(specs());
    let mut backwards = specs();
    backwards.reverse();
    assert_eq!(forwards, texts(backwards));
    assert_eq!(
        forwards,
        texts(vec![root().join("specs")]),
        "one by one or as a folder"
    );
}
