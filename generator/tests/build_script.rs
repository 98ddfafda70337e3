//! What a build script hears: clients in the folder, or an end with cargo's errors and the picture.
//!
//! `Build` ends the process on a bad spec, so each case runs this test binary once more as the script.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use token_refresh_generator::Build;

/// Says which specs the second run is for.
const SPECS: &str = "BUILD_SCRIPT_SPECS";

const SPEC: &str = include_str!("../examples/build-script/specs/acme.yaml");

/// The build script itself, where a case runs this binary once more; otherwise nothing.
#[test]
fn script() {
    if let Some(specs) = std::env::var_os(SPECS) {
        Build::new(specs).compile();
    }
}

#[test]
fn a_good_spec_leaves_its_clients() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(folder.path(), Some(SPEC), true);
    assert!(output.status.success(), "{output:?}");
    assert!(folder.path().join("out/token_refresh_clients.rs").exists());
    let watched = format!("cargo::rerun-if-changed={}", spec(folder.path()));
    assert!(
        text(&output.stdout).lines().any(|line| line == watched),
        "{output:?}"
    );
}

#[test]
fn a_bad_spec_fails_the_build_with_its_place_and_its_picture() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(
        folder.path(),
        Some(&SPEC.replace("responses:", "respones:")),
        true,
    );
    assert_eq!(output.status.code(), Some(1));
    let (told, drawn) = (text(&output.stdout), text(&output.stderr));
    let error = told
        .lines()
        .find(|line| line.starts_with("cargo::error="))
        .expect("an error");
    assert!(
        error.contains("acme.yaml:") && error.contains("respones"),
        "{error}"
    );
    assert!(
        drawn.contains("error[TR") && drawn.contains("^^^^^^^^"),
        "{drawn}"
    );
    assert!(!drawn.contains("panicked"), "{drawn}");
    assert!(!folder.path().join("out/token_refresh_clients.rs").exists());
}

#[test]
fn a_folder_that_is_missing_fails_the_build() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(folder.path(), None, true);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("cargo::error="), "{output:?}");
}

#[test]
fn outside_a_build_script_it_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(folder.path(), Some(SPEC), false);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("OUT_DIR is not set"),
        "{output:?}"
    );
}

/// Runs this binary as a build script over one spec.
fn run(folder: &Path, contents: Option<&str>, has_out_dir: bool) -> Output {
    if let Some(contents) = contents {
        fs::create_dir(folder.join("specs")).expect("a folder");
        fs::write(folder.join("specs/acme.yaml"), contents).expect("a written spec");
    }
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "script", "--nocapture"]);
    command
        .env(SPECS, folder.join("specs"))
        .env_remove("OUT_DIR");
    if has_out_dir {
        command.env("OUT_DIR", folder.join("out"));
    }
    command.output().expect("a second run")
}

fn spec(folder: &Path) -> String {
    folder.join("specs/acme.yaml").display().to_string()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
