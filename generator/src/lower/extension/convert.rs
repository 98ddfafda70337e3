//! Turns the keys as they were written into an [`Extension`]: defaults are filled in, and expressions
//! that point into the wrong half of the exchange are refused.

use super::blocks::{
    ExtensionBlock, FailureBlock, InputBlock, LifetimeBlock, LifetimeWord, LimitBlock,
    PresentBlock, PreviousWord, ReceivedBlock, SentBlock, TokenBlock, WindowBlock,
};
use super::read::{OneOrMany, ShortOrLong, anchor};
use super::{Extension, ExtraEntry, InputEntry, TokenEntry, codes, input, wire, written};
use crate::diagnostic::{Report, Sink};
use crate::model::{
    Anchor, Expression, FailureRule, Lifetime, Limit, Location, Moment, Per, Presentation,
    Previous, Reauthentication, Role, Sent, Spanned, Window,
};
use crate::source::{Node, Span};

/// The whole block.
pub(super) fn extension(block: ExtensionBlock, node: &Node, sink: &mut Sink) -> Option<Extension> {
    let origin = anchor(node);
    let tokens: Vec<_> = block
        .tokens
        .0
        .into_iter()
        .map(|(key, token)| self::token(key, token, sink))
        .collect();
    let extras = block.extras.map_or(Vec::new(), |extras| extras.0);
    let extras: Vec<_> = extras
        .into_iter()
        .map(|(key, at)| extra(key, at, sink))
        .collect();
    let inputs = block.inputs.map_or(Vec::new(), |inputs| inputs.0);
    let inputs: Vec<_> = inputs
        .into_iter()
        .map(|(key, block)| self::input(&key, block, sink))
        .collect();
    let error_code = block
        .error_code
        .map(|at| in_response("errorCode", at, sink));
    let wire: Vec<_> = many(block.wire)
        .into_iter()
        .map(|block| {
            wire::read_request(
                block.given.map_or(Vec::new(), |it| it.0),
                block.request,
                sink,
            )
        })
        .collect();
    Some(Extension {
        origin,
        tokens: tokens.into_iter().collect::<Option<_>>()?,
        window: window(block.window, origin),
        due: many(block.due),
        limits: many(block.limits).into_iter().map(limit).collect(),
        success: block.success,
        error_code: match error_code {
            Some(at) => Some(at?),
            None => None,
        },
        failures: many(block.failures).into_iter().map(failure).collect(),
        reauthenticate: block
            .reauthenticate
            .map_or_else(Reauthentication::default, |block| Reauthentication {
                how: block.how,
                url: block.url,
            }),
        extras: extras.into_iter().collect::<Option<_>>()?,
        inputs: inputs.into_iter().collect::<Option<_>>()?,
        wire: wire.into_iter().collect::<Option<_>>()?,
    })
}

fn many<T>(list: Option<OneOrMany<T>>) -> Vec<T> {
    list.map_or(Vec::new(), |list| list.0)
}

fn token(key: Spanned<String>, block: TokenBlock, sink: &mut Sink) -> Option<TokenEntry> {
    let sent = block.sent.map(|sent| self::sent(sent, sink));
    let received: Vec<_> = many(block.received)
        .into_iter()
        .map(|at| received(at, sink))
        .collect();
    let lifetime: Vec<_> = many(block.lifetime)
        .into_iter()
        .map(|it| lifetime(it, sink))
        .collect();
    let uses = block.uses.map(std::num::NonZeroU32::get);
    let implied = match (&sent, uses) {
        (Some(_), Some(1)) => Previous::Revoked,
        _ => Previous::Valid,
    };
    let role = block.role.unwrap_or(match key.value.as_str() {
        "accessToken" => Role::Access,
        "refreshToken" => Role::Refresh,
        _ => Role::Other,
    });
    Some(TokenEntry {
        role,
        sent: match sent {
            Some(sent) => Some(sent?),
            None => None,
        },
        received: received.into_iter().collect::<Option<_>>()?,
        lifetime: lifetime.into_iter().collect::<Option<_>>()?,
        renewed: block.renewed.unwrap_or_default(),
        uses,
        previous: block.previous.map_or(
            Spanned {
                value: implied,
                span: key.span,
            },
            previous,
        ),
        present: block.present.map(present),
        name: key.value,
        key_span: key.span,
    })
}

