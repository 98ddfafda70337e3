//! Turns the life of a provider's tokens into words, for tables that people read.

use std::time::Duration;

use super::docs::code;
use crate::model::{
    Anchor, Expression, Lifetime, Limit, Moment, Operation, Per, Previous, Spanned, Token, Window,
};

/// When the provider accepts the call.
pub(crate) fn window(window: &Window) -> String {
    let is_from_issue =
        window.from.value.anchor == Anchor::Issue && window.from.value.offset_millis <= 0;
    let from = (!is_from_issue).then(|| format!("from {}", moment(window.from.value)));
    let until = window
        .until
        .as_ref()
        .map(|until| format!("until {}", moment(until.value)));
    match (from, until) {
        (None, None) => "at any time".to_owned(),
        (Some(from), None) => from,
        (None, Some(until)) => until,
        (Some(from), Some(until)) => format!("{from}, {until}"),
    }
}

/// When we choose to call; `None` where the default rule holds.
pub(crate) fn due(due: &[Spanned<Moment>]) -> Option<String> {
    let moments: Vec<_> = due.iter().map(|due| moment(due.value)).collect();
    (!moments.is_empty()).then(|| moments.join(" or "))
}

fn moment(moment: Moment) -> String {
    let anchor = match moment.anchor {
        Anchor::Issue => "issue",
        Anchor::Expiry => "expiry",
    };
    let span = span(Duration::from_millis(moment.offset_millis.unsigned_abs()));
    match moment.offset_millis {
        0 => anchor.to_owned(),
        1.. => format!("{span} after {anchor}"),
        _ => format!("{span} before {anchor}"),
    }
}

/// A span in the largest unit that it is a whole number of.
pub(crate) fn span(span: Duration) -> String {
    const UNITS: &[(u128, &str)] = &[
        (86_400_000, "day"),
        (3_600_000, "hour"),
        (60_000, "minute"),
        (1000, "second"),
        (1, "millisecond"),
    ];
    let millis = span.as_millis();
    let fits = |(unit, _): &&(u128, &str)| millis.is_multiple_of(*unit) && millis >= *unit;
    match UNITS.iter().find(fits) {
        Some((unit, name)) if millis == *unit => format!("1 {name}"),
        Some((unit, name)) => format!("{} {name}s", millis / unit),
        None => "no time".to_owned(),
    }
}

/// What the call spends.
pub(crate) fn spends(operation: &Operation) -> String {
    let sent: Vec<_> = operation
        .tokens
        .iter()
        .filter(|token| token.sent.is_some())
        .collect();
    if sent.is_empty() {
        return "nothing: it shows the client's credentials".to_owned();
    }
    let one = |token: &&Token| format!("{}: {}", code(&token.name.wire), rotation(token));
    sent.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn rotation(token: &Token) -> String {
    if token.is_single_use() {
        return "once, the answer brings its successor".to_owned();
    }
    let comes = match (token.received.is_empty(), token.is_always_received) {
        (true, _) => return "it stays".to_owned(),
        (_, true) => "the answer brings another",
        (_, false) => "the answer may bring another",
    };
    match token.previous.value {
        Previous::Valid => comes.to_owned(),
        Previous::Revoked => format!("{comes}, and the old one is dead"),
        Previous::ValidFor(left) => format!("{comes}, and the old one lives on for {}", span(left)),
        Previous::ValidUntilNewIsUsed => {
            format!("{comes}, and the old one lives on until it is used")
        }
        Previous::ReuseRevokesSession => {
            format!("{comes}, and showing the old one again ends the session")
        }
    }
}

/// How long a token lives.
pub(crate) fn life(token: &Token) -> String {
    let uses = match token.uses {
        Some(1) => "good for one use; ".to_owned(),
        Some(uses) => format!("good for {uses} uses; "),
        None => String::new(),
    };
    let sources: Vec<_> = token
        .lifetime
        .iter()
        .map(|source| end(&source.value))
        .collect();
    let ends = match token.lifetime.first().map(|source| &source.value) {
        None => return uses.trim_end_matches("; ").to_owned(),
        Some(Lifetime::Unlimited) => "does not end".to_owned(),
        Some(Lifetime::Unknown) => "its end is not known".to_owned(),
        Some(_) => format!("ends {}", sources.join(", else ")),
    };
    let renewed = if token.renewed {
        ", anew with each refresh"
    } else {
        ""
    };
    format!("{uses}{ends}{renewed}")
}

fn end(lifetime: &Lifetime) -> String {
    match lifetime {
        Lifetime::Seconds(at) => format!("after the seconds in {}", place(at)),
        Lifetime::Milliseconds(at) => format!("after the milliseconds in {}", place(at)),
        Lifetime::Minutes(at) => format!("after the minutes in {}", place(at)),
        Lifetime::Clock(at, _) => format!("after the time in {}", place(at)),
        Lifetime::Until(at, _) => format!("at {}", place(at)),
        Lifetime::JwtExpiry => "by its own `exp`".to_owned(),
        Lifetime::Fixed(length) => format!("after {}", span(*length)),
        Lifetime::Unlimited => "never".to_owned(),
        Lifetime::Unknown => "at a time that is not known".to_owned(),
    }
}

fn place(expression: &Expression) -> String {
    match expression {
        Expression::RequestBody(pointer) | Expression::ResponseBody(pointer) => {
            let last = pointer.rsplit('/').next().unwrap_or_default();
            code(&last.replace("~1", "/").replace("~0", "~"))
        }
        Expression::RequestHeader(name)
        | Expression::RequestQuery(name)
        | Expression::RequestPath(name)
        | Expression::RequestCookie(name)
        | Expression::ResponseHeader(name) => code(name),
        Expression::Url => "the URL".to_owned(),
        Expression::Method => "the method".to_owned(),
        Expression::StatusCode => "the status".to_owned(),
    }
}

/// How often the call may be made.
pub(crate) fn limits(limits: &[Limit]) -> Option<String> {
    let one = |limit: &Limit| {
        let calls = if limit.calls == 1 { "call" } else { "calls" };
        let of = match limit.of {
            Per::Session => "session",
            Per::Client => "client",
        };
        format!("{} {calls} in {}, each {of}", limit.calls, span(limit.per))
    };
    (!limits.is_empty()).then(|| limits.iter().map(one).collect::<Vec<_>>().join("; "))
}
