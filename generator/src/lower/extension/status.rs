//! Reads the statuses of a failure: `503`, `5XX`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::codes;
use super::read::{Read, anchor, wrong_kind};
use crate::diagnostic::{Report, Sink};
use crate::lower::documented::status_range;
use crate::source::{Node, Value};

/// First and last status.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status(pub(super) (u16, u16));

impl Read for Status {
    const WORDS: &'static str = "a status such as `503` or `5XX`";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        let text = match &node.value {
            Value::Integer(number) => Cow::Owned(number.to_string()),
            Value::String(text) if text != "default" => Cow::Borrowed(text.as_str()),
            Value::String(_) => Cow::Borrowed(""),
            _ => {
                wrong_kind(node, Self::WORDS, sink);
                return None;
            }
        };
        let range = status_range(&text);
        if range.is_none() {
            let report = Report::new(codes::STATUS, format!("expected {}", Self::WORDS));
            sink.push(report.at(anchor(node), "from 100 to 599, or a class: `4XX`"));
        }
        range.map(Self)
    }
}

impl JsonSchema for Status {
    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A status, or a class of them: `503`, `5XX`.",
            "anyOf": [
                {"type": "integer", "minimum": 100, "maximum": 599},
                {"type": "string", "pattern": "^[1-5]([0-9][0-9]|XX|xx)$"},
            ],
        })
    }
}
