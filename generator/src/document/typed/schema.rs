//! Turns a schema into openapiv3's, with the same choice of kind that its own reader makes.

use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, IntegerType, NumberType, ObjectType,
    ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type,
};

use super::{Typed, extensions, flag, leaf, named, text};
use crate::source::{Node, Value};

/// Keywords that make a schema one of its kind and no other.
const COMPOSITIONS: [&str; 4] = ["oneOf", "allOf", "anyOf", "not"];

pub(super) fn reference_or(node: &Node) -> Typed<ReferenceOr<Schema>> {
    if let Some(reference) = text(node, "$ref") {
        return Ok(ReferenceOr::Reference { reference });
    }
    Ok(ReferenceOr::Item(Schema {
        schema_data: data(node)?,
        schema_kind: kind(node)?,
    }))
}

fn boxed(node: &Node) -> Typed<ReferenceOr<Box<Schema>>> {
    Ok(match reference_or(node)? {
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
        ReferenceOr::Item(schema) => ReferenceOr::boxed_item(schema),
    })
}

fn data(node: &Node) -> Typed<SchemaData> {
    let is = |key: &str| flag(node, key).unwrap_or_default();
    Ok(SchemaData {
        nullable: is("nullable"),
        read_only: is("readOnly"),
        write_only: is("writeOnly"),
        deprecated: is("deprecated"),
        external_docs: leaf(node.get("externalDocs"))?,
        example: leaf(node.get("example"))?,
        title: text(node, "title"),
        description: text(node, "description"),
        discriminator: leaf(node.get("discriminator"))?,
        default: leaf(node.get("default"))?,
        extensions: extensions(node)?,
    })
}

fn kind(node: &Node) -> Typed<SchemaKind> {
    let compositions: Vec<&str> = COMPOSITIONS
        .into_iter()
        .filter(|key| node.get(key).is_some())
        .collect();
    let ty = node.get("type").and_then(Node::as_str);
    match (ty, compositions.as_slice()) {
        (None, [only]) if is_alone(node, only) => Ok(match *only {
            "oneOf" => SchemaKind::OneOf {
                one_of: list(node, "oneOf")?,
            },
            "allOf" => SchemaKind::AllOf {
                all_of: list(node, "allOf")?,
            },
            "anyOf" => SchemaKind::AnyOf {
                any_of: list(node, "anyOf")?,
            },
            _ => match not(node)? {
                Some(not) => SchemaKind::Not { not },
                None => SchemaKind::Any(any(node)?),
            },
        }),
        (Some(ty), []) => match of_type(node, ty)? {
            Some(ty) => Ok(SchemaKind::Type(ty)),
            None => any(node).map(SchemaKind::Any),
        },
        _ => any(node).map(SchemaKind::Any),
    }
}

/// Whether nothing that narrows values stands beside a composition.
fn is_alone(node: &Node, composition: &str) -> bool {
    const REMARKS: [&str; 10] = [
        "nullable",
        "readOnly",
        "writeOnly",
        "deprecated",
        "externalDocs",
        "example",
        "title",
        "description",
        "discriminator",
        "default",
    ];
    let says_nothing =
        |key: &str| key == composition || key.starts_with("x-") || REMARKS.contains(&key);
    node.entries().iter().all(|entry| says_nothing(&entry.key))
}

/// The type, unless its values or limits are of another.
fn of_type(node: &Node, ty: &str) -> Typed<Option<Type>> {
    Ok(match ty {
        "string" => values(node, |node| node.as_str().map(str::to_owned)).map(|enumeration| {
            Type::String(StringType {
                format: text(node, "format").into(),
                pattern: text(node, "pattern"),
                enumeration,
                min_length: count(node, "minLength"),
                max_length: count(node, "maxLength"),
            })
        }),
        "number" => values(node, float).map(|enumeration| {
            Type::Number(NumberType {
                format: text(node, "format").into(),
                multiple_of: number(node, "multipleOf"),
                exclusive_minimum: flag(node, "exclusiveMinimum").unwrap_or_default(),
                exclusive_maximum: flag(node, "exclusiveMaximum").unwrap_or_default(),
                minimum: number(node, "minimum"),
                maximum: number(node, "maximum"),
                enumeration,
            })
        }),
        "integer" => integer(node),
        "boolean" => values(node, |node| match node.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        })
        .map(|enumeration| Type::Boolean(BooleanType { enumeration })),
        "object" if node.get("enum").is_none() => Some(Type::Object(ObjectType {
            properties: named(node.get("properties"), boxed)?,
            required: required(node),
            additional_properties: further(node)?,
            min_properties: count(node, "minProperties"),
            max_properties: count(node, "maxProperties"),
        })),
        "array" if node.get("enum").is_none() => Some(Type::Array(ArrayType {
            items: node.get("items").map(boxed).transpose()?,
            min_items: count(node, "minItems"),
            max_items: count(node, "maxItems"),
            unique_items: flag(node, "uniqueItems").unwrap_or_default(),
        })),
        _ => None,
    })
}

