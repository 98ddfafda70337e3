//! Each token says how its end is found, and no source stands behind one that always has an answer.
//!
//! A token without an end is never refreshed: the classic way to find out in production. `unknown` has to
//! be said.

use super::codes;
use super::scope::Scope;
use crate::diagnostic::{Report, Sink};
use crate::model::{Lifetime, Token};

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for token in &scope.operation.tokens {
        if token.lifetime.is_empty() {
            let message = format!("the token `{}` has no `lifetime`", token.name.wire);
            let report = Report::new(codes::NO_LIFETIME, message);
            let report = report.at(token.origin, "how its end is found is not said");
            sink.push(report.help("lifetime: unknown"));
        }
        check_reached(token, sink);
        check_renewed(token, sink);
    }
}

fn check_reached(token: &Token, sink: &mut Sink) {
    let is_last = |lifetime: &Lifetime| {
        matches!(
            lifetime,
            Lifetime::Fixed(_) | Lifetime::Unlimited | Lifetime::Unknown
        )
    };
    let Some(last) = token.lifetime.iter().position(|it| is_last(&it.value)) else {
        return;
    };
    for source in &token.lifetime[last + 1..] {
        let report = Report::new(
            codes::LIFETIME_UNREACHED,
            "this source of the lifetime is never asked",
        );
        let report = report.at(source.span, "never asked");
        sink.push(
            report
                .and(token.lifetime[last].span, "this one always has an answer")
                .help("the sources stand in order of trust; the one that always has an answer comes last"),
        );
    }
}

fn check_renewed(token: &Token, sink: &mut Sink) {
    if !token.renewed {
        return;
    }
    let is_fixed = |lifetime: &Lifetime| matches!(lifetime, Lifetime::Fixed(_));
    let has_fixed = token.lifetime.iter().any(|it| is_fixed(&it.value));
    let label = match (token.sent.is_some(), has_fixed) {
        (true, true) if !token.is_single_use() => return,
        (true, true) => "it is spent with each refresh, so it does not stay",
        (true, false) => "it has no `fixed` lifetime that could start anew",
        (false, _) => "it is not sent, so it is no grant",
    };
    let message = format!(
        "`renewed` means nothing for the token `{}`",
        token.name.wire
    );
    sink.push(Report::new(codes::RENEWED, message).at(token.origin, label));
}
