//! What the documents say of the exchange, kept for the checks: schemas that can be asked what stands
//! at a pointer, with the span of each answer.
//!
//! The types that the emitters need ([`super::Type`]) leave out what does not change the code; the checks
//! need it: which responses have a property, what else is there, which values are listed.

use std::fmt;

use super::{Json, Place};
use crate::source::Span;

/// The index of a [`Schema`] in [`Schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub usize);

/// Every schema that a provider's operations reach, each once.
#[derive(Clone, Default, PartialEq)]
pub struct Schemas(pub Vec<Schema>);

/// One schema, with nothing merged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// Where it stands.
    pub origin: Span,
    /// `type`; empty: any.
    pub types: Vec<JsonType>,
    /// `nullable`
    pub is_nullable: bool,
    /// `format`
    pub format: Option<String>,
    /// `enum`; empty: any.
    pub values: Vec<Json>,
    /// `properties`, in the document's order.
    pub properties: Vec<Property>,
    /// `required`
    pub required: Vec<String>,
    /// `additionalProperties`
    pub further: Further,
    /// `items`
    pub items: Option<SchemaId>,
    /// `allOf`
    pub all_of: Vec<SchemaId>,
    /// `oneOf` and `anyOf`, each a list of alternatives.
    pub any_of: Vec<Vec<SchemaId>>,
}

/// A property of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub key_span: Span,
    /// What it holds.
    pub schema: SchemaId,
}

/// What `additionalProperties` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Further {
    /// Nothing: there may be more, but nobody knows of it.
    #[default]
    Unsaid,
    /// There are no others.
    Closed,
    /// There are others of any kind.
    Open,
    /// There are others of this schema.
    Of(SchemaId),
}

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonType {
    /// `null`
    Null,
    /// `true` and `false`
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// Text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

/// What the documents say of one operation's request and responses.
#[derive(Clone, Default, PartialEq)]
pub struct Documented {
    /// The parameters, and the places of the security schemes that the operation asks for.
    pub parameters: Vec<DocumentedParameter>,
    /// The request's body, a media type each.
    pub request: Vec<DocumentedBody>,
    /// The responses, in the document's order.
    pub responses: Vec<DocumentedResponse>,
    /// The security schemes that the operation asks for.
    pub schemes: Vec<DocumentedScheme>,
    /// The variables of its servers.
    pub server_variables: Vec<String>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentedParameter {
    /// Its place.
    pub place: Place,
    /// Its schema.
    pub schema: Option<SchemaId>,
    /// Where it stands.
    pub origin: Span,
}

/// A security scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentedScheme {
    /// Its name.
    pub name: String,
    /// Where it goes: a header, a query parameter, a cookie, or [`Place::Basic`]; `None`: nowhere that
    /// the document tells.
    pub place: Option<Place>,
    /// Where it stands.
    pub origin: Span,
}

/// A body of one media type.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentedBody {
    /// The media type, as written.
    pub media_type: String,
    /// Its schema; `None`: any.
    pub schema: Option<SchemaId>,
    /// Whether the author gave an example; otherwise the model's is made up.
    pub has_example: bool,
}

/// A response.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentedResponse {
    /// As written: `200`, `4XX`, `default`.
    pub status: String,
    /// First and last status; `default` is 100 to 599.
    pub range: (u16, u16),
    /// Where it stands.
    pub origin: Span,
    /// Its headers.
    pub headers: Vec<DocumentedHeader>,
    /// Its bodies; empty: none.
    pub bodies: Vec<DocumentedBody>,
}

/// A header of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentedHeader {
    /// Its name.
    pub name: String,
    /// Its schema.
    pub schema: Option<SchemaId>,
    /// Where it stands.
    pub origin: Span,
}

impl Schemas {
    /// The schema of this id.
    pub fn get(&self, id: SchemaId) -> Option<&Schema> {
        self.0.get(id.0)
    }
}

/// A snapshot of the model shows what the code is made of, not the documents once more.
impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schemas({})", self.0.len())
    }
}

impl fmt::Debug for Documented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documented").finish_non_exhaustive()
    }
}