fn integer(node: &Node) -> Option<Type> {
    let whole = |node: &Node| match node.value {
        Value::Integer(number) => i64::try_from(number).ok(),
        _ => None,
    };
    let limits = ["multipleOf", "minimum", "maximum"].map(|key| node.get(key));
    if limits.iter().flatten().any(|limit| whole(limit).is_none()) {
        return None;
    }
    let [multiple_of, minimum, maximum] = limits.map(|limit| limit.and_then(whole));
    Some(Type::Integer(IntegerType {
        format: text(node, "format").into(),
        multiple_of,
        exclusive_minimum: flag(node, "exclusiveMinimum").unwrap_or_default(),
        exclusive_maximum: flag(node, "exclusiveMaximum").unwrap_or_default(),
        minimum,
        maximum,
        enumeration: values(node, whole)?,
    }))
}

fn any(node: &Node) -> Typed<AnySchema> {
    Ok(AnySchema {
        typ: text(node, "type"),
        pattern: text(node, "pattern"),
        multiple_of: number(node, "multipleOf"),
        exclusive_minimum: flag(node, "exclusiveMinimum"),
        exclusive_maximum: flag(node, "exclusiveMaximum"),
        minimum: number(node, "minimum"),
        maximum: number(node, "maximum"),
        properties: named(node.get("properties"), boxed)?,
        required: required(node),
        additional_properties: further(node)?,
        min_properties: count(node, "minProperties"),
        max_properties: count(node, "maxProperties"),
        items: node.get("items").map(boxed).transpose()?,
        min_items: count(node, "minItems"),
        max_items: count(node, "maxItems"),
        unique_items: flag(node, "uniqueItems"),
        enumeration: leaf(node.get("enum"))?.unwrap_or_default(),
        format: text(node, "format"),
        min_length: count(node, "minLength"),
        max_length: count(node, "maxLength"),
        one_of: list(node, "oneOf")?,
        all_of: list(node, "allOf")?,
        any_of: list(node, "anyOf")?,
        not: not(node)?,
    })
}

fn list(node: &Node, key: &str) -> Typed<Vec<ReferenceOr<Schema>>> {
    let items = node.get(key).map(Node::items).unwrap_or_default();
    items.iter().map(reference_or).collect()
}

fn not(node: &Node) -> Typed<Option<Box<ReferenceOr<Schema>>>> {
    node.get("not")
        .map(|not| reference_or(not).map(Box::new))
        .transpose()
}

fn further(node: &Node) -> Typed<Option<AdditionalProperties>> {
    let Some(further) = node.get("additionalProperties") else {
        return Ok(None);
    };
    Ok(Some(match further.value {
        Value::Bool(flag) => AdditionalProperties::Any(flag),
        _ => AdditionalProperties::Schema(Box::new(reference_or(further)?)),
    }))
}

fn required(node: &Node) -> Vec<String> {
    let names = node.get("required").map(Node::items).unwrap_or_default();
    names
        .iter()
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect()
}

/// The values of `enum`; nothing where one is of another type.
fn values<T>(node: &Node, value: impl Fn(&Node) -> Option<T>) -> Option<Vec<Option<T>>> {
    let items = node.get("enum").map(Node::items).unwrap_or_default();
    items
        .iter()
        .map(|item| {
            if item.value == Value::Null {
                Some(None)
            } else {
                value(item).map(Some)
            }
        })
        .collect()
}

fn number(node: &Node, key: &str) -> Option<f64> {
    float(node.get(key)?)
}

#[allow(clippy::cast_precision_loss, reason = "openapiv3 has limits as floats")]
fn float(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

fn count(node: &Node, key: &str) -> Option<usize> {
    match node.get(key)?.value {
        Value::Integer(number) => usize::try_from(number).ok(),
        _ => None,
    }
}
