//! Turns enums and alternatives into shapes: variants, their names and their order.

use super::names::{self, Scope};
use super::reserved;
use super::schema::{Kind, Schema, Schemas, text, type_of};
use crate::model::{Name, ShapeKind, Type, UnionVariant};
use crate::source::{Node, Value};

/// One alternative of a union, typed.
#[derive(Debug)]
pub(super) struct Alternative<'a> {
    pub(super) schema: Schema<'a>,
    pub(super) name: Option<String>,
    pub(super) ty: Type,
}

/// The type that all values of an enum share; `None` where they share none.
pub(super) fn base_of_values(node: &Node, values: &[&Node]) -> Option<Type> {
    let all = |is: fn(&Value) -> bool| values.iter().all(|node| is(&node.value));
    // `type: string` makes text of `enum: [200, 404]`, which YAML reads as numbers.
    let is_scalar = |value: &Value| !matches!(value, Value::Sequence(_) | Value::Mapping(_));
    if all(|value| matches!(value, Value::String(_)))
        || type_of(node) == Some("string") && all(is_scalar)
    {
        Some(Type::String)
    } else if all(|value| matches!(value, Value::Integer(_) | Value::Float(_))) {
        let is_small = |value: &Value| matches!(value, Value::Integer(number) if i64::try_from(*number).is_ok());
        let is_whole = type_of(node) != Some("number") && all(is_small);
        Some(if is_whole { Type::Int64 } else { Type::Float })
    } else if all(|value| matches!(value, Value::Bool(_))) {
        Some(Type::Bool)
    } else {
        None
    }
}

/// The body of an enum of strings or integers; a value that is there twice counts once.
pub(super) fn enumeration(node: &Node, values: &[&Node]) -> ShapeKind {
    let mut scope = Scope::of(reserved::VARIANTS.iter().copied());
    let labels = labels(node, values);
    let label = |index: usize, wire: &str| labels.get(index).map_or(wire, |label| label).to_owned();
    if base_of_values(node, values) == Some(Type::Int64) {
        let mut variants: Vec<(i64, String)> = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let Value::Integer(number) = value.value else {
                continue;
            };
            let Ok(number) = i64::try_from(number) else {
                continue;
            };
            if variants.iter().all(|(known, _)| *known != number) {
                let name = names::variant(&label(index, &number.to_string()));
                variants.push((number, claim_variant(&mut scope, name)));
            }
        }
        return ShapeKind::IntegerEnum(variants);
    }
    let mut variants: Vec<Name> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let wire = scalar_text(&value.value);
        if variants.iter().all(|known| known.wire != wire) {
            let name = names::variant(&label(index, &wire));
            let rust = claim_variant(&mut scope, name);
            variants.push(Name { wire, rust });
        }
    }
    ShapeKind::StringEnum(variants)
}

/// A scalar as text.
pub(super) fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => String::new(),
    }
}

/// The names that other generators take from `x-enum-varnames`, where there is one for each value.
fn labels<'a>(node: &'a Node, values: &[&Node]) -> Vec<&'a str> {
    let keys = ["x-enum-varnames", "x-enumNames"];
    let labels = keys
        .iter()
        .find_map(|key| node.get(key))
        .map_or(&[][..], Node::items);
    let labels: Vec<_> = labels.iter().filter_map(Node::as_str).collect();
    if labels.len() == values.len() {
        labels
    } else {
        Vec::new()
    }
}

/// A variant's name; those that stand for the unknown get an ending.
fn claim_variant(scope: &mut Scope, name: String) -> String {
    let is_reserved = reserved::VARIANTS.contains(&name.as_str());
    scope.claim(if is_reserved { name + "Value" } else { name })
}

