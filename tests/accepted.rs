//! What comes out of the accepted cases compiles without a warning: one crate of all of them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{cases, root};
use token_refresh_generator::{Config, Layout, Package, generate, output};

#[test]
fn the_clients_of_every_accepted_case_compile() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("accepted");
    let mut package = Package::named("accepted");
    package.runtime_path = Some(root().join("runtime").to_string_lossy().into_owned());
    package.tests = false;
    // A crate in a folder of a workspace is taken for a member unless it says that it is one itself.
    package.table.push_str("\n[workspace]\n");
    let mut config = Config::new("").layout(Layout::Crate(package));
    config.specs = cases::all("accept")
        .into_iter()
        .map(|case| case.path)
        .collect();
    let tree = generate(&config).unwrap_or_else(|found| panic!("{found:?}"));
    output::write(&tree, &folder).expect("the build folder can be written to");
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("the versions of this workspace");

    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--offline",
            "--no-default-features",
            "--features",
        ])
        .arg(features(&folder))
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Every provider's feature; the transport is not needed to compile.
fn features(folder: &Path) -> String {
    let manifest = support::read(&folder.join("Cargo.toml"));
    let is_provider = |line: &&str| line.ends_with(" = []");
    let names: Vec<_> = manifest
        .lines()
        .filter(is_provider)
        .map(|line| line.trim_end_matches(" = []"))
        .collect();
    assert!(!names.is_empty(), "{manifest}");
    names.join(",")
}
