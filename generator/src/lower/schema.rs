//! Reads schemas off the tree: references followed, `allOf` merged, `null` told apart.
//!
//! openapiv3 has judged the tree before. Its types say the same thing in several ways (`Type`, `AllOf`,
//! `Any` with everything), so what a schema means is decided here once, on the nodes that have places.

use std::collections::{BTreeSet, HashMap};

use crate::document::Document;
use crate::source::{Node, Span, Value};

/// How many references, wrappers or levels are followed before a schema counts as anything at all.
const DEPTH: usize = 64;

/// The named schemas of a document.
#[derive(Debug)]
pub(super) struct Schemas<'a> {
    named: HashMap<&'a str, &'a Node>,
}

/// A schema with its references followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema<'a> {
    /// The schema itself.
    pub(super) node: &'a Node,
    /// Its name in `components`, where it has one.
    pub(super) name: Option<&'a str>,
    /// Whether it may be `null`.
    pub(super) is_nullable: bool,
    /// The words closest to where it is used.
    pub(super) description: Option<&'a str>,
}

/// What a schema is.
#[derive(Debug)]
pub(super) enum Kind<'a> {
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
pub(super) struct Object<'a> {
    /// The properties in the document's order.
    pub(super) properties: Vec<Property<'a>>,
    /// The schema of further properties.
    pub(super) additional: Option<&'a Node>,
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
pub(super) struct Property<'a> {
    /// Its name.
    pub(super) key: &'a str,
    /// Where the name stands.
    pub(super) origin: Span,
    /// Its schema, references not followed.
    pub(super) node: &'a Node,
    /// Whether it is always there.
    pub(super) is_required: bool,
}

/// Where a pointer leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// To this schema; `is_certain`: it is there whenever the whole is.
    Here {
        schema: Schema<'a>,
        is_certain: bool,
    },
    /// Into something that may hold anything.
    Anything,
    /// Nowhere.
    Nowhere,
}

