//! Types: what an OpenAPI schema becomes in Rust.

use super::{Json, Name};
use crate::source::Span;

/// The index of a [`Shape`] in [`super::Operation::shapes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub usize);

/// A type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// Text that is hidden: `format: password`, or a name that says so.
    Secret,
    /// `bool`
    Bool,
    /// `i32`
    Int32,
    /// `i64`
    Int64,
    /// `u64`: an integer with `minimum: 0` beyond 64 bits signed is [`Type::Json`].
    UInt64,
    /// `f64`
    Float,
    /// Anything.
    Json,
    /// `Vec<T>`
    List(Box<Type>),
    /// `BTreeMap<String, T>`
    Map(Box<Type>),
    /// `Option<T>`: nullable where it stands (an item, a map's value).
    Option(Box<Type>),
    /// A shape of the operation.
    Shape(ShapeId),
    /// A shape behind a `Box`, where a cycle needs it.
    Boxed(ShapeId),
}

/// A structured type.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The schema's name (or its place's) and the Rust type's.
    pub name: Name,
    /// The schema's words.
    pub description: Option<String>,
    /// The schema's node.
    pub origin: Span,
    /// What it is.
    pub kind: ShapeKind,
    /// Whether it is read from a response.
    pub is_read: bool,
    /// Whether it is written into a request.
    pub is_written: bool,
}

/// The kinds of structured types.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeKind {
    /// An object with known properties; `allOf` is merged into it.
    Struct {
        /// The properties, in the document's order.
        fields: Vec<Field>,
        /// The type of further properties, where the schema names one.
        additional: Option<Type>,
    },
    /// A string with known values; unknown ones are kept.
    StringEnum(Vec<Name>),
    /// An integer with known values; unknown ones are kept.
    IntegerEnum(Vec<(i64, String)>),
    /// `oneOf` or `anyOf`; what fits none is kept as JSON.
    Union {
        /// The property that tells them apart.
        discriminator: Option<String>,
        /// The alternatives, tried in order where there is no discriminator.
        variants: Vec<UnionVariant>,
    },
}

/// A property of a struct.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The property's name and the field's.
    pub name: Name,
    /// The schema's words.
    pub description: Option<String>,
    /// Its type, [`Type::Option`] stripped.
    pub ty: Type,
    /// Whether it is always there and never null; otherwise the field is an `Option`.
    pub is_required: bool,
    /// A single-valued enum: sent silently, not asked for.
    pub constant: Option<Json>,
    /// Whether the schema marks it deprecated.
    pub is_deprecated: bool,
    /// The property's node.
    pub origin: Span,
}

/// An alternative of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct UnionVariant {
    /// The variant's name; `wire` is the schema's.
    pub name: Name,
    /// Values of the discriminator that mean it.
    pub tags: Vec<String>,
    /// What it holds.
    pub ty: Type,
}
