//! Turns the finished tree into openapiv3's types.
//!
//! By hand where objects nest: openapiv3's own readers copy the rest of the tree at each level of a schema,
//! and try it twice where it is at fault. What does not nest is left to them.

mod schema;

use openapiv3::{
    Components, Encoding, Example, Header, MediaType, OpenAPI, Operation, Parameter, ParameterData,
    ParameterSchemaOrContent, PathItem, Paths, ReferenceOr, RequestBody, Response, Responses,
    StatusCode,
};
use serde::de::DeserializeOwned;

use super::marked::MARK;
use crate::source::yaml::{TypeError, typed};
use crate::source::{Entry, Node, Value};

type Typed<T> = Result<T, TypeError>;

/// The document.
pub(super) fn document(node: &Node) -> Typed<OpenAPI> {
    let components = node.get("components");
    let components = components.map(|components| {
        Ok(Components {
            schemas: named(components.get("schemas"), schema::reference_or)?,
            security_schemes: leaf(components.get("securitySchemes"))?.unwrap_or_default(),
            ..Components::default()
        })
    });
    Ok(OpenAPI {
        openapi: text(node, "openapi").unwrap_or_default(),
        info: leaf(node.get("info"))?.unwrap_or_default(),
        servers: leaf(node.get("servers"))?.unwrap_or_default(),
        paths: Paths {
            paths: named(node.get("paths"), |node| {
                path_item(node).map(ReferenceOr::Item)
            })?,
            ..Paths::default()
        },
        components: components.transpose()?,
        security: leaf(node.get("security"))?,
        external_docs: leaf(node.get("externalDocs"))?,
        extensions: extensions(node)?,
        ..OpenAPI::default()
    })
}

fn path_item(node: &Node) -> Typed<PathItem> {
    let method = |name: &str| node.get(name).map(operation).transpose();
    Ok(PathItem {
        summary: text(node, "summary"),
        description: text(node, "description"),
        get: method("get")?,
        put: method("put")?,
        post: method("post")?,
        delete: method("delete")?,
        options: method("options")?,
        head: method("head")?,
        patch: method("patch")?,
        trace: method("trace")?,
        servers: leaf(node.get("servers"))?.unwrap_or_default(),
        parameters: parameters(node)?,
        extensions: extensions(node)?,
    })
}

fn operation(node: &Node) -> Typed<Operation> {
    let body = node.get("requestBody").map(request_body).transpose()?;
    Ok(Operation {
        tags: leaf(node.get("tags"))?.unwrap_or_default(),
        summary: text(node, "summary"),
        description: text(node, "description"),
        external_docs: leaf(node.get("externalDocs"))?,
        operation_id: text(node, "operationId"),
        parameters: parameters(node)?,
        request_body: body.map(ReferenceOr::Item),
        responses: node
            .get("responses")
            .map(responses)
            .transpose()?
            .unwrap_or_default(),
        deprecated: flag(node, "deprecated").unwrap_or_default(),
        security: leaf(node.get("security"))?,
        servers: leaf(node.get("servers"))?.unwrap_or_default(),
        extensions: extensions(node)?,
        ..Operation::default()
    })
}

fn parameters(node: &Node) -> Typed<Vec<ReferenceOr<Parameter>>> {
    let items = node.get("parameters").map(Node::items).unwrap_or_default();
    items
        .iter()
        .map(|item| parameter(item).map(ReferenceOr::Item))
        .collect()
}

fn parameter(node: &Node) -> Typed<Parameter> {
    let parameter_data = ParameterData {
        name: text(node, "name").unwrap_or_default(),
        description: text(node, "description"),
        required: flag(node, "required").unwrap_or_default(),
        deprecated: flag(node, "deprecated"),
        format: format(node)?,
        example: leaf(node.get("example"))?,
        examples: examples(node)?,
        explode: flag(node, "explode"),
        extensions: extensions(node)?,
    };
    let style = node.get("style");
    Ok(match node.get("in").and_then(Node::as_str) {
        Some("query") => Parameter::Query {
            parameter_data,
            allow_reserved: flag(node, "allowReserved").unwrap_or_default(),
            style: leaf(style)?.unwrap_or_default(),
            allow_empty_value: flag(node, "allowEmptyValue"),
        },
        Some("path") => Parameter::Path {
            parameter_data,
            style: leaf(style)?.unwrap_or_default(),
        },
        Some("cookie") => Parameter::Cookie {
            parameter_data,
            style: leaf(style)?.unwrap_or_default(),
        },
        _ => Parameter::Header {
            parameter_data,
            style: leaf(style)?.unwrap_or_default(),
        },
    })
}

