//! There is an access token, and a documented success that it can come in.
//!
//! Without the one there is nothing to keep fresh; without the other nothing of what the client reads is
//! known.

use super::codes;
use super::scope::{Scope, names};
use crate::diagnostic::{Report, Sink};
use crate::model::Role;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let operation = scope.operation;
    let origin = operation.lifecycle.origin;
    let tokens = &operation.tokens;
    if !tokens.iter().any(|token| token.role == Role::Access) {
        let report = Report::new(
            codes::NO_ACCESS_TOKEN,
            "none of the tokens is an access token",
        );
        let found: Vec<_> = tokens.iter().map(|token| &token.name.wire).collect();
        let label = if found.is_empty() {
            "there are no tokens".to_owned()
        } else {
            format!("the tokens are {}", names(&found))
        };
        sink.push(report.at(origin, label).help("role: access"));
    }
    let useless = tokens.iter().filter(|token| {
        token.role == Role::Access
            && token.received.is_empty()
            && !token.is_extended
            && !token.lifetime.is_empty()
    });
    for token in useless {
        let message = format!(
            "the access token `{}` neither comes back nor is extended",
            token.name.wire
        );
        let report = Report::new(codes::NO_ACCESS_TOKEN, message);
        sink.push(
            report
                .at(token.origin, "`received` is missing")
                .help("received: $response.body#/access_token"),
        );
    }
    let received = tokens.iter().flat_map(|token| &token.received).next();
    if let (Some(received), true) = (received, scope.successes().is_empty()) {
        let report = Report::new(codes::NO_SUCCESS, "the operation documents no success");
        let report = report.at(operation.origin, "no 2xx among the `responses`");
        sink.push(
            report
                .and(received.span, "but this is read from one")
                .help("\"200\": {description: New tokens.}"),
        );
    }
}
