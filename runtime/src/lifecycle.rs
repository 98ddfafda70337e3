//! The life of a provider's tokens as data: what generated code states once, and everything else reads.
//!
//! Every type here can be built in a `const`: a generated module holds one [`Lifecycle`] constant.
//! Policy is never generated; it is read from these values by the functions beside them.

mod new;

use std::time::Duration;

/// Everything that a spec's `x-token-refresh` block says of one refresh operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lifecycle {
    /// The provider's id: the spec's file name without its ending.
    pub provider: &'static str,
    /// The operation's `operationId`.
    pub operation: &'static str,
    /// The tokens, in the spec's order. Generated code refers to them by index.
    pub tokens: &'static [TokenRule],
    /// When the provider accepts the call.
    pub window: Window,
    /// When we choose to make the call, the earliest counts; empty: the default rule.
    pub due: &'static [Moment],
    /// How often the call may be made.
    pub limits: &'static [Limit],
    /// What has to hold beyond a 2xx.
    pub success: Option<Condition>,
    /// Where this vendor puts its error code.
    pub error_code: Option<Expression>,
    /// What each failure means; the first match wins, then the defaults.
    pub failures: &'static [FailureRule],
    /// What a 401 means when no rule matches: [`Failure::Reauthenticate`] where every secret in the
    /// request is the session's, otherwise [`Failure::Credentials`].
    pub unauthorized: Failure,
    /// How the user signs in again.
    pub reauthenticate: Reauthentication,
    /// Other values of the response that are kept with the tokens.
    pub extras: &'static [ExtraRule],
}

/// One token: where it goes, where it comes from, how long it lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenRule {
    /// The name in the spec.
    pub name: &'static str,
    /// What the token is for.
    pub role: Role,
    /// Where the request carries it; `None`: it is not part of the grant.
    pub sent: Option<Expression>,
    /// Where the response may carry it, the first that is there wins; empty: it is not received.
    pub received: &'static [Location],
    /// How its end is found, in order of trust.
    pub lifetime: &'static [Lifetime],
    /// Whether each refresh starts a [`Lifetime::Fixed`] of a grant that stays anew.
    pub renewed: bool,
    /// How often it may be used; `None`: any number of times until it expires.
    pub uses: Option<u32>,
    /// What becomes of the previous token after a success.
    pub previous: Previous,
    /// How it is shown to the API.
    pub present: Option<Presentation>,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Shown to the provider's API.
    Access,
    /// Spent to get new tokens.
    Refresh,
    /// Anything else.
    Other,
}

/// What becomes of the previous token after a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Previous {
    /// It lives on until it expires.
    Valid,
    /// It is dead at once.
    Revoked,
    /// It lives on for this long.
    ValidFor(Duration),
    /// It lives on until its successor is used.
    ValidUntilNewIsUsed,
    /// Showing it again is taken for theft and ends the session (RFC 9700, section 4.14.2).
    ReuseRevokesSession,
}

