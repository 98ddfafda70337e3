//! Reads schemas off the tree: references followed, `allOf` merged, `null` told apart.
//!
//! openapiv3 has judged the tree before. Its types say the same thing in several ways (`Type`, `AllOf`,
//! `Any` with everything), so what a schema means is decided here once, on the nodes that have places.

mod form;
mod locate;

pub(super) use self::form::{is_true, text, type_of};
pub(super) use self::locate::Found;

use std::collections::{BTreeSet, HashMap};

use self::form::{
    alternatives, has_form, is_null, is_nullable, items, parts, reference, values, wrapped,
};
use crate::document::Document;
use crate::source::{Node, Span, Value};

/// How many references, wrappers or levels are followed before a schema counts as anything at all.
const DEPTH: usize = 64;

/// The named schemas of a document.
#[derive(Debug)]
pub(in crate::lower) struct Schemas<'a> {
    named: HashMap<&'a str, &'a Node>,
}

/// A schema with its references followed.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) struct Schema<'a> {
    /// The schema itself.
    pub(in crate::lower) node: &'a Node,
    /// Its name in `components`, where it has one.
    pub(in crate::lower) name: Option<&'a str>,
    /// Whether it may be `null`.
    pub(in crate::lower) is_nullable: bool,
    /// The words closest to where it is used.
    pub(in crate::lower) description: Option<&'a str>,
}

