//! The HTTP request of an operation: an address, a body, and parts that are filled from tokens,
//! inputs, constants and generators.

use super::{Expression, Name, Per, Type};
use crate::source::Span;

/// How the request is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method in capitals. `POST`
    pub method: String,
    /// The path, cut at its parameters. No fragment, no query.
    pub path: Vec<PathPiece>,
    /// The value of `Accept`, from the documented responses; `None`: the header is not sent.
    pub accept: Option<String>,
    /// What is filled in: path, query, header, cookie and body parts in the document's order, constants
    /// included. Fixed query pairs of the path's key come first, as constants.
    pub parts: Vec<Part>,
    /// The body.
    pub body: Body,
    /// Either-or authentication: two or more alternatives, one is chosen on the builder. Where there is
    /// only one way, its parts are in [`Self::parts`] and this is empty.
    pub choices: Vec<AuthChoice>,
}

/// A piece of the path.
#[derive(Clone, Debug, PartialEq)]
pub enum PathPiece {
    /// Text, percent-encoded where the document has it so.
    Literal(String),
    /// The part of this index in [`Request::parts`]; its place is [`Place::Path`].
    Part(usize),
}

/// The media type of the body, and how parts of [`Place::Body`] are put together.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// None is sent.
    Empty,
    /// JSON with this content type; the object is built from the pointers of the parts.
    Json(String),
    /// `application/x-www-form-urlencoded`; pointers have one segment.
    Form,
    /// The one part with the empty pointer, as text with this content type.
    Text(String),
}

/// One value of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Where it goes.
    pub place: Place,
    /// What goes there.
    pub source: PartSource,
    /// Text before the value (`Bearer `).
    pub prefix: String,
    /// Whether it is left out when its input is not given.
    pub is_required: bool,
    /// Where the document asks for it.
    pub origin: Span,
}

/// Where a value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The path, by the parameter's name.
    Path(String),
    /// The query.
    Query(String),
    /// A header; the name as the document has it.
    Header(String),
    /// A cookie.
    Cookie(String),
    /// The body, by JSON pointer, empty for all of it.
    Body(String),
    /// `Authorization: Basic` (RFC 7617); the source is [`PartSource::Basic`].
    Basic,
}

/// What goes there.
#[derive(Clone, Debug, PartialEq)]
pub enum PartSource {
    /// The token of this index in [`super::Operation::tokens`].
    Token(usize),
    /// The client's input of this index in [`super::Provider::settings`].
    Setting(usize),
    /// The session's input of this index in [`super::Operation::session_inputs`].
    Session(usize),
    /// A constant.
    Constant(Json),
    /// Made anew on each call.
    Generated(Generator),
    /// User name and password, each one of the above.
    Basic(Box<PartSource>, Box<PartSource>),
}

/// What is made anew on each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    /// A version 4 UUID (RFC 9562, section 5.4).
    Uuid,
    /// Seconds since the epoch.
    UnixSeconds,
    /// Milliseconds since the epoch.
    UnixMilliseconds,
    /// RFC 3339 in UTC.
    DateTime,
}

/// A JSON value of the spec.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Another number.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// An object, in the spec's order.
    Object(Vec<(String, Json)>),
}

/// One alternative of authentication.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthChoice {
    /// The variant's name: the schemes, joined. The Rust name is a variant's.
    pub name: Name,
    /// What it sends; none: the anonymous alternative. Their settings are optional on the builder and
    /// given with the variant instead.
    pub parts: Vec<Part>,
    /// The security requirement's node.
    pub origin: Span,
}

/// A value that the application gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name in camelCase (`wire`) and its field's or builder method's (`rust`).
    pub name: Name,
    /// The keys that name it in `inputs`, as runtime expressions, `$server.…` or `security.…`.
    pub keys: Vec<String>,
    /// Its type.
    pub ty: Type,
    /// Whether it is hidden.
    pub is_secret: bool,
    /// The client's or the session's.
    pub per: Per,
    /// Whether it has to be given: a request needs it and there is no default. One that only server
    /// variables use (all its keys begin with `$server.`) is wanted of the chosen server only.
    pub is_required: bool,
    /// Whether only an [`AuthChoice`] uses it: then it is a field of that variant, not of the builder.
    pub is_of_choice: bool,
    /// What is sent when it is not given (an enum's default, a schema's `default` of a required one).
    pub default: Option<Json>,
    /// The document's words.
    pub description: Option<String>,
    /// Where the document asks for it.
    pub origin: Span,
}

/// One server.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// The variant of `Environment`: from the description, else the host. `wire` is the spec's name for it
    /// (lower case, blanks as `-`).
    pub name: Name,
    /// The URL, cut at its variables, without a trailing `/`.
    pub url: Vec<UrlPiece>,
    /// The description.
    pub description: Option<String>,
    /// The server's node.
    pub origin: Span,
}

/// A piece of a server's URL.
#[derive(Clone, Debug, PartialEq)]
pub enum UrlPiece {
    /// Text.
    Literal(String),
    /// A variable: [`PartSource::Setting`], [`PartSource::Session`] or [`PartSource::Constant`].
    Variable(PartSource),
}

/// A golden request.
#[derive(Clone, Debug, PartialEq)]
pub struct WireExample {
    /// Where it is said.
    pub origin: Span,
    /// Inputs and tokens by name.
    pub given: Vec<(String, Json, Span)>,
    /// The method of the text.
    pub method: String,
    /// The request target of the text: path and query.
    pub target: String,
    /// The headers of the text, names as written.
    pub headers: Vec<(String, String)>,
    /// The body of the text, without the final newline; empty: none.
    pub body: String,
}

/// Where `$request.…` expressions and inputs meet: the expression of a part's place.
impl Place {
    /// The place that a runtime expression of the request points at; `None`: it points elsewhere.
    pub fn of(expression: &Expression) -> Option<Self> {
        Some(match expression {
            Expression::RequestPath(name) => Self::Path(name.clone()),
            Expression::RequestQuery(name) => Self::Query(name.clone()),
            Expression::RequestHeader(name) => Self::Header(name.clone()),
            Expression::RequestCookie(name) => Self::Cookie(name.clone()),
            Expression::RequestBody(pointer) => Self::Body(pointer.clone()),
            _ => return None,
        })
    }

    /// The runtime expression that points at this place; `None` for [`Place::Basic`].
    pub fn expression(&self) -> Option<Expression> {
        match self {
            Self::Path(name) => Some(Expression::RequestPath(name.clone())),
            Self::Query(name) => Some(Expression::RequestQuery(name.clone())),
            Self::Header(name) => Some(Expression::RequestHeader(name.clone())),
            Self::Cookie(name) => Some(Expression::RequestCookie(name.clone())),
            Self::Body(pointer) => Some(Expression::RequestBody(pointer.clone())),
            Self::Basic => None,
        }
    }
}

/// What an entry of `inputs` is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKey {
    /// `$request.…`
    Expression(Expression),
    /// `$server.VARIABLE`
    ServerVariable(String),
    /// `$server`: which of the servers.
    Server,
    /// `security.SCHEME`
    Security(String),
    /// `security.SCHEME.username`
    SecurityUsername(String),
    /// `security.SCHEME.password`
    SecurityPassword(String),
}
