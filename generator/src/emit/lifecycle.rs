//! Turns the lifecycle into the one constant that states it, saying only what differs from the defaults.

use std::time::Duration;

use syn::{Expr, Item};

use super::ast::{self, Fields};
use super::context::Context;
use super::expression::{condition, expression, literal};
use super::item;
use super::literal::whole;
use crate::model::{
    Anchor, ClockFormat, Extra, Failure, FailureRule, InstantFormat, Lifetime, Limit, Location,
    Moment, Per, Presentation, Previous, Reauthentication, Role, Token, Window,
};

/// The `LIFECYCLE` constant.
pub(crate) fn constant(cx: &Context<'_>) -> Item {
    let docs = "The life of the tokens, as data for whoever keeps them fresh.";
    item::constant(docs, "LIFECYCLE", "Lifecycle", value(cx))
}

fn value(cx: &Context<'_>) -> Expr {
    let lifecycle = &cx.operation.lifecycle;
    let mut fields = Fields::new();
    fields.put_list("tokens", cx.operation.tokens.iter().map(token));
    if let Some(window) = window(&lifecycle.window) {
        fields.put("window", window);
    }
    fields.put_list("due", lifecycle.due.iter().map(|due| moment(due.value)));
    fields.put_list("limits", lifecycle.limits.iter().map(limit));
    let success = lifecycle.success.as_ref();
    fields.put_some("success", success.map(|success| condition(&success.value)));
    fields.put_some("error_code", lifecycle.error_code.as_ref().map(expression));
    fields.put_list("failures", lifecycle.failures.iter().map(rule));
    if lifecycle.unauthorized != Failure::Credentials {
        fields.put("unauthorized", failure(lifecycle.unauthorized));
    }
    if let Some(how) = reauthenticate(&lifecycle.reauthenticate) {
        fields.put("reauthenticate", how);
    }
    fields.put_list("extras", lifecycle.extras.iter().map(extra));
    let names = [&cx.provider().id, &cx.operation.name.wire];
    let rest = ast::call(
        &["Lifecycle", "new"],
        names.iter().map(|name| ast::text(name)).collect(),
    );
    fields.of("Lifecycle", Some(rest))
}

fn window(window: &Window) -> Option<Expr> {
    let from_issue = Moment {
        anchor: Anchor::Issue,
        offset_millis: 0,
    };
    if window.from.value == from_issue && window.until.is_none() {
        return None;
    }
    let mut fields = Fields::new();
    fields.put("from", moment(window.from.value));
    let until = window.until.as_ref().map(|until| moment(until.value));
    fields.put("until", ast::option(until));
    Some(fields.of("Window", None))
}

fn reauthenticate(stated: &Reauthentication) -> Option<Expr> {
    if stated.how.is_none() && stated.url.is_none() {
        return None;
    }
    let mut fields = Fields::new();
    fields.put("how", ast::option(stated.how.as_deref().map(ast::text)));
    fields.put("url", ast::option(stated.url.as_deref().map(ast::text)));
    Some(fields.of("Reauthentication", None))
}

fn extra(extra: &Extra) -> Expr {
    let mut fields = Fields::new();
    fields.put("name", ast::text(&extra.name.wire));
    fields.put("at", expression(&extra.at.value));
    fields.of("ExtraRule", None)
}

fn token(token: &Token) -> Expr {
    let mut fields = Fields::new();
    fields.put_some(
        "sent",
        token.sent.as_ref().map(|sent| expression(&sent.value.at)),
    );
    fields.put_list(
        "received",
        token.received.iter().map(|place| location(&place.value)),
    );
    fields.put_list(
        "lifetime",
        token.lifetime.iter().map(|source| lifetime(&source.value)),
    );
    if token.renewed {
        fields.put("renewed", ast::boolean(true));
    }
    fields.put_some("uses", token.uses.map(|uses| whole(uses.into())));
    if let Some(previous) = previous(token.previous.value) {
        fields.put("previous", previous);
    }
    fields.put_some("present", token.present.as_ref().map(presentation));
    let role = match token.role {
        Role::Access => "Access",
        Role::Refresh => "Refresh",
        Role::Other => "Other",
    };
    let names = vec![ast::text(&token.name.wire), ast::named(&["Role", role])];
    fields.of("TokenRule", Some(ast::call(&["TokenRule", "new"], names)))
}

fn location(location: &Location) -> Expr {
    let bare = ast::call(&["Location", "new"], vec![expression(&location.at)]);
    if location.cookie.is_none() && location.prefix.is_empty() {
        return bare;
    }
    let mut fields = Fields::new();
    fields.put_some("cookie", location.cookie.as_deref().map(ast::text));
    if !location.prefix.is_empty() {
        fields.put("prefix", ast::text(&location.prefix));
    }
    fields.of("Location", Some(bare))
}

