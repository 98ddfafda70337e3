//! Turns a request body into parts: the leaves of its object, each a token, a constant or an input.

use super::{Builder, Slot, input_name, is_single_value, token_part};
use crate::diagnostic::Report;
use crate::lower::codes;
use crate::lower::media::{self, Media};
use crate::lower::schema::{Found, Kind, Object, Schema, is_true};
use crate::model::{Body, Part, Place};
use crate::source::{Entry, Node, Span};

/// How many values a body is taken apart into. Schemas that refer to each other twice over would make
/// millions; the objects beyond are inputs as they are.
const MOST: usize = 256;

/// Where a leaf stands.
#[derive(Debug)]
struct Leaf<'l> {
    pointer: String,
    key: &'l str,
    is_required: bool,
    origin: Span,
}

/// The objects that a property stands in, from the inside out.
#[derive(Debug)]
struct Above<'l, 'a> {
    pointer: String,
    schema: &'a Node,
    up: Option<&'l Above<'l, 'a>>,
}

impl<'a> Above<'_, 'a> {
    fn of(schema: Schema<'a>) -> Self {
        Self {
            pointer: String::new(),
            schema: schema.node,
            up: None,
        }
    }

    /// Whether a schema is one of theirs: it holds itself, and has no last leaf.
    fn has(&self, schema: Schema<'a>) -> bool {
        std::ptr::eq(self.schema, schema.node) || self.up.is_some_and(|up| up.has(schema))
    }
}

impl<'a> Builder<'a, '_, '_> {
    /// The body and its parts.
    pub(super) fn body(&mut self) -> (Body, Vec<Part>) {
        let Some(node) = self.nodes.operation.get("requestBody") else {
            return (Body::Empty, Vec::new());
        };
        let contents = node.get("content").map_or(&[][..], Node::entries);
        let content = contents
            .iter()
            .find_map(|entry| Some((entry, media::of(&entry.key)?)));
        let Some((content, media)) = content else {
            self.cannot_write(contents);
            return (Body::Empty, Vec::new());
        };
        let is_required = is_true(node, "required");
        let parts = self.content(content, media, is_required);
        let body = match media {
            Media::Form => Body::Form,
            Media::Text if self.is_text(&content.node) => Body::Text(content.key.clone()),
            // Structure under another name is JSON all the same.
            Media::Json | Media::Text => Body::Json(content.key.clone()),
        };
        (body, parts)
    }

    fn content(&mut self, content: &'a Entry, media: Media, is_required: bool) -> Vec<Part> {
        let Some(node) = content.node.get("schema") else {
            return self.whole(None, content.key_span, is_required);
        };
        let schema = self.shapes.schemas.get(node);
        let schema = self.meant(schema);
        let object = self.shapes.schemas.object(schema);
        if object.properties.is_empty() {
            let is_open = matches!(self.shapes.schemas.kind(schema), Kind::Any | Kind::Map(_));
            // An object that names nothing is made of what the block puts there.
            if is_open && self.rules.has_token_below("") {
                return Vec::new();
            }
            return self.whole(Some(node), content.key_span, is_required);
        }
        let mut parts = Vec::new();
        self.object(&object, &Above::of(schema), is_required, media, &mut parts);
        parts
    }

    /// The one part that is all of the body.
    fn whole(&mut self, schema: Option<&'a Node>, origin: Span, is_required: bool) -> Vec<Part> {
        let leaf = Leaf {
            pointer: String::new(),
            key: "body",
            is_required,
            origin,
        };
        vec![self.leaf(schema, leaf)]
    }

    /// Of several alternatives the first that has every place the block points at.
    fn meant(&self, schema: Schema<'a>) -> Schema<'a> {
        let schemas = self.shapes.schemas;
        let Kind::Union(nodes) = schemas.kind(schema) else {
            return schema;
        };
        let pointers = self.rules.body_pointers();
        let has_all = |schema: &Schema<'a>| {
            let leads =
                |pointer: &&str| matches!(schemas.locate(*schema, pointer), Found::Here { .. });
            !pointers.is_empty() && pointers.iter().all(leads)
        };
        nodes
            .into_iter()
            .map(|node| schemas.get(node))
            .find(has_all)
            .unwrap_or(schema)
    }

    fn object(
        &mut self,
        object: &Object<'a>,
        above: &Above<'_, 'a>,
        is_required: bool,
        media: Media,
        parts: &mut Vec<Part>,
    ) {
        for property in &object.properties {
            let schema = self.shapes.schemas.get(property.node);
            if is_true(schema.node, "readOnly") {
                continue;
            }
            let segment = property.key.replace('~', "~0").replace('/', "~1");
            let leaf = Leaf {
                pointer: format!("{}/{segment}", above.pointer),
                key: property.key,
                is_required: is_required && property.is_required,
                origin: property.origin,
            };
            let place = Place::Body(leaf.pointer.clone());
            let inner = self.shapes.schemas.object(schema);
            if let Some(sent) = self.rules.token(&place) {
                parts.push(token_part(place, sent, "", property.origin));
            } else if media == Media::Form && !is_single_value(self.shapes.schemas, schema) {
                self.cannot_be_field(&leaf);
            } else if inner.properties.is_empty() || parts.len() > MOST || above.has(schema) {
                let is_open = matches!(self.shapes.schemas.kind(schema), Kind::Any | Kind::Map(_));
                if !(is_open && self.rules.has_token_below(&leaf.pointer)) {
                    parts.push(self.leaf(Some(property.node), leaf));
                }
            } else {
                let below = Above {
                    pointer: leaf.pointer,
                    schema: schema.node,
                    up: Some(above),
                };
                self.object(&inner, &below, leaf.is_required, media, parts);
            }
        }
    }

    fn leaf(&mut self, schema: Option<&'a Node>, leaf: Leaf<'_>) -> Part {
        self.fill(Slot {
            place: Place::Body(leaf.pointer),
            name: input_name(leaf.key),
            keys: Vec::new(),
            schema,
            is_required: leaf.is_required,
            is_secret: false,
            is_of_choice: false,
            prefix: "",
            description: None,
            origin: leaf.origin,
        })
    }

    /// Whether a body of text is no more than that.
    fn is_text(&self, content: &'a Node) -> bool {
        content.get("schema").is_none_or(|node| {
            let kind = self.shapes.schemas.kind(self.shapes.schemas.get(node));
            !matches!(
                kind,
                Kind::Object(_) | Kind::Map(_) | Kind::List(_) | Kind::Any | Kind::Union(_)
            )
        })
    }

    fn cannot_be_field(&mut self, leaf: &Leaf<'_>) {
        let message = format!("the form field `{}` is no single value", leaf.key);
        let report = if leaf.is_required {
            Report::new(codes::STRUCTURED_PARAMETER, message)
                .at(leaf.origin, "a list or an object")
                .help("describe it as the text that is sent: `type: string`")
        } else {
            Report::new(codes::PARAMETER_LEFT_OUT, message)
                .at(leaf.origin, "optional, so it is never sent")
                .help("describe it as the text that is sent, if it is wanted: `type: string`")
        };
        self.sink.push(report);
    }

    fn cannot_write(&mut self, contents: &[Entry]) {
        let Some(first) = contents.first() else {
            return;
        };
        let report = Report::new(
            codes::UNSUPPORTED_BODY,
            format!("a body of `{}` cannot be generated yet", first.key),
        )
        .at(first.key_span, "neither JSON, nor a form, nor text")
        .help("where the vendor takes JSON or a form as well, describe that: `application/json:`");
        self.sink.push(report);
    }
}