fn sent(
    block: Spanned<ShortOrLong<Expression, SentBlock>>,
    sink: &mut Sink,
) -> Option<Spanned<Sent>> {
    let (at, prefix) = match block.value {
        ShortOrLong::Short(at) => (at, None),
        ShortOrLong::Long(block) => (block.at, block.prefix),
    };
    let is_there = at.is_of_request();
    if !is_there {
        let found = written(&at);
        let report = Report::new(
            codes::WRONG_SIDE,
            format!("`sent` has to point into the request, not at `{found}`"),
        );
        let report = report.at(block.span, "expected `$request.…`");
        sink.push(match found.strip_prefix("$response") {
            Some(rest) => report.help(format!("sent: $request{rest}")),
            None => report,
        });
    }
    let prefix = prefix.unwrap_or_default();
    is_there.then(|| Spanned {
        value: Sent { at, prefix },
        span: block.span,
    })
}

fn received(
    block: Spanned<ShortOrLong<Expression, ReceivedBlock>>,
    sink: &mut Sink,
) -> Option<Spanned<Location>> {
    let (at, cookie, prefix) = match block.value {
        ShortOrLong::Short(at) => (at, None, None),
        ShortOrLong::Long(block) => (block.at, block.cookie, block.prefix),
    };
    let at = in_response(
        "received",
        Spanned {
            value: at,
            span: block.span,
        },
        sink,
    )?;
    let prefix = prefix.unwrap_or_default();
    let value = Location {
        at: at.value,
        cookie,
        prefix,
    };
    Some(Spanned {
        value,
        span: block.span,
    })
}

fn in_response(key: &str, at: Spanned<Expression>, sink: &mut Sink) -> Option<Spanned<Expression>> {
    if at.value.is_of_response() {
        return Some(at);
    }
    let found = written(&at.value);
    let report = Report::new(
        codes::WRONG_SIDE,
        format!("`{key}` has to point into the response, not at `{found}`"),
    );
    let report = report.at(at.span, "expected `$response.…`");
    sink.push(match found.strip_prefix("$request") {
        Some(rest) => report.help(format!("{key}: $response{rest}")),
        None => report,
    });
    None
}

fn lifetime(
    block: Spanned<ShortOrLong<LifetimeWord, LifetimeBlock>>,
    sink: &mut Sink,
) -> Option<Spanned<Lifetime>> {
    let span = block.span;
    let mut there = |at: Expression| {
        let is_there = at.is_of_request() || at.is_of_response();
        if !is_there {
            let message = format!(
                "a lifetime is in the response or the request, not at `{}`",
                written(&at)
            );
            let report = Report::new(codes::WRONG_SIDE, message);
            sink.push(report.at(span, "expected `$response.…` or `$request.…`"));
        }
        is_there.then_some(at)
    };
    let value = match block.value {
        ShortOrLong::Short(LifetimeWord::Unlimited) => Lifetime::Unlimited,
        ShortOrLong::Short(LifetimeWord::Unknown) => Lifetime::Unknown,
        ShortOrLong::Long(block) => match block {
            LifetimeBlock::Seconds(block) => Lifetime::Seconds(there(block.at)?),
            LifetimeBlock::Milliseconds(block) => Lifetime::Milliseconds(there(block.at)?),
            LifetimeBlock::Minutes(block) => Lifetime::Minutes(there(block.at)?),
            LifetimeBlock::Clock(block) => Lifetime::Clock(there(block.at)?, block.format),
            LifetimeBlock::Until(block) => Lifetime::Until(there(block.at)?, block.format.0),
            LifetimeBlock::Jwt(_) => Lifetime::JwtExpiry,
            LifetimeBlock::Fixed(block) => Lifetime::Fixed(block.length.0),
        },
    };
    Some(Spanned { value, span })
}

