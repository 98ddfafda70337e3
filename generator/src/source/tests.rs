//! Which files are specs, and what their providers are called.

use std::path::PathBuf;

use super::*;
use crate::diagnostic::Sink;

const SPEC: &str = "openapi: 3.0.3\n";

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn loaded(paths: &[PathBuf]) -> (Vec<String>, Vec<String>) {
    let mut sink = Sink::default();
    let (sources, roots) = load(paths, &mut sink);
    let codes = sink
        .finish(&sources)
        .iter()
        .map(|found| found.code.to_string())
        .collect();
    (roots.into_iter().map(|root| root.id).collect(), codes)
}

#[test]
fn specs_are_the_files_at_the_top_by_id() {
    let spec = SPEC.as_bytes();
    let folder = folder(&[
        ("b.yml", spec),
        ("a.yaml", spec),
        ("c.JSON", b"{\"openapi\": \"3.0.3\"}"),
        (".hidden.yaml", spec),
        ("notes.md", b"x"),
        ("shared/d.yaml", spec),
        ("schema/e.json", b"{}"),
    ]);
    let root = folder.path().to_path_buf();
    assert_eq!(
        loaded(std::slice::from_ref(&root)),
        (vec!["a".into(), "b".into(), "c".into()], vec![])
    );
    // Named twice is there once.
    assert_eq!(loaded(&[root.join("a.yaml"), root.clone()]).0.len(), 3);
    assert_eq!(loaded(&[root.join("shared/d.yaml")]).0, ["d"]);
}

#[test]
fn paths_in_documents_are_the_same_wherever_the_folder_is() {
    let folder = folder(&[("specs/a.yaml", SPEC.as_bytes())]);
    for path in ["specs", "specs/", "./specs/a.yaml", "specs/../specs/a.yaml"] {
        let mut sink = Sink::default();
        let (_, roots) = load(&[folder.path().join(path)], &mut sink);
        assert_eq!(roots[0].path, "specs/a.yaml", "{path}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_told_apart() {
    for bytes in [
        &b"\xff\xfeo\0"[..],
        b"\xfe\xff\0o",
        b"o\0p\0",
        b"\0o\0p",
        b"openapi: \xe9\n",
    ] {
        let folder = folder(&[("a.yaml", bytes)]);
        assert_eq!(
            loaded(&[folder.path().to_path_buf()]).1,
            ["TR008"],
            "{bytes:?}"
        );
    }
    let folder = folder(&[("a.yaml", b"\xef\xbb\xbfopenapi: 3.0.3\n")]);
    assert_eq!(
        loaded(&[folder.path().to_path_buf()]),
        (vec!["a".into()], vec![])
    );
}

#[test]
fn what_is_not_there_is_said() {
    let folder = folder(&[("notes.md", b"x")]);
    assert_eq!(loaded(&[folder.path().to_path_buf()]).1, ["TR016"]);
    assert_eq!(loaded(&[folder.path().join("none")]).1, ["TR013"]);
    assert_eq!(loaded(&[]).1, ["TR016"]);
}

#[test]
fn names_that_are_no_ids_get_a_suggestion() {
    for (name, id) in [
        ("AcmeCorp", "acme-corp"),
        ("acme_corp", "acme-corp"),
        ("7eleven", "p7eleven"),
        ("émile", "mile"),
        ("…", "my-provider"),
        ("a.b", "a-b"),
    ] {
        let file = format!("{name}.yaml");
        let folder = folder(&[(file.as_str(), SPEC.as_bytes())]);
        let mut sink = Sink::default();
        let (sources, _) = load(&[folder.path().to_path_buf()], &mut sink);
        let found = sink.finish(&sources).remove(0);
        assert_eq!(found.code.to_string(), "TR014");
        assert_eq!(found.help.unwrap(), format!("rename the file to {id}.yaml"));
    }
}
