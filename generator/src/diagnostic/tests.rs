//! Pictures and positions.

use super::*;
use crate::source::FileId;

const WRONG: Code = Code::error(999, "a test");

fn drawn(
    text: &str,
    reports: impl FnOnce(&dyn Fn(&str) -> Span) -> Report,
) -> (String, Diagnostic) {
    let mut sources = SourceSet::default();
    let file = sources.add(SourceFile {
        path: "specs/a.yaml".into(),
        location: std::path::PathBuf::new(),
        text: text.into(),
    });
    let find = |part: &str| {
        let start = u32::try_from(text.find(part).unwrap()).unwrap();
        Span {
            file: FileId(file.0),
            start,
            end: start + u32::try_from(part.len()).unwrap(),
        }
    };
    let mut sink = Sink::default();
    sink.push(reports(&find));
    let diagnostic = sink.finish(&sources).remove(0);
    (diagnostic.draw(Colour::Never), diagnostic)
}

#[test]
fn two_labels_and_a_help() {
    let (picture, diagnostic) = drawn("größe: 1\npost:\n  requestBodyy: {}\n  x: 1\n", |find| {
        Report::new(WRONG, "an operation has no key `requestBodyy`")
            .at(find("requestBodyy"), "not a key of an operation")
            .and(find("post"), "of this one")
            .help("requestBody")
    });
    insta::assert_snapshot!(picture);
    let position = diagnostic.primary.unwrap().position();
    assert_eq!(
        (
            position.line,
            position.column,
            position.end_line,
            position.end_column
        ),
        (3, 3, 3, 15)
    );
}

#[test]
fn places_far_apart_get_an_excerpt_each() {
    let text = format!("first: 1\n{}last: 2\n", "a: 1\n".repeat(100));
    let (picture, _) = drawn(&text, |find| {
        Report::new(WRONG, "twice")
            .at(find("last"), "again here")
            .and(find("first"), "first defined here")
    });
    insta::assert_snapshot!(picture);
}

#[test]
fn a_value_of_many_lines_is_marked_on_its_first() {
    let (picture, _) = drawn("a:\n  b: 1\n  c: 2\n", |find| {
        Report::new(WRONG, "wrong").at(find("b: 1\n  c: 2\n"), "this")
    });
    insta::assert_snapshot!(picture);
}

#[test]
fn long_lines_are_shown_in_part() {
    let text = format!(
        "{{\"é\":\"{}\",\"paths\":\"{}\"}}",
        "ö".repeat(5000),
        "x".repeat(5000)
    );
    let (picture, diagnostic) = drawn(&text, |find| {
        Report::new(WRONG, "wrong").at(find("\"paths\""), "this")
    });
    insta::assert_snapshot!(picture);
    assert_eq!(diagnostic.primary.unwrap().position().column, 5009);
}

#[test]
fn nothing_from_a_file_reaches_the_terminal_raw() {
    let hostile = "a: \u{1b}[31mred\u{202e}evil\u{7}\u{9b}2J\u{2066}\u{200b}\n";
    let (picture, diagnostic) = drawn(hostile, |find| {
        Report::new(WRONG, format!("bad {hostile}"))
            .at(find("red"), hostile)
            .and(find("a:"), hostile)
            .help(hostile)
    });
    let is_safe = |text: &str| {
        !text.chars().any(|c| {
            c != '\n' && c.is_control()
                || ('\u{202a}'..='\u{202e}').contains(&c)
                || ('\u{2066}'..='\u{2069}').contains(&c)
        })
    };
    assert!(is_safe(&picture), "{picture:?}");
    let coloured = diagnostic.draw(Colour::Always);
    assert!(
        !coloured.contains("\u{1b}[31mred") && !coloured.contains('\u{202e}'),
        "{coloured:?}"
    );
    insta::assert_snapshot!(picture);
}

#[test]
fn columns_count_characters_and_ends_may_be_anywhere() {
    let (_, diagnostic) = drawn("𝄞é: x\r\ny: z", |find| {
        Report::new(WRONG, "").at(find("x"), "")
    });
    assert_eq!(diagnostic.primary.unwrap().position().column, 5);
    let (picture, _) = drawn("a: 1", |_| {
        Report::new(WRONG, "").at(
            Span {
                file: FileId(0),
                start: 400,
                end: 2,
            },
            "beyond",
        )
    });
    assert!(picture.contains("beyond"));
    let (picture, _) = drawn("", |_| {
        Report::new(WRONG, "empty").at(Span::default(), "nothing")
    });
    assert!(picture.contains("specs/a.yaml:1:1"), "{picture}");
}

#[test]
fn codes_are_distinct() {
    let mut numbers: Vec<String> = codes().map(|code| code.to_string()).collect();
    let count = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), count);
}
