//! The keys of the `x-token-refresh` block: what can be written, and how editors explain it.

use std::num::NonZeroU32;

use schemars::JsonSchema;

use super::block::{Keyed, block, pick, words as called};
use super::condition::Located;
use super::read::{OneOrMany, Read, ShortOrLong, Table};
use super::status::Status;
use super::time::Length;
use super::word::{Generated, words};
use crate::diagnostic::Sink;
use crate::model::{ClockFormat, Expression, Failure, Json, Moment, Per, Previous, Role, Spanned};
use crate::source::Node;

block! { called::EXTENSION;
    /// The life of the tokens that this operation refreshes: what OpenAPI cannot say.
    struct ExtensionBlock {
        /// The tokens that are sent, received, or extended, each by a name.
        tokens("tokens"): Table<TokenBlock>,
        /// When the provider accepts the call.
        window("window"): Option<WindowBlock>,
        /// When to make the call, of our own choice; of a list, the earliest counts. Without it: a tenth
        /// of the lifetime before expiry, five minutes at most.
        due("due"): Option<OneOrMany<Spanned<Moment>>>,
        /// How often the call may be made.
        limits("limits"): Option<OneOrMany<Spanned<LimitBlock>>>,
        /// What has to hold for a success, beyond a 2xx.
        success("success"): Option<Located>,
        /// Where this vendor puts its error code. Default: `$response.body#/error`, where any documented
        /// body has a string there.
        error_code("errorCode"): Option<Spanned<Expression>>,
        /// What each failure means; the first match wins, then the defaults.
        failures("failures"): Option<OneOrMany<Spanned<Rule>>>,
        /// How the user signs in again.
        reauthenticate("reauthenticate"): Option<ReauthenticateBlock>,
        /// Other values of the response that are kept with the tokens, each by a name.
        extras("extras"): Option<Table<Spanned<Expression>>>,
        /// What is to be said of the request's other values. A key is `$request.…`, `$server`,
        /// `$server.VARIABLE`, `security.SCHEME`, `security.SCHEME.username` or `security.SCHEME.password`.
        inputs("inputs"): Option<Table<InputBlock>>,
        /// Golden requests, from the vendor's own example where there is one.
        wire("wire"): Option<OneOrMany<WireBlock>>,
    }
}

block! { called::TOKEN;
    /// One token.
    struct TokenBlock {
        /// What it is for. Known by name for `accessToken` and `refreshToken`; else `other`.
        role("role"): Option<Role>,
        /// Where the request carries it. The token with `sent` is the grant.
        sent("sent"): Option<Spanned<ShortOrLong<Expression, SentBlock>>>,
        /// Where the response carries it; of a list, the first that is there. Absent on a token that is
        /// sent: it is not rotated. Absent on an access token with a lifetime: the call extends the token
        /// in hand.
        received("received"): Option<OneOrMany<Spanned<ShortOrLong<Expression, ReceivedBlock>>>>,
        /// How its end is found; of a list, the first that yields a value.
        lifetime("lifetime"): Option<OneOrMany<Spanned<ShortOrLong<LifetimeWord, LifetimeBlock>>>>,
        /// Each refresh starts the `fixed` lifetime of a grant that stays anew.
        renewed("renewed"): Option<bool>,
        /// How often it may be used: 1 for single use. Absent: any number of times until it expires.
        uses("uses"): Option<NonZeroU32>,
        /// What becomes of the old token after a success. Default: `valid`; `revoked` on a single-use grant.
        previous("previous"): Option<Spanned<ShortOrLong<PreviousWord, PreviousBlock>>>,
        /// How it is shown to the API afterwards.
        present("present"): Option<ShortOrLong<PresentWord, PresentBlock>>,
    }
}

block! { "`sent`";
    /// Where the request carries a token, with text before it.
    struct SentBlock {
        /// The place.
        at("at"): Spanned<Expression>,
        /// Text before the token, such as `Bearer `.
        prefix("prefix"): Option<String>,
    }
}

block! { "`received`";
    /// Where the response carries a token, in a cookie or with text before it.
    struct ReceivedBlock {
        /// The place.
        at("at"): Spanned<Expression>,
        /// The cookie's name, where the place is `$response.header.set-cookie`.
        cookie("cookie"): Option<String>,
        /// Text before the token, such as `Bearer `.
        prefix("prefix"): Option<String>,
    }
}

