//! The `x-token-refresh` block, resolved: tokens, window, failures.

use std::time::Duration;

use super::Name;
use crate::source::Span;

/// What the block says beside its tokens, inputs and wire examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifecycle {
    /// The block's node.
    pub origin: Span,
    /// When the provider accepts the call.
    pub window: Window,
    /// When we choose to make it; empty: the default rule.
    pub due: Vec<Spanned<Moment>>,
    /// How often it may be made.
    pub limits: Vec<Limit>,
    /// What has to hold beyond a 2xx.
    pub success: Option<Spanned<Condition>>,
    /// Where the vendor puts its code: stated, or the default where the documents have a string there.
    pub error_code: Option<Expression>,
    /// The rules, in order.
    pub failures: Vec<FailureRule>,
    /// What a 401 means when no rule matches.
    pub unauthorized: Failure,
    /// How the user signs in again.
    pub reauthenticate: Reauthentication,
    /// Values kept with the tokens.
    pub extras: Vec<Extra>,
    /// `errorCode` where it is said, then every operand of every condition above, each with its own place in
    /// the text, for the checks.
    pub operands: Vec<Spanned<Operand>>,
}

/// Something and where it is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is said.
    pub span: Span,
}

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its name in the block and its field's name: `accessToken`, `access_token`.
    pub name: Name,
    /// Its newtype: `AccessToken`.
    pub ty: String,
    /// The key in the block.
    pub origin: Span,
    /// The schema's description, from where it is received or sent.
    pub description: Option<String>,
    /// What it is for.
    pub role: Role,
    /// Where the request carries it. The [`crate::model::Part`]s of the request say it once more, in place.
    pub sent: Option<Spanned<Sent>>,
    /// Where the response may carry it; empty: it is not received.
    pub received: Vec<Spanned<Location>>,
    /// Whether every documented success carries it: the field is no `Option`.
    pub is_always_received: bool,
    /// Not received, not spent, but alive for longer after the call: an access token with a lifetime
    /// and no `received`.
    pub is_extended: bool,
    /// How its end is found.
    pub lifetime: Vec<Spanned<Lifetime>>,
    /// Whether each refresh starts the fixed lifetime anew.
    pub renewed: bool,
    /// How often it may be used.
    pub uses: Option<u32>,
    /// What becomes of the previous one (`uses: 1` on a grant implies [`Previous::Revoked`]).
    pub previous: Spanned<Previous>,
    /// How it is shown to the API.
    pub present: Option<Presentation>,
}

impl Token {
    /// Whether it is spent by one use: not `Clone`, taken by value.
    pub fn is_single_use(&self) -> bool {
        self.uses == Some(1)
    }
}

/// Where the request carries a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The place.
    pub at: Expression,
    /// Text before the token.
    pub prefix: String,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Shown to the API.
    Access,
    /// Spent to get new tokens.
    Refresh,
    /// Anything else.
    Other,
}

/// What becomes of the previous token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Previous {
    /// Lives on.
    Valid,
    /// Dead at once.
    Revoked,
    /// Lives on for so long.
    ValidFor(Duration),
    /// Lives on until its successor is used.
    ValidUntilNewIsUsed,
    /// Showing it again ends the session.
    ReuseRevokesSession,
}

/// How a token is shown to the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// `Authorization: Bearer`
    Bearer,
    /// A header.
    Header {
        /// Its name.
        name: String,
        /// Text before the token.
        prefix: String,
    },
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
}

/// An OpenAPI runtime expression. Pointers are JSON pointers, empty for the whole body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expression {
    /// `$url`
    Url,
    /// `$method`
    Method,
    /// `$statusCode`
    StatusCode,
    /// `$request.header.NAME`
    RequestHeader(String),
    /// `$request.query.NAME`
    RequestQuery(String),
    /// `$request.path.NAME`
    RequestPath(String),
    /// `$request.cookie.NAME`, an addition of ours.
    RequestCookie(String),
    /// `$request.body#POINTER`
    RequestBody(String),
    /// `$response.header.NAME`
    ResponseHeader(String),
    /// `$response.body#POINTER`
    ResponseBody(String),
}