fn previous(
    block: Spanned<ShortOrLong<PreviousWord, super::blocks::PreviousBlock>>,
) -> Spanned<Previous> {
    let value = match block.value {
        ShortOrLong::Short(word) => word.0,
        ShortOrLong::Long(block) => Previous::ValidFor(block.valid_for.0),
    };
    Spanned {
        value,
        span: block.span,
    }
}

fn present(block: ShortOrLong<super::blocks::PresentWord, PresentBlock>) -> Presentation {
    match block {
        ShortOrLong::Short(_) => Presentation::Bearer,
        ShortOrLong::Long(PresentBlock::Header(block)) => Presentation::Header {
            name: block.name,
            prefix: block.prefix.unwrap_or_default(),
        },
        ShortOrLong::Long(PresentBlock::Query(block)) => Presentation::Query(block.name),
        ShortOrLong::Long(PresentBlock::Cookie(block)) => Presentation::Cookie(block.name),
    }
}

fn window(block: Option<WindowBlock>, origin: Span) -> Window {
    let issue = Moment {
        anchor: Anchor::Issue,
        offset_millis: 0,
    };
    let (from, until) = block.map_or((None, None), |block| (block.from, block.until));
    // What is not said has the place of what is: a complaint about the one is about the other, too.
    let span = until.as_ref().map_or(origin, |until| until.span);
    Window {
        from: from.unwrap_or(Spanned { value: issue, span }),
        until,
    }
}

fn limit(block: Spanned<LimitBlock>) -> Limit {
    Limit {
        calls: block.value.calls.get(),
        per: block.value.per.0,
        of: block.value.of.unwrap_or(Per::Session),
        span: block.span,
    }
}

fn failure(block: Spanned<FailureBlock>) -> FailureRule {
    let status = many(block.value.status).into_iter();
    let codes = many(block.value.code).into_iter();
    FailureRule {
        origin: block.span,
        status: status
            .map(|it| Spanned {
                value: it.value.0,
                span: it.span,
            })
            .collect(),
        codes: codes
            .map(|it| Spanned {
                value: it.value.0,
                span: it.span,
            })
            .collect(),
        condition: block.value.condition,
        means: block.value.means,
    }
}

fn extra(key: Spanned<String>, at: Spanned<Expression>, sink: &mut Sink) -> Option<ExtraEntry> {
    let at = in_response(&key.value, at, sink)?;
    Some(ExtraEntry {
        name: key.value,
        key_span: key.span,
        at,
    })
}

fn input(key: &Spanned<String>, block: InputBlock, sink: &mut Sink) -> Option<InputEntry> {
    if let (Some(value), Some(generate)) = (&block.value, &block.generate) {
        let report = Report::new(
            codes::EXCLUSIVE,
            "`value` and `generate` exclude each other in an input",
        );
        sink.push(
            report
                .at(generate.span, "filled on each call")
                .and(value.span, "always this"),
        );
    }
    Some(InputEntry {
        key: input::read_key(key, sink)?,
        name: block.name,
        secret: block.secret,
        per: block.per,
        value: block.value,
        generate: block.generate.map(|generated| generated.value.0),
    })
}

impl Expression {
    /// Whether it points into the request.
    pub fn is_of_request(&self) -> bool {
        matches!(
            self,
            Self::RequestHeader(_)
                | Self::RequestQuery(_)
                | Self::RequestPath(_)
                | Self::RequestCookie(_)
                | Self::RequestBody(_)
        )
    }

    /// Whether it points into the response.
    pub fn is_of_response(&self) -> bool {
        matches!(self, Self::ResponseHeader(_) | Self::ResponseBody(_))
    }
}
