//! Whole specs out of nothing: documents that are nearly right, with hostile names, odd schemas and
//! every key of the format now and then.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Names that a vendor, or somebody who means harm, might choose.
const HOSTILE: &[&str] = &[
    "fn",
    "self",
    "Self",
    "super",
    "crate",
    "r#type",
    "type",
    "async",
    "gen",
    "_",
    "__",
    "",
    " ",
    "0",
    "9lives",
    "\u{202e}",
    "\"]; panic!()",
    "*/ fn main() {}",
    "{}",
    "{{",
    "\\",
    "'",
    "#",
    "a\nb",
    "\t",
    "Tokens",
    "Client",
    "Error",
    "Refusal",
    "Secret",
    "Option",
    "String",
    "Vec",
    "Some",
    "None",
    "Ok",
    "Err",
    "Result",
    "Debug",
    "Default",
    "base_url",
    "build",
    "transport",
    "tokens",
    "refresh",
    "new",
    "../../etc/passwd",
    "größe",
    "日本",
    "e\u{301}",
    "null",
    "true",
    "~",
    "access-token",
    "accessToken",
    "access_token",
    "ACCESS.TOKEN",
    "x-y-z",
    "$ref",
    "%41",
    "/",
    "a/b",
    "~1",
    "clone",
    "drop",
    "match",
    "std",
    "core",
    "main",
    "test",
    "Box",
    "BTreeMap",
    "Json",
    "LIFECYCLE",
    "Arc",
    "Duration",
];

/// A name: mostly plain, often hostile, sometimes anything.
pub(crate) fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z][a-zA-Z_]{0,8}",
        3 => select(HOSTILE).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| text.chars().take(12).collect()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[A-Za-z .,]{0,30}",
        1 => select(&["*/ \"#]", "```\nfn main(){}\n```", "<script>", "[a](b)", "\u{202e}x", "http://a.b/c", "`", "\\n{0}", "r#\"\"#"][..])
            .prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| text.chars().take(40).collect()),
    ]
}

/// Any schema that OpenAPI 3.0 can say, a few levels deep.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        select(&["string", "integer", "number", "boolean"][..]).prop_map(|ty| json!({"type": ty})),
        select(&["date-time", "password", "int32", "int64", "uuid", "odd"][..])
            .prop_map(|format| json!({"type": if format.starts_with("int") { "integer" } else { "string" }, "format": format})),
        prop::collection::vec(name(), 1..4).prop_map(|values| json!({"type": "string", "enum": values})),
        prop::collection::vec(any::<i32>(), 1..4).prop_map(|values| json!({"type": "integer", "enum": values})),
        Just(json!({})),
        select(&["Shared", "Other", "Loop"][..]).prop_map(|to| json!({"$ref": format!("#/components/schemas/{to}")})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => object(inner.clone()),
            1 => inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            1 => inner.clone().prop_map(|of| json!({"type": "object", "additionalProperties": of})),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|of| json!({"oneOf": of})),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|of| json!({"anyOf": of})),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|of| json!({"allOf": of})),
            1 => inner.prop_map(|mut schema| {
                if let Some(map) = schema.as_object_mut().filter(|map| !map.contains_key("$ref")) {
                    map.insert("nullable".to_owned(), Value::Bool(true));
                }
                schema
            }),
        ]
    })
}

fn object(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (
        prop::collection::vec((name(), of, any::<bool>()), 0..4),
        text(),
    )
        .prop_map(|(fields, description)| {
            let required: Vec<_> = fields
                .iter()
                .filter(|field| field.2)
                .map(|field| field.0.clone())
                .collect();
            let properties: Map<_, _> = fields
                .into_iter()
                .map(|(name, schema, _)| (name, schema))
                .collect();
            let mut object =
                json!({"type": "object", "properties": properties, "description": description});
            if !required.is_empty() {
                object["required"] = json!(required);
            }
            object
        })
}

/// One key of `schema`'s object, made sure to be there and of this schema.
fn with_property(mut object: Value, name: &str, schema: Value) -> Value {
    object["properties"][name] = schema;
    object
}

fn parameter() -> impl Strategy<Value = Value> {
    (name(), select(&["query", "header", "cookie"][..]), any::<bool>(), text()).prop_map(
        |(name, place, required, description)| {
            json!({"name": name, "in": place, "required": required, "description": description, "schema": {"type": "string"}})
        },
    )
}

fn security_scheme() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "http", "scheme": "basic"})),
        Just(json!({"type": "http", "scheme": "bearer"})),
        (select(&["header", "query", "cookie"][..]), name())
            .prop_map(|(place, name)| json!({"type": "apiKey", "in": place, "name": name})),
    ]
}

