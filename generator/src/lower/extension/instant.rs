//! Reads how an instant is written: a word, or a `strftime` pattern.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::codes;
use super::read::{Fault, Parse, Read, parse};
use super::word::read_word;
use crate::diagnostic::{Code, Sink};
use crate::model::InstantFormat;
use crate::source::Node;

/// How an instant is written.
#[derive(Clone, Debug)]
pub(super) struct Instant(pub(super) InstantFormat);

#[derive(Clone, Copy)]
enum Word {
    UnixSeconds,
    UnixMilliseconds,
    Unix,
    DateTime,
}

impl Read for Instant {
    const WORDS: &'static str = "a notation of an instant";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        if node.as_str().is_some_and(|text| text.contains('%')) {
            return parse(node, sink);
        }
        let words = [
            ("unix-seconds", Word::UnixSeconds),
            ("unix-milliseconds", Word::UnixMilliseconds),
            ("unix", Word::Unix),
            ("date-time", Word::DateTime),
        ];
        let word = read_word(node, "a notation of an instant", &words, sink)?;
        Some(Self(match word {
            Word::UnixSeconds => InstantFormat::UnixSeconds,
            Word::UnixMilliseconds => InstantFormat::UnixMilliseconds,
            Word::Unix => InstantFormat::Unix,
            Word::DateTime => InstantFormat::DateTime,
        }))
    }
}

/// The fields that the runtime reads: those of chrono's `strftime`.
const FIELDS: &str = "YCyGgqmbBhdeaAwuUWVjDxFvHkIlPpMSfRTXrcsZztn+%";

impl Parse for Instant {
    const WORDS: &'static str = "a pattern for an instant";
    const CODE: Code = codes::PATTERN;

    fn parse(text: &str) -> Result<Self, Fault> {
        let mut at = 0;
        let mut seen = String::new();
        while let Some(offset) = text[at..].find('%') {
            let start = at + offset;
            let rest = &text[start + 1..];
            let modifier = modifier_length(rest);
            let Some(field) = rest[modifier..].chars().next() else {
                let label = "a field's letter is missing; `%%` is a percent sign";
                return Err(Fault::new(start..text.len(), label));
            };
            at = start + 1 + modifier + field.len_utf8();
            if !FIELDS.contains(field) {
                let label = format!("`{}` is no field that is known", &text[start..at]);
                return Err(Fault::new(start..at, label));
            }
            seen.push(field);
        }
        match missing(&seen) {
            Some(what) => Err(Fault::new(0..text.len(), what).help("%Y-%m-%d %H:%M:%S")),
            None => Ok(Self(InstantFormat::Pattern(text.to_owned()))),
        }
    }
}

/// How many bytes stand between `%` and the letter: a padding, a number of digits, a way to write an offset.
fn modifier_length(text: &str) -> usize {
    let is_modifier = |c: &char| matches!(c, '-' | '_' | '0' | '.' | '3' | '6' | '9' | ':' | '#');
    text.chars().take_while(is_modifier).count()
}

/// What the fields leave open: an instant has a whole date, and a time down to the minute if any.
fn missing(fields: &str) -> Option<&'static str> {
    let has = |any: &str| fields.contains(|field| any.contains(field));
    let has_year = has("YyGg");
    let has_day = (has("mbBh") && has("de")) || has("j") || (has("UWV") && has("aAwu"));
    if !(has("sDxFvc+") || has_year && has_day) {
        return Some("year, month and day have to be in it");
    }
    if has("HkIl") && !has("M") {
        return Some("the minute is missing beside the hour");
    }
    (has("Il") && !has("Pp")).then_some("`%p` is missing beside the hour of twelve")
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"const": "unix-seconds", "description": "Seconds since the epoch."},
                {"const": "unix-milliseconds", "description": "Milliseconds since the epoch."},
                {"const": "unix", "description": "Either, told apart by magnitude."},
                {"const": "date-time", "description": "RFC 3339."},
                {"type": "string", "pattern": "%", "description": "A `strftime` pattern; UTC unless it says otherwise."},
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_a_whole_date_and_a_whole_time() {
        for pattern in [
            "%Y-%m-%d",
            "%d.%m.%Y %H:%M",
            "%F %T",
            "%s",
            "%Y%j",
            "%b %-d, %Y %I:%M %p",
            "%FT%T%.3f%:z",
            "%c",
            "100%% %F",
        ] {
            assert!(Instant::parse(pattern).is_ok(), "{pattern}");
        }
        for pattern in [
            "%",
            "%Q",
            "%Y-%m",
            "%H:%M",
            "%Y-%m-%d %H",
            "%F %I:%M",
            "%Y-%m-%d %",
        ] {
            assert!(Instant::parse(pattern).is_err(), "{pattern}");
        }
    }
}
