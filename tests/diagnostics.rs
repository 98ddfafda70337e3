//! Every diagnostic has a page and a case that shows it, and every page and case has a diagnostic.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use support::{cases, files_under, read, root};
use token_refresh_generator::diagnostic::codes;

#[test]
fn codes_are_not_used_twice() {
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = codes()
        .filter(|code| !seen.insert(code.to_string()))
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// The pages, the overview excepted.
fn pages() -> Vec<PathBuf> {
    let mut pages = files_under(&root().join("docs/diagnostics"));
    pages.retain(|page| !page.ends_with("README.md"));
    pages
}

#[test]
fn every_code_has_a_page() {
    let pages: BTreeSet<String> = pages()
        .iter()
        .map(|page| page.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let missing: Vec<_> = codes()
        .filter(|code| !pages.contains(&code.to_string()))
        .map(|code| format!("docs/diagnostics/{code}.md: {}", code.title()))
        .collect();
    assert!(
        missing.is_empty(),
        "these pages are missing:\n{}",
        missing.join("\n")
    );
}

#[test]
fn every_page_opens_with_its_code_and_belongs_to_one() {
    let known: BTreeSet<String> = codes().map(|code| code.to_string()).collect();
    for page in pages() {
        let code = page.file_stem().unwrap().to_string_lossy().into_owned();
        let text = read(&page);
        let title = format!("# {code}: ");
        assert!(
            text.starts_with(&title),
            "{}: the first line is `{title}…`",
            page.display()
        );
        // The page of a code that is gone stays, and says so.
        let is_known = known.contains(&code) || text.contains("no longer");
        assert!(is_known, "{}: there is no such code", page.display());
    }
}

#[test]
fn every_code_has_a_rejected_case() {
    let shown: BTreeSet<String> = cases::all("reject")
        .into_iter()
        .filter_map(|case| case.code())
        .collect();
    let missing: Vec<_> = codes()
        .filter(|code| !shown.contains(&code.to_string()))
        .map(|code| format!("tests/cases/reject/{code}-….yaml: {}", code.title()))
        .collect();
    assert!(
        missing.is_empty(),
        "these cases are missing:\n{}",
        missing.join("\n")
    );
}
