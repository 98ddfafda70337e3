//! Every key of `inputs` names something of the request that is not a token.

use super::codes;
use super::scope::{Find, Scope, names, report_nowhere, same_place};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Report, Sink};
use crate::model::{InputKey, Place};
use crate::source::Span;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for key in &scope.operation.input_keys {
        match &key.value {
            InputKey::Expression(at) => {
                if let Some(token) = scope.operation.tokens.iter().find(|token| {
                    token
                        .sent
                        .as_ref()
                        .is_some_and(|sent| same_place(&sent.value.at, at))
                }) {
                    let message = format!("this is where the token `{}` is sent", token.name.wire);
                    let report = Report::new(codes::UNUSED_INPUT, message).at(key.span, "no input");
                    sink.push(report.and(token.origin, "the token"));
                } else if let Find::Nowhere(instead) = scope.find_in_request(at) {
                    report_nowhere(
                        codes::NOWHERE_IN_REQUEST,
                        "inputs",
                        at,
                        key.span,
                        &instead,
                        sink,
                    );
                }
            }
            InputKey::Server => {
                let servers = scope
                    .operation
                    .servers
                    .as_ref()
                    .unwrap_or(&scope.provider.servers);
                // Where the key chooses one of them, that one alone is left here.
                if servers.is_empty() {
                    let report = Report::new(codes::UNUSED_INPUT, "there is no choice of servers");
                    sink.push(report.at(key.span, "there are no `servers`"));
                }
            }
            InputKey::ServerVariable(name) => {
                let known = &scope.operation.documented.server_variables;
                if !known.contains(name) {
                    unknown("server variable", "$server.", name, known, key.span, sink);
                }
            }
            InputKey::Security(name) => check_scheme(scope, name, None, key.span, sink),
            InputKey::SecurityUsername(name) => {
                check_scheme(scope, name, Some("username"), key.span, sink);
            }
            InputKey::SecurityPassword(name) => {
                check_scheme(scope, name, Some("password"), key.span, sink);
            }
        }
    }
}

fn check_scheme(scope: &Scope<'_>, name: &str, part: Option<&str>, span: Span, sink: &mut Sink) {
    let schemes = &scope.operation.documented.schemes;
    let Some(scheme) = schemes.iter().find(|scheme| scheme.name == name) else {
        let known: Vec<String> = schemes.iter().map(|scheme| scheme.name.clone()).collect();
        unknown("security scheme", "security.", name, &known, span, sink);
        return;
    };
    let is_basic = scheme.place == Some(Place::Basic);
    if is_basic == part.is_some() {
        return;
    }
    let (label, help) = if is_basic {
        (
            "Basic has a user name and a password",
            format!("security.{name}.username"),
        )
    } else {
        (
            "only Basic has a user name and a password",
            format!("security.{name}"),
        )
    };
    let message = format!("the key does not fit the security scheme `{name}`");
    let report = Report::new(codes::UNUSED_INPUT, message).at(span, label);
    sink.push(report.and(scheme.origin, "the scheme").help(help));
}

fn unknown(what: &str, prefix: &str, name: &str, known: &[String], span: Span, sink: &mut Sink) {
    let report = Report::new(codes::UNUSED_INPUT, format!("there is no {what} `{name}`"));
    let report = report.at(
        span,
        if known.is_empty() {
            "there is none".to_owned()
        } else {
            format!("the operation has {}", names(known))
        },
    );
    sink.push(match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => report.help(format!("{prefix}{near}")),
        None => report,
    });
}