fn lifetime(lifetime: &Lifetime) -> Expr {
    let of = |kind: &str, of: Vec<Expr>| ast::call(&["Lifetime", kind], of);
    match lifetime {
        Lifetime::Seconds(at) => of("Seconds", vec![expression(at)]),
        Lifetime::Milliseconds(at) => of("Milliseconds", vec![expression(at)]),
        Lifetime::Minutes(at) => of("Minutes", vec![expression(at)]),
        Lifetime::Clock(at, format) => {
            let format = match format {
                ClockFormat::HoursMinutesSeconds => "HoursMinutesSeconds",
                ClockFormat::DaysHoursMinutes => "DaysHoursMinutes",
            };
            of(
                "Clock",
                vec![expression(at), ast::named(&["ClockFormat", format])],
            )
        }
        Lifetime::Until(at, format) => of("Until", vec![expression(at), instant(format)]),
        Lifetime::JwtExpiry => ast::named(&["Lifetime", "JwtExpiry"]),
        Lifetime::Fixed(span) => of("Fixed", vec![duration(*span)]),
        Lifetime::Unlimited => ast::named(&["Lifetime", "Unlimited"]),
        Lifetime::Unknown => ast::named(&["Lifetime", "Unknown"]),
    }
}

fn instant(format: &InstantFormat) -> Expr {
    let simple = |name| ast::named(&["InstantFormat", name]);
    match format {
        InstantFormat::UnixSeconds => simple("UnixSeconds"),
        InstantFormat::UnixMilliseconds => simple("UnixMilliseconds"),
        InstantFormat::Unix => simple("Unix"),
        InstantFormat::DateTime => simple("DateTime"),
        InstantFormat::Pattern(pattern) => {
            ast::call(&["InstantFormat", "Pattern"], vec![ast::text(pattern)])
        }
    }
}

fn previous(previous: Previous) -> Option<Expr> {
    let simple = |name| Some(ast::named(&["Previous", name]));
    match previous {
        Previous::Valid => None,
        Previous::Revoked => simple("Revoked"),
        Previous::ValidFor(span) => {
            Some(ast::call(&["Previous", "ValidFor"], vec![duration(span)]))
        }
        Previous::ValidUntilNewIsUsed => simple("ValidUntilNewIsUsed"),
        Previous::ReuseRevokesSession => simple("ReuseRevokesSession"),
    }
}

fn presentation(presentation: &Presentation) -> Expr {
    let of = |kind: &str, name: &str| ast::call(&["Presentation", kind], vec![ast::text(name)]);
    match presentation {
        Presentation::Bearer => ast::named(&["Presentation", "Bearer"]),
        Presentation::Header { name, prefix } => {
            let mut fields = Fields::new();
            fields.put("name", ast::text(name));
            fields.put("prefix", ast::text(prefix));
            fields.of_path(&["Presentation", "Header"])
        }
        Presentation::Query(name) => of("Query", name),
        Presentation::Cookie(name) => of("Cookie", name),
    }
}

fn moment(moment: Moment) -> Expr {
    let anchor = match moment.anchor {
        Anchor::Issue => "issue",
        Anchor::Expiry => "expiry",
    };
    ast::call(
        &["Moment", anchor],
        vec![whole(moment.offset_millis.into())],
    )
}

fn limit(limit: &Limit) -> Expr {
    let of = match limit.of {
        Per::Client => "Client",
        Per::Session => "Session",
    };
    let mut fields = Fields::new();
    fields.put("calls", whole(limit.calls.into()));
    fields.put("per", duration(limit.per));
    fields.put("of", ast::named(&["LimitScope", of]));
    fields.of("Limit", None)
}

fn duration(span: Duration) -> Expr {
    if span.subsec_nanos() == 0 {
        return ast::call(
            &["Duration", "from_secs"],
            vec![whole(span.as_secs().into())],
        );
    }
    let millis = i128::try_from(span.as_millis()).unwrap_or(i128::MAX);
    ast::call(&["Duration", "from_millis"], vec![whole(millis)])
}

fn rule(rule: &FailureRule) -> Expr {
    let rest = ast::call(&["FailureRule", "new"], vec![failure(rule.means)]);
    if rule.status.is_empty() && rule.codes.is_empty() && rule.condition.is_none() {
        return rest;
    }
    let mut fields = Fields::new();
    fields.put_list(
        "status",
        rule.status.iter().map(|status| range(status.value)),
    );
    fields.put_list("codes", rule.codes.iter().map(|code| literal(&code.value)));
    let stated = rule.condition.as_ref();
    fields.put_some("condition", stated.map(|stated| condition(&stated.value)));
    fields.of("FailureRule", Some(rest))
}

fn range((first, last): (u16, u16)) -> Expr {
    if first == last {
        return ast::call(&["StatusRange", "one"], vec![whole(first.into())]);
    }
    let ends = vec![whole(first.into()), whole(last.into())];
    ast::call(&["StatusRange", "new"], ends)
}

fn failure(failure: Failure) -> Expr {
    let name = match failure {
        Failure::Reauthenticate => "Reauthenticate",
        Failure::Credentials => "Credentials",
        Failure::TooEarly => "TooEarly",
        Failure::RateLimited => "RateLimited",
        Failure::Transient => "Transient",
        Failure::Rejected => "Rejected",
    };
    ast::named(&["Failure", name])
}
