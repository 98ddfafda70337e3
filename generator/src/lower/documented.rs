//! Turns the schemas, parameters and responses of a document into [`Schemas`] and [`Documented`], which
//! the checks ask what stands where.
//!
//! Nothing is merged and nothing is judged: a schema that is odd is copied as it is.

use std::collections::BTreeMap;

use crate::model::{
    Documented, DocumentedBody, DocumentedHeader, DocumentedParameter, DocumentedResponse,
    DocumentedScheme, Further, Json, JsonType, Place, Property, Schema, SchemaId, Schemas,
};
use crate::source::{Entry, Node, Value};

/// Reads the operations of one document; schemas that several of them reach are read once.
#[derive(Debug)]
pub struct DocumentReader<'a> {
    root: &'a Node,
    components: BTreeMap<&'a str, &'a Node>,
    known: BTreeMap<&'a str, SchemaId>,
    pending: Vec<(SchemaId, &'a Node)>,
    schemas: Schemas,
}

impl<'a> DocumentReader<'a> {
    /// Starts on a document: OpenAPI 3.0, every `$ref` but those to schemas followed.
    pub fn new(root: &'a Node) -> Self {
        let schemas = root.get("components").and_then(|node| node.get("schemas"));
        Self {
            root,
            components: schemas
                .map_or(&[][..], Node::entries)
                .iter()
                .map(pair)
                .collect(),
            known: BTreeMap::new(),
            pending: Vec::new(),
            schemas: Schemas::default(),
        }
    }

    /// Reads one operation.
    pub fn operation(&mut self, path_item: &'a Node, operation: &'a Node) -> Documented {
        let of_path = path_item.get("parameters").map_or(&[][..], Node::items);
        let of_operation = operation.get("parameters").map_or(&[][..], Node::items);
        let parameters = of_operation.iter().chain(of_path);
        let documented = Documented {
            parameters: parameters.filter_map(|node| self.parameter(node)).collect(),
            request: operation
                .get("requestBody")
                .map(|body| self.bodies(body))
                .unwrap_or_default(),
            responses: operation
                .get("responses")
                .map_or(&[][..], Node::entries)
                .iter()
                .filter_map(|entry| self.response(entry))
                .collect(),
            schemes: self.schemes(operation),
            server_variables: self.server_variables(path_item, operation),
        };
        self.read_pending();
        documented
    }

    /// Ends the document.
    pub fn finish(self) -> Schemas {
        self.schemas
    }

    fn parameter(&mut self, node: &'a Node) -> Option<DocumentedParameter> {
        let name = node.get("name")?.as_str()?.to_owned();
        let place = match node.get("in")?.as_str()? {
            "path" => Place::Path(name),
            "query" => Place::Query(name),
            "header" => Place::Header(name),
            "cookie" => Place::Cookie(name),
            _ => return None,
        };
        let schema = node.get("schema").map(|node| self.schema(node));
        Some(DocumentedParameter {
            place,
            schema,
            origin: node.span,
        })
    }

