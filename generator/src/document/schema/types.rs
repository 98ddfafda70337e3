//! Turns `type`, `required` and what else names things in a schema into what is valid, or says what is not.

use super::super::codes;
use super::super::values::{kind, one_of};
use super::super::walk::Walk;
use crate::diagnostic::Report;
use crate::diagnostic::nearest::nearest;
use crate::source::{Entry, Node, Value};

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "object", "array"];

impl Walk<'_> {
    /// One type, or in 3.1 a list.
    pub(super) fn types(&mut self, node: &Node) -> Option<Node> {
        if let Value::Sequence(items) = &node.value {
            let items: Vec<Node> = items
                .iter()
                .filter_map(|item| self.one_type(item))
                .collect();
            return Some(Node {
                span: node.span,
                value: Value::Sequence(items),
            });
        }
        self.one_type(node)
    }

    fn one_type(&mut self, node: &Node) -> Option<Node> {
        // An unquoted `null` in a list of types can mean nothing else.
        if node.value == Value::Null {
            return Some(Node {
                span: node.span,
                value: Value::String("null".to_owned()),
            });
        }
        let Some(text) = node.as_str() else {
            self.wrong_type(node, "a type is a word", "type: string");
            return None;
        };
        if TYPES.contains(&text) || text == "null" {
            return Some(node.clone());
        }
        let near =
            elsewhere(text).or_else(|| nearest(text, TYPES).map(|near| format!("type: {near}")));
        let report = Report::new(codes::UNKNOWN_TYPE, format!("there is no type `{text}`"))
            .at(node.span, format!("expected {}", one_of(&TYPES)));
        self.sink
            .push(report.help(near.unwrap_or_else(|| "type: string".to_owned())));
        None
    }

    /// The names of the properties that are always there.
    pub(super) fn required(&mut self, entry: &Entry) -> Option<Node> {
        match &entry.node.value {
            Value::Sequence(items) => {
                let names = items.iter().filter_map(|item| self.text(item)).collect();
                Some(Node {
                    span: entry.node.span,
                    value: Value::Sequence(names),
                })
            }
            Value::Bool(is_required) => {
                let report = Report::new(
                    codes::REQUIRED_FLAG,
                    "within a schema, `required` lists the properties that are always there",
                )
                .at(entry.key_span, "has no effect here");
                self.sink.push(if *is_required {
                    report.help(
                        "add the property's name to the `required` list of the object around it",
                    )
                } else {
                    report.help("take it away")
                });
                None
            }
            other => {
                let found = kind(other);
                let help = entry
                    .node
                    .as_str()
                    .map_or("required: [name]".to_owned(), |name| {
                        format!("required: [{name}]")
                    });
                self.sink.push(
                    Report::new(
                        codes::WRONG_TYPE,
                        format!("`required` is a list of names, and this is {found}"),
                    )
                    .at(entry.node.span, format!("is {found}"))
                    .help(help),
                );
                None
            }
        }
    }
}

/// What other languages call a type.
fn elsewhere(text: &str) -> Option<String> {
    let schema = match text.to_ascii_lowercase().as_str() {
        "int" | "int32" => "{type: integer, format: int32}",
        "long" | "int64" | "bigint" => "{type: integer, format: int64}",
        "float" | "double" | "decimal" => "{type: number, format: double}",
        "bool" => "type: boolean",
        "str" | "text" | "char" => "type: string",
        "date" => "{type: string, format: date}",
        "datetime" | "date-time" | "timestamp" => "{type: string, format: date-time}",
        "uuid" => "{type: string, format: uuid}",
        "file" | "binary" => "{type: string, format: binary}",
        "list" => "type: array",
        "map" | "dict" | "dictionary" | "hash" | "json" => "type: object",
        "any" => "leave `type` out: a schema without it takes anything",
        _ => return None,
    };
    Some(schema.to_owned())
}
