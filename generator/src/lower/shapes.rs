//! Turns the schemas that a request or response reaches into types and shapes.
//!
//! A schema that becomes a shape gets its name and index where it is first met and its body later, from
//! a queue: cycles end there, and deep documents need no deep stack.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::names::{self, Scope};
use super::schema::{Kind, Object, Schema, Schemas, is_true, text};
use super::{reserved, unions};
use crate::model::{Field, Json, Name, Shape, ShapeId, ShapeKind, Type};
use crate::source::{Node, Span, Value};

/// How deep lists of lists go before they count as anything at all.
const DEPTH: usize = 32;

/// The shapes of one operation, or of a provider's settings.
#[derive(Debug)]
pub(super) struct Shapes<'a> {
    pub(super) schemas: &'a Schemas<'a>,
    scope: Rc<RefCell<Scope>>,
    list: Vec<Shape>,
    by_name: HashMap<&'a str, ShapeId>,
    by_place: HashMap<Span, Vec<(&'a Node, ShapeId)>>,
    queue: VecDeque<Pending<'a>>,
}

/// A shape whose body is still to be made.
#[derive(Debug)]
struct Pending<'a> {
    id: ShapeId,
    kind: Kind<'a>,
    node: &'a Node,
}

/// A type, and what its schema says beside it.
#[derive(Clone, Debug)]
pub(super) struct Typed<'a> {
    pub(super) ty: Type,
    pub(super) is_nullable: bool,
    /// The only value that it can have.
    pub(super) constant: Option<Json>,
    pub(super) description: Option<&'a str>,
}

/// What an unnamed schema is called: the type it stands in, and its own key there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hint<'n> {
    pub(super) parent: &'n str,
    pub(super) key: &'n str,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(schemas: &'a Schemas<'a>, scope: Rc<RefCell<Scope>>) -> Self {
        Self {
            schemas,
            scope,
            list: Vec::new(),
            by_name: HashMap::new(),
            by_place: HashMap::new(),
            queue: VecDeque::new(),
        }
    }

    /// The type of a schema.
    pub(super) fn ty(&mut self, node: &'a Node, hint: Hint<'_>) -> Typed<'a> {
        self.typed(node, hint, 0)
    }

    fn typed(&mut self, node: &'a Node, hint: Hint<'_>, depth: usize) -> Typed<'a> {
        let schema = self.schemas.get(node);
        let kind = self.schemas.kind(schema);
        let constant = match &kind {
            Kind::Values(values) => single(values),
            _ => None,
        };
        let ty = if depth > DEPTH {
            Type::Json
        } else {
            self.of_kind(schema, kind, hint, depth)
        };
        Typed {
            ty,
            is_nullable: schema.is_nullable,
            constant,
            description: schema.description,
        }
    }

    fn of_kind(
        &mut self,
        schema: Schema<'a>,
        kind: Kind<'a>,
        hint: Hint<'_>,
        depth: usize,
    ) -> Type {
        match kind {
            Kind::String if is_hidden(schema.node, hint.key) => Type::Secret,
            Kind::String => Type::String,
            Kind::Integer => integer(schema.node),
            Kind::Number => Type::Float,
            Kind::Bool => Type::Bool,
            Kind::Any => Type::Json,
            Kind::List(items) => Type::List(Box::new(self.item(items, hint, depth))),
            Kind::Map(value) => Type::Map(Box::new(self.item(Some(value), hint, depth))),
            Kind::Object(_) => self.shape(schema, kind, hint),
            Kind::Values(ref values) => match unions::base_of_values(schema.node, values) {
                Some(base) if single(values).is_some() => base,
                Some(Type::String | Type::Int64) => self.shape(schema, kind, hint),
                Some(base) => base,
                None => Type::Json,
            },
            Kind::Union(ref nodes) => match unions::common_scalar(self.schemas, nodes) {
                Some(ty) => ty,
                None => self.shape(schema, kind, hint),
            },
        }
    }

    /// The type of a list's items or a map's values, where `null` has to be said.
    fn item(&mut self, node: Option<&'a Node>, hint: Hint<'_>, depth: usize) -> Type {
        let Some(node) = node else { return Type::Json };
        let key = format!("{} item", hint.key);
        let item = Hint { key: &key, ..hint };
        let typed = self.typed(node, item, depth + 1);
        if typed.is_nullable && typed.ty != Type::Json {
            Type::Option(Box::new(typed.ty))
        } else {
            typed.ty
        }
    }

    /// The shape of this schema: one for each name, and one for each place of an unnamed one.
    fn shape(&mut self, schema: Schema<'a>, kind: Kind<'a>, hint: Hint<'_>) -> Type {
        if let Some(id) = self.known(schema) {
            return Type::Shape(id);
        }
        let id = ShapeId(self.list.len());
        let wire = schema.name.or_else(|| text(schema.node, "title"));
        let wire = wire.map_or_else(|| format!("{} {}", hint.parent, hint.key), str::to_owned);
        let rust = self.claim_type(&wire, "Body");
        if let Some(name) = schema.name {
            self.by_name.insert(name, id);
        } else {
            self.by_place
                .entry(schema.node.span)
                .or_default()
                .push((schema.node, id));
        }
        self.list.push(Shape {
            name: Name {
                wire: wire.trim().to_owned(),
                rust,
            },
            description: text(schema.node, "description").map(str::to_owned),
            origin: schema.node.span,
            kind: ShapeKind::StringEnum(Vec::new()),
            is_read: false,
            is_written: false,
        });
        let node = schema.node;
        self.queue.push_back(Pending { id, kind, node });
        Type::Shape(id)
    }

    fn known(&self, schema: Schema<'a>) -> Option<ShapeId> {
        if let Some(name) = schema.name {
            return self.by_name.get(name).copied();
        }
        let candidates = self.by_place.get(&schema.node.span)?;
        candidates
            .iter()
            .find(|(node, _)| *node == schema.node)
            .map(|(_, id)| *id)
    }

    /// A free type name; one that the generated module needs for itself gets an ending.
    pub(super) fn claim_type(&mut self, wire: &str, ending: &str) -> String {
        let name = names::pascal(wire);
        let is_reserved = reserved::TYPES.contains(&name.as_str());
        let name = if is_reserved { name + ending } else { name };
        self.scope.borrow_mut().claim(name)
    }

    /// All shapes, with bodies and with boxes where cycles need them.
    pub(super) fn finish(mut self) -> Vec<Shape> {
        self.settle();
        super::cycles::break_cycles(&mut self.list);
        self.list
    }

    /// Makes the bodies that are still to be made.
    pub(super) fn settle(&mut self) {
        while let Some(Pending { id, kind, node }) = self.queue.pop_front() {
            let Some(name) = self.list.get(id.0).map(|shape| shape.name.rust.clone()) else {
                continue;
            };
            let body = match kind {
                Kind::Object(object) => self.fields(&object, &name),
                Kind::Values(values) => unions::enumeration(node, &values),
                Kind::Union(nodes) => self.union(node, &nodes, &name),
                _ => unreachable!("only objects, values and unions become shapes"),
            };
            if let Some(shape) = self.list.get_mut(id.0) {
                shape.kind = body;
            }
        }
    }

    fn fields(&mut self, object: &Object<'a>, parent: &str) -> ShapeKind {
        let additional = object.additional.map(|node| {
            let hint = Hint {
                parent,
                key: "value",
            };
            self.item(Some(node), hint, 0)
        });
        let mut scope = Scope::of(additional.is_some().then_some("additional"));
        let mut fields = Vec::new();
        for property in &object.properties {
            let hint = Hint {
                parent,
                key: property.key,
            };
            let typed = self.ty(property.node, hint);
            fields.push(Field {
                name: Name {
                    wire: property.key.to_owned(),
                    rust: scope.claim(names::snake(property.key)),
                },
                description: typed.description.map(str::to_owned),
                is_required: property.is_required && !typed.is_nullable,
                ty: typed.ty,
                constant: typed.constant,
                is_deprecated: is_true(self.schemas.get(property.node).node, "deprecated"),
                origin: property.origin,
            });
        }
        ShapeKind::Struct { fields, additional }
    }

    fn union(&mut self, node: &'a Node, nodes: &[&'a Node], parent: &str) -> ShapeKind {
        let mut alternatives = Vec::new();
        for (index, alternative) in nodes.iter().enumerate() {
            let schema = self.schemas.get(alternative);
            let name = schema.name.or_else(|| text(schema.node, "title"));
            let key = name.map_or_else(|| format!("option {}", index + 1), str::to_owned);
            let ty = self.ty(alternative, Hint { parent, key: &key }).ty;
            alternatives.push(unions::Alternative {
                schema,
                name: name.map(str::to_owned),
                ty,
            });
        }
        unions::union(self.schemas, node, alternatives)
    }

    /// The shapes made so far, by index; their bodies may be missing until [`Self::settle`].
    pub(super) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.list.get(id.0)
    }
}

