//! Turns two texts of a file into a diff that a person reads.

use std::fmt::Write as _;

use similar::TextDiff;

use crate::console::{added, removed};

/// The unified diff of one file; an absent side is an empty file's.
pub(crate) fn diff(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let header = |side: &str, text: Option<&str>| match text {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let texts = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
    let plain = texts
        .unified_diff()
        .header(&header("a", old), &header("b", new))
        .to_string();
    let mut text = String::with_capacity(plain.len());
    for line in plain.lines() {
        let line = match line.as_bytes().first() {
            Some(b'-') => removed(line),
            Some(b'+') => added(line),
            _ => line.to_owned(),
        };
        let _ = writeln!(text, "{line}");
    }
    text
}
