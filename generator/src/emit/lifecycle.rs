//! Turns the lifecycle into the one constant that states it, saying only what differs from the defaults.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::docs::doc;
use super::expression::{condition, expression, literal};
use super::literal::{ident, integer};
use crate::model::{
    Anchor, ClockFormat, Failure, FailureRule, InstantFormat, Lifetime, Limit, Location, Moment,
    Per, Presentation, Previous, Role, Token,
};

/// The `LIFECYCLE` constant.
pub(crate) fn constant(cx: &Context<'_>) -> TokenStream {
    let docs = doc("The life of the tokens, as data for whoever keeps them fresh.");
    let lifecycle = &cx.operation.lifecycle;
    let provider = &cx.provider().id;
    let operation = &cx.operation.name.wire;
    let tokens = list("tokens", cx.operation.tokens.iter().map(token));
    let window = window(cx);
    let due = list("due", lifecycle.due.iter().map(|due| moment(due.value)));
    let limits = list("limits", lifecycle.limits.iter().map(limit));
    let success = lifecycle.success.as_ref().map(|success| {
        let success = condition(&success.value);
        quote!(success: Some(#success),)
    });
    let error_code = lifecycle.error_code.as_ref().map(|code| {
        let code = expression(code);
        quote!(error_code: Some(#code),)
    });
    let failures = list("failures", lifecycle.failures.iter().map(rule));
    let unauthorized = (lifecycle.unauthorized != Failure::Credentials).then(|| {
        let failure = failure(lifecycle.unauthorized);
        quote!(unauthorized: #failure,)
    });
    let reauthenticate = reauthenticate(cx);
    let extras = list(
        "extras",
        lifecycle.extras.iter().map(|extra| {
            let name = &extra.name.wire;
            let at = expression(&extra.at.value);
            quote!(ExtraRule { name: #name, at: #at })
        }),
    );
    quote! {
        #docs
        pub const LIFECYCLE: Lifecycle = Lifecycle {
            #tokens #window #due #limits #success #error_code #failures #unauthorized #reauthenticate #extras
            ..Lifecycle::new(#provider, #operation)
        };
    }
}

fn list(field: &str, items: impl ExactSizeIterator<Item = TokenStream>) -> Option<TokenStream> {
    let field = ident(field);
    (items.len() > 0).then(|| quote!(#field: &[#(#items),*],))
}

fn window(cx: &Context<'_>) -> Option<TokenStream> {
    let window = &cx.operation.lifecycle.window;
    let from_issue = Moment {
        anchor: Anchor::Issue,
        offset_millis: 0,
    };
    if window.from.value == from_issue && window.until.is_none() {
        return None;
    }
    let from = moment(window.from.value);
    let until = option(window.until.as_ref().map(|until| moment(until.value)));
    Some(quote!(window: Window { from: #from, until: #until },))
}

fn reauthenticate(cx: &Context<'_>) -> Option<TokenStream> {
    let stated = &cx.operation.lifecycle.reauthenticate;
    if stated.how.is_none() && stated.url.is_none() {
        return None;
    }
    let how = option(stated.how.as_ref().map(|how| quote!(#how)));
    let url = option(stated.url.as_ref().map(|url| quote!(#url)));
    Some(quote!(reauthenticate: Reauthentication { how: #how, url: #url },))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn token(token: &Token) -> TokenStream {
    let name = &token.name.wire;
    let role = match token.role {
        Role::Access => quote!(Role::Access),
        Role::Refresh => quote!(Role::Refresh),
        Role::Other => quote!(Role::Other),
    };
    let sent = token.sent.as_ref().map(|sent| {
        let at = expression(&sent.value.at);
        quote!(sent: Some(#at),)
    });
    let received = list(
        "received",
        token.received.iter().map(|place| location(&place.value)),
    );
    let lifetime = list(
        "lifetime",
        token.lifetime.iter().map(|source| lifetime(&source.value)),
    );
    let renewed = token.renewed.then(|| quote!(renewed: true,));
    let uses = token.uses.map(|uses| {
        let uses = integer(uses.into());
        quote!(uses: Some(#uses),)
    });
    let previous = previous(token.previous.value).map(|previous| quote!(previous: #previous,));
    let present = token.present.as_ref().map(|present| {
        let present = presentation(present);
        quote!(present: Some(#present),)
    });
    quote! {
        TokenRule {
            #sent #received #lifetime #renewed #uses #previous #present
            ..TokenRule::new(#name, #role)
        }
    }
}

fn location(location: &Location) -> TokenStream {
    let at = expression(&location.at);
    if location.cookie.is_none() && location.prefix.is_empty() {
        return quote!(Location::new(#at));
    }
    let cookie = location
        .cookie
        .as_ref()
        .map(|cookie| quote!(cookie: Some(#cookie),));
    let prefix = &location.prefix;
    let prefix = (!prefix.is_empty()).then(|| quote!(prefix: #prefix,));
    quote!(Location { #cookie #prefix ..Location::new(#at) })
}

fn lifetime(lifetime: &Lifetime) -> TokenStream {
    match lifetime {
        Lifetime::Seconds(at) => source("Seconds", &expression(at)),
        Lifetime::Milliseconds(at) => source("Milliseconds", &expression(at)),
        Lifetime::Minutes(at) => source("Minutes", &expression(at)),
        Lifetime::Clock(at, format) => {
            let at = expression(at);
            let format = match format {
                ClockFormat::HoursMinutesSeconds => quote!(HoursMinutesSeconds),
                ClockFormat::DaysHoursMinutes => quote!(DaysHoursMinutes),
            };
            source("Clock", &quote!(#at, ClockFormat::#format))
        }
        Lifetime::Until(at, format) => {
            let at = expression(at);
            let format = instant(format);
            source("Until", &quote!(#at, InstantFormat::#format))
        }
        Lifetime::JwtExpiry => quote!(Lifetime::JwtExpiry),
        Lifetime::Fixed(span) => source("Fixed", &duration(*span)),
        Lifetime::Unlimited => quote!(Lifetime::Unlimited),
        Lifetime::Unknown => quote!(Lifetime::Unknown),
    }
}

fn source(kind: &str, of: &TokenStream) -> TokenStream {
    let kind = ident(kind);
    quote!(Lifetime::#kind(#of))
}

fn instant(format: &InstantFormat) -> TokenStream {
    match format {
        InstantFormat::UnixSeconds => quote!(UnixSeconds),
        InstantFormat::UnixMilliseconds => quote!(UnixMilliseconds),
        InstantFormat::Unix => quote!(Unix),
        InstantFormat::DateTime => quote!(DateTime),
        InstantFormat::Pattern(pattern) => quote!(Pattern(#pattern)),
    }
}

fn previous(previous: Previous) -> Option<TokenStream> {
    match previous {
        Previous::Valid => None,
        Previous::Revoked => Some(quote!(Previous::Revoked)),
        Previous::ValidFor(span) => {
            let span = duration(span);
            Some(quote!(Previous::ValidFor(#span)))
        }
        Previous::ValidUntilNewIsUsed => Some(quote!(Previous::ValidUntilNewIsUsed)),
        Previous::ReuseRevokesSession => Some(quote!(Previous::ReuseRevokesSession)),
    }
}

fn presentation(presentation: &Presentation) -> TokenStream {
    match presentation {
        Presentation::Bearer => quote!(Presentation::Bearer),
        Presentation::Header { name, prefix } => {
            quote!(Presentation::Header { name: #name, prefix: #prefix })
        }
        Presentation::Query(name) => quote!(Presentation::Query(#name)),
        Presentation::Cookie(name) => quote!(Presentation::Cookie(#name)),
    }
}

fn moment(moment: Moment) -> TokenStream {
    let offset = integer(moment.offset_millis.into());
    match moment.anchor {
        Anchor::Issue => quote!(Moment::issue(#offset)),
        Anchor::Expiry => quote!(Moment::expiry(#offset)),
    }
}

fn limit(limit: &Limit) -> TokenStream {
    let calls = integer(limit.calls.into());
    let per = duration(limit.per);
    let of = match limit.of {
        Per::Client => quote!(Client),
        Per::Session => quote!(Session),
    };
    quote!(Limit { calls: #calls, per: #per, of: LimitScope::#of })
}

fn duration(span: Duration) -> TokenStream {
    if span.subsec_nanos() == 0 {
        let seconds = integer(span.as_secs().into());
        return quote!(Duration::from_secs(#seconds));
    }
    let millis = integer(i128::try_from(span.as_millis()).unwrap_or(i128::MAX));
    quote!(Duration::from_millis(#millis))
}

fn rule(rule: &FailureRule) -> TokenStream {
    let means = failure(rule.means);
    if rule.status.is_empty() && rule.codes.is_empty() && rule.condition.is_none() {
        return quote!(FailureRule::new(#means));
    }
    let status = list(
        "status",
        rule.status.iter().map(|status| {
            let (first, last) = status.value;
            let (from, to) = (integer(first.into()), integer(last.into()));
            if first == last {
                quote!(StatusRange::one(#from))
            } else {
                quote!(StatusRange::new(#from, #to))
            }
        }),
    );
    let codes = list("codes", rule.codes.iter().map(|code| literal(&code.value)));
    let condition = rule.condition.as_ref().map(|stated| {
        let condition = condition(&stated.value);
        quote!(condition: Some(#condition),)
    });
    quote!(FailureRule { #status #codes #condition ..FailureRule::new(#means) })
}

fn failure(failure: Failure) -> TokenStream {
    let name = ident(match failure {
        Failure::Reauthenticate => "Reauthenticate",
        Failure::Credentials => "Credentials",
        Failure::TooEarly => "TooEarly",
        Failure::RateLimited => "RateLimited",
        Failure::Transient => "Transient",
        Failure::Rejected => "Rejected",
    });
    quote!(Failure::#name)
}
