//! What one schema's node says of its form, references not followed.

use crate::source::{Node, Value};

/// Whether the schema says anything of the form, beside words and whether it may be `null`.
pub(super) fn has_form(node: &Node) -> bool {
    const FORM: &[&str] = &[
        "$ref",
        "type",
        "enum",
        "properties",
        "allOf",
        "oneOf",
        "anyOf",
        "items",
        "required",
        "additionalProperties",
    ];
    FORM.iter().any(|key| node.get(key).is_some())
}

/// The name of the schema that a reference names.
pub(super) fn reference(node: &Node) -> Option<String> {
    let target = node.get("$ref")?.as_str()?;
    let name = target.strip_prefix("#/components/schemas/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// The one schema of an `allOf` or a choice that says something of the form.
pub(super) fn wrapped(node: &Node) -> Option<&Node> {
    const OWN: &[&str] = &[
        "properties",
        "enum",
        "items",
        "additionalProperties",
        "required",
    ];
    if OWN.iter().any(|key| node.get(key).is_some()) {
        return None;
    }
    let parts = parts(node).iter().filter(|part| has_form(part));
    let choices = alternatives(node).into_iter().filter(|node| !is_null(node));
    let mut all = parts.chain(choices);
    let only = all.next()?;
    all.next().is_none().then_some(only)
}

/// The parts of `allOf`.
pub(super) fn parts(node: &Node) -> &[Node] {
    node.get("allOf").map_or(&[][..], Node::items)
}

/// The alternatives of `oneOf` and `anyOf`.
pub(super) fn alternatives(node: &Node) -> Vec<&Node> {
    let of = |key| node.get(key).map_or(&[][..], Node::items).iter();
    of("oneOf").chain(of("anyOf")).collect()
}

/// The values of `enum` or `const`, `null` left out.
pub(super) fn values(node: &Node) -> Option<Vec<&Node>> {
    if let Some(constant) = node.get("const") {
        return Some(vec![constant]);
    }
    let values = node.get("enum")?.items();
    let values: Vec<_> = values
        .iter()
        .filter(|node| node.value != Value::Null)
        .collect();
    (!values.is_empty()).then_some(values)
}

pub(super) fn items(node: &Node) -> Option<&Node> {
    let items = node.get("items")?;
    matches!(items.value, Value::Mapping(_)).then_some(items)
}

pub(super) fn is_nullable(node: &Node) -> bool {
    let is_flagged = node
        .get("nullable")
        .is_some_and(|node| node.value == Value::Bool(true));
    let has_null = |node: &Node| node.items().iter().any(|node| node.value == Value::Null);
    is_flagged
        || is_null(node)
        || node.get("enum").is_some_and(has_null)
        || alternatives(node).into_iter().any(is_null)
}

/// Whether `null` is all that the schema allows.
pub(super) fn is_null(node: &Node) -> bool {
    let is_only_null = |node: &Node| {
        let items = node.items();
        !items.is_empty() && items.iter().all(|node| node.value == Value::Null)
    };
    type_of(node) == Some("null") || node.get("enum").is_some_and(is_only_null)
}

/// `type`
pub(in crate::lower) fn type_of(node: &Node) -> Option<&str> {
    text(node, "type")
}

/// The text of a key.
pub(in crate::lower) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str()
}

/// Whether a key is `true`.
pub(in crate::lower) fn is_true(node: &Node, key: &str) -> bool {
    node.get(key)
        .is_some_and(|node| node.value == Value::Bool(true))
}
