//! The example programs run, and say what they should.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write as _;
use std::process::Command;

/// What the fleet tells whoever has no PostgreSQL.
const WAY_OUT: &str = "DATABASE_URL=postgres://";

/// What a program prints, and whether it succeeds.
fn run(program: &mut Command) -> (bool, String, String) {
    let output = program.output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), out, err)
}

/// What a program prints; it succeeds.
fn printed(program: &str) -> String {
    let (is_fine, out, err) = run(&mut Command::new(program));
    assert!(is_fine, "{out}\n{err}");
    out
}

#[test]
fn one_process_keeps_a_session_over_a_restart() {
    let out = printed(env!("CARGO_BIN_EXE_one-process"));
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(
        lines,
        [
            "the API answers 200",
            "after a restart it answers 200",
            "to a token that was given up it answers 401",
            "to the next one it answers 200",
            "the session is over: Sign in again with the user's credentials; the answer has a new refresh token.",
            "after a new sign-in it answers 200",
            "refreshed 1, spent twice 0",
        ]
    );
}

#[test]
fn a_single_use_token_is_spent_once() {
    let out = printed(env!("CARGO_BIN_EXE_single-use"));
    let lines: Vec<_> = out.lines().collect();
    let answers = (1..=3).map(|operation| format!("operation {operation}: the API answers 200"));
    let expected: Vec<_> = answers.chain(["spent twice 0".to_owned()]).collect();
    assert_eq!(lines, expected);
}

#[test]
fn three_workers_share_a_session() {
    let (is_fine, out, err) = run(&mut Command::new(env!("CARGO_BIN_EXE_fleet")));
    if !is_fine && err.starts_with("SKIPPED") {
        // PostgreSQL is not installed: the program says so, and its lines go past the harness's capture. Where servers are
        // required it does not get that far.
        assert!(err.contains(WAY_OUT), "{err}");
        std::io::stderr().write_all(err.as_bytes()).unwrap();
        return;
    }
    assert!(is_fine, "{out}\n{err}");
    let number = |before: &str| -> u32 {
        let end = out.find(before).unwrap();
        let text = out[..end].trim_end();
        text.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert_eq!(number("calls of the API let in"), 120, "{out}");
    assert!(number("refreshes") >= 1, "{out}");
    assert!(out.trim_end().ends_with("spent twice 0"), "{out}");
}