/// The scalar that all alternatives are, such as text of several formats.
pub(super) fn common_scalar<'a>(schemas: &Schemas<'a>, nodes: &[&'a Node]) -> Option<Type> {
    let scalar = |node: &&'a Node| match schemas.kind(schemas.get(node)) {
        Kind::String => Some(Type::String),
        Kind::Integer => Some(Type::Int64),
        Kind::Number => Some(Type::Float),
        Kind::Bool => Some(Type::Bool),
        _ => None,
    };
    let first = nodes.first().and_then(scalar)?;
    nodes
        .iter()
        .all(|node| scalar(node).as_ref() == Some(&first))
        .then_some(first)
}

/// The body of a union: alternatives of one type are one variant.
pub(super) fn union<'a>(
    schemas: &Schemas<'a>,
    node: &'a Node,
    alternatives: Vec<Alternative<'a>>,
) -> ShapeKind {
    let discriminator = node
        .get("discriminator")
        .and_then(|node| text(node, "propertyName"));
    let mut scope = Scope::of(reserved::VARIANTS.iter().copied());
    let mut variants: Vec<(u32, UnionVariant)> = Vec::new();
    for alternative in alternatives {
        let tags = if discriminator.is_some() {
            tags(node, alternative.schema.name)
        } else {
            Vec::new()
        };
        let known = variants
            .iter_mut()
            .find(|(_, known)| known.ty == alternative.ty);
        if let Some((_, known)) = known {
            known.tags.extend(tags);
            continue;
        }
        let wire = alternative
            .name
            .unwrap_or_else(|| label(&alternative.ty).to_owned());
        let rust = claim_variant(&mut scope, names::variant(&wire));
        let rank = rank(schemas, alternative.schema);
        let name = Name { wire, rust };
        let ty = alternative.ty;
        variants.push((rank, UnionVariant { name, tags, ty }));
    }
    if discriminator.is_none() {
        // The strictest first: an object with nothing required would take whatever comes.
        variants.sort_by_key(|(rank, _)| *rank);
    }
    ShapeKind::Union {
        discriminator: discriminator.map(str::to_owned),
        variants: variants.into_iter().map(|(_, variant)| variant).collect(),
    }
}

/// The discriminator's values for a schema: those that `mapping` gives it, else its name.
fn tags(node: &Node, name: Option<&str>) -> Vec<String> {
    let mapping = node
        .get("discriminator")
        .and_then(|node| node.get("mapping"));
    let means = |target: &str| {
        let target = target
            .strip_prefix("#/components/schemas/")
            .unwrap_or(target);
        Some(target) == name
    };
    let entries = mapping.map_or(&[][..], Node::entries).iter();
    let mapped: Vec<_> = entries
        .filter(|entry| entry.node.as_str().is_some_and(means))
        .map(|entry| entry.key.clone())
        .collect();
    match name {
        Some(name) if mapped.is_empty() => vec![name.to_owned()],
        _ => mapped,
    }
}

/// What an unnamed alternative is called.
fn label(ty: &Type) -> &'static str {
    match ty {
        Type::String | Type::Secret => "Text",
        Type::Bool => "Flag",
        Type::Int32 | Type::Int64 | Type::UInt64 => "Integer",
        Type::Float => "Number",
        Type::Json => "Any",
        Type::List(_) => "List",
        Type::Map(_) => "Map",
        Type::Option(inner) => label(inner),
        Type::Shape(_) | Type::Boxed(_) => "Object",
    }
}

/// The order in which alternatives are tried: those that fit least come first.
fn rank<'a>(schemas: &Schemas<'a>, schema: Schema<'a>) -> u32 {
    match schemas.kind(schema) {
        Kind::Values(_) => 0,
        Kind::Bool => 1,
        // Numbers may come as text, so text is asked first.
        Kind::String => 2,
        Kind::Integer => 3,
        Kind::Number => 4,
        Kind::List(_) => 5,
        Kind::Object(object) => {
            let required = object
                .properties
                .iter()
                .filter(|property| property.is_required);
            1_000_u32.saturating_sub(u32::try_from(required.count()).unwrap_or(900))
        }
        Kind::Union(_) => 1_001,
        Kind::Map(_) => 1_002,
        Kind::Any => 1_003,
    }
}
