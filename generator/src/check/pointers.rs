//! Every expression of the block points at something, and at something of the right type: tokens are
//! text, lifetimes are what their source reads.
//!
//! A pointer that is wrong compiles, and then every refresh fails, or the token is never seen to expire.

use super::codes;
use super::scope::{Find, Instead, Scope, report_nowhere};
use crate::diagnostic::{Report, Sink};
use crate::model::{
    DocumentedResponse, Expression, Facts, InstantFormat, JsonType, Lifetime, Location, Spanned,
    Token,
};
use crate::source::Span;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let successes = scope.successes();
    for token in &scope.operation.tokens {
        check_sent(scope, token, sink);
        if successes.is_empty() {
            // That no success is documented is told once, by another rule.
            continue;
        }
        for location in &token.received {
            check_received(scope, &successes, token, location, sink);
        }
        for lifetime in &token.lifetime {
            check_lifetime(scope, &successes, lifetime, sink);
        }
    }
    for extra in &scope.operation.lifecycle.extras {
        let find = scope.find_in(&successes, &extra.at.value);
        if let (Find::Nowhere(instead), false) = (find, successes.is_empty()) {
            let code = codes::NOWHERE_IN_RESPONSE;
            report_nowhere(
                code,
                &extra.name.wire,
                &extra.at.value,
                extra.at.span,
                &instead,
                sink,
            );
        }
    }
}

fn check_sent(scope: &Scope<'_>, token: &Token, sink: &mut Sink) {
    let Some(sent) = &token.sent else { return };
    match scope.find_in_request(&sent.value.at) {
        Find::Open => {}
        Find::Found(facts) => check_text(token, &facts, sent.span, sink),
        Find::Nowhere(instead) => {
            let code = codes::NOWHERE_IN_REQUEST;
            report_nowhere(code, "sent", &sent.value.at, sent.span, &instead, sink);
        }
    }
}

fn check_received(
    scope: &Scope<'_>,
    successes: &[&DocumentedResponse],
    token: &Token,
    location: &Spanned<Location>,
    sink: &mut Sink,
) {
    let at = &location.value.at;
    let is_set_cookie =
        matches!(at, Expression::ResponseHeader(name) if name.eq_ignore_ascii_case("set-cookie"));
    if is_set_cookie != location.value.cookie.is_some() {
        let (label, help) = if is_set_cookie {
            (
                "which of the cookies?",
                "received: {at: $response.header.set-cookie, cookie: NAME}",
            )
        } else {
            (
                "cookies are in `$response.header.set-cookie`",
                "at: $response.header.set-cookie",
            )
        };
        let report = Report::new(
            codes::COOKIE,
            "`cookie` and `$response.header.set-cookie` go together",
        );
        sink.push(report.at(location.span, label).help(help));
        return;
    }
    match scope.find_in(successes, at) {
        Find::Found(facts) if matches!(at, Expression::ResponseBody(_)) => {
            check_text(token, &facts, location.span, sink);
            if !token.is_always_received {
                check_may_be_missing(scope, successes, location, sink);
            }
        }
        // A header is text, whatever its schema says.
        Find::Found(_) | Find::Open => {}
        Find::Nowhere(instead) => {
            let code = codes::NOWHERE_IN_RESPONSE;
            report_nowhere(code, "received", at, location.span, &instead, sink);
        }
    }
}

fn check_text(token: &Token, facts: &[Facts], span: Span, sink: &mut Sink) {
    if facts.iter().any(|facts| facts.may_be(JsonType::String)) {
        return;
    }
    let Some(first) = facts.first() else { return };
    let message = format!(
        "the token `{}` is {} by its schema",
        token.name.wire,
        first.words()
    );
    let report = Report::new(codes::NOT_TEXT, message).at(span, "a token is text");
    sink.push(report.and(first.origin, "the schema").help("type: string"));
}

