//! OpenAPI's objects as tables, 3.0 and 3.1 in one: which keys each has, and what stands there.
//!
//! The walk reads these; a key that is not here is unknown.

/// What stands at a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Text. A number or a boolean is taken as it is written.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// Anything.
    Any,
    /// An object.
    Object(&'static Object),
    /// An object, or a reference to one.
    Or(&'static Object),
    /// A list.
    List(&'static Kind),
    /// A mapping with keys of the author's.
    Map(&'static Kind),
    /// A schema.
    Schema,
    /// The `responses` of an operation.
    Responses,
    /// Named examples, in either dialect or neither.
    Examples,
    /// Known, and of no use to a refresh.
    Unused,
}

/// One of OpenAPI's objects.
#[derive(Debug)]
pub(super) struct Object {
    /// With its article: `an operation`.
    pub(super) name: &'static str,
    pub(super) keys: &'static [Key],
}

/// One key of an object.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether the object is nothing without it.
    pub(super) is_required: bool,
}

impl Object {
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        is_required: false,
    }
}

const fn required(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        is_required: true,
    }
}

use Kind::{Any, Examples, Flag, List, Map, Or, Responses, Schema, Text, Unused, Word};

pub(super) static DOCUMENT: Object = Object {
    name: "an OpenAPI document",
    keys: &[
        required("openapi", Text),
        required("info", Kind::Object(&INFO)),
        key("jsonSchemaDialect", Unused),
        key("servers", SERVERS),
        key("paths", Unused),
        key("webhooks", Unused),
        key("components", Unused),
        key("security", SECURITY),
        key("tags", Unused),
        key("externalDocs", DOCS),
    ],
};

const SERVERS: Kind = List(&Kind::Object(&SERVER));
const SECURITY: Kind = List(&Map(&List(&Text)));
const DOCS: Kind = Kind::Object(&EXTERNAL_DOCS);
const PARAMETERS: Kind = List(&Or(&PARAMETER));

static INFO: Object = Object {
    name: "`info`",
    keys: &[
        required("title", Text),
        key("summary", Unused),
        key("description", Text),
        key("termsOfService", Text),
        key("contact", Unused),
        key("license", Unused),
        key("version", Text),
    ],
};

static SERVER: Object = Object {
    name: "a server",
    keys: &[
        required("url", Text),
        key("name", Unused),
        key("description", Text),
        key("variables", Map(&Kind::Object(&VARIABLE))),
    ],
};

pub(super) static VARIABLE: Object = Object {
    name: "a server variable",
    keys: &[
        key("enum", List(&Text)),
        key("default", Text),
        key("description", Text),
    ],
};

static EXTERNAL_DOCS: Object = Object {
    name: "`externalDocs`",
    keys: &[key("description", Text), required("url", Text)],
};

pub(super) static COMPONENTS: Object = Object {
    name: "`components`",
    keys: &[
        key("schemas", Unused),
        key("responses", Unused),
        key("parameters", Unused),
        key("examples", Unused),
        key("requestBodies", Unused),
        key("headers", Unused),
        key("securitySchemes", Unused),
        key("links", Unused),
        key("callbacks", Unused),
        key("pathItems", Unused),
        key("mediaTypes", Unused),
    ],
};

pub(super) static PATH_ITEM: Object = Object {
    name: "a path",
    keys: &[
        key("$ref", Unused),
        key("summary", Text),
        key("description", Text),
        key("get", Kind::Object(&OPERATION)),
        key("put", Kind::Object(&OPERATION)),
        key("post", Kind::Object(&OPERATION)),
        key("delete", Kind::Object(&OPERATION)),
        key("options", Kind::Object(&OPERATION)),
        key("head", Kind::Object(&OPERATION)),
        key("patch", Kind::Object(&OPERATION)),
        key("trace", Kind::Object(&OPERATION)),
        key("servers", SERVERS),
        key("parameters", PARAMETERS),
    ],
};

/// The keys of a path that are operations.
pub(super) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

