//! What comes back: the `Tokens` of a success, the typed bodies of refusals, examples of both.

use super::{Json, Name, Type};
use crate::source::Span;

/// What a success holds: the fields of the generated `Tokens`.
///
/// Objects on the way to a token are dissolved; every other property of the response keeps its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Success {
    /// The response's description.
    pub description: Option<String>,
    /// The response's node.
    pub origin: Span,
    /// The fields: tokens in the spec's order, then extras, then the other properties in the document's order.
    pub fields: Vec<SuccessField>,
    /// Whether any documented success has a JSON body (parsed as such whatever the media type).
    pub is_json: bool,
}

/// One field of `Tokens`.
#[derive(Clone, Debug, PartialEq)]
pub struct SuccessField {
    /// The property's name and the field's.
    pub name: Name,
    /// The document's words.
    pub description: Option<String>,
    /// What is read.
    pub kind: FieldKind,
}

/// What a field of `Tokens` is read from.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// The token of this index; `Option` unless [`super::Token::is_always_received`] or
    /// [`super::Token::is_extended`].
    Token(usize),
    /// The extra of this index in [`super::Lifecycle::extras`]: any JSON, `Option`.
    Extra(usize),
    /// A property at this JSON pointer; `Option` unless required and not nullable.
    Property {
        /// The JSON pointer.
        pointer: String,
        /// The type, [`Type::Option`] stripped.
        ty: Type,
        /// Whether it is always there and never null.
        is_required: bool,
    },
}

/// A documented refusal: a variant of the generated `Refusal`.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The status as the document has it (`400`, `4XX`, `default`) and the variant's name (`BadRequest`,
    /// `ClientError`, `Other`). A 2xx stands here where a `success` predicate can fail on it.
    pub name: Name,
    /// First and last status; `default` is 100 to 599.
    pub status: (u16, u16),
    /// The response's description.
    pub description: Option<String>,
    /// The type of its body; `None`: undocumented or empty.
    pub body: Option<Type>,
    /// The response's node.
    pub origin: Span,
}

/// An example of a documented response.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The example's key, or `example`; the Rust name is a test function's part.
    pub name: Name,
    /// A status that the response stands for: the exact one, else the first of the range that makes sense
    /// (`4XX` 400, `5XX` 500, `default` 500).
    pub status: u16,
    /// The media type; `None`: no body.
    pub media_type: Option<String>,
    /// The body.
    pub body: Option<Json>,
    /// Documented response headers with an example value.
    pub headers: Vec<(String, String)>,
    /// The example's node.
    pub origin: Span,
}
