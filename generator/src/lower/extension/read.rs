//! Reads values of the block from nodes: the trait that every type of the block implements, and the
//! readers of lists, tables and text that the types are put together from.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::ops::Range;

use super::codes;
use crate::diagnostic::{Code, Report, Sink};
use crate::model::{Json, Spanned};
use crate::source::{Node, Span, Value};

/// What can be read from a node.
pub(super) trait Read: Sized {
    /// What it is, in words: `a duration such as "90s"`.
    const WORDS: &'static str;

    /// Reads it; what is wrong goes to the sink.
    fn read(node: &Node, sink: &mut Sink) -> Option<Self>;
}

/// Text with a syntax of its own.
pub(super) trait Parse: Sized {
    /// What it is, in words.
    const WORDS: &'static str;
    /// The code of text that is not one.
    const CODE: Code;

    /// Parses it, or says what is wrong where.
    fn parse(text: &str) -> Result<Self, Fault>;
}

/// What is wrong in a text, and where in it.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    /// The bytes of the text.
    pub(super) range: Range<usize>,
    /// Beside the underline.
    pub(super) label: String,
    /// To paste.
    pub(super) help: Option<String>,
}

impl Fault {
    /// A fault without help.
    pub(super) fn new(range: Range<usize>, label: impl Into<String>) -> Self {
        let label = label.into();
        Self {
            range,
            label,
            help: None,
        }
    }

    /// A fault with help.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same fault in a text that this one is a part of.
    pub(super) fn shift(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }
}

/// Reads text with a syntax.
pub(super) fn parse<T: Parse>(node: &Node, sink: &mut Sink) -> Option<T> {
    let Some(text) = node.as_str() else {
        wrong_kind(node, T::WORDS, sink);
        return None;
    };
    match T::parse(text) {
        Ok(value) => Some(value),
        Err(fault) => {
            let message = format!("`{}` is not {}", shorten(text), T::WORDS);
            let report = Report::new(T::CODE, message);
            let report = report.at(inside(node, text, &fault.range), fault.label);
            sink.push(match fault.help {
                Some(help) => report.help(help),
                None => report,
            });
            None
        }
    }
}

/// The bytes of a part of a string. Where escapes or folding move the text, all of it is meant.
pub(super) fn inside(node: &Node, text: &str, range: &Range<usize>) -> Span {
    let span = node.span;
    let quotes =
        (span.end - span.start) as usize - text.len().min((span.end - span.start) as usize);
    let quote = match quotes {
        0 if !text.contains('\n') => 0,
        2 => 1,
        _ => return anchor(node),
    };
    let at = |offset: usize| span.start + u32::try_from(offset + quote).unwrap_or(0);
    // A fault at the very end still needs a character to underline.
    let end = range.end.max(range.start + 1).min(text.len().max(1));
    Span {
        start: at(range.start.min(end - 1)),
        end: at(end),
        ..span
    }
}

/// Where to underline a node: all of it if it stands on one line, else its first key.
pub(super) fn anchor(node: &Node) -> Span {
    match &node.value {
        Value::Mapping(entries) => match entries.first() {
            Some(first) if node.span.start >= first.key_span.start => {
                let end = match &first.node.value {
                    Value::Mapping(_) | Value::Sequence(_) => first.key_span.end,
                    Value::String(text) if text.contains('\n') => first.key_span.end,
                    _ => first.node.span.end.max(first.key_span.end),
                };
                Span {
                    end,
                    ..first.key_span
                }
            }
            _ => node.span,
        },
        Value::String(text) if text.contains('\n') => Span {
            end: node.span.start + 1,
            ..node.span
        },
        _ => node.span,
    }
}

/// Says that a value is of the wrong kind.
pub(super) fn wrong_kind(node: &Node, expected: &str, sink: &mut Sink) {
    let found = found(node);
    let message = format!("expected {expected}, found {found}");
    sink.push(Report::new(codes::WRONG_KIND, message).at(anchor(node), format!("this is {found}")));
}

