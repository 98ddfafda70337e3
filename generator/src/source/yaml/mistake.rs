//! Turns the parser's errors into plain words and a way out.

use saphyr_parser::ScanError;

use super::offset::Offsets;
use crate::diagnostic::{Code, Report};
use crate::source::{FileId, Span, codes};

/// What is wrong, where, and what to do.
pub(super) fn report(text: &str, file: FileId, offsets: &Offsets<'_>, error: &ScanError) -> Report {
    let at = offsets.byte(error.marker().index());
    if let Some(tab) = tab_before(text, at, error.info()) {
        return Report::new(
            codes::TAB,
            "this line is indented with a tab; YAML allows only spaces there",
        )
        .at(span(file, tab, tab + 1), "a tab")
        .help("put two spaces in its place");
    }
    let (code, message, label, help) = words(error.info(), text, at);
    let at = if code == codes::INDENTATION {
        first_word(text, at)
    } else {
        at
    };
    let (start, end) = place(text, at);
    Report::new(code, message)
        .at(span(file, start, end), label)
        .help(help)
}

/// Where a text ceases to be JSON.
pub(super) fn no_json(text: &str, file: FileId, at: usize) -> Report {
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let (start, end) = place(text, at.unwrap_or(0));
    Report::new(codes::SYNTAX, "this is not valid JSON")
        .at(span(file, start, end), "not expected here")
        .help("see whether a comma, a quote or a bracket is missing before it")
}

/// The first tab in the indentation of the line, or of the one above where the parser stumbled over one.
fn tab_before(text: &str, at: usize, info: &str) -> Option<usize> {
    let line = line_start(text, at);
    let above = line_start(text, line.saturating_sub(1));
    let lines = [Some(line), info.contains("tab").then_some(above)];
    lines.into_iter().flatten().find_map(|start| {
        let rest = &text[start..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest[..blank].find('\t').map(|tab| start + tab)
    })
}

/// Where the text of the line begins.
fn first_word(text: &str, at: usize) -> usize {
    let start = line_start(text, at);
    let rest = &text[start..];
    let blank = rest.len() - rest.trim_start_matches(' ').len();
    (start + blank).min(at)
}

/// The word at the error; the line's last character where the error is at its end.
fn place(text: &str, at: usize) -> (usize, usize) {
    let rest = &text[at..];
    let length = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
    if length > 0 {
        return (at, at + length);
    }
    let before = text[..at].trim_end();
    let last = before
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start);
    (last, before.len())
}

/// Code, message, label and help for one of the parser's phrases.
fn words(info: &str, text: &str, at: usize) -> (Code, String, &'static str, &'static str) {
    let is = |part: &str| info.contains(part);
    if is("unknown anchor") {
        return (
            codes::ALIAS,
            "this alias names an anchor that is nowhere above".into(),
            "no such anchor",
            "define it first: `key: &name value`",
        );
    }
    if is("recursion limit") {
        return (
            codes::LIMIT,
            "lists and mappings stand too deep in each other".into(),
            "too deep",
            "move inner schemas to `components/schemas` and point at them with `$ref`",
        );
    }
    if is("mapping values are not allowed") {
        return colon(text, at);
    }
    if is("quoted scalar, found unexpected") || is("indentation in quoted scalar") {
        return (
            codes::SYNTAX,
            "this text begins with a quote that never ends".into(),
            "opened here",
            "put the same quote at the end of the text",
        );
    }
    if is("unknown escape") || is("hexadecimal") || is("character escape code") {
        return (
            codes::SYNTAX,
            "an escape in this text is not one that YAML knows".into(),
            "after the `\\`",
            "use single quotes, in which `\\` is an ordinary character",
        );
    }
    if is("trailing content") {
        return (
            codes::SYNTAX,
            "something follows the closing quote".into(),
            "not expected here",
            "put all of the value between the quotes",
        );
    }
    if is("flow mapping")
        || is("flow sequence")
        || is("misplaced bracket")
        || is("illegal placement of ':'")
        || is("flow construct")
    {
        return (
            codes::SYNTAX,
            "a `{` or `[` is not closed, or a comma is missing".into(),
            "expected `,` or the closing bracket",
            "close every `{` with `}` and every `[` with `]`, and put commas between",
        );
    }
    if is("unexpected character") || is("unprintable") || is("byte order mark") {
        return (
            codes::SYNTAX,
            "no value may begin with this character".into(),
            "not allowed here",
            "put quotes around the value",
        );
    }
    if is("plain scalar cannot start") {
        return (
            codes::SYNTAX,
            "no value may begin with this character".into(),
            "not allowed here",
            "put quotes around the value",
        );
    }
    if is("indent")
        || is("block mapping, did not find")
        || is("block collection")
        || is("simple key")
        || is("not allowed in this context")
        || is("wrongly indented")
        || is("document indicator")
        || is("document start")
    {
        return (
            codes::INDENTATION,
            "this line does not stand under what it belongs to".into(),
            "too far left or right",
            "give it the same number of leading spaces as its neighbours",
        );
    }
    (
        codes::SYNTAX,
        format!("this cannot be read as YAML: {info}"),
        "here",
        "see whether an indentation, a quote or a bracket is missing",
    )
}

/// A colon where none may be: a second one in the line, or a line too far right.
fn colon(text: &str, at: usize) -> (Code, String, &'static str, &'static str) {
    let line = &text[line_start(text, at)..at];
    if line.trim_start_matches([' ', '-']).contains(": ") {
        return (
            codes::SYNTAX,
            "there is a second `: ` in this line".into(),
            "this colon",
            "put quotes around the value: `key: \"one: two\"`",
        );
    }
    (
        codes::INDENTATION,
        "this line stands further right than its neighbours".into(),
        "belongs further left",
        "give it the same number of leading spaces as the line above",
    )
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn span(file: FileId, start: usize, end: usize) -> Span {
    let position = |byte| u32::try_from(byte).unwrap_or(u32::MAX);
    Span {
        file,
        start: position(start),
        end: position(end),
    }
}