/// A lifetime that needs no place.
#[derive(Clone, Copy, Debug)]
pub(super) enum LifetimeWord {
    Unlimited,
    Unknown,
}

words!(LifetimeWord, "LifetimeWord", "a lifetime", [
    "unlimited" => LifetimeWord::Unlimited, "It does not end.";
    "unknown" => LifetimeWord::Unknown, "Nobody knows; only a refusal by the API ends it.";
]);

/// A source of a token's end.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum LifetimeBlock {
    Seconds(SecondsBlock),
    Milliseconds(MillisecondsBlock),
    Minutes(MinutesBlock),
    Clock(ClockBlock),
    Until(UntilBlock),
    Jwt(JwtBlock),
    Fixed(FixedBlock),
}

const LIFETIME: &str = "a lifetime";

impl Read for LifetimeBlock {
    const WORDS: &'static str = LIFETIME;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        const KEYS: &[&str] = &[
            "seconds",
            "milliseconds",
            "minutes",
            "clock",
            "until",
            "jwt",
            "fixed",
        ];
        match pick(node, LIFETIME, KEYS, sink)? {
            "seconds" => SecondsBlock::read(node, sink).map(Self::Seconds),
            "milliseconds" => MillisecondsBlock::read(node, sink).map(Self::Milliseconds),
            "minutes" => MinutesBlock::read(node, sink).map(Self::Minutes),
            "clock" => ClockBlock::read(node, sink).map(Self::Clock),
            "until" => UntilBlock::read(node, sink).map(Self::Until),
            "jwt" => JwtBlock::read(node, sink).map(Self::Jwt),
            _ => FixedBlock::read(node, sink).map(Self::Fixed),
        }
    }
}

block! { LIFETIME;
    /// So many seconds from the request.
    struct SecondsBlock {
        /// Where the number is.
        at("seconds"): Spanned<Expression>,
    }
}

block! { LIFETIME;
    /// So many milliseconds from the request.
    struct MillisecondsBlock {
        /// Where the number is.
        at("milliseconds"): Spanned<Expression>,
    }
}

block! { LIFETIME;
    /// So many minutes from the request.
    struct MinutesBlock {
        /// Where the number is.
        at("minutes"): Spanned<Expression>,
    }
}

block! { LIFETIME;
    /// A span of time such as `177:05:38`.
    struct ClockBlock {
        /// Where it is.
        at("clock"): Spanned<Expression>,
        /// How it is written.
        format("as"): ClockFormat,
    }
}

block! { LIFETIME;
    /// An instant.
    struct UntilBlock {
        /// Where it is.
        at("until"): Spanned<Expression>,
        /// How it is written.
        format("as"): super::instant::Instant,
    }
}

block! { LIFETIME;
    /// The token is a JWT that states its end itself.
    struct JwtBlock {
        /// The claim.
        _claim("jwt"): Claim,
    }
}

block! { LIFETIME;
    /// So long by the vendor's documentation.
    struct FixedBlock {
        /// How long.
        length("fixed"): Length,
    }
}

/// A claim of a JWT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim;

words!(Claim, "Claim", "a claim that tells the end of a JWT", [
    "exp" => Claim, "RFC 7519, section 4.1.4.";
]);

/// What becomes of the old token.
#[derive(Clone, Copy, Debug)]
pub(super) struct PreviousWord(pub(super) Previous);

words!(PreviousWord, "PreviousWord", "what becomes of the old token", [
    "valid" => PreviousWord(Previous::Valid), "It lives on until it expires.";
    "revoked" => PreviousWord(Previous::Revoked), "It is dead at once.";
    "validUntilNewIsUsed" => PreviousWord(Previous::ValidUntilNewIsUsed), "It lives on until its successor is used.";
    "reuseRevokesSession" => PreviousWord(Previous::ReuseRevokesSession), "Showing it again is taken for theft and ends the session (RFC 9700).";
]);

block! { "`previous`";
    /// The old token lives on for a while.
    struct PreviousBlock {
        /// How long.
        valid_for("validFor"): Length,
    }
}

