//! What comes out of the accepted cases compiles without a warning, and passes the tests that come with it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{cases, read, root};
use token_refresh_generator::{Config, Layout, Package, generate, output};

#[test]
fn the_clients_of_every_accepted_case_compile() {
    let (workspace, features) = written("accepted", false);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--workspace", "--no-default-features"]);
    cargo.args(["--features", &features.join(",")]);
    cargo.env("RUSTFLAGS", "-D warnings");
    run(
        cargo.env("CARGO_TARGET_DIR", workspace.join("target")),
        &workspace,
    );
}

#[test]
fn the_clients_of_every_accepted_case_pass_their_own_tests() {
    let (workspace, _) = written("accepted-tests", true);
    // On what this workspace has compiled already: the HTTP client is a hundred crates.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    // The examples in the documentation are compiled with `generated/`.
    cargo.args(["test", "--workspace", "--tests"]);
    run(cargo.env("CARGO_TARGET_DIR", target), &workspace);
}

/// A workspace of all cases, and the features that are providers.
fn written(name: &str, tests: bool) -> (PathBuf, Vec<String>) {
    let workspace = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // The cases that are one file are one crate together; a folder, whose files may be named as another's, is one.
    let (folders, files): (Vec<_>, Vec<_>) = cases::all("accept")
        .into_iter()
        .map(|case| case.path)
        .partition(|path| path.is_dir());
    let mut crates = vec![("files".to_owned(), files)];
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        crates.push((format!("folder-{name}"), vec![folder]));
    }
    let mut features = Vec::new();
    for (name, specs) in &crates {
        write(name, specs, &workspace.join(name), tests);
        features.extend(providers(name, &workspace.join(name)));
    }
    let members: Vec<_> = crates.iter().map(|(name, _)| name).collect();
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
    std::fs::write(workspace.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root().join("Cargo.lock"), workspace.join("Cargo.lock")).unwrap();
    (workspace, features)
}

/// Writes a crate of these specs.
fn write(name: &str, specs: &[PathBuf], folder: &Path, tests: bool) {
    let mut package = Package::named(name);
    package.runtime_path = Some(root().join("runtime").to_string_lossy().into_owned());
    package.tests = tests;
    let mut config = Config::new("").layout(Layout::Crate(package));
    config.specs = specs.to_vec();
    let tree = generate(&config).unwrap_or_else(|found| panic!("{found:?}"));
    output::write(&tree, folder).expect("the build folder can be written to");
}

/// The features that are providers: all but the transport, which compiling does not need.
fn providers(name: &str, folder: &Path) -> Vec<String> {
    let manifest = read(&folder.join("Cargo.toml"));
    let is_provider = |line: &str| line.strip_suffix(" = []").map(|id| format!("{name}/{id}"));
    let providers: Vec<_> = manifest.lines().filter_map(is_provider).collect();
    assert!(!providers.is_empty(), "{manifest}");
    providers
}

fn run(cargo: &mut Command, workspace: &Path) {
    let output = cargo
        .args(["--quiet", "--offline"])
        .current_dir(workspace)
        .output()
        .expect("cargo runs");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}
