//! The program from outside: what it prints, where, and how it exits.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use support::root;

/// The program, in this folder, with an environment of its own.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-refresh"));
    command.current_dir(folder);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "TERM"] {
        command.env_remove(variable);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(program(folder).args(arguments).output().unwrap())
}

/// What a run left.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    #[track_caller]
    fn complains(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "`{text}` is not in:\n{}",
            self.stderr
        );
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "`{text}` is not in:\n{}",
            self.stdout
        );
        self
    }
}

/// A folder with one broken spec, `specs/acme.yaml`.
fn broken() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    std::fs::write(
        folder.path().join("specs/acme.yaml"),
        "openapi: 3.0.3\ninfo:\n\ttitle: x\n",
    )
    .unwrap();
    folder
}

/// A folder with the founding specs in `specs/`.
fn founding() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    for entry in std::fs::read_dir(root().join("specs")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(
                &path,
                folder.path().join("specs").join(path.file_name().unwrap()),
            )
            .unwrap();
        }
    }
    folder
}

#[test]
fn misuse_exits_with_two() {
    run(&root(), &[]).exits(2).complains("Usage:");
    run(&root(), &["generat"]).exits(2).complains("generate");
    run(&root(), &["check", "--format", "xml"])
        .exits(2)
        .complains("github");
    run(&root(), &["generate", "--check", "--print"])
        .exits(2)
        .complains("--print");
    run(&root(), &["explain"]).exits(2).complains("CODE");
}

#[test]
fn help_has_examples() {
    for command in ["generate", "check", "list", "explain"] {
        run(&root(), &[command, "--help"])
            .exits(0)
            .says("Examples:")
            .says(&format!("token-refresh {command}"));
    }
    run(&root(), &["--help"]).exits(0).says("Exit codes:");
}

#[test]
fn a_missing_folder_is_misuse() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["check"]).exits(2).complains("`specs`");
    run(folder.path(), &["check", "nowhere"])
        .exits(2)
        .complains("`nowhere`");
    run(folder.path(), &["generate"])
        .exits(2)
        .complains("--specs");
}

#[test]
fn an_empty_folder_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("specs")).unwrap();
    run(folder.path(), &["check"])
        .exits(1)
        .says("no spec in specs");
    run(folder.path(), &["generate"])
        .exits(1)
        .complains("no spec in specs");
    assert!(!folder.path().join("generated").exists());
}

#[test]
fn a_sound_folder_is_clean() {
    run(&root(), &["check"]).exits(0).complains("no problems");
    let clean = run(&root(), &["check", "--format", "json"]).exits(0);
    assert_eq!(clean.stdout, "[]\n");
    assert_eq!(clean.stderr, "");
}

#[test]
fn a_broken_spec_is_drawn() {
    let folder = broken();
    let ran = run(folder.path(), &["check"])
        .exits(1)
        .says("error[TR003]")
        .says("specs/acme.yaml:3:1");
    assert!(
        !ran.stdout.contains('\u{1b}'),
        "no colour in a pipe: {}",
        ran.stdout
    );
    run(folder.path(), &["generate"])
        .exits(1)
        .complains("specs/acme.yaml:3:1");
    assert!(
        !folder.path().join("generated").exists(),
        "nothing is written of a broken spec"
    );
}

#[test]
fn problems_as_json_count_from_one() {
    let folder = broken();
    let ran = run(folder.path(), &["check", "--format", "json"]).exits(1);
    let problems: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let problem = &problems.as_array().expect("an array")[0];
    let keys: Vec<_> = problem
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = [
        "code",
        "severity",
        "message",
        "file",
        "line",
        "column",
        "end_line",
        "end_column",
        "help",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(problem["code"], "TR003");
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["file"], "specs/acme.yaml");
    let place =
        ["line", "column", "end_line", "end_column"].map(|key| problem[key].as_u64().unwrap());
    assert_eq!(place, [3, 1, 3, 2]);
}

#[test]
fn problems_for_github_name_their_place() {
    let folder = broken();
    let place = "::error file=specs/acme.yaml,line=3,col=1,endLine=3,endColumn=2,title=TR003::";
    run(folder.path(), &["check", "--format", "github"])
        .exits(1)
        .says(place);
}

