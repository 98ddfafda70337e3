//! Puts in what OpenAPI or openapiv3 requires and real documents leave out, where only one thing can be meant.

use super::codes;
use super::grammar::{self, Object};
use super::walk::Walk;
use crate::diagnostic::Report;
use crate::source::{Entry, Node, Span, Value};

impl Walk<'_> {
    /// The object with what is understood; nothing where it is past help, of which the sink then knows.
    pub(super) fn completed(
        &mut self,
        mut node: Node,
        object: &'static Object,
        place: Span,
    ) -> Option<Node> {
        let is = |other: &'static Object| std::ptr::eq(object, other);
        if is(&grammar::RESPONSE) {
            default(&mut node, "description", Value::String(String::new()));
        } else if is(&grammar::VARIABLE) {
            // 3.0 wants one; that it is made up is for `lower` to know, by the missing `enum`.
            let first = node.get("enum").and_then(|values| values.items().first());
            let value = first.map_or(Value::String(String::new()), |first| first.value.clone());
            default(&mut node, "default", value);
        } else if is(&grammar::HEADER) {
            schema(&mut node);
        } else if is(&grammar::PARAMETER) {
            schema(&mut node);
            parameter(&mut node);
        } else if is(&grammar::SECURITY_SCHEME) {
            return self.scheme(node, place);
        }
        Some(node)
    }

    /// What each type of security scheme has to have.
    fn scheme(&mut self, mut node: Node, place: Span) -> Option<Node> {
        let ty = node
            .get("type")
            .and_then(Node::as_str)
            .unwrap_or_default()
            .to_owned();
        let wanted: &[&str] = match ty.as_str() {
            "apiKey" => &["name", "in"],
            "http" => &["scheme"],
            "mutualTLS" => {
                self.sink.push(
                    Report::new(codes::NOT_YET, "mutual TLS is not supported yet")
                        .at(place, "this scheme asks for a client certificate")
                        .help("where the vendor offers another scheme, name that one in the operation's `security`"),
                );
                return None;
            }
            "openIdConnect" => {
                default(&mut node, "openIdConnectUrl", Value::String(String::new()));
                &[]
            }
            _ => {
                default(&mut node, "flows", Value::Mapping(Vec::new()));
                flows(&mut node);
                &[]
            }
        };
        let missing: Vec<&&str> = wanted
            .iter()
            .filter(|key| node.get(key).is_none())
            .collect();
        for key in &missing {
            self.sink.push(
                Report::new(
                    codes::MISSING_KEY,
                    format!("a security scheme of type `{ty}` has to have `{key}`"),
                )
                .at(place, format!("`{key}` is missing"))
                .help(match **key {
                    "in" => "in: header",
                    "name" => "name: x-api-key",
                    _ => "scheme: bearer",
                }),
            );
        }
        missing.is_empty().then_some(node)
    }
}

/// Adds an entry where there is none.
pub(super) fn default(node: &mut Node, key: &str, value: Value) {
    if node.get(key).is_some() {
        return;
    }
    let span = node.span;
    if let Value::Mapping(entries) = &mut node.value {
        let node = Node { span, value };
        entries.push(Entry {
            key: key.to_owned(),
            key_span: span,
            node,
        });
    }
}

/// A parameter or header without a schema is text.
fn schema(node: &mut Node) {
    let has_schema = node.get("schema").is_some();
    // openapiv3 takes one of the two; a content with nothing in it says as little as none.
    let has_content = node
        .get("content")
        .is_some_and(|content| !content.entries().is_empty());
    if let Value::Mapping(entries) = &mut node.value {
        entries.retain(|entry| entry.key != "content" || has_content && !has_schema);
    }
    if !has_schema && !has_content {
        let ty = Node {
            span: node.span,
            value: Value::String("string".to_owned()),
        };
        let ty = Entry {
            key: "type".to_owned(),
            key_span: node.span,
            node: ty,
        };
        default(node, "schema", Value::Mapping(vec![ty]));
    }
}

/// A parameter in the path is always required; a style that its place does not have is dropped.
fn parameter(node: &mut Node) {
    let place = node
        .get("in")
        .and_then(Node::as_str)
        .unwrap_or_default()
        .to_owned();
    let styles: &[&str] = match place.as_str() {
        "path" => &["simple", "label", "matrix"],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "cookie" => &["form"],
        _ => &["simple"],
    };
    if let Value::Mapping(entries) = &mut node.value {
        let is_known = |entry: &Entry| {
            entry
                .node
                .as_str()
                .is_some_and(|style| styles.contains(&style))
        };
        entries.retain(|entry| match entry.key.as_str() {
            "style" => is_known(entry),
            "required" => place != "path",
            _ => true,
        });
    }
    if place == "path" {
        default(node, "required", Value::Bool(true));
    }
}

/// Addresses and scopes of flows: none of them is called here.
fn flows(scheme: &mut Node) {
    let Value::Mapping(entries) = &mut scheme.value else {
        return;
    };
    let Some(flows) = entries.iter_mut().find(|entry| entry.key == "flows") else {
        return;
    };
    let Value::Mapping(flows) = &mut flows.node.value else {
        return;
    };
    for flow in flows {
        default(&mut flow.node, "scopes", Value::Mapping(Vec::new()));
        for key in ["tokenUrl", "authorizationUrl"] {
            default(&mut flow.node, key, Value::String(String::new()));
        }
    }
}