/// How a token is shown to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presentation {
    /// `Authorization: Bearer …` (RFC 6750, section 2.1).
    Bearer,
    /// A header, with text before the token.
    Header {
        /// The header's name.
        name: &'static str,
        /// What stands before the token, often empty.
        prefix: &'static str,
    },
    /// A query parameter.
    Query(&'static str),
    /// A cookie.
    Cookie(&'static str),
}

/// An OpenAPI runtime expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expression {
    /// `$url`
    Url,
    /// `$method`
    Method,
    /// `$statusCode`
    StatusCode,
    /// `$request.header.NAME`
    RequestHeader(&'static str),
    /// `$request.query.NAME`
    RequestQuery(&'static str),
    /// `$request.path.NAME`
    RequestPath(&'static str),
    /// `$request.cookie.NAME`, which OpenAPI does not have and vendors need.
    RequestCookie(&'static str),
    /// `$request.body#POINTER`; the empty pointer is the whole body.
    RequestBody(&'static str),
    /// `$response.header.NAME`
    ResponseHeader(&'static str),
    /// `$response.body#POINTER`; the empty pointer is the whole body.
    ResponseBody(&'static str),
}

/// Where a response carries a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The place.
    pub at: Expression,
    /// The cookie's name, where the place is a `Set-Cookie` header.
    pub cookie: Option<&'static str>,
    /// Text that stands before the token.
    pub prefix: &'static str,
}

/// One source of a token's end.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Lifetime {
    /// So many seconds from the request.
    Seconds(Expression),
    /// So many milliseconds from the request.
    Milliseconds(Expression),
    /// So many minutes from the request.
    Minutes(Expression),
    /// A span such as `177:05:38`.
    Clock(Expression, ClockFormat),
    /// An instant.
    Until(Expression, InstantFormat),
    /// The `exp` of the token itself, a JWT (RFC 7519, section 4.1.4).
    JwtExpiry,
    /// So long by the vendor's documentation.
    Fixed(Duration),
    /// It does not end.
    Unlimited,
    /// Nobody knows; only a refusal by the API ends it.
    Unknown,
}

/// How a span of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClockFormat {
    /// `hh:mm:ss`, the hours unbounded.
    HoursMinutesSeconds,
    /// `d:hh:mm`
    DaysHoursMinutes,
}

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstantFormat {
    /// Seconds since the Unix epoch.
    UnixSeconds,
    /// Milliseconds since the Unix epoch.
    UnixMilliseconds,
    /// Seconds or milliseconds, told apart by magnitude.
    Unix,
    /// RFC 3339.
    DateTime,
    /// A `strftime` pattern; UTC unless it says otherwise.
    Pattern(&'static str),
}

/// When the provider accepts the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The window opens here.
    pub from: Moment,
    /// And closes here; `None`: never.
    pub until: Option<Moment>,
}

/// A point in the life of the token being replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What it counts from.
    pub anchor: Anchor,
    /// Milliseconds after the anchor, negative before it.
    pub offset_millis: i64,
}

/// The ends of a token's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// When the token was issued.
    Issue,
    /// When it expires.
    Expiry,
}

/// How often the call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many calls.
    pub calls: u32,
    /// In so long.
    pub per: Duration,
    /// Counted over this.
    pub of: LimitScope,
}

/// What a limit counts over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitScope {
    /// One subject's tokens.
    Session,
    /// All sessions of one client.
    Client,
}

/// A condition in Arazzo's simple form.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// Two operands compared.
    Compare(Operand, Comparison, Operand),
    /// The operand is `true`.
    Holds(Operand),
    /// The condition does not hold.
    Not(&'static Condition),
    /// All of them hold.
    All(&'static [Condition]),
    /// One of them holds.
    Any(&'static [Condition]),
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operand {
    /// A value of the exchange.
    Expression(Expression),
    /// A value of the spec.
    Literal(Literal),
}

/// A constant in a condition or a list of codes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Literal {
    /// What is not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text; compared without regard to case.
    String(&'static str),
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

/// What a failed call means, when all that the rule names matches; a rule that names nothing matches all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailureRule {
    /// The status; empty: any.
    pub status: &'static [StatusRange],
    /// The codes; empty: any.
    pub codes: &'static [Literal],
    /// A further condition.
    pub condition: Option<Condition>,
    /// What it means.
    pub means: Failure,
}

/// The statuses from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    /// The first status.
    pub first: u16,
    /// The last status.
    pub last: u16,
}

/// The classes of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The session is over; the user has to sign in again.
    Reauthenticate,
    /// The client's own credentials are wrong; the grant is untouched.
    Credentials,
    /// The call came before the window opened; the tokens are kept.
    TooEarly,
    /// Too many calls; the tokens are kept.
    RateLimited,
    /// The provider has a passing trouble; the tokens are kept.
    Transient,
    /// The request itself is wrong.
    Rejected,
}

/// How the user signs in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reauthentication {
    /// A sentence for the application's user or operator.
    pub how: Option<&'static str>,
    /// The vendor's page.
    pub url: Option<&'static str>,
}

/// A value of the response that is kept with the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtraRule {
    /// The name in the spec.
    pub name: &'static str,
    /// Where the response carries it.
    pub at: Expression,
}
