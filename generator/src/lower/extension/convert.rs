//! Turns the keys as they were written into an [`Extension`]: defaults are filled in, and expressions
//! that point into the wrong half of the exchange are refused.

use super::blocks::{
    ExtensionBlock, InputBlock, LifetimeBlock, LifetimeWord, LimitBlock, PresentBlock,
    PreviousWord, ReceivedBlock, Rule, SentBlock, TokenBlock, WindowBlock,
};
use super::condition::Located;
use super::read::{OneOrMany, ShortOrLong, Table, anchor};
use super::{Extension, ExtraEntry, InputEntry, TokenEntry, codes, input, wire, written};
use crate::diagnostic::{Report, Sink};
use crate::model::{
    Anchor, Condition, Expression, FailureRule, Lifetime, Limit, Location, Moment, Operand, Per,
    Presentation, Previous, Reauthentication, Role, Sent, Spanned, Window,
};
use crate::source::{Node, Span};

/// The whole block.
pub(super) fn extension(block: ExtensionBlock, node: &Node, sink: &mut Sink) -> Option<Extension> {
    let origin = anchor(node);
    let tokens = each(block.tokens.0, |(key, block)| token(key, block, sink));
    let extras = each(entries(block.extras), |(key, at)| extra(key, at, sink));
    let inputs = each(entries(block.inputs), |(key, block)| {
        input(&key, block, sink)
    });
    let wire = each(many(block.wire), |block| {
        wire::read_request(entries(block.given), &block.request, sink)
    });
    let mut operands = Vec::new();
    if let Some(at) = &block.error_code {
        operands.push(Spanned {
            value: Operand::Expression(at.value.clone()),
            span: at.span,
        });
    }
    let error_code = block
        .error_code
        .map(|at| in_response("errorCode", at, sink));
    let success = block.success.map(|it| condition(it, &mut operands));
    let rules = many(block.failures).into_iter();
    let failures = rules.map(|rule| failure(rule, &mut operands)).collect();
    let reauthenticate =
        block
            .reauthenticate
            .map_or_else(Default::default, |block| Reauthentication {
                how: block.how,
                url: block.url,
            });
    Some(Extension {
        origin,
        tokens: tokens?,
        window: window(block.window, origin),
        due: many(block.due),
        limits: many(block.limits).iter().map(limit).collect(),
        success,
        error_code: turned(error_code)?,
        failures,
        reauthenticate,
        extras: extras?,
        inputs: inputs?,
        operands,
        wire: wire?,
    })
}

/// Converts all of them before it gives up, so that every fault is seen.
fn each<T, U>(list: Vec<T>, convert: impl FnMut(T) -> Option<U>) -> Option<Vec<U>> {
    let converted: Vec<_> = list.into_iter().map(convert).collect();
    converted.into_iter().collect()
}

/// What was not said is fine; what was said and is wrong is not.
#[allow(clippy::option_option, reason = "the two have different meanings here")]
fn turned<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    value.map_or(Some(None), |value| value.map(Some))
}

fn entries<T>(table: Option<Table<T>>) -> Vec<(Spanned<String>, T)> {
    table.map_or(Vec::new(), |table| table.0)
}

fn condition(located: Located, operands: &mut Vec<Spanned<Operand>>) -> Spanned<Condition> {
    operands.extend(located.operands);
    located.condition
}

fn many<T>(list: Option<OneOrMany<T>>) -> Vec<T> {
    list.map_or(Vec::new(), |list| list.0)
}

fn token(key: Spanned<String>, block: TokenBlock, sink: &mut Sink) -> Option<TokenEntry> {
    let sent = block.sent.map(|place| self::sent(place, sink));
    let received = each(many(block.received), |place| self::received(place, sink));
    let lifetime = each(many(block.lifetime), |source| self::lifetime(source, sink));
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
        sent: turned(sent)?,
        received: received?,
        lifetime: lifetime?,
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
    let (at, span, prefix) = match block.value {
        ShortOrLong::Short(at) => (at, block.span, None),
        ShortOrLong::Long(long) => (long.at.value, long.at.span, long.prefix),
    };
    if at.is_of_request() {
        let prefix = prefix.unwrap_or_default();
        return Some(Spanned {
            value: Sent { at, prefix },
            span,
        });
    }
    let found = written(&at);
    let message = format!("`sent` has to point into the request, not at `{found}`");
    let report = Report::new(codes::WRONG_SIDE, message).at(span, "expected `$request.…`");
    sink.push(match found.strip_prefix("$response") {
        Some(rest) => report.help(format!("sent: $request{rest}")),
        None => report,
    });
    None
}

