//! Makes an example from a schema, for documented responses that have none.

use std::cell::Cell;

use crate::lower::names;
use crate::lower::schema::{Found, Kind, Object, Schema, Schemas, text};
use crate::model::Json;
use crate::source::{Node, Value};

/// How deep an example goes; below that, optional values are left out.
const DEPTH: usize = 12;

/// How many values an example has, required ones included: schemas that require each other twice over have
/// examples without end.
const MOST: usize = 2_000;

/// An example of the schema; `key` is the name it stands under.
pub(super) fn example<'a>(schema: Schema<'a>, key: &str, schemas: &Schemas<'a>) -> Json {
    make(schema, key, schemas, 0, &Cell::new(MOST))
}

fn make<'a>(
    schema: Schema<'a>,
    key: &str,
    schemas: &Schemas<'a>,
    depth: usize,
    left: &Cell<usize>,
) -> Json {
    left.set(left.get().saturating_sub(1));
    if let Some(given) = given(schema.node) {
        return given;
    }
    match schemas.kind(schema) {
        Kind::Object(object) => object_example(&object, schemas, depth, left),
        Kind::Map(_) | Kind::Any => Json::Object(Vec::new()),
        Kind::List(Some(item)) if depth < DEPTH => {
            Json::Array(vec![make(schemas.get(item), key, schemas, depth + 1, left)])
        }
        Kind::List(_) => Json::Array(Vec::new()),
        Kind::Values(values) => values.first().map_or(Json::Null, |node| Json::from(*node)),
        Kind::Union(nodes) => match nodes.first() {
            Some(node) if depth < DEPTH => {
                let alternative = schemas.get(node);
                tagged(
                    schema.node,
                    alternative,
                    make(alternative, key, schemas, depth + 1, left),
                )
            }
            _ => Json::Null,
        },
        Kind::String => Json::String(string(schema.node, key)),
        Kind::Integer => Json::Integer(whole(schema.node)),
        Kind::Number => Json::Float(1.5),
        Kind::Bool => Json::Bool(true),
    }
}

/// Whether the author gave an example of what stands there.
pub(super) fn is_given(place: Found<'_>) -> bool {
    matches!(place, Found::Here { schema, .. } if given(schema.node).is_some())
}

/// What the schema's author gave.
fn given(node: &Node) -> Option<Json> {
    let listed = node.get("examples").and_then(|node| node.items().first());
    let given = node
        .get("example")
        .or(listed)
        .or_else(|| node.get("default"))?;
    (given.value != Value::Null).then(|| Json::from(given))
}

fn object_example<'a>(
    object: &Object<'a>,
    schemas: &Schemas<'a>,
    depth: usize,
    left: &Cell<usize>,
) -> Json {
    let is_wanted = |is_required: bool| {
        left.get() > 0 && (is_required && depth < 2 * DEPTH || depth < DEPTH / 2)
    };
    let properties = object
        .properties
        .iter()
        .filter(|property| is_wanted(property.is_required));
    let pair = |property: &crate::lower::schema::Property<'a>| {
        let value = make(
            schemas.get(property.node),
            property.key,
            schemas,
            depth + 1,
            left,
        );
        (property.key.to_owned(), value)
    };
    Json::Object(properties.map(pair).collect())
}

/// The value with the discriminator that means it.
fn tagged(union: &Node, alternative: Schema<'_>, value: Json) -> Json {
    let discriminator = union.get("discriminator");
    let property = discriminator.and_then(|node| text(node, "propertyName"));
    let (Some(property), Some(name), Json::Object(mut pairs)) =
        (property, alternative.name, value.clone())
    else {
        return value;
    };
    let mapping = discriminator.and_then(|node| node.get("mapping"));
    let is_meant = |target: &str| target.rsplit('/').next() == Some(name);
    let entries = mapping.map_or(&[][..], Node::entries).iter();
    let mapped = entries
        .clone()
        .find(|entry| entry.node.as_str().is_some_and(is_meant));
    let tag = mapped.map_or(name, |entry| entry.key.as_str());
    pairs.retain(|(key, _)| key != property);
    pairs.push((property.to_owned(), Json::String(tag.to_owned())));
    Json::Object(pairs)
}

fn string(node: &Node, key: &str) -> String {
    let made = match text(node, "format") {
        Some("date-time") => "2030-01-01T00:00:00Z".to_owned(),
        Some("date") => "2030-01-01".to_owned(),
        Some("uuid") => "6f1c2f9e-1d0a-4b0e-9a53-7d2f0f5a7c11".to_owned(),
        Some("uri" | "url") => "https://example.com/".to_owned(),
        Some("email") => "jane@example.com".to_owned(),
        _ => format!("example-{}", names::words(key).join("-")),
    };
    let length = |key| match node.get(key).map(|node| &node.value) {
        Some(Value::Integer(length)) => usize::try_from(*length)
            .ok()
            .filter(|length| *length <= 1024),
        _ => None,
    };
    let padded = length("minLength")
        .filter(|least| *least > made.len())
        .map(|least| format!("{made:x<least$}"));
    let made = padded.unwrap_or(made);
    length("maxLength").map_or(made.clone(), |most| made.chars().take(most).collect())
}

fn whole(node: &Node) -> i128 {
    let bound = |key| match node.get(key).map(|node| &node.value) {
        Some(Value::Integer(value)) => Some(*value),
        _ => None,
    };
    let least = bound("minimum").map_or(1, |least| least.max(1));
    bound("maximum").map_or(least, |most| least.min(most))
}

/// Whether the value has the object or list that the pointer's last segment stands in.
pub(super) fn has_parent(json: &Json, pointer: &str) -> bool {
    let Some((above, _)) = pointer.rsplit_once('/') else {
        return true;
    };
    let mut here = Some(json);
    for segment in above.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        here = match here {
            Some(Json::Object(pairs)) => pairs
                .iter()
                .find(|(key, _)| *key == segment)
                .map(|(_, value)| value),
            Some(Json::Array(items)) => segment.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
    }
    matches!(here, Some(Json::Object(_) | Json::Array(_)))
}

/// Sets the value at a pointer, making objects on the way.
pub(super) fn put(json: &mut Json, pointer: &str, value: Json) {
    let mut here = json;
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        here = child(here, segment);
    }
    *here = value;
}

fn child(json: &mut Json, segment: String) -> &mut Json {
    let is_index = matches!(json, Json::Array(_))
        .then(|| segment.parse::<usize>().ok())
        .flatten();
    if is_index.is_none() && !matches!(json, Json::Object(_)) {
        *json = Json::Object(Vec::new());
    }
    match json {
        Json::Array(items) => {
            let index = is_index.unwrap_or_default().min(items.len());
            if index == items.len() {
                items.push(Json::Null);
            }
            items
                .get_mut(index)
                .unwrap_or_else(|| unreachable!("the item has just been made"))
        }
        Json::Object(pairs) => {
            let at = pairs
                .iter()
                .position(|(key, _)| *key == segment)
                .unwrap_or_else(|| {
                    pairs.push((segment, Json::Null));
                    pairs.len() - 1
                });
            &mut pairs
                .get_mut(at)
                .unwrap_or_else(|| unreachable!("the pair has just been found"))
                .1
        }
        _ => unreachable!("it has just been made an object"),
    }
}
