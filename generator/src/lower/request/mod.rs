//! Puts an operation's request together: address, parts, body and ways of authentication.

mod body;
mod parameters;
mod path;
mod security;
mod servers;

use super::codes;
use super::inputs::{self, Inputs, Wanted};
use super::names;
use super::rules::{Rules, Sent, key_text};
use super::schema::{Kind, Schema, Schemas};
use super::shapes::{Shapes, Typed};
use super::unions;
use crate::diagnostic::{Report, Sink};
use crate::model::{AuthChoice, InputKey, Json, Part, PartSource, Per, Place, Request, Type};
use crate::source::{Node, Span};

pub(super) use self::servers::{published, server_choice};

/// The nodes that one operation is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nodes<'a> {
    pub(super) root: &'a Node,
    pub(super) path: &'a str,
    /// Where the path's key stands.
    pub(super) path_span: Span,
    pub(super) path_item: &'a Node,
    pub(super) method: &'a str,
    pub(super) operation: &'a Node,
}

/// What the parts of a request are made with.
#[derive(Debug)]
pub(super) struct Builder<'a, 'e, 'p> {
    pub(super) nodes: Nodes<'a>,
    pub(super) rules: Rules<'e>,
    /// The provider's settings and their shapes.
    pub(super) settings: &'p mut Inputs,
    pub(super) setting_shapes: &'p mut Shapes<'a>,
    /// The session's inputs of this operation, and the operation's shapes.
    pub(super) session: Inputs,
    pub(super) shapes: Shapes<'a>,
    pub(super) sink: &'p mut Sink,
}

/// One value of the request, before it is known what fills it.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    pub(super) place: Place,
    /// The name of its input, if it becomes one.
    pub(super) name: String,
    /// The keys of `inputs` that mean it beside its place.
    pub(super) keys: Vec<InputKey>,
    pub(super) schema: Option<&'a Node>,
    pub(super) is_required: bool,
    pub(super) is_secret: bool,
    pub(super) is_of_choice: bool,
    /// Text before the value.
    pub(super) prefix: &'static str,
    pub(super) description: Option<&'a str>,
    pub(super) origin: Span,
}