/// What a schema is.
#[derive(Debug)]
pub(in crate::lower) enum Kind<'a> {
    /// An object with known properties.
    Object(Object<'a>),
    /// An object whose values share this schema.
    Map(&'a Node),
    /// A list, and the schema of its items.
    List(Option<&'a Node>),
    /// Known values, `null` left out.
    Values(Vec<&'a Node>),
    /// One of several.
    Union(Vec<&'a Node>),
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Bool,
    /// Anything.
    Any,
}

/// An object, merged from its `allOf`.
#[derive(Debug, Default)]
pub(in crate::lower) struct Object<'a> {
    /// The properties in the document's order.
    pub(in crate::lower) properties: Vec<Property<'a>>,
    /// The schema of further properties.
    pub(in crate::lower) additional: Option<&'a Node>,
}

/// The schemas that an object has been merged from so far: what is merged twice over adds nothing, and what
/// is made of itself has no end.
#[derive(Debug, Default)]
struct Seen {
    nodes: BTreeSet<(*const Node, bool)>,
    /// Whether an alternative is being looked at, of which nothing is required.
    is_optional: bool,
}

/// A property of an object.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) struct Property<'a> {
    /// Its name.
    pub(in crate::lower) key: &'a str,
    /// Where the name stands.
    pub(in crate::lower) origin: Span,
    /// Its schema, references not followed.
    pub(in crate::lower) node: &'a Node,
    /// Whether it is always there.
    pub(in crate::lower) is_required: bool,
}

impl<'a> Schemas<'a> {
    /// The schemas of a document.
    pub(in crate::lower) fn of(document: &'a Document) -> Self {
        let schemas = document
            .node
            .get("components")
            .and_then(|components| components.get("schemas"));
        let entries = schemas.map_or(&[][..], Node::entries);
        let named = entries
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.node))
            .collect();
        Self { named }
    }

    /// Follows references, and wrappers that hold one schema and say nothing of its form.
    pub(in crate::lower) fn get(&self, node: &'a Node) -> Schema<'a> {
        let mut schema = Schema {
            node,
            name: None,
            is_nullable: false,
            description: None,
        };
        for _ in 0..DEPTH {
            schema.is_nullable |= is_nullable(schema.node);
            schema.description = schema
                .description
                .or_else(|| text(schema.node, "description"));
            if let Some(name) = reference(schema.node) {
                let Some(target) = self.named.get_key_value(name.as_str()) else {
                    return schema;
                };
                schema.name = Some(target.0);
                schema.node = target.1;
            } else if let Some(only) = wrapped(schema.node) {
                let words = parts(schema.node)
                    .iter()
                    .find_map(|part| text(part, "description"));
                schema.description = schema.description.or(words);
                schema.is_nullable |= parts(schema.node).iter().any(is_nullable);
                schema.name = None;
                schema.node = only;
            } else {
                return schema;
            }
        }
        schema
    }

    /// What the schema is.
    pub(in crate::lower) fn kind(&self, schema: Schema<'a>) -> Kind<'a> {
        let node = schema.node;
        if let Some(values) = values(node) {
            return Kind::Values(values);
        }
        let object = self.object(schema);
        if !object.properties.is_empty() {
            return Kind::Object(object);
        }
        let alternatives: Vec<_> = alternatives(node)
            .into_iter()
            .filter(|node| !is_null(node))
            .collect();
        if !alternatives.is_empty() {
            return Kind::Union(alternatives);
        }
        match type_of(node).or_else(|| self.inherited_type(node)) {
            Some("string") => Kind::String,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Bool,
            Some("array") => Kind::List(items(node)),
            None if items(node).is_some() => Kind::List(items(node)),
            _ => object.additional.map_or(Kind::Any, Kind::Map),
        }
    }

    /// The object that the schema is, empty where it is none.
    pub(in crate::lower) fn object(&self, schema: Schema<'a>) -> Object<'a> {
        let mut object = Object::default();
        let mut required = BTreeSet::new();
        self.gather(
            schema.node,
            &mut object,
            &mut required,
            &mut Seen::default(),
        );
        for property in &mut object.properties {
            property.is_required |= required.contains(property.key);
        }
        object
    }

    /// Adds the properties of a schema and of all that it is made of, in the document's order.
    fn gather(
        &self,
        node: &'a Node,
        object: &mut Object<'a>,
        required: &mut BTreeSet<&'a str>,
        seen: &mut Seen,
    ) {
        if !seen
            .nodes
            .insert((std::ptr::from_ref(node), seen.is_optional))
        {
            return;
        }
        for entry in node.entries() {
            match entry.key.as_str() {
                "allOf" => {
                    for part in entry.node.items() {
                        self.gather(self.get(part).node, object, required, seen);
                    }
                }
                "properties" => add_properties(&entry.node, object),
                "required" => required.extend(entry.node.items().iter().filter_map(Node::as_str)),
                "additionalProperties" if matches!(entry.node.value, Value::Mapping(_)) => {
                    object.additional = Some(&entry.node);
                }
                _ => {}
            }
        }
        // Beside properties of its own, an object's alternatives only say what else may be there.
        let is_mixed = ["properties", "allOf"]
            .iter()
            .any(|key| node.get(key).is_some());
        if is_mixed {
            let outside = std::mem::replace(&mut seen.is_optional, true);
            for part in alternatives(node) {
                self.gather(self.get(part).node, object, &mut BTreeSet::new(), seen);
            }
            seen.is_optional = outside;
        }
    }

    /// The type that a part of `allOf` names.
    fn inherited_type(&self, node: &'a Node) -> Option<&'a str> {
        parts(node)
            .iter()
            .find_map(|part| type_of(self.get(part).node))
    }
}

fn add_properties<'a>(node: &'a Node, object: &mut Object<'a>) {
    // Keys of one mapping differ, so only what other parts brought can be there already.
    let before = object.properties.len();
    for entry in node.entries() {
        let property = Property {
            key: &entry.key,
            origin: entry.key_span,
            node: &entry.node,
            is_required: false,
        };
        let mut others = object.properties.iter_mut().take(before);
        let known = others.find(|known| known.key == entry.key);
        match known {
            // A later part refines an earlier one; one that says nothing of the form does not.
            Some(known) if has_form(&entry.node) => *known = property,
            Some(_) => {}
            None => object.properties.push(property),
        }
    }
}
