//! Writes the JSON Schemas for editors: one of the block, one of a whole spec that leads to it.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, json_schema};
use serde_json::Value;

use super::blocks::ExtensionBlock;

/// The JSON Schema of the `x-token-refresh` block, made from the types that read it.
pub fn extension_schema() -> String {
    // Draft 7 is what the YAML language server knows best.
    let settings = SchemaSettings::draft07().with_transform(RecursiveTransform(without_null));
    let generator = settings.into_generator();
    let mut schema = generator.into_root_schema_for::<ExtensionBlock>();
    schema.insert("title".to_owned(), "x-token-refresh".into());
    text(schema)
}

/// The JSON Schema of a provider's file: an OpenAPI document or overlay, of which only the blocks are
/// looked at.
pub fn provider_schema() -> String {
    let block = json_schema!({"$ref": "x-token-refresh.schema.json"});
    let operation = json_schema!({"properties": {"x-token-refresh": block}});
    text(json_schema!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A provider of token-refresh",
        "description": "An OpenAPI 3.0 or 3.1 document, or an OpenAPI Overlay of one.",
        "type": "object",
        "properties": {
            "paths": {"additionalProperties": {"additionalProperties": operation}},
            "actions": {"items": {"properties": {"update": operation}}},
        },
    }))
}

/// Takes `null` out of what may be left out: the reader wants a value where there is a key.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(any)) = schema.get_mut("anyOf") else {
        return;
    };
    let length = any.len();
    any.retain(|schema| schema.get("type").is_none_or(|ty| ty != "null"));
    if any.len() == length || any.len() > 1 {
        return;
    }
    let only = any.pop();
    schema.remove("anyOf");
    if let Some(Value::Object(only)) = only {
        if only.contains_key("$ref") {
            // Beside a `$ref`, draft 7 reads nothing, and the description is worth reading.
            schema.insert("allOf".to_owned(), vec![only].into());
            return;
        }
        for (key, value) in only {
            schema.insert(key, value);
        }
    }
}

/// The schema with its keys in order, whatever features of its JSON library another crate turned on.
fn text(mut schema: Schema) -> String {
    schema.ensure_object();
    let mut value = schema.to_value();
    value.sort_all_objects();
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(name: &str, current: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../specs/schema")
            .join(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, current).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == current,
            "specs/schema/{name} is not what the types say; run \
             `UPDATE_SCHEMA=1 cargo test -p token-refresh-generator schema` and commit it"
        );
    }

    #[test]
    fn the_committed_schemas_are_current() {
        committed("x-token-refresh.schema.json", &extension_schema());
        committed("provider.schema.json", &provider_schema());
    }
}
