//! Takes single values as they are meant, and says what is wrong with those that are not.

use super::codes;
use super::walk::Walk;
use crate::diagnostic::Report;
use crate::diagnostic::nearest::nearest;
use crate::source::{Node, Value};

impl Walk<'_> {
    /// Text; a number or a boolean is the text that is written there: `version: 1.10`.
    pub(super) fn text(&mut self, node: &Node) -> Option<Node> {
        let text = match &node.value {
            Value::String(_) => return Some(node.clone()),
            Value::Integer(_) | Value::Float(_) | Value::Bool(_) => {
                self.trees.sources.text(node.span).to_owned()
            }
            _ => {
                self.wrong_type(node, "this has to be text", "write it between quotes");
                return None;
            }
        };
        Some(Node {
            span: node.span,
            value: Value::String(text),
        })
    }

    pub(super) fn word(&mut self, node: &Node, words: &'static [&'static str]) -> Option<Node> {
        let node = self.text(node)?;
        let text = node.as_str()?;
        if words.contains(&text) {
            return Some(node);
        }
        let report = Report::new(
            codes::UNKNOWN_VALUE,
            format!("`{text}` is not a value that OpenAPI has here"),
        )
        .at(node.span, format!("expected {}", one_of(words)));
        self.sink.push(match suggestion(text, words) {
            Some(word) => report.help(word),
            None => report.help(format!("write {}", one_of(words))),
        });
        None
    }

    pub(super) fn flag(&mut self, node: &Node) -> Option<Node> {
        let flag = match &node.value {
            Value::Bool(flag) => *flag,
            // Converters from JSON to YAML and back leave these behind.
            Value::String(text) if text == "true" => true,
            Value::String(text) if text == "false" => false,
            _ => {
                self.wrong_type(node, "this is either true or false", "true");
                return None;
            }
        };
        Some(Node {
            span: node.span,
            value: Value::Bool(flag),
        })
    }

    pub(super) fn wrong_type(&mut self, node: &Node, message: &str, help: &str) {
        let report = Report::new(
            codes::WRONG_TYPE,
            format!("{message}, and this is {}", kind(&node.value)),
        );
        self.sink.push(
            report
                .at(node.span, format!("is {}", kind(&node.value)))
                .help(help),
        );
    }
}

/// What a value is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::String(_) => "text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    }
}

/// `a`, `b` or `c`
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [before @ .., last] => {
            let before: Vec<String> = before.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", before.join(", "))
        }
    }
}

/// The word that was meant, by its letters or by what Swagger 2.0 called it.
fn suggestion(text: &str, words: &'static [&'static str]) -> Option<&'static str> {
    let known = match text {
        "basic" if words.contains(&"http") => Some("{type: http, scheme: basic}"),
        "bearer" if words.contains(&"http") => Some("{type: http, scheme: bearer}"),
        _ => None,
    };
    known.or_else(|| nearest(text, words.iter().copied()))
}
