//! Turns lowered providers into the facts that `list` shows.

use std::time::Duration;

use token_refresh_generator::model::{
    Anchor, Lifetime, Moment, Operation, Previous, Provider, Role, Token,
};

use crate::facts::{Facts, Rotation, TokenFacts, WindowFacts};

/// The facts of every operation of this provider.
pub(crate) fn facts_of(provider: &Provider) -> Vec<Facts> {
    let facts = |operation| of_operation(provider, operation);
    provider.operations.iter().map(facts).collect()
}

fn of_operation(provider: &Provider, operation: &Operation) -> Facts {
    let lifecycle = &operation.lifecycle;
    let spent = || operation.tokens.iter().filter(|token| token.sent.is_some());
    Facts {
        id: provider.id.clone(),
        title: provider.title.clone(),
        docs: operation.docs_url.clone(),
        operation: operation.name.wire.clone(),
        method: operation.request.method.clone(),
        spends: spent().map(|token| token.name.wire.clone()).collect(),
        window: WindowFacts {
            from: moment(lifecycle.window.from.value),
            until: lifecycle
                .window
                .until
                .as_ref()
                .map(|until| moment(until.value)),
        },
        due: lifecycle.due.iter().map(|due| moment(due.value)).collect(),
        rotation: rotation(spent()),
        tokens: operation.tokens.iter().map(token).collect(),
    }
}

fn rotation<'a>(spent: impl Iterator<Item = &'a Token>) -> Rotation {
    let one = |token: &Token| match (token.received.is_empty(), token.is_always_received) {
        (true, _) => Rotation::Never,
        (false, true) => Rotation::Always,
        (false, false) => Rotation::Sometimes,
    };
    // Of several grants at once, the one that is hardest to lose decides.
    spent
        .map(one)
        .reduce(|first, second| {
            if first == second {
                first
            } else {
                Rotation::Sometimes
            }
        })
        .unwrap_or(Rotation::NothingSpent)
}

fn token(token: &Token) -> TokenFacts {
    TokenFacts {
        name: token.name.wire.clone(),
        role: match token.role {
            Role::Access => "access",
            Role::Refresh => "refresh",
            Role::Other => "other",
        }
        .to_owned(),
        lifetime: token
            .lifetime
            .iter()
            .map(|source| lifetime(&source.value))
            .collect(),
        uses: token.uses,
        previous: previous(token.previous.value),
    }
}

fn lifetime(source: &Lifetime) -> String {
    match source {
        Lifetime::Seconds(_)
        | Lifetime::Milliseconds(_)
        | Lifetime::Minutes(_)
        | Lifetime::Clock(..)
        | Lifetime::Until(..) => "stated".to_owned(),
        Lifetime::JwtExpiry => "jwt".to_owned(),
        Lifetime::Fixed(span) => duration(*span),
        Lifetime::Unlimited => "unlimited".to_owned(),
        Lifetime::Unknown => "unknown".to_owned(),
    }
}

fn previous(previous: Previous) -> String {
    match previous {
        Previous::Valid => "valid".to_owned(),
        Previous::Revoked => "revoked".to_owned(),
        Previous::ValidFor(span) => format!("valid for {}", duration(span)),
        Previous::ValidUntilNewIsUsed => "valid until the new one is used".to_owned(),
        Previous::ReuseRevokesSession => "reuse revokes the session".to_owned(),
    }
}

/// `issue`, `expiry - 5m`: the words of the spec format.
fn moment(moment: Moment) -> String {
    let anchor = match moment.anchor {
        Anchor::Issue => "issue",
        Anchor::Expiry => "expiry",
    };
    let span = duration(Duration::from_millis(moment.offset_millis.unsigned_abs()));
    match moment.offset_millis {
        0 => anchor.to_owned(),
        1.. => format!("{anchor} + {span}"),
        _ => format!("{anchor} - {span}"),
    }
}

/// The largest unit that loses nothing: `7d`, `36h`, `90s`, `1500ms`.
fn duration(span: Duration) -> String {
    let millis = span.as_millis();
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
    ];
    let fits = |(size, _): &&(u128, &str)| millis >= *size && millis.is_multiple_of(*size);
    match units.iter().find(fits) {
        Some((size, unit)) => format!("{}{unit}", millis / size),
        None => format!("{millis}ms"),
    }
}
