//! Reads the words of the format: a word that is none of them is answered with the nearest one or, as
//! there are few, all of them.

use super::block::{self, list, pick};
use super::codes;
use super::read::{Read, anchor, wrong_kind};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::model::{ClockFormat, Failure, Generator, Per, Role};
use crate::source::{Node, Value};

/// Finds a word among those that can stand here.
pub(super) fn read_word<T: Copy>(
    node: &Node,
    what: &str,
    words: &[(&'static str, T)],
    sink: &mut Sink,
) -> Option<T> {
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let Some(text) = node.as_str() else {
        wrong_kind(node, &format!("{what}: {}", list(&names)), sink);
        return None;
    };
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let report = Report::new(codes::UNKNOWN_WORD, format!("`{text}` is not {what}"));
        let label = match names[..] {
            [only] => format!("expected `{only}`"),
            _ => format!("expected one of {}", list(&names)),
        };
        let report = report.at(anchor(node), label);
        sink.push(match nearest(text, names.iter().copied()) {
            Some(near) => report.help(near),
            None => report,
        });
    }
    found.map(|(_, value)| *value)
}

/// Makes a type readable from words, each with its meaning for editors.
macro_rules! words {
    ($ty:ty, $name:literal, $what:literal, [$($word:literal => $value:expr, $doc:literal;)*]) => {
        impl $crate::lower::extension::read::Read for $ty {
            const WORDS: &'static str = $what;

            fn read(
                node: &$crate::source::Node,
                sink: &mut $crate::diagnostic::Sink,
            ) -> Option<Self> {
                $crate::lower::extension::word::read_word(node, $what, &[$(($word, $value)),*], sink)
            }
        }

        impl schemars::JsonSchema for $ty {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "oneOf": [$({"const": $word, "description": $doc}),*],
                })
            }
        }
    };
}
pub(super) use words;

words!(Role, "Role", "a role", [
    "access" => Role::Access, "Shown to the API.";
    "refresh" => Role::Refresh, "Spent to get new tokens.";
    "other" => Role::Other, "Anything else that is kept with the tokens.";
]);

words!(Per, "Per", "whose it is", [
    "client" => Per::Client, "A setting on the builder, the same for all sessions.";
    "session" => Per::Session, "Belongs to one subject and travels with its grant.";
]);

words!(Failure, "Failure", "a meaning of a failure", [
    "reauthenticate" => Failure::Reauthenticate, "The session is over; the user has to sign in again.";
    "credentials" => Failure::Credentials, "The client's own credentials are wrong; the grant is untouched.";
    "tooEarly" => Failure::TooEarly, "The window is not open yet; the tokens are kept.";
    "rateLimited" => Failure::RateLimited, "Too many calls; the tokens are kept.";
    "transient" => Failure::Transient, "A passing trouble; the tokens are kept and the call is made again.";
    "rejected" => Failure::Rejected, "The request itself is wrong.";
]);

words!(ClockFormat, "ClockFormat", "a notation of a span of time", [
    "hh:mm:ss" => ClockFormat::HoursMinutesSeconds, "Hours without bound, minutes, seconds.";
    "d:hh:mm" => ClockFormat::DaysHoursMinutes, "Days, hours, minutes.";
]);

/// What is made anew on each call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generated(pub(super) Generator);

words!(GeneratorWord, "Generated", "a generator", [
    "uuid" => GeneratorWord(Generator::Uuid), "A random UUID.";
    "unix-seconds" => GeneratorWord(Generator::UnixSeconds), "The time of the call in seconds since the epoch.";
    "unix-milliseconds" => GeneratorWord(Generator::UnixMilliseconds), "The time of the call in milliseconds since the epoch.";
    "date-time" => GeneratorWord(Generator::DateTime), "The time of the call as RFC 3339 has it, in UTC.";
]);

#[derive(Clone, Copy)]
struct GeneratorWord(Generator);

impl Read for Generated {
    const WORDS: &'static str = GeneratorWord::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        if let Value::Mapping(_) = node.value {
            // Only words of later versions are mappings here.
            pick(node, block::words::GENERATOR, &[], sink);
            return None;
        }
        GeneratorWord::read(node, sink).map(|word| Self(word.0))
    }
}

impl schemars::JsonSchema for Generated {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        GeneratorWord::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        GeneratorWord::json_schema(generator)
    }
}