    fn bodies(&mut self, node: &'a Node) -> Vec<DocumentedBody> {
        let content = node.get("content").map_or(&[][..], Node::entries);
        let body = |entry: &'a Entry| DocumentedBody {
            media_type: entry.key.clone(),
            schema: entry.node.get("schema").map(|node| self.schema(node)),
            has_example: self.has_example(&entry.node),
        };
        content.iter().map(body).collect()
    }

    fn has_example(&self, content: &'a Node) -> bool {
        let is_given = |node: &Node| {
            node.get("example").is_some()
                || node
                    .get("examples")
                    .is_some_and(|it| !it.entries().is_empty())
        };
        let schema = content.get("schema");
        let component = schema.and_then(|schema| self.component(schema));
        is_given(content)
            || component
                .map(|(_, node)| node)
                .or(schema)
                .is_some_and(is_given)
    }

    fn response(&mut self, entry: &'a Entry) -> Option<DocumentedResponse> {
        let headers = entry.node.get("headers").map_or(&[][..], Node::entries);
        let header = |entry: &'a Entry| DocumentedHeader {
            name: entry.key.clone(),
            schema: entry.node.get("schema").map(|node| self.schema(node)),
            origin: entry.key_span,
        };
        let headers = headers.iter().map(header).collect();
        Some(DocumentedResponse {
            status: entry.key.clone(),
            range: status_range(&entry.key)?,
            origin: entry.key_span,
            headers,
            bodies: self.bodies(&entry.node),
        })
    }

    fn schemes(&self, operation: &Node) -> Vec<DocumentedScheme> {
        let Some(asked) = operation
            .get("security")
            .or_else(|| self.root.get("security"))
        else {
            return Vec::new();
        };
        let Some(known) = self.root.pointer("/components/securitySchemes") else {
            return Vec::new();
        };
        let mut schemes: Vec<DocumentedScheme> = Vec::new();
        for name in asked
            .items()
            .iter()
            .flat_map(Node::entries)
            .map(|entry| &entry.key)
        {
            let Some(node) = known.get(name) else {
                continue;
            };
            if schemes.iter().all(|scheme| scheme.name != *name) {
                schemes.push(DocumentedScheme {
                    name: name.clone(),
                    place: scheme_place(node),
                    origin: node.span,
                });
            }
        }
        schemes
    }

    fn server_variables(&self, path_item: &Node, operation: &Node) -> Vec<String> {
        let places = [operation, path_item, self.root];
        let servers = places.into_iter().find_map(|node| node.get("servers"));
        let servers = servers.map_or(&[][..], Node::items);
        let variables = servers.iter().filter_map(|server| server.get("variables"));
        let mut names: Vec<String> = variables
            .flat_map(Node::entries)
            .map(|entry| entry.key.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The id of a schema. Its content is read later, from a list, so that no depth of nesting and no
    /// cycle of references is ever recursion here.
    fn schema(&mut self, node: &'a Node) -> SchemaId {
        let Some((name, component)) = self.component(node) else {
            return self.add(node);
        };
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let id = self.add(component);
        self.known.insert(name, id);
        id
    }

    fn component(&self, node: &Node) -> Option<(&'a str, &'a Node)> {
        let reference = node.get("$ref")?.as_str()?;
        let name = reference.strip_prefix("#/components/schemas/")?;
        let (name, node) = self.components.get_key_value(name)?;
        Some((*name, *node))
    }

    fn add(&mut self, node: &'a Node) -> SchemaId {
        let id = SchemaId(self.schemas.0.len());
        self.schemas.0.push(Schema::default());
        self.pending.push((id, node));
        id
    }

    fn read_pending(&mut self) {
        while let Some((id, node)) = self.pending.pop() {
            self.schemas.0[id.0] = self.read(node);
        }
    }

    fn read(&mut self, node: &'a Node) -> Schema {
        if node.get("$ref").is_some() {
            // A component that is nothing but a reference to another.
            return Schema {
                origin: node.span,
                all_of: vec![self.schema(node)],
                ..Schema::default()
            };
        }
        let property = |entry: &'a Entry| Property {
            name: entry.key.clone(),
            key_span: entry.key_span,
            schema: self.schema(&entry.node),
        };
        let properties = node.get("properties").map_or(&[][..], Node::entries);
        let properties = properties.iter().map(property).collect();
        Schema {
            origin: node.span,
            types: types(node),
            is_nullable: matches!(
                node.get("nullable").map(|node| &node.value),
                Some(Value::Bool(true))
            ),
            format: node.get("format").and_then(Node::as_str).map(str::to_owned),
            values: node
                .get("enum")
                .map_or(&[][..], Node::items)
                .iter()
                .map(Json::from)
                .collect(),
            properties,
            required: texts(node.get("required")),
            further: self.further(node),
            items: node.get("items").map(|node| self.schema(node)),
            all_of: self.list(node.get("allOf")),
            any_of: ["oneOf", "anyOf"]
                .into_iter()
                .map(|key| self.list(node.get(key)))
                .filter(|list| !list.is_empty())
                .collect(),
        }
    }

    fn list(&mut self, node: Option<&'a Node>) -> Vec<SchemaId> {
        let items = node.map_or(&[][..], Node::items);
        items.iter().map(|node| self.schema(node)).collect()
    }

    fn further(&mut self, node: &'a Node) -> Further {
        match node.get("additionalProperties") {
            None => Further::Unsaid,
            Some(Node {
                value: Value::Bool(false),
                ..
            }) => Further::Closed,
            Some(node) if node.entries().is_empty() => Further::Open,
            Some(node) => Further::Of(self.schema(node)),
        }
    }
}

fn pair(entry: &Entry) -> (&str, &Node) {
    (entry.key.as_str(), &entry.node)
}

fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.map_or(&[][..], Node::items);
    items
        .iter()
        .filter_map(Node::as_str)
        .map(str::to_owned)
        .collect()
}

fn types(node: &Node) -> Vec<JsonType> {
    let Some(node) = node.get("type") else {
        return Vec::new();
    };
    let ty = match node.as_str() {
        Some("boolean") => JsonType::Boolean,
        Some("integer") => JsonType::Integer,
        Some("number") => JsonType::Number,
        Some("string") => JsonType::String,
        Some("array") => JsonType::Array,
        Some("object") => JsonType::Object,
        _ => return Vec::new(),
    };
    vec![ty]
}

fn scheme_place(node: &Node) -> Option<Place> {
    let text = |key| node.get(key).and_then(Node::as_str);
    match text("type")? {
        "apiKey" => {
            let name = text("name")?.to_owned();
            match text("in")? {
                "header" => Some(Place::Header(name)),
                "query" => Some(Place::Query(name)),
                "cookie" => Some(Place::Cookie(name)),
                _ => None,
            }
        }
        "http" if text("scheme")?.eq_ignore_ascii_case("basic") => Some(Place::Basic),
        "http" | "oauth2" | "openIdConnect" => Some(Place::Header("Authorization".to_owned())),
        _ => None,
    }
}

/// The statuses of a key of `responses`; `None`: it is no status.
pub fn status_range(key: &str) -> Option<(u16, u16)> {
    if key == "default" {
        return Some((100, 599));
    }
    if let [class @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] = key.as_bytes() {
        let first = u16::from(class - b'0') * 100;
        return Some((first, first + 99));
    }
    let status = key
        .parse()
        .ok()
        .filter(|status| (100..=599).contains(status))?;
    Some((status, status))
}