static OPERATION: Object = Object {
    name: "an operation",
    keys: &[
        key("tags", List(&Text)),
        key("summary", Text),
        key("description", Text),
        key("externalDocs", DOCS),
        key("operationId", Text),
        key("parameters", PARAMETERS),
        key("requestBody", Or(&REQUEST_BODY)),
        required("responses", Responses),
        key("callbacks", Unused),
        key("deprecated", Flag),
        key("security", SECURITY),
        key("servers", SERVERS),
    ],
};

pub(super) static PARAMETER: Object = Object {
    name: "a parameter",
    keys: &[
        required("name", Text),
        required("in", Word(&["query", "header", "path", "cookie"])),
        key("description", Text),
        key("required", Flag),
        key("deprecated", Flag),
        key("allowEmptyValue", Flag),
        key("style", Text),
        key("explode", Flag),
        key("allowReserved", Flag),
        key("schema", Schema),
        key("content", CONTENT),
        key("example", Any),
        key("examples", Examples),
    ],
};

const CONTENT: Kind = Map(&Or(&MEDIA_TYPE));

static REQUEST_BODY: Object = Object {
    name: "a request body",
    keys: &[
        key("description", Text),
        required("content", CONTENT),
        key("required", Flag),
    ],
};

static MEDIA_TYPE: Object = Object {
    name: "a media type",
    keys: &[
        key("schema", Schema),
        key("itemSchema", Unused),
        key("example", Any),
        key("examples", Examples),
        key("encoding", Map(&Kind::Object(&ENCODING))),
        key("prefixEncoding", Unused),
        key("itemEncoding", Unused),
    ],
};

static ENCODING: Object = Object {
    name: "an encoding",
    keys: &[
        key("contentType", Text),
        key("headers", Unused),
        key(
            "style",
            Word(&["form", "spaceDelimited", "pipeDelimited", "deepObject"]),
        ),
        key("explode", Flag),
        key("allowReserved", Flag),
    ],
};

pub(super) static RESPONSE: Object = Object {
    name: "a response",
    keys: &[
        key("summary", Unused),
        key("description", Text),
        key("headers", Map(&Or(&HEADER))),
        key("content", CONTENT),
        key("links", Unused),
    ],
};

pub(super) static HEADER: Object = Object {
    name: "a header",
    keys: &[
        key("name", Unused),
        key("in", Unused),
        key("description", Text),
        key("required", Flag),
        key("deprecated", Flag),
        key("allowEmptyValue", Unused),
        key("style", Unused),
        key("explode", Unused),
        key("allowReserved", Unused),
        key("schema", Schema),
        key("content", CONTENT),
        key("example", Any),
        key("examples", Examples),
    ],
};

pub(super) static EXAMPLE: Object = Object {
    name: "an example",
    keys: &[
        key("summary", Text),
        key("description", Text),
        key("value", Any),
        key("dataValue", Unused),
        key("serializedValue", Unused),
        key("externalValue", Text),
    ],
};

pub(super) static SECURITY_SCHEME: Object = Object {
    name: "a security scheme",
    keys: &[
        required(
            "type",
            Word(&["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"]),
        ),
        key("description", Text),
        key("name", Text),
        key("in", Word(&["query", "header", "cookie"])),
        key("scheme", Text),
        key("bearerFormat", Text),
        key("flows", Kind::Object(&FLOWS)),
        key("openIdConnectUrl", Text),
        key("oauth2MetadataUrl", Unused),
        key("deprecated", Unused),
    ],
};

static FLOWS: Object = Object {
    name: "`flows`",
    keys: &[
        key("implicit", Kind::Object(&FLOW)),
        key("password", Kind::Object(&FLOW)),
        key("clientCredentials", Kind::Object(&FLOW)),
        key("authorizationCode", Kind::Object(&FLOW)),
        key("deviceAuthorization", Unused),
    ],
};

static FLOW: Object = Object {
    name: "a flow",
    keys: &[
        key("authorizationUrl", Text),
        key("deviceAuthorizationUrl", Unused),
        key("tokenUrl", Text),
        key("refreshUrl", Text),
        key("scopes", Map(&Text)),
    ],
};
