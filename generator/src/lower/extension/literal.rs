//! Reads codes: what a rule compares with the vendor's code.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::read::{Read, wrong_kind};
use crate::diagnostic::Sink;
use crate::model::Literal;
use crate::source::{Node, Value};

/// A code.
#[derive(Clone, Debug)]
pub(super) struct Code(pub(super) Literal);

impl Read for Code {
    const WORDS: &'static str = "a code: text or a number";

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        Some(Self(match &node.value {
            Value::String(text) => Literal::String(text.clone()),
            Value::Bool(value) => Literal::Bool(*value),
            // No vendor has codes beyond 2^53, and Arazzo compares as JSON does.
            #[allow(clippy::cast_precision_loss, reason = "codes are small")]
            Value::Integer(number) => Literal::Number(*number as f64),
            Value::Float(number) => Literal::Number(*number),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => {
                wrong_kind(node, Self::WORDS, sink);
                return None;
            }
        }))
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A code of the vendor's. Text compares without case; `0` is not `\"0\"`.",
            "type": ["string", "number", "boolean"],
        })
    }
}