impl<'a> Schemas<'a> {
    /// The schemas of a document.
    pub(super) fn of(document: &'a Document) -> Self {
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
    pub(super) fn get(&self, node: &'a Node) -> Schema<'a> {
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
    pub(super) fn kind(&self, schema: Schema<'a>) -> Kind<'a> {
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
    pub(super) fn object(&self, schema: Schema<'a>) -> Object<'a> {
        let mut object = Object::default();
        let mut required = Vec::new();
        self.gather(
            schema.node,
            &mut object,
            &mut required,
            &mut Seen::default(),
        );
        for property in &mut object.properties {
            property.is_required |= required.contains(&property.key);
        }
        object
    }

    /// Where a JSON pointer leads from a schema.
    pub(super) fn locate(&self, schema: Schema<'a>, pointer: &str) -> Found<'a> {
        let mut here = Found::Here {
            schema,
            is_certain: true,
        };
        for segment in pointer.split('/').skip(1) {
            let Found::Here { schema, is_certain } = here else {
                return here;
            };
            let segment = segment.replace("~1", "/").replace("~0", "~");
            here = match self.step(schema, &segment, &mut BTreeSet::new()) {
                Found::Here {
                    schema,
                    is_certain: is_there,
                } => Found::Here {
                    schema,
                    is_certain: is_certain && is_there && !schema.is_nullable,
                },
                other => other,
            };
        }
        here
    }

    fn step(
        &self,
        schema: Schema<'a>,
        segment: &str,
        seen: &mut BTreeSet<*const Node>,
    ) -> Found<'a> {
        match self.kind(schema) {
            Kind::Object(object) => {
                let property = object
                    .properties
                    .iter()
                    .find(|property| property.key == segment);
                match (property, object.additional) {
                    (Some(property), _) => self.here(property.node, property.is_required),
                    (None, Some(value)) => self.here(value, false),
                    (None, None) => Found::Nowhere,
                }
            }
            Kind::Map(value) => self.here(value, false),
            Kind::List(Some(item)) if segment.parse::<usize>().is_ok() => self.here(item, false),
            Kind::Union(nodes) if seen.insert(schema.node) => {
                self.step_into_any(&nodes, segment, seen)
            }
            Kind::Any | Kind::List(None) => Found::Anything,
            _ => Found::Nowhere,
        }
    }

    fn here(&self, node: &'a Node, is_certain: bool) -> Found<'a> {
        Found::Here {
            schema: self.get(node),
            is_certain,
        }
    }

    /// Of several alternatives one is enough to be found in, all of them to be certain.
    fn step_into_any(
        &self,
        nodes: &[&'a Node],
        segment: &str,
        seen: &mut BTreeSet<*const Node>,
    ) -> Found<'a> {
        let mut found = None;
        let mut is_everywhere = true;
        let mut is_anything = false;
        for node in nodes {
            match self.step(self.get(node), segment, seen) {
                Found::Here { schema, is_certain } => {
                    is_everywhere &= is_certain;
                    found.get_or_insert(schema);
                }
                Found::Anything => {
                    is_everywhere = false;
                    is_anything = true;
                }
                Found::Nowhere => is_everywhere = false,
            }
        }
        match found {
            Some(schema) => Found::Here {
                schema,
                is_certain: is_everywhere,
            },
            None if is_anything => Found::Anything,
            None => Found::Nowhere,
        }
    }

    /// Adds the properties of a schema and of all that it is made of, in the document's order.
    fn gather(
        &self,
        node: &'a Node,
        object: &mut Object<'a>,
        required: &mut Vec<&'a str>,
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
                self.gather(self.get(part).node, object, &mut Vec::new(), seen);
            }
            seen.is_optional = outside;
        }
    }

    /// The type that a part of `allOf` names.
    fn inherited_type(&self, node: &'a Node) -> Option<&'a str> {
        let parts = node.get("allOf").map_or(&[][..], Node::items);
        parts.iter().find_map(|part| type_of(self.get(part).node))
    }
}

fn add_properties<'a>(node: &'a Node, object: &mut Object<'a>) {
    for entry in node.entries() {
        let property = Property {
            key: &entry.key,
            origin: entry.key_span,
            node: &entry.node,
            is_required: false,
        };
        let known = object
            .properties
            .iter_mut()
            .find(|known| known.key == entry.key);
        match known {
            // A later part refines an earlier one; one that says nothing of the form does not.
            Some(known) if has_form(&entry.node) => *known = property,
            Some(_) => {}
            None => object.properties.push(property),
        }
    }
}

fn has_form(node: &Node) -> bool {
    const FORM: &[&str] = &[
        "$ref",
        "type",
        "enum",
        "properties",
        "allOf",
        "oneOf",
        "anyOf",
        "items",
        "required",
        "additionalProperties",
    ];
    FORM.iter().any(|key| node.get(key).is_some())
}

/// The name of the schema that a reference names.
fn reference(node: &Node) -> Option<String> {
    let target = node.get("$ref")?.as_str()?;
    let name = target.strip_prefix("#/components/schemas/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// The one schema of an `allOf` or a choice that says something of the form.
fn wrapped(node: &Node) -> Option<&Node> {
    const OWN: &[&str] = &[
        "properties",
        "enum",
        "items",
        "additionalProperties",
        "required",
    ];
    if OWN.iter().any(|key| node.get(key).is_some()) {
        return None;
    }
    let parts = parts(node).iter().filter(|part| has_form(part));
    let choices = alternatives(node).into_iter().filter(|node| !is_null(node));
    let mut all = parts.chain(choices);
    let only = all.next()?;
    all.next().is_none().then_some(only)
}

/// The parts of `allOf`.
fn parts(node: &Node) -> &[Node] {
    node.get("allOf").map_or(&[][..], Node::items)
}

/// The alternatives of `oneOf` and `anyOf`.
pub(super) fn alternatives(node: &Node) -> Vec<&Node> {
    let of = |key| node.get(key).map_or(&[][..], Node::items).iter();
    of("oneOf").chain(of("anyOf")).collect()
}

/// The values of `enum` or `const`, `null` left out.
fn values(node: &Node) -> Option<Vec<&Node>> {
    if let Some(constant) = node.get("const") {
        return Some(vec![constant]);
    }
    let values = node.get("enum")?.items();
    let values: Vec<_> = values
        .iter()
        .filter(|node| node.value != Value::Null)
        .collect();
    (!values.is_empty()).then_some(values)
}

fn items(node: &Node) -> Option<&Node> {
    let items = node.get("items")?;
    matches!(items.value, Value::Mapping(_)).then_some(items)
}

fn is_nullable(node: &Node) -> bool {
    let is_flagged = node
        .get("nullable")
        .is_some_and(|node| node.value == Value::Bool(true));
    let has_null = |node: &Node| node.items().iter().any(|node| node.value == Value::Null);
    is_flagged
        || is_null(node)
        || node.get("enum").is_some_and(has_null)
        || alternatives(node).into_iter().any(is_null)
}

/// Whether `null` is all that the schema allows.
fn is_null(node: &Node) -> bool {
    let is_only_null = |node: &Node| {
        let items = node.items();
        !items.is_empty() && items.iter().all(|node| node.value == Value::Null)
    };
    type_of(node) == Some("null") || node.get("enum").is_some_and(is_only_null)
}

/// `type`
pub(super) fn type_of(node: &Node) -> Option<&str> {
    text(node, "type")
}

/// The text of a key.
pub(super) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str()
}

/// Whether a key is `true`.
pub(super) fn is_true(node: &Node, key: &str) -> bool {
    node.get(key)
        .is_some_and(|node| node.value == Value::Bool(true))
}
