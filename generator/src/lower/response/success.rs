//! Turns the documented successes into the fields of `Tokens`.

use std::collections::{BTreeSet, HashMap};

use super::Response;
use crate::lower::names::{self, Scope};
use crate::lower::schema::{Kind, Schema, is_true, text};
use crate::lower::shapes::{Hint, Shapes};
use crate::model::{Expression, Extra, FieldKind, Name, Success, SuccessField, Token, Type};
use crate::source::{Node, Span};

/// How deep objects on the way to a token are dissolved.
const DEPTH: usize = 32;

/// What a success holds.
pub(in crate::lower) fn success<'a>(
    responses: &[Response<'a>],
    tokens: &[Token],
    extras: &[Extra],
    origin: Span,
    shapes: &mut Shapes<'a>,
) -> Success {
    let successes: Vec<_> = responses
        .iter()
        .filter(|response| response.is_success)
        .collect();
    let mut fields = named_fields(tokens, extras);
    let mut scope = Scope::of(fields.iter().map(|field| field.name.rust.as_str()));
    let mut found = Finder::new(tokens, extras);
    for response in &successes {
        found.response(response, shapes);
    }
    let count = successes.len();
    fields.extend(
        found
            .list
            .into_iter()
            .map(|property| property.field(count, &mut scope)),
    );
    let first = successes.first();
    Success {
        description: first
            .and_then(|first| text(first.node, "description"))
            .map(str::to_owned),
        origin: first.map_or(origin, |first| first.node.span),
        fields,
        is_json: successes.iter().any(|response| response.json.is_some()),
    }
}

/// Tokens that come back or are extended, then extras.
fn named_fields(tokens: &[Token], extras: &[Extra]) -> Vec<SuccessField> {
    let comes_back = |(_, token): &(usize, &Token)| !token.received.is_empty() || token.is_extended;
    let token = |(index, token): (usize, &Token)| SuccessField {
        name: token.name.clone(),
        description: token.description.clone(),
        kind: FieldKind::Token(index),
    };
    let extra = |(index, extra): (usize, &Extra)| SuccessField {
        name: extra.name.clone(),
        description: None,
        kind: FieldKind::Extra(index),
    };
    let tokens = tokens.iter().enumerate().filter(comes_back).map(token);
    tokens.chain(extras.iter().enumerate().map(extra)).collect()
}

/// Collects the properties that are neither tokens nor extras.
struct Finder<'a> {
    /// Pointers of tokens and extras.
    taken: BTreeSet<String>,
    /// Pointers of the objects that hold them.
    dissolved: BTreeSet<String>,
    /// The unions that have been looked into, and where.
    unions: BTreeSet<(*const Node, String)>,
    list: Vec<Found<'a>>,
    by_pointer: HashMap<String, usize>,
}

/// A property, as the successes so far have it.
struct Found<'a> {
    pointer: String,
    key: &'a str,
    description: Option<&'a str>,
    ty: Type,
    /// In how many of the successes it is always there.
    certain: usize,
}

impl<'a> Finder<'a> {
    fn new(tokens: &[Token], extras: &[Extra]) -> Self {
        let received = tokens.iter().flat_map(|token| &token.received);
        let places = received.map(|location| &location.value.at);
        let places = places.chain(extras.iter().map(|extra| &extra.at.value));
        let pointer = |at: &Expression| match at {
            Expression::ResponseBody(pointer) => Some(pointer.clone()),
            _ => None,
        };
        let taken: BTreeSet<String> = places.filter_map(pointer).collect();
        let above = |pointer: &String| {
            let cuts = pointer.match_indices('/').map(|(at, _)| at);
            cuts.filter_map(|at| pointer.get(..at))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        Self {
            dissolved: taken.iter().flat_map(above).collect(),
            taken,
            unions: BTreeSet::new(),
            list: Vec::new(),
            by_pointer: HashMap::new(),
        }
    }

    fn response(&mut self, response: &Response<'a>, shapes: &mut Shapes<'a>) {
        let is_token = self.taken.contains("");
        if let Some(node) = response.schema().filter(|_| !is_token) {
            self.schema(shapes.schemas.get(node), "", true, shapes, 0);
        }
    }

    fn schema(
        &mut self,
        schema: Schema<'a>,
        above: &str,
        is_certain: bool,
        shapes: &mut Shapes<'a>,
        depth: usize,
    ) {
        if depth > DEPTH {
            return;
        }
        match shapes.schemas.kind(schema) {
            Kind::Object(object) => {
                for property in object.properties {
                    let is_certain = is_certain && property.is_required;
                    self.property(
                        property.key,
                        property.node,
                        above,
                        is_certain,
                        shapes,
                        depth,
                    );
                }
            }
            // A union may be among its own alternatives.
            Kind::Union(nodes) if self.unions.insert((schema.node, above.to_owned())) => {
                for node in nodes {
                    self.schema(shapes.schemas.get(node), above, false, shapes, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn property(
        &mut self,
        key: &'a str,
        node: &'a Node,
        above: &str,
        is_certain: bool,
        shapes: &mut Shapes<'a>,
        depth: usize,
    ) {
        let pointer = format!("{above}/{}", key.replace('~', "~0").replace('/', "~1"));
        if self.taken.contains(&pointer) {
            return;
        }
        let schema = shapes.schemas.get(node);
        if is_true(schema.node, "writeOnly") {
            return;
        }
        if self.dissolved.contains(&pointer) {
            let is_certain = is_certain && !schema.is_nullable;
            return self.schema(schema, &pointer, is_certain, shapes, depth + 1);
        }
        let typed = shapes.ty(node, Hint { parent: "", key });
        let certain = usize::from(is_certain && !typed.is_nullable);
        let known = self.by_pointer.get(&pointer);
        if let Some(known) = known.and_then(|at| self.list.get_mut(*at)) {
            known.certain += certain;
            if known.ty != typed.ty {
                // Two documented successes disagree; whatever comes is kept.
                known.ty = Type::Json;
            }
            return;
        }
        self.by_pointer.insert(pointer.clone(), self.list.len());
        self.list.push(Found {
            pointer,
            key,
            description: typed.description,
            ty: typed.ty,
            certain,
        });
    }
}

impl Found<'_> {
    fn field(self, successes: usize, scope: &mut Scope) -> SuccessField {
        let plain = names::snake(self.key);
        let rust = if scope.is_free(&plain) {
            plain
        } else {
            names::snake(&self.pointer)
        };
        SuccessField {
            name: Name {
                wire: self.key.to_owned(),
                rust: scope.claim(rust),
            },
            description: self.description.map(str::to_owned),
            kind: FieldKind::Property {
                pointer: self.pointer,
                ty: self.ty,
                is_required: self.certain == successes,
            },
        }
    }
}