/// The value of an enum that has one only.
pub(super) fn single(values: &[&Node]) -> Option<Json> {
    let (first, rest) = values.split_first()?;
    rest.iter()
        .all(|other| other.value == first.value)
        .then(|| Json::from(*first))
}

fn integer(node: &Node) -> Type {
    let bound = |key| match node.get(key).map(|node| &node.value) {
        Some(Value::Integer(value)) => Some(*value),
        _ => None,
    };
    let (low, high) = (bound("minimum"), bound("maximum"));
    let is_natural = low.is_some_and(|low| low >= 0);
    let is_wide = |high: i128| high > i128::from(i64::MAX);
    match text(node, "format") {
        Some("int32") => Type::Int32,
        Some("uint64") => Type::UInt64,
        _ if low.is_some_and(|low| low < i128::from(i64::MIN)) => Type::Json,
        _ if high.is_some_and(|high| high > i128::from(u64::MAX)) => Type::Json,
        _ if high.is_some_and(is_wide) && is_natural => Type::UInt64,
        _ if high.is_some_and(is_wide) => Type::Json,
        _ => Type::Int64,
    }
}

/// Whether text of this name is hidden in what comes back: `Debug` must not print a token that the block
/// forgot to mention.
fn is_hidden(node: &Node, key: &str) -> bool {
    const SIGNS: &[&str] = &["secret", "passw", "token", "jwt", "assertion", "key"];
    if text(node, "format") == Some("password") {
        return true;
    }
    let small = key.to_ascii_lowercase();
    if !SIGNS.iter().any(|sign| small.contains(sign)) {
        return false;
    }
    let words = names::words(key);
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let ends = |wanted: &str| words.last().is_some_and(|word| word == wanted);
    has("secret")
        || has("password")
        || has("passwd")
        || ends("token")
        || ends("jwt")
        || ends("assertion")
        || (has("api") || has("private")) && ends("key")
}
