//! No value has two names: no two tokens are read from or written to one place, and no extra holds a token,
//! which would be kept and shown in the clear.

use super::codes;
use super::scope::{Scope, same_place};
use crate::diagnostic::{Report, Sink};
use crate::model::{Expression, Extra, Token};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    let operation = scope.operation;
    for (index, token) in operation.tokens.iter().enumerate() {
        for other in &operation.tokens[..index] {
            check_pair(other, token, sink);
        }
    }
    for (index, extra) in operation.lifecycle.extras.iter().enumerate() {
        for token in &operation.tokens {
            check_extra(extra, token, sink);
        }
        let tokens = operation
            .tokens
            .iter()
            .map(|token| (&token.name, token.origin));
        let extras = operation.lifecycle.extras[..index].iter();
        let extras = extras.map(|other| (&other.name, other.at.span));
        if let Some((name, span)) = tokens
            .chain(extras)
            .find(|(name, _)| name.rust == extra.name.rust)
        {
            let message = format!(
                "`{}` and the extra `{}` are one field",
                name.wire, extra.name.wire
            );
            let report = Report::new(codes::SAME_NAME, message).at(extra.at.span, "this extra");
            sink.push(report.and(span, format!("both are `{}` in Rust", name.rust)));
        }
        for other in &operation.lifecycle.extras[..index] {
            if same_place(&other.at.value, &extra.at.value) {
                let message = format!(
                    "`{}` and `{}` are one value",
                    other.name.wire, extra.name.wire
                );
                let report =
                    Report::new(codes::SAME_FIELD, message).at(extra.at.span, "read from here");
                sink.push(report.and(other.at.span, "and from here, too"));
            }
        }
    }
}

fn check_pair(one: &Token, other: &Token, sink: &mut Sink) {
    if let (Some(first), Some(second)) = (&one.sent, &other.sent)
        && same_place(&first.value.at, &second.value.at)
    {
        let message = format!(
            "`{}` and `{}` go to one place",
            one.name.wire, other.name.wire
        );
        let report = Report::new(codes::SAME_PLACE, message).at(second.span, "sent here");
        sink.push(report.and(first.span, "and this one, too"));
    }
    for second in &other.received {
        let is_same = |first: &&crate::model::Spanned<crate::model::Location>| {
            same_place(&first.value.at, &second.value.at)
                && first.value.cookie == second.value.cookie
                && first.value.prefix == second.value.prefix
        };
        if let Some(first) = one.received.iter().find(is_same) {
            let message = format!(
                "`{}` and `{}` are one value",
                one.name.wire, other.name.wire
            );
            let report =
                Report::new(codes::SAME_FIELD, message).at(second.span, "received from here");
            sink.push(report.and(first.span, "and this one, too"));
        }
    }
}

fn check_extra(extra: &Extra, token: &Token, sink: &mut Sink) {
    let holds = |at: &Expression| match (&extra.at.value, at) {
        (Expression::ResponseBody(extra), Expression::ResponseBody(token)) => {
            token == extra
                || token
                    .strip_prefix(extra.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        }
        (extra, at) => same_place(extra, at),
    };
    let Some(received) = token.received.iter().find(|it| holds(&it.value.at)) else {
        return;
    };
    let message = format!(
        "the extra `{}` holds the token `{}`",
        extra.name.wire, token.name.wire
    );
    let report =
        Report::new(codes::SAME_FIELD, message).at(extra.at.span, "kept as it is, in the clear");
    sink.push(report.and(received.span, "the token is received from here"));
}
