//! Every link of the README into the repository leads to something: above all to the tests behind its guarantees.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let targets = readme.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split(')').next());
    let paths: Vec<_> = targets.filter(|link| !link.contains("://")).collect();
    assert!(paths.len() > 20, "the links are read: {paths:?}");
    let broken: Vec<_> = paths
        .into_iter()
        .filter(|path| !root.join(path).exists())
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}