fn lifetime() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"seconds": "$response.body#/expires_in"})),
        Just(json!({"milliseconds": "$response.body#/expires_in"})),
        Just(json!({"until": "$response.body#/expires_in", "as": "unix"})),
        Just(json!({"jwt": "exp"})),
        Just(json!({"fixed": "1h"})),
        Just(json!([{"jwt": "exp"}, {"fixed": "7d"}])),
        Just(json!("unknown")),
        Just(json!("unlimited")),
    ]
}

/// Keys of the block, most of them well chosen.
fn block() -> impl Strategy<Value = Map<String, Value>> {
    let entry = prop_oneof![
        Just(("window", json!({"from": "issue", "until": "expiry"}))),
        Just(("window", json!({"from": "expiry"}))),
        Just(("due", json!("expiry - 5m"))),
        Just((
            "limits",
            json!([{"calls": 10, "per": "10m", "of": "session"}])
        )),
        Just((
            "failures",
            json!([{"status": 400, "means": "reauthenticate"}])
        )),
        Just((
            "failures",
            json!([{"code": ["a", "b"], "means": "tooEarly"}, {"means": "transient"}])
        )),
        Just(("success", json!("$statusCode == 200"))),
        text().prop_map(|how| ("reauthenticate", json!({"how": how}))),
        name().prop_map(|name| ("extras", json!({name: "$response.body#/expires_in"}))),
        name().prop_map(|key| ("unknown", json!(key))),
    ];
    prop::collection::vec(entry, 0..3).prop_map(|entries| {
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    })
}

prop_compose! {
    /// A whole document.
    pub(crate) fn spec()(
        title in text(),
        description in text(),
        request in object(schema()),
        response in object(schema()),
        refusal in schema(),
        shared in (object(schema()), schema()),
        parameters in prop::collection::vec(parameter(), 0..3),
        scheme in prop::option::of((name(), security_scheme())),
        tokens in (name(), name(), lifetime(), lifetime()),
        flags in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        media in select(&["application/json", "application/x-www-form-urlencoded", "application/vnd.acme+json", "text/plain"][..]),
        operation_id in prop::option::of(name()),
        block in block(),
        status in select(&["400", "401", "4XX", "default", "429", "503"][..]),
    ) -> Value {
        let (plain_names, is_single_use, rotates, has_environment) = flags;
        let (access, refresh) = if plain_names { ("accessToken".to_owned(), "refreshToken".to_owned()) } else { (tokens.0, tokens.1) };
        let string = json!({"type": "string"});
        let request = with_property(request, "refresh_token", string.clone());
        let response = with_property(response, "access_token", string.clone());
        let response = with_property(response, "refresh_token", string);
        let response = with_property(response, "expires_in", json!({"type": "integer"}));
        let mut grant = json!({"role": "refresh", "sent": "$request.body#/refresh_token", "lifetime": tokens.3});
        if rotates {
            grant["received"] = json!("$response.body#/refresh_token");
        }
        if is_single_use {
            grant["uses"] = json!(1);
        }
        let mut extension = json!({"tokens": {
            access: {"role": "access", "received": "$response.body#/access_token", "lifetime": tokens.2},
            refresh: grant,
        }});
        extension.as_object_mut().expect("an object").extend(block);
        let mut operation = json!({
            "summary": title.clone(),
            "description": description,
            "parameters": parameters,
            "requestBody": {"required": true, "content": {media: {"schema": request}}},
            "responses": {
                "200": {"description": "OK", "content": {"application/json": {"schema": response}}},
                status: {"description": title.clone(), "content": {"application/json": {"schema": refusal}}},
            },
            "x-token-refresh": extension,
        });
        if let Some(id) = operation_id {
            operation["operationId"] = json!(id);
        }
        let mut components = json!({"schemas": {
            "Shared": shared.0, "Other": shared.1,
            "Loop": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}, "all": {"type": "array", "items": {"$ref": "#/components/schemas/Loop"}}}},
        }});
        if let Some((name, scheme)) = scheme {
            components["securitySchemes"] = json!({name.clone(): scheme});
            operation["security"] = json!([{name: []}]);
        }
        let mut servers = json!([{"url": "https://api.example.com/v1", "description": "Production"}]);
        if has_environment {
            servers = json!([{"url": "https://a.example.com", "description": title}, {"url": "https://{tenant}.example.com", "variables": {"tenant": {"default": "x"}}}]);
        }
        json!({
            "openapi": "3.0.3",
            "info": {"title": title, "version": "1"},
            "servers": servers,
            "paths": {"/token": {"post": operation}},
            "components": components,
        })
    }
}