fn found(node: &Node) -> &'static str {
    match &node.value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::String(_) => "text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    }
}

/// The text as a message can hold it.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    const LIMIT: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LIMIT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &line[..end])),
        None if line.len() < text.trim_end().len() => Cow::Owned(format!("{line}…")),
        None => Cow::Borrowed(line),
    }
}

impl<T: Read> Read for Spanned<T> {
    const WORDS: &'static str = T::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let span = anchor(node);
        T::read(node, sink).map(|value| Self { value, span })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl Read for String {
    const WORDS: &'static str = "text";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let text = node.as_str();
        if text.is_none() {
            wrong_kind(node, Self::WORDS, sink);
        }
        text.map(str::to_owned)
    }
}

impl Read for bool {
    const WORDS: &'static str = "`true` or `false`";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        wrong_kind(node, Self::WORDS, sink);
        None
    }
}

/// A whole number that is at least one.
impl Read for std::num::NonZeroU32 {
    const WORDS: &'static str = "a whole number";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Value::Integer(number) = node.value else {
            wrong_kind(node, Self::WORDS, sink);
            return None;
        };
        let value = u32::try_from(number).ok().and_then(Self::new);
        if value.is_none() {
            let message = format!("{number} is out of range");
            let report = Report::new(codes::OUT_OF_RANGE, message);
            sink.push(report.at(node.span, format!("from 1 to {}", u32::MAX)));
        }
        value
    }
}

impl Read for Json {
    const WORDS: &'static str = "any value";

    fn read(node: &Node, _: &mut Sink) -> Option<Self> {
        Some(Self::from(node))
    }
}

impl JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

/// One, or a list of at least one.
#[derive(Clone, Debug)]
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

impl<T: Read> Read for OneOrMany<T> {
    const WORDS: &'static str = T::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Value::Sequence(items) = &node.value else {
            return T::read(node, sink).map(|value| Self(vec![value]));
        };
        if items.is_empty() {
            let report = Report::new(
                codes::EMPTY,
                format!("the list is empty: expected {}", T::WORDS),
            );
            sink.push(report.at(node.span, "nothing in it"));
            return None;
        }
        all(items.iter().map(|item| T::read(item, sink)).collect()).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}

impl<T: Read> Read for Vec<T> {
    const WORDS: &'static str = "a list";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Value::Sequence(items) = &node.value else {
            wrong_kind(node, Self::WORDS, sink);
            return None;
        };
        all(items.iter().map(|item| T::read(item, sink)).collect())
    }
}

/// A mapping whose keys are names of the author's own.
#[derive(Clone, Debug)]
pub(super) struct Table<T>(pub(super) Vec<(Spanned<String>, T)>);

impl<T: Read> Read for Table<T> {
    const WORDS: &'static str = "a mapping";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            wrong_kind(node, Self::WORDS, sink);
            return None;
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = Spanned {
                value: entry.key.clone(),
                span: entry.key_span,
            };
            pairs.push(T::read(&entry.node, sink).map(|value| (key, value)));
        }
        all(pairs).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Table<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Table{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({"type": "object", "additionalProperties": value})
    }
}

/// Either a word or expression, or a mapping that says more.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged, inline)]
pub(super) enum ShortOrLong<S, L> {
    Short(S),
    Long(L),
}

impl<S: Read, L: Read> Read for ShortOrLong<S, L> {
    const WORDS: &'static str = S::WORDS;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        match &node.value {
            Value::Mapping(_) => L::read(node, sink).map(Self::Long),
            _ => S::read(node, sink).map(Self::Short),
        }
    }
}

/// All of them, if all could be read. They are collected first, so that every fault is seen.
fn all<T>(read: Vec<Option<T>>) -> Option<Vec<T>> {
    read.into_iter().collect()
}