fn format(node: &Node) -> Typed<ParameterSchemaOrContent> {
    match (node.get("schema"), node.get("content")) {
        (Some(schema), _) => schema::reference_or(schema).map(ParameterSchemaOrContent::Schema),
        (None, content) => named(content, media_type).map(ParameterSchemaOrContent::Content),
    }
}

fn request_body(node: &Node) -> Typed<RequestBody> {
    Ok(RequestBody {
        description: text(node, "description"),
        content: named(node.get("content"), media_type)?,
        required: flag(node, "required").unwrap_or_default(),
        extensions: extensions(node)?,
    })
}

fn media_type(node: &Node) -> Typed<MediaType> {
    Ok(MediaType {
        schema: node.get("schema").map(schema::reference_or).transpose()?,
        example: leaf(node.get("example"))?,
        examples: examples(node)?,
        encoding: named(node.get("encoding"), typed::<Encoding>)?,
        extensions: extensions(node)?,
    })
}

fn responses(node: &Node) -> Typed<Responses> {
    let mut made = Responses::default();
    for entry in node.entries() {
        let response = ReferenceOr::Item(response(&entry.node)?);
        let number: Option<u16> = entry.key.get(..1).and_then(|digit| digit.parse().ok());
        match (entry.key.parse(), number) {
            (Ok(code), _) => drop(made.responses.insert(StatusCode::Code(code), response)),
            (Err(_), Some(range)) => {
                drop(made.responses.insert(StatusCode::Range(range), response));
            }
            _ => made.default = Some(response),
        }
    }
    Ok(made)
}

fn response(node: &Node) -> Typed<Response> {
    Ok(Response {
        description: text(node, "description").unwrap_or_default(),
        headers: named(node.get("headers"), |node| {
            header(node).map(ReferenceOr::Item)
        })?,
        content: named(node.get("content"), media_type)?,
        extensions: extensions(node)?,
        ..Response::default()
    })
}

fn header(node: &Node) -> Typed<Header> {
    Ok(Header {
        description: text(node, "description"),
        style: openapiv3::HeaderStyle::default(),
        required: flag(node, "required").unwrap_or_default(),
        deprecated: flag(node, "deprecated"),
        format: format(node)?,
        example: leaf(node.get("example"))?,
        examples: examples(node)?,
        extensions: extensions(node)?,
    })
}

fn examples<C: FromIterator<(String, ReferenceOr<Example>)> + Default>(node: &Node) -> Typed<C> {
    named(node.get("examples"), |node| {
        typed(node).map(ReferenceOr::Item)
    })
}

/// A mapping with keys of the author's.
fn named<T, C: FromIterator<(String, T)> + Default>(
    node: Option<&Node>,
    value: impl Fn(&Node) -> Typed<T>,
) -> Typed<C> {
    let Some(node) = node else {
        return Ok(C::default());
    };
    node.entries()
        .iter()
        .map(|entry| Ok((entry.key.clone(), value(&entry.node)?)))
        .collect()
}

/// What does not nest.
fn leaf<T: DeserializeOwned>(node: Option<&Node>) -> Typed<Option<T>> {
    node.map(typed).transpose()
}

fn extensions<T: DeserializeOwned, C: FromIterator<(String, T)>>(node: &Node) -> Typed<C> {
    let is_own = |entry: &&Entry| entry.key.starts_with("x-") && entry.key != MARK;
    let own = node.entries().iter().filter(is_own);
    own.map(|entry| Ok((entry.key.clone(), typed(&entry.node)?)))
        .collect()
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.as_str().map(str::to_owned)
}

fn flag(node: &Node, key: &str) -> Option<bool> {
    match node.get(key)?.value {
        Value::Bool(flag) => Some(flag),
        _ => None,
    }
}
