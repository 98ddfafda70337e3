//! What is spent has a successor, what is extended can be, and `previous` agrees with both.
//!
//! A single-use grant without a successor is lost with the first refresh.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::lower::extension::written;
use crate::model::{Expression, Lifetime, Previous, Token};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for token in &scope.operation.tokens {
        if token.is_extended {
            check_extended(token, sink);
        } else if token.sent.is_some() && token.is_single_use() && token.received.is_empty() {
            check_successor(scope, token, sink);
        }
        check_previous(token, sink);
    }
}

fn check_successor(scope: &Scope<'_>, token: &Token, sink: &mut Sink) {
    let name = &token.name.wire;
    let message =
        format!("the grant `{name}` is good for one use, and the response brings no other");
    let report = Report::new(codes::NO_ROTATION, message);
    let report = report.at(token.origin, "`uses: 1`, but no `received`");
    sink.push(match successor(scope, token) {
        Some(at) => report.help(format!("received: {}", written(&at))),
        None => report.help("received: $response.body#/refresh_token"),
    });
}

/// A property of a success that has the name under which the token is sent, or the token's own.
fn successor(scope: &Scope<'_>, token: &Token) -> Option<Expression> {
    let sent = match &token.sent.as_ref()?.value.at {
        Expression::RequestBody(pointer) => {
            pointer.rsplit('/').next().filter(|name| !name.is_empty())
        }
        Expression::RequestQuery(name) => Some(name.as_str()),
        _ => None,
    };
    let names = [
        sent,
        Some(token.name.wire.as_str()),
        Some("refresh_token"),
        Some("refreshToken"),
    ];
    let successes = scope.successes();
    let bodies = successes.iter().flat_map(|response| &response.bodies);
    let schemas: Vec<_> = bodies.filter_map(|body| body.schema).collect();
    let search = |name: &str| {
        schemas
            .iter()
            .find_map(|id| scope.schemas().search(*id, name))
    };
    names
        .into_iter()
        .flatten()
        .find_map(search)
        .map(Expression::ResponseBody)
}

fn check_extended(token: &Token, sink: &mut Sink) {
    let name = &token.name.wire;
    let report = |label: &str| {
        let message = format!("the call cannot extend the token `{name}`");
        let report = Report::new(codes::EXTENDED, message).at(token.origin, label);
        report.help("received: $response.body#/access_token")
    };
    if token.is_single_use() {
        sink.push(report(
            "it is good for one use, and no `received` brings another",
        ));
    }
    let is_own = |lifetime: &Lifetime| matches!(lifetime, Lifetime::JwtExpiry);
    if !token.lifetime.is_empty() && token.lifetime.iter().all(|it| is_own(&it.value)) {
        sink.push(report("a JWT that stays the same keeps its `exp`"));
    }
}

fn check_previous(token: &Token, sink: &mut Sink) {
    let previous = &token.previous;
    // What is implied has the key's place, and is told by the rules above.
    if previous.span == token.origin {
        return;
    }
    let name = &token.name.wire;
    if token.received.is_empty() && previous.value != Previous::Valid {
        let message = format!("`{name}` has no successor, so there is no previous one");
        let report = Report::new(codes::PREVIOUS, message);
        let report = report.at(previous.span, "of which token?");
        sink.push(report.help("received: $response.body#/refresh_token"));
    }
    if previous.value == Previous::Valid && token.sent.is_some() && token.is_single_use() {
        let message = format!("`{name}` is spent by one use, so the previous one cannot be valid");
        let report = Report::new(codes::PREVIOUS, message);
        sink.push(
            report
                .at(previous.span, "but `uses: 1`")
                .help("previous: revoked"),
        );
    }
}
