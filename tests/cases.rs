//! One file or folder under `tests/cases` is one case: what is rejected is drawn, what is accepted is shown as the
//! model and the file that comes out.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use support::cases::{self, Case};
use support::compact::compact;
use support::{files_under, root};
use token_refresh_generator::diagnostic::Severity;
use token_refresh_generator::{Config, generate};

#[test]
fn rejected_specs_show_the_diagnostic_that_they_are_named_after() {
    each("reject", |case| {
        let examined = case.examine();
        let code = case
            .code()
            .unwrap_or_else(|| panic!("the name begins with a code: TR101-short-name"));
        let found: BTreeSet<String> = examined
            .diagnostics
            .iter()
            .map(|found| found.code.to_string())
            .collect();
        assert!(found.contains(&code), "{code} is not among {found:?}");
        snapshot("reject", &case.name, &examined.drawn());
    });
}

#[test]
fn accepted_specs_become_what_they_should() {
    each("accept", |case| {
        let examined = case.examine();
        let errors: Vec<_> = examined
            .diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{}", examined.drawn());
        let models: Vec<_> = examined
            .model
            .providers
            .iter()
            .map(|provider| compact(&format!("{provider:?}")))
            .collect();
        snapshot(
            "accept",
            &format!("{}.model", case.name),
            &models.join("\n"),
        );
        snapshot("accept", &format!("{}.output", case.name), &output(case));
    });
}

/// The files that are the providers' own.
fn output(case: &Case) -> String {
    let tree = match generate(&Config::new(&case.path)) {
        Ok(tree) => tree,
        Err(found) => panic!("{found:?}"),
    };
    let mut text = String::new();
    for (path, file) in tree.files() {
        // The tests of a provider are snapshots elsewhere, and run for the built-in ones.
        if file.provider.is_some() && path.starts_with("src/") {
            let _ = writeln!(text, "==> {path} <==\n{}", file.contents);
        }
    }
    text
}

/// Runs all cases of a kind, whatever becomes of one, and names those that fail.
fn each(kind: &str, judge: impl Fn(&Case)) {
    let mut failed = Vec::new();
    for case in cases::all(kind) {
        if catch_unwind(AssertUnwindSafe(|| judge(&case))).is_err() {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "these cases of {kind} fail: {failed:?}");
}

fn snapshot(kind: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/snapshots").join(kind));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_snapshot_belongs_to_a_case() {
    let mut unreferenced = Vec::new();
    for kind in ["accept", "reject"] {
        let names: BTreeSet<String> = cases::all(kind).into_iter().map(|case| case.name).collect();
        for file in files_under(&root().join("tests/snapshots").join(kind)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let case = name.split('.').next().unwrap_or_default();
            if !names.contains(case) {
                unreferenced.push(file);
            }
        }
    }
    assert!(
        unreferenced.is_empty(),
        "no case refers to {unreferenced:?}; remove them"
    );
}