/// Where the response carries a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// The place.
    pub at: Expression,
    /// The cookie's name in `Set-Cookie`.
    pub cookie: Option<String>,
    /// Text before the token.
    pub prefix: String,
}

/// One source of a token's end.
#[derive(Clone, Debug, PartialEq)]
pub enum Lifetime {
    /// So many seconds.
    Seconds(Expression),
    /// So many milliseconds.
    Milliseconds(Expression),
    /// So many minutes.
    Minutes(Expression),
    /// `hh:mm:ss` or `d:hh:mm`
    Clock(Expression, ClockFormat),
    /// An instant.
    Until(Expression, InstantFormat),
    /// The JWT's `exp`.
    JwtExpiry,
    /// So long by the documentation.
    Fixed(Duration),
    /// It does not end.
    Unlimited,
    /// Nobody knows.
    Unknown,
}

/// How a span of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockFormat {
    /// `hh:mm:ss`
    HoursMinutesSeconds,
    /// `d:hh:mm`
    DaysHoursMinutes,
}

/// How an instant is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstantFormat {
    /// Seconds since the epoch.
    UnixSeconds,
    /// Milliseconds since the epoch.
    UnixMilliseconds,
    /// Either, by magnitude.
    Unix,
    /// RFC 3339.
    DateTime,
    /// A `strftime` pattern.
    Pattern(String),
}

/// When the provider accepts the call.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Opens; `span` is the block's where it is not said.
    pub from: Spanned<Moment>,
    /// Closes.
    pub until: Option<Spanned<Moment>>,
}

/// `issue` or `expiry`, plus or minus a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What it counts from.
    pub anchor: Anchor,
    /// Milliseconds, negative before the anchor.
    pub offset_millis: i64,
}

/// The ends of a token's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// `issue`
    Issue,
    /// `expiry`
    Expiry,
}

/// How often the call may be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// So many calls.
    pub calls: u32,
    /// In so long.
    pub per: Duration,
    /// Over this.
    pub of: Per,
    /// Where it is said.
    pub span: Span,
}

/// Whether something belongs to the client or to one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Per {
    /// All of the client's sessions.
    #[default]
    Client,
    /// One subject.
    Session,
}

/// Arazzo's simple condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Two operands compared.
    Compare(Operand, Comparison, Operand),
    /// The operand is true.
    Holds(Operand),
    /// Not.
    Not(Box<Condition>),
    /// `&&`
    All(Vec<Condition>),
    /// `||`
    Any(Vec<Condition>),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A value of the exchange.
    Expression(Expression),
    /// A constant.
    Literal(Literal),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    String(String),
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// One entry of `failures`.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureRule {
    /// The entry's node.
    pub origin: Span,
    /// Statuses, first and last included; empty: any.
    pub status: Vec<Spanned<(u16, u16)>>,
    /// Codes; empty: any.
    pub codes: Vec<Spanned<Literal>>,
    /// A further condition.
    pub condition: Option<Spanned<Condition>>,
    /// What it means.
    pub means: Failure,
}

/// The classes of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `reauthenticate`
    Reauthenticate,
    /// `credentials`
    Credentials,
    /// `tooEarly`
    TooEarly,
    /// `rateLimited`
    RateLimited,
    /// `transient`
    Transient,
    /// `rejected`
    Rejected,
}

/// How the user signs in again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reauthentication {
    /// A sentence.
    pub how: Option<String>,
    /// The vendor's page.
    pub url: Option<String>,
}

/// A value kept with the tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Extra {
    /// Its name in the block; the Rust name is its field's in `Tokens`.
    pub name: Name,
    /// Where the response carries it.
    pub at: Spanned<Expression>,
}