/// A document that requires the token in an object, and the object nowhere, most often forgot the latter.
fn check_may_be_missing(
    scope: &Scope<'_>,
    successes: &[&DocumentedResponse],
    location: &Spanned<Location>,
    sink: &mut Sink,
) {
    let Expression::ResponseBody(pointer) = &location.value.at else {
        return;
    };
    let Some((parent, leaf)) = pointer
        .rsplit_once('/')
        .filter(|(parent, _)| !parent.is_empty())
    else {
        return;
    };
    let schemas = scope.schemas();
    let bodies = successes.iter().flat_map(|response| &response.bodies);
    for id in bodies.filter_map(|body| body.schema) {
        let is_sure = |pointer: &str| schemas.look(id, pointer).is_sure();
        if is_sure(pointer) || is_sure(parent) || !schemas.requires_at(id, parent, leaf) {
            continue;
        }
        let name = parent.rsplit('/').next().unwrap_or(parent);
        let message = format!("`{leaf}` is required, but the object around it may be missing");
        let label = format!("`{name}` is not required, or may be null");
        let report = Report::new(codes::MAY_BE_MISSING, message).at(location.span, label);
        sink.push(report.help(format!("required: [{name}]")));
        return;
    }
}

fn check_lifetime(
    scope: &Scope<'_>,
    successes: &[&DocumentedResponse],
    lifetime: &Spanned<Lifetime>,
    sink: &mut Sink,
) {
    const NUMBER: &[JsonType] = &[JsonType::Integer, JsonType::Number, JsonType::String];
    const TEXT: &[JsonType] = &[JsonType::String];
    let (at, types, words) = match &lifetime.value {
        Lifetime::Seconds(at) | Lifetime::Milliseconds(at) | Lifetime::Minutes(at) => {
            (at, NUMBER, "a number, or one written as text")
        }
        Lifetime::Until(at, InstantFormat::DateTime) => (at, TEXT, "a date and time as text"),
        Lifetime::Until(at, InstantFormat::Pattern(_)) => (at, NUMBER, "text of that pattern"),
        Lifetime::Until(at, _) => (at, NUMBER, "a number, or one written as text"),
        Lifetime::Clock(at, _) => (at, TEXT, "a span of time as text"),
        Lifetime::JwtExpiry | Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown => {
            return;
        }
    };
    let (find, code) = if at.is_of_request() {
        (scope.find_in_request(at), codes::NOWHERE_IN_REQUEST)
    } else {
        (scope.find_in(successes, at), codes::NOWHERE_IN_RESPONSE)
    };
    match find {
        Find::Open => {}
        Find::Nowhere(instead) => report_nowhere(
            code,
            key(&lifetime.value),
            at,
            lifetime.span,
            &instead,
            sink,
        ),
        Find::Found(facts) => {
            let fits = |facts: &Facts| types.iter().any(|ty| facts.may_be(*ty));
            if matches!(at, Expression::ResponseHeader(_)) || facts.iter().any(fits) {
                return;
            }
            let Some(first) = facts.first() else { return };
            let message = format!("a lifetime is read from {}", first.words());
            let report = Report::new(codes::LIFETIME_TYPE, message);
            sink.push(
                report
                    .at(lifetime.span, format!("expected {words}"))
                    .and(first.origin, "the schema"),
            );
        }
    }
}

fn key(lifetime: &Lifetime) -> &'static str {
    match lifetime {
        Lifetime::Seconds(_) => "seconds",
        Lifetime::Milliseconds(_) => "milliseconds",
        Lifetime::Minutes(_) => "minutes",
        Lifetime::Clock(..) => "clock",
        Lifetime::Until(..) => "until",
        Lifetime::JwtExpiry => "jwt",
        Lifetime::Fixed(_) => "fixed",
        Lifetime::Unlimited | Lifetime::Unknown => "lifetime",
    }
}

/// Where an expression of a failure or of `errorCode` may point: any response that documents a body
/// will do, for vendors document few of their refusals.
pub(super) fn find_anywhere(
    scope: &Scope<'_>,
    among: &[&DocumentedResponse],
    at: &Expression,
) -> Find {
    if matches!(at, Expression::ResponseHeader(_)) {
        let find = scope.find_in(among, at);
        // Which headers come with a refusal is hardly ever documented.
        let is_silent = among.iter().all(|response| response.headers.is_empty());
        return match find {
            Find::Nowhere(_) if !is_silent => find,
            // A header is text, whatever its schema says, and text never equals a number.
            Find::Found(_) | Find::Open | Find::Nowhere(_) => Find::Found(vec![Facts::of_header()]),
        };
    }
    let has_body =
        |responses: &[&DocumentedResponse]| responses.iter().any(|it| !it.bodies.is_empty());
    if has_body(among) {
        return scope.find_in(among, at);
    }
    let all: Vec<_> = scope.responses().iter().collect();
    if has_body(&all) {
        return scope.find_in(&all, at);
    }
    Find::Nowhere(Instead {
        words: "no response documents a body".to_owned(),
        ..Instead::default()
    })
}
