//! Whatever is in a spec, the generator ends with code that compiles or with a diagnostic: never a panic,
//! never code that does not parse.
//!
//! Without `ANY_SPEC_CASES`, the same 256 whole specs are tried each time; with it, so many new ones. The first
//! accepted ones are compiled, all together, as the providers of one crate.

mod bombs;
mod strategy;

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::test_runner::{Config as Settings, RngSeed, TestRunner};
use token_refresh_generator::diagnostic::Severity;
use token_refresh_generator::{Config, Layout, Package, generate, output};

/// How many accepted specs are compiled: a few seconds' worth.
const COMPILED: usize = 24;

/// And of new ones.
const COMPILED_OF_NEW: usize = 250;

#[test]
fn any_spec_gives_code_that_compiles_or_a_diagnostic() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let accepted = RefCell::new(Vec::new());
    let (tried, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    let wanted = wanted();
    let settings = Settings {
        cases: wanted.unwrap_or(256),
        failure_persistence: None,
        rng_seed: match wanted {
            Some(_) => RngSeed::Random,
            None => RngSeed::Fixed(0),
        },
        ..Settings::default()
    };
    let result = TestRunner::new(settings).run(&strategy::spec(), |spec| {
        tried.set(tried.get() + 1);
        let text = serde_json::to_string_pretty(&spec).expect("JSON");
        let path = folder.path().join("acme.json");
        fs::write(&path, &text).expect("a written spec");
        match generate(&Config::new(&path).layout(crate_without_tests())) {
            Ok(tree) => {
                for (path, file) in tree.files().filter(|(path, _)| path.contains(".rs")) {
                    if let Err(error) = syn::parse_file(&file.contents) {
                        panic!("{path}: {error}\n{}", file.contents);
                    }
                }
                accepted.borrow_mut().push(text);
            }
            Err(diagnostics) => {
                refused.set(refused.get() + 1);
                assert!(
                    diagnostics.iter().any(|it| it.severity == Severity::Error),
                    "no reason given"
                );
                let without_a_place = diagnostics.iter().find(|it| it.primary.is_none());
                assert!(
                    without_a_place.is_none(),
                    "no place is given: {without_a_place:?}"
                );
            }
        }
        Ok(())
    });
    let accepted = accepted.into_inner();
    println!(
        "{} specs tried: {} gave code, {} a diagnostic",
        tried.get(),
        accepted.len(),
        refused.get()
    );
    result.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(
        accepted.len() >= COMPILED,
        "too few specs are accepted for the test to mean anything"
    );
    let most = if wanted.is_some() {
        COMPILED_OF_NEW
    } else {
        COMPILED
    };
    compile(&accepted[..most.min(accepted.len())]);
}

/// Ends at all: a reader that counts a bomb out is killed by whoever runs the tests.
#[test]
fn bombs_end_in_code_or_a_diagnostic() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, spec) in bombs::all() {
        let path = folder.path().join("acme.json");
        fs::write(&path, spec.to_string()).expect("a written spec");
        match generate(&Config::new(&path)) {
            Ok(tree) => assert!(tree.files().count() > 0, "{name}"),
            Err(diagnostics) => assert!(!diagnostics.is_empty(), "{name}"),
        }
    }
}

fn wanted() -> Option<u32> {
    std::env::var("ANY_SPEC_CASES").ok()?.parse().ok()
}

fn crate_without_tests() -> Layout {
    let mut package = Package::named("any-spec");
    package.runtime_path = Some(root().join("runtime").display().to_string());
    package.tests = false;
    Layout::Crate(package)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

/// Writes a crate with a provider for each spec, and has it checked with warnings denied.
fn compile(specs: &[String]) {
    let folder = root().join("target/any-spec");
    let _ = fs::remove_dir_all(folder.join("specs"));
    let _ = fs::remove_dir_all(folder.join("crate"));
    fs::create_dir_all(folder.join("specs")).expect("a folder");
    for (index, spec) in specs.iter().enumerate() {
        fs::write(folder.join(format!("specs/p{index}.json")), spec).expect("a written spec");
    }
    let config = Config::new(folder.join("specs")).layout(crate_without_tests());
    let tree = generate(&config).expect("specs that were accepted one by one");
    let krate = folder.join("crate");
    output::write(&tree, &krate).expect("a written crate");
    let manifest = krate.join("Cargo.toml");
    let mut text = fs::read_to_string(&manifest).expect("a manifest");
    text.push_str("\n[workspace]\n");
    fs::write(&manifest, text).expect("a written manifest");
    fs::copy(root().join("Cargo.lock"), krate.join("Cargo.lock")).expect("a lock file");
    let features: Vec<_> = (0..specs.len()).map(|index| format!("p{index}")).collect();
    let done = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--offline",
            "--no-default-features",
            "--features",
        ])
        .arg(features.join(","))
        .arg("--manifest-path")
        .arg(&manifest)
        .arg("--target-dir")
        .arg(folder.join("build"))
        .env("RUSTFLAGS", "-D warnings")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("cargo");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
