//! Documents of a few kilobytes that stand for millions of values: each schema holds the next one several
//! times over. A reader that walks them out never ends.

use serde_json::{Value, json};

/// How many schemas refer to each other: 3^40 values, if they were counted out.
const LENGTH: usize = 40;

/// Each kind of bomb with its name.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let properties =
        |next: &Value| json!({"type": "object", "properties": {"a": next, "b": next, "c": next}});
    let required = |next: &Value| json!({"type": "object", "properties": {"a": next, "b": next, "c": next}, "required": ["a", "b", "c"]});
    let all_of =
        |next: &Value| json!({"allOf": [next, next, {"properties": {"x": {"type": "string"}}}]});
    let one_of = |next: &Value| json!({"oneOf": [next, next, {"type": "object", "properties": {"k": next}}]});
    vec![
        ("properties of the request", spec(properties, true)),
        ("properties of the response", spec(properties, false)),
        ("required properties of the request", spec(required, true)),
        ("required properties of the response", spec(required, false)),
        ("allOf of the request", spec(all_of, true)),
        ("allOf of the response", spec(all_of, false)),
        ("oneOf of the request", spec(one_of, true)),
        ("oneOf of the response", spec(one_of, false)),
    ]
}

fn spec(link: impl Fn(&Value) -> Value, is_request: bool) -> Value {
    let mut schemas = serde_json::Map::new();
    for index in 0..LENGTH {
        let next = json!({"$ref": format!("#/components/schemas/S{}", index + 1)});
        schemas.insert(format!("S{index}"), link(&next));
    }
    schemas.insert(
        format!("S{LENGTH}"),
        json!({"type": "object", "properties": {"end": {"type": "string"}}}),
    );
    let first = json!({"$ref": "#/components/schemas/S0"});
    let mut request =
        json!({"type": "object", "properties": {"refresh_token": {"type": "string"}}});
    let mut response =
        json!({"type": "object", "properties": {"access_token": {"type": "string"}}});
    let holder = if is_request {
        &mut request
    } else {
        &mut response
    };
    holder["properties"]["bomb"] = first;
    holder["required"] = json!(["bomb"]);
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Bomb", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/token": {"post": {
            "requestBody": {"required": true, "content": {"application/json": {"schema": request}}},
            "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": response}}}},
            "x-token-refresh": {"tokens": {
                "accessToken": {"received": "$response.body#/access_token", "lifetime": "unknown"},
                "refreshToken": {"sent": "$request.body#/refresh_token", "lifetime": "unknown"},
            }},
        }}},
        "components": {"schemas": schemas},
    })
}