fn received(
    block: Spanned<ShortOrLong<Expression, ReceivedBlock>>,
    sink: &mut Sink,
) -> Option<Spanned<Location>> {
    let (at, cookie, prefix) = match block.value {
        ShortOrLong::Short(value) => (
            Spanned {
                value,
                span: block.span,
            },
            None,
            None,
        ),
        ShortOrLong::Long(long) => (long.at, long.cookie, long.prefix),
    };
    let at = in_response("received", at, sink)?;
    let prefix = prefix.unwrap_or_default();
    let value = Location {
        at: at.value,
        cookie,
        prefix,
    };
    Some(Spanned {
        value,
        span: at.span,
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
    let mut from = |at: Spanned<Expression>, make: &dyn Fn(Expression) -> Lifetime| {
        let span = at.span;
        in_exchange(at, sink).map(|at| Spanned {
            value: make(at),
            span,
        })
    };
    let value = match block.value {
        ShortOrLong::Short(LifetimeWord::Unlimited) => Lifetime::Unlimited,
        ShortOrLong::Short(LifetimeWord::Unknown) => Lifetime::Unknown,
        ShortOrLong::Long(block) => match block {
            LifetimeBlock::Seconds(block) => return from(block.at, &Lifetime::Seconds),
            LifetimeBlock::Milliseconds(block) => return from(block.at, &Lifetime::Milliseconds),
            LifetimeBlock::Minutes(block) => return from(block.at, &Lifetime::Minutes),
            LifetimeBlock::Clock(block) => {
                return from(block.at, &|at| Lifetime::Clock(at, block.format));
            }
            LifetimeBlock::Until(block) => {
                return from(block.at, &|at| Lifetime::Until(at, block.format.0.clone()));
            }
            LifetimeBlock::Jwt(_) => Lifetime::JwtExpiry,
            LifetimeBlock::Fixed(block) => Lifetime::Fixed(block.length.0),
        },
    };
    Some(Spanned {
        value,
        span: block.span,
    })
}

fn in_exchange(at: Spanned<Expression>, sink: &mut Sink) -> Option<Expression> {
    if at.value.is_of_request() || at.value.is_of_response() {
        return Some(at.value);
    }
    let found = written(&at.value);
    let message = format!("a lifetime is in the response or the request, not at `{found}`");
    let report = Report::new(codes::WRONG_SIDE, message);
    sink.push(report.at(at.span, "expected `$response.…` or `$request.…`"));
    None
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

fn limit(block: &Spanned<LimitBlock>) -> Limit {
    Limit {
        calls: block.value.calls.get(),
        per: block.value.per.0,
        of: block.value.of.unwrap_or(Per::Session),
        span: block.span,
    }
}

fn failure(block: Spanned<Rule>, operands: &mut Vec<Spanned<Operand>>) -> FailureRule {
    let Rule(rule) = block.value;
    FailureRule {
        origin: block.span,
        status: many(rule.status)
            .into_iter()
            .map(|it| Spanned {
                value: it.value.0,
                span: it.span,
            })
            .collect(),
        codes: many(rule.code)
            .into_iter()
            .map(|it| Spanned {
                value: it.value.0,
                span: it.span,
            })
            .collect(),
        condition: rule.condition.map(|it| condition(it, operands)),
        means: rule.means,
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
    let filled = block
        .value
        .as_ref()
        .map(|it| it.span)
        .or(block.generate.as_ref().map(|it| it.span));
    if let (Some(Per::Session), Some(filled)) = (block.per, filled) {
        let message = "an input that is filled by itself belongs to no session";
        let report =
            Report::new(codes::EXCLUSIVE, message).at(filled, "filled without being asked for");
        sink.push(report.and(key.span, "`per: session` asks for it"));
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