/// The usual way to show a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresentWord;

words!(PresentWord, "PresentWord", "a way to show a token", [
    "bearer" => PresentWord, "`Authorization: Bearer` (RFC 6750).";
]);

/// Another way to show a token.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum PresentBlock {
    Header(PresentHeaderBlock),
    Query(PresentQueryBlock),
    Cookie(PresentCookieBlock),
}

const PRESENT: &str = "`present`";

impl Read for PresentBlock {
    const WORDS: &'static str = PRESENT;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        match pick(node, PRESENT, &["header", "query", "cookie"], sink)? {
            "header" => PresentHeaderBlock::read(node, sink).map(Self::Header),
            "query" => PresentQueryBlock::read(node, sink).map(Self::Query),
            _ => PresentCookieBlock::read(node, sink).map(Self::Cookie),
        }
    }
}

block! { PRESENT;
    /// In a header.
    struct PresentHeaderBlock {
        /// Its name.
        name("header"): String,
        /// Text before the token.
        prefix("prefix"): Option<String>,
    }
}

block! { PRESENT;
    /// In a query parameter.
    struct PresentQueryBlock {
        /// Its name.
        name("query"): String,
    }
}

block! { PRESENT;
    /// In a cookie.
    struct PresentCookieBlock {
        /// Its name.
        name("cookie"): String,
    }
}

block! { "`window`";
    /// When the provider accepts the call, in the life of the access token being replaced.
    struct WindowBlock {
        /// It opens here. Default: `issue`.
        from("from"): Option<Spanned<Moment>>,
        /// It closes here. Default: never.
        until("until"): Option<Spanned<Moment>>,
    }
}

block! { "a limit";
    /// So many calls in so long.
    struct LimitBlock {
        /// How many calls.
        calls("calls"): NonZeroU32,
        /// In how long.
        per("per"): Length,
        /// Counted over a `session` (default) or the `client`.
        of("of"): Option<Per>,
    }
}

block! { called::FAILURE;
    /// What a failed call means, when all that the rule names matches; one that names nothing matches all.
    struct FailureBlock {
        /// The status, or several.
        status("status"): Option<OneOrMany<Spanned<Status>>>,
        /// The code, or several, as `errorCode` finds it.
        code("code"): Option<OneOrMany<Spanned<super::literal::Code>>>,
        /// A further condition.
        condition("condition"): Option<Located>,
        /// What it means.
        means("means"): Failure,
    }
}

/// An entry of `failures`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(transparent)]
pub(super) struct Rule(pub(super) FailureBlock);

impl Read for Rule {
    const WORDS: &'static str = called::FAILURE;

    fn read(node: &Node, sink: &mut Sink) -> Option<Self> {
        // Arazzo's other criteria have a `type`; what it says of the condition is not ours to read.
        if let Some(entry) = node
            .entry("type")
            .filter(|_| node.get("condition").is_some())
        {
            super::condition::refuse_type(entry, sink);
            return None;
        }
        FailureBlock::read(node, sink).map(Self)
    }
}

block! { "`reauthenticate`";
    /// How the user signs in again.
    struct ReauthenticateBlock {
        /// A sentence for the application's user or operator.
        how("how"): Option<String>,
        /// The vendor's page.
        url("url"): Option<String>,
    }
}

block! { "an input";
    /// What is to be said of an input.
    struct InputBlock {
        /// Another name than the one on the wire in camelCase.
        name("name"): Option<Spanned<String>>,
        /// Whether it is hidden. Default: true for security schemes, `format: password`, and names that
        /// contain `secret` or `password`.
        secret("secret"): Option<bool>,
        /// Whether it belongs to the `client` (default) or to a `session`.
        per("per"): Option<Per>,
        /// A constant.
        value("value"): Option<Spanned<Json>>,
        /// What fills it on each call.
        generate("generate"): Option<Spanned<Generated>>,
    }
}

block! { "a `wire` example";
    /// A golden request.
    struct WireBlock {
        /// Inputs and tokens by name.
        given("given"): Option<Table<Json>>,
        /// The request as HTTP text: request line, headers, blank line, body.
        request("request"): Keyed<String>,
    }
}
