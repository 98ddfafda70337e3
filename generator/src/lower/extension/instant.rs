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

/// The fields that the runtime reads.
const FIELDS: &str = "YmdbBHIMSpfzZjsTFeyDaA%";

impl Parse for Instant {
    const WORDS: &'static str = "a pattern for an instant";
    const CODE: Code = codes::PATTERN;

    fn parse(text: &str) -> Result<Self, Fault> {
        let mut at = 0;
        let mut seen = String::new();
        while let Some(offset) = text[at..].find('%') {
            at += offset;
            let field = text[at + 1..].chars().next();
            match field {
                Some(field) if FIELDS.contains(field) => {
                    seen.push(field);
                    at += 2;
                }
                Some(field) => {
                    let range = at..at + 1 + field.len_utf8();
                    return Err(Fault::new(
                        range,
                        format!("`%{field}` is not a field that is known here"),
                    ));
                }
                None => {
                    return Err(Fault::new(
                        at..at + 1,
                        "a field's letter is missing; `%%` is a percent sign",
                    ));
                }
            }
        }
        let has = |fields: &str| seen.contains(|c| fields.contains(c));
        let is_whole = has("s") || (has("YFyD") && (has("mbBFjD")) && has("deFjD"));
        if !is_whole {
            return Err(
                Fault::new(0..text.len(), "year, month and day have to be in it")
                    .help("%Y-%m-%d %H:%M:%S"),
            );
        }
        Ok(Self(InstantFormat::Pattern(text.to_owned())))
    }
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