#[test]
fn colour_obeys_the_environment() {
    let folder = broken();
    let forced = program(folder.path())
        .arg("check")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(
        Ran::of(forced).stdout.contains('\u{1b}'),
        "colour where it is asked for"
    );
    let both = program(folder.path())
        .arg("check")
        .envs([("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])
        .output()
        .unwrap();
    assert!(
        !Ran::of(both).stdout.contains('\u{1b}'),
        "NO_COLOR has the last word"
    );
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let folder = broken();
    let cases: [(&Path, &[&str], i32); 3] = [
        (&root(), &["explain", "TR050"], 0),
        (&root(), &["list", "--format", "json"], 0),
        (folder.path(), &["check"], 1),
    ];
    for (place, arguments, code) in cases {
        let mut child = program(place)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap()).exits(code);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_so() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = program(&root())
        .args(["list"])
        .stdout(full)
        .output()
        .unwrap();
    Ran::of(output)
        .exits(2)
        .complains("cannot write to standard output");
}

#[test]
fn explain_shows_the_page() {
    let page = support::read(&root().join("docs/diagnostics/TR050.md"));
    for code in ["TR050", "tr050", "50"] {
        assert_eq!(run(&root(), &["explain", code]).exits(0).stdout, page);
    }
    run(&root(), &["explain", "TR05O"])
        .exits(2)
        .complains("did you mean TR050?");
}

#[test]
fn list_has_every_spec() {
    let ran = run(&root(), &["list", "--format", "json"]).exits(0);
    let providers: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let ids: Vec<_> = providers
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| provider["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "berbix",
            "transak-partner",
            "transak-user",
            "vault-ist",
            "xellar"
        ]
    );
    let table = run(&root(), &["list"]).exits(0).stdout;
    insta::assert_snapshot!(table);
}

#[test]
fn generate_writes_a_whole_crate_once() {
    let folder = founding();
    run(folder.path(), &["generate"])
        .exits(0)
        .says("Generated  berbix");
    for file in ["Cargo.toml", "src/lib.rs", "src/vault_ist.rs"] {
        assert!(
            folder.path().join("generated").join(file).is_file(),
            "{file}"
        );
    }
    run(folder.path(), &["generate"])
        .exits(0)
        .says("Unchanged  berbix, transak-partner, transak-user, vault-ist, xellar");
    run(folder.path(), &["generate", "--check"]).exits(0);
}

#[test]
fn generate_removes_what_it_no_longer_makes() {
    let folder = founding();
    run(folder.path(), &["generate"]).exits(0);
    std::fs::remove_file(folder.path().join("specs/berbix.yaml")).unwrap();
    run(folder.path(), &["generate", "--check"])
        .exits(1)
        .says("berbix");
    run(folder.path(), &["generate"]).exits(0).says("Removed");
    assert!(!folder.path().join("generated/src/berbix.rs").exists());
}

#[test]
fn drift_is_shown_with_the_way_to_mend_it() {
    let folder = founding();
    run(folder.path(), &["generate"]).exits(0);
    let file = folder.path().join("generated/src/xellar.rs");
    let text = support::read(&file);
    std::fs::write(
        &file,
        text.replace("pub struct WalletToken", "pub struct WalletTokem"),
    )
    .unwrap();
    let ran = run(folder.path(), &["generate", "--check"])
        .exits(1)
        .says("-pub struct WalletTokem")
        .says("+pub struct WalletToken");
    assert!(
        ran.stderr.contains("token-refresh generate"),
        "{}",
        ran.stderr
    );
    assert!(
        support::read(&file).contains("WalletTokem"),
        "nothing is written"
    );
}

#[test]
fn a_hand_written_file_is_left_alone() {
    let folder = founding();
    let file = folder.path().join("generated/src/xellar.rs");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "//! Mine.\n").unwrap();
    run(folder.path(), &["generate"])
        .exits(2)
        .complains("generated/src/xellar.rs");
    assert_eq!(support::read(&file), "//! Mine.\n");
    assert!(
        !folder.path().join("generated/src/berbix.rs").exists(),
        "nothing else is written either"
    );
}

#[test]
fn an_unknown_provider_is_misuse() {
    let folder = founding();
    run(folder.path(), &["generate", "xelar"])
        .exits(2)
        .complains("did you mean `xellar`?");
}

#[test]
fn one_provider_makes_a_crate_of_one() {
    let folder = founding();
    run(folder.path(), &["generate", "--out", "one", "xellar"])
        .exits(0)
        .says("Generated  xellar");
    assert!(folder.path().join("one/src/xellar.rs").is_file());
    assert!(!folder.path().join("one/src/berbix.rs").exists());
    let library = support::read(&folder.path().join("one/src/lib.rs"));
    assert!(
        library.contains("mod xellar;") && !library.contains("mod berbix;"),
        "{library}"
    );
    run(folder.path(), &["generate", "--out", "one", "berbix"])
        .exits(0)
        .says("Unchanged  xellar");
    let library = support::read(&folder.path().join("one/src/lib.rs"));
    assert!(
        library.contains("mod xellar;") && library.contains("mod berbix;"),
        "{library}"
    );
}

#[test]
fn print_writes_nothing() {
    let folder = founding();
    run(folder.path(), &["generate", "--print", "xellar"])
        .exits(0)
        .says("pub struct WalletToken");
    assert!(!folder.path().join("generated").exists());
}
