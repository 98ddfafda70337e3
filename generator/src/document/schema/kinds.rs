//! Settles which type a schema has, and leaves out what means nothing beside it.

use std::collections::BTreeSet;

use super::keywords::{Keywords, bare, entry, list};
use crate::source::{Node, Value};

/// Keywords that mean something beside any type.
const COMMON: [&str; 18] = [
    "type",
    "title",
    "description",
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "externalDocs",
    "example",
    "default",
    "discriminator",
    "enum",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "$ref",
    "x-",
];

/// Keywords that mean something beside this type only.
fn of_type(ty: &str) -> &'static [&'static str] {
    match ty {
        "string" => &["format", "pattern", "minLength", "maxLength"],
        "number" | "integer" => &[
            "format",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
        ],
        "object" => &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
        "array" => &["items", "minItems", "maxItems", "uniqueItems"],
        _ => &[],
    }
}

impl Keywords {
    /// The types other than null, each once.
    pub(super) fn types(&mut self) -> Vec<Node> {
        let Some(found) = self.take("type") else {
            return Vec::new();
        };
        let given = match found.node.value {
            Value::Sequence(items) => items,
            _ => vec![found.node],
        };
        let mut seen = BTreeSet::new();
        let is_null = |node: &Node| node.as_str() == Some("null");
        if given.iter().any(is_null) {
            self.nullable();
            if given.iter().all(is_null) && !self.has("enum") {
                let null = Node {
                    span: self.span,
                    value: Value::Null,
                };
                self.put("enum", list(self.span, vec![null]));
            }
        }
        let all: BTreeSet<String> = given
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect();
        given
            .into_iter()
            .filter(|node| {
                let text = node.as_str().unwrap_or_default();
                let is_covered = text == "integer" && all.contains("number");
                text != "null" && !is_covered && seen.insert(text.to_owned())
            })
            .collect()
    }

    /// The values of `enum`, each once; null makes the schema nullable.
    pub(super) fn values(&mut self, types: &mut [Node]) {
        let Some(found) = self.take("enum") else {
            return;
        };
        let Value::Sequence(items) = found.node.value else {
            return;
        };
        let is_text = matches!(types, [only] if only.as_str() == Some("string"));
        let mut values: Vec<Node> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut has_null = false;
        for mut item in items {
            if item.value == Value::Null {
                has_null = true;
                continue;
            }
            if is_text {
                item.value = as_text(item.value);
            }
            if seen.insert(format!("{:?}", bare(&item))) {
                values.push(item);
            }
        }
        if has_null {
            self.nullable();
            if values.is_empty() {
                values.push(Node {
                    span: found.node.span,
                    value: Value::Null,
                });
            }
        }
        if !values.is_empty() {
            self.entries
                .push(entry("enum", found.key_span, list(found.node.span, values)));
        }
    }

    /// The type that goes without saying.
    pub(super) fn inferred(&self) -> Option<Node> {
        if ["allOf", "anyOf", "oneOf", "not"]
            .iter()
            .any(|key| self.has(key))
        {
            return None;
        }
        let format = self
            .get("format")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let values = self.get("enum").map(Node::items).unwrap_or_default();
        let all = |is: fn(&Value) -> bool| {
            !values.is_empty() && values.iter().all(|node| is(&node.value))
        };
        let ty = if all(|value| matches!(value, Value::String(_))) {
            "string"
        } else if all(|value| matches!(value, Value::Integer(_))) {
            "integer"
        } else if all(|value| matches!(value, Value::Bool(_))) {
            "boolean"
        } else if !values.is_empty() {
            return None;
        } else if self.has("properties") || self.has("additionalProperties") {
            "object"
        } else if self.has("items") {
            "array"
        } else if matches!(format, "int32" | "int64") {
            "integer"
        } else if matches!(format, "float" | "double") {
            "number"
        } else if !format.is_empty()
            || ["pattern", "minLength", "maxLength"]
                .iter()
                .any(|key| self.has(key))
        {
            "string"
        } else {
            return None;
        };
        Some(Node {
            span: self.span,
            value: Value::String(ty.to_owned()),
        })
    }

    /// Puts the type in, or an alternative for each, and takes out what means nothing beside it.
    pub(super) fn typed(&mut self, types: &[Node]) {
        match types {
            [] => {}
            [ty] => {
                let text = ty.as_str().unwrap_or_default();
                self.entries.retain(|entry| {
                    is_common(&entry.key) || of_type(text).contains(&entry.key.as_str())
                });
                self.entries.insert(0, entry("type", ty.span, ty.clone()));
            }
            types => self.split(types),
        }
    }

    pub(super) fn split(&mut self, types: &[Node]) {
        let values = self.take("enum");
        let alternatives = types.iter().map(|ty| {
            let text = ty.as_str().unwrap_or_default();
            let mut entries = vec![entry("type", ty.span, ty.clone())];
            entries.extend(
                self.entries
                    .iter()
                    .filter(|entry| of_type(text).contains(&entry.key.as_str()))
                    .cloned(),
            );
            let own = values
                .iter()
                .flat_map(|values| values.node.items())
                .filter(|value| is_of(value, text))
                .cloned();
            let own: Vec<Node> = own.collect();
            if let Some(values) = values.as_ref().filter(|_| !own.is_empty()) {
                entries.push(entry("enum", values.key_span, list(values.node.span, own)));
            }
            Node {
                span: ty.span,
                value: Value::Mapping(entries),
            }
        });
        let alternatives: Vec<Node> = alternatives.collect();
        self.entries.retain(|entry| is_common(&entry.key));
        // Beside alternatives of the author's own, ours would say less.
        if !self.has("anyOf") && !self.has("oneOf") {
            self.put("anyOf", list(self.span, alternatives));
        }
    }
}

fn is_common(key: &str) -> bool {
    key.starts_with("x-") || COMMON.contains(&key)
}

fn is_of(node: &Node, ty: &str) -> bool {
    match node.value {
        Value::String(_) => ty == "string",
        Value::Integer(_) => ty == "integer" || ty == "number",
        Value::Float(_) => ty == "number",
        Value::Bool(_) => ty == "boolean",
        Value::Sequence(_) => ty == "array",
        Value::Mapping(_) => ty == "object",
        Value::Null => false,
    }
}

/// A value of a text's `enum` whose quotes were forgotten.
fn as_text(value: Value) -> Value {
    match value {
        Value::Integer(number) => Value::String(number.to_string()),
        Value::Float(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        other => other,
    }
}