impl<'a, 'e> Builder<'a, 'e, '_> {
    /// The whole request.
    pub(super) fn request(&mut self) -> Request {
        let security = self.security();
        let mut parts = self.fixed_query();
        parts.extend(self.parameters(&security));
        parts.extend(security.parts);
        let (body, body_parts) = self.body();
        parts.extend(body_parts);
        parts.extend(self.unplaced(&body));
        let path = self.path(&parts);
        self.check_names(&parts, &security.choices);
        Request {
            method: self.nodes.method.to_ascii_uppercase(),
            path,
            accept: accept(self.nodes.operation),
            parts,
            body,
            choices: security.choices,
        }
    }

    /// Complains of names that would make every request fail.
    fn check_names(&mut self, parts: &[Part], choices: &[AuthChoice]) {
        let of_choices = choices.iter().flat_map(|choice| &choice.parts);
        for part in parts.iter().chain(of_choices) {
            let (kind, name) = match &part.place {
                Place::Header(name) => ("header", name),
                Place::Cookie(name) => ("cookie", name),
                _ => continue,
            };
            if !is_field_name(name) {
                let report =
                    Report::new(codes::BAD_NAME, format!("no {kind} can be named `{name}`"))
                        .at(part.origin, format!("this {kind} could not be sent"))
                        .help("letters, digits and `-` are safe: `name: x-api-key`");
                self.sink.push(report);
            }
        }
    }

    /// The part at a place: a token, a constant or an input.
    pub(super) fn fill(&mut self, slot: Slot<'a>) -> Part {
        if let Some(sent) = self.rules.token(&slot.place) {
            return token_part(slot.place, sent, slot.prefix, slot.origin);
        }
        let (place, prefix) = (slot.place.clone(), slot.prefix.to_owned());
        let (is_required, origin) = (slot.is_required, slot.origin);
        let mut keys = slot.keys.clone();
        keys.extend(slot.place.expression().map(InputKey::Expression));
        let source = self.source(slot, &keys);
        let is_given = matches!(source, PartSource::Constant(_) | PartSource::Generated(_));
        Part {
            place,
            source,
            prefix,
            is_required: is_required || is_given,
            origin,
        }
    }

    /// What fills a place that no token fills.
    pub(super) fn source(&mut self, slot: Slot<'a>, keys: &[InputKey]) -> PartSource {
        let entry = self.rules.entry(keys);
        let per = entry.and_then(|entry| entry.per).unwrap_or_default();
        let typed = self.typed(&slot, per);
        let default = slot.schema.map(|node| self.shapes.schemas.get(node).node);
        let default = default.and_then(|node| node.get("default")).map(Json::from);
        let is_password =
            typed.ty == Type::Secret && slot.schema.is_some_and(|node| self.is_password(node));
        let wanted = Wanted {
            name: slot.name,
            keys: keys.iter().map(key_text).collect(),
            entry,
            is_secret: slot.is_secret || is_password,
            is_required: slot.is_required,
            is_of_choice: slot.is_of_choice,
            default: default.filter(|default| slot.is_required && *default != Json::Null),
            description: slot.description.or(typed.description).map(str::to_owned),
            typed,
            origin: slot.origin,
        };
        self.want(wanted)
    }

    /// The constant or the input that is wanted.
    pub(super) fn want(&mut self, wanted: Wanted<'a, 'e>) -> PartSource {
        if let Some(source) = inputs::constant(&wanted) {
            return source;
        }
        match inputs::per(&wanted) {
            Per::Client => {
                PartSource::Setting(self.settings.add(wanted, self.setting_shapes, self.sink))
            }
            Per::Session => PartSource::Session(self.session.add(wanted, &self.shapes, self.sink)),
        }
    }

    fn typed(&mut self, slot: &Slot<'a>, per: Per) -> Typed<'a> {
        let Some(node) = slot.schema else {
            return text();
        };
        let shapes = match per {
            Per::Client => &mut *self.setting_shapes,
            Per::Session => &mut self.shapes,
        };
        let hint = super::shapes::Hint {
            parent: "",
            key: &slot.name,
        };
        let typed = shapes.ty(node, hint);
        shapes.settle();
        typed
    }

    fn is_password(&self, node: &'a Node) -> bool {
        let node = self.shapes.schemas.get(node).node;
        super::schema::text(node, "format") == Some("password")
    }

    /// Tokens whose place the document does not mention; `check` says whether it should have.
    fn unplaced(&self, body: &crate::model::Body) -> Vec<Part> {
        let has_body = *body != crate::model::Body::Empty;
        let place = |sent: &Sent<'_>| {
            Place::of(sent.at).filter(|place| has_body || !matches!(place, Place::Body(_)))
        };
        let part = |sent: Sent<'_>| Some(token_part(place(&sent)?, sent, "", sent.span));
        self.rules.unplaced().filter_map(part).collect()
    }
}

/// A part that a token fills. The block's own prefix counts before the scheme's.
pub(super) fn token_part(place: Place, sent: Sent<'_>, prefix: &str, origin: Span) -> Part {
    let prefix = if sent.prefix.is_empty() {
        prefix
    } else {
        sent.prefix
    };
    Part {
        place,
        source: PartSource::Token(sent.token),
        prefix: prefix.to_owned(),
        is_required: true,
        origin,
    }
}

/// Whether a value of this schema is one text, where there is no JSON to hold more.
pub(super) fn is_single_value<'a>(schemas: &Schemas<'a>, schema: Schema<'a>) -> bool {
    match schemas.kind(schema) {
        Kind::Object(_) | Kind::Map(_) | Kind::List(_) => false,
        Kind::Union(nodes) => unions::common_scalar(schemas, &nodes).is_some(),
        _ => true,
    }
}

/// Whether HTTP allows the name of a header or cookie (RFC 9110, section 5.6.2).
fn is_field_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// Text of which nothing more is known.
pub(super) fn text() -> Typed<'static> {
    Typed {
        ty: Type::String,
        is_nullable: false,
        constant: None,
        description: None,
    }
}

/// `Accept`: the media types of all documented responses, each once, in the document's order.
fn accept(operation: &Node) -> Option<String> {
    let mut types: Vec<&str> = Vec::new();
    for response in operation.get("responses").map_or(&[][..], Node::entries) {
        for content in response.node.get("content").map_or(&[][..], Node::entries) {
            let is_sound = content
                .key
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte));
            if is_sound && !types.contains(&content.key.as_str()) {
                types.push(&content.key);
            }
        }
    }
    (!types.is_empty()).then(|| types.join(", "))
}

/// The name of an input by its wire name.
pub(super) fn input_name(wire: &str) -> String {
    names::input(wire)
}
