//! A success as the spec describes it: new tokens at their places, their ends beside them, the condition met.

use super::book::Issued;
use super::draft::Draft;
use super::endpoint::TokenEndpoint;
use super::mint;
use super::terms::Rotation;
use crate::testing::Answer;
use crate::{Exchange, Expression, Lifetime, Location, Timestamp, TokenRule, json};

/// A token that was just made.
#[derive(Clone, Debug)]
pub(super) struct Minted {
    pub(super) rule: usize,
    pub(super) text: String,
    pub(super) issued: Timestamp,
    pub(super) ends: Option<Timestamp>,
}

/// Issues the next tokens of a session and says so.
pub(super) fn answer(
    endpoint: &mut TokenEndpoint,
    session: u64,
    exchange: &Exchange,
    now: Timestamp,
) -> Answer {
    let lifecycle = endpoint.lifecycle();
    let mut draft = Draft::new(200).on(&endpoint.terms().template);
    if let Some(success) = lifecycle.success {
        draft.make(success, true);
    }
    let mut ends_at: Vec<(Expression, Timestamp)> = Vec::new();
    for (index, rule) in lifecycle.tokens.iter().enumerate() {
        if is_kept(endpoint, index, session) {
            extend(endpoint, index, session, now);
            continue;
        }
        // Two tokens that are told one end have one.
        let shared = ends_at.iter().find(|(place, _)| {
            rule.lifetime
                .iter()
                .any(|l| mint::place(*l) == Some(*place))
        });
        let ends = shared.map_or_else(|| ends(endpoint, rule, now), |(_, end)| Some(*end));
        let minted = mint_one(endpoint, index, session, now, ends);
        put_token(&mut draft, &rule.received[0], &minted.text);
        for (place, value) in told(rule, now, ends) {
            draft.put(place, value);
            ends_at.extend(ends.map(|end| (place, end)));
        }
    }
    for extra in lifecycle.extras {
        if exchange.find(extra.at).is_none() && draft_lacks(&draft, extra.at) {
            draft.put(extra.at, json!(format!("{}-of-{session}", extra.name)));
        }
    }
    if endpoint.terms().dated {
        draft.header("date", mint::http_date(now));
    }
    draft.into_answer()
}

/// Makes a first token of each kind.
pub(super) fn mint_all(endpoint: &mut TokenEndpoint, session: u64, now: Timestamp) -> Vec<Minted> {
    let rules = endpoint.lifecycle().tokens.iter().enumerate();
    rules
        .map(|(index, rule)| {
            let ends = ends(endpoint, rule, now);
            mint_one(endpoint, index, session, now, ends)
        })
        .collect()
}

/// Whether the session's token of this rule stays as it is.
fn is_kept(endpoint: &mut TokenEndpoint, index: usize, session: u64) -> bool {
    let lifecycle = endpoint.lifecycle();
    if lifecycle.tokens[index].received.is_empty() {
        return true;
    }
    let is_apart = lifecycle.grant() == Some(index) && lifecycle.replaced() != Some(index);
    let generation = endpoint.book().generation(session);
    is_apart
        && match endpoint.terms().rotation {
            Rotation::EveryTime => false,
            Rotation::Never => true,
            Rotation::Every(nth) => !generation.is_multiple_of(u64::from(nth.max(1))),
        }
}

fn extend(endpoint: &mut TokenEndpoint, index: usize, session: u64, now: Timestamp) {
    let rule = &endpoint.lifecycle().tokens[index];
    if rule.renewed {
        let ends = ends(endpoint, rule, now);
        endpoint.book().extend(session, index, ends);
    }
}

fn ends(endpoint: &TokenEndpoint, rule: &TokenRule, now: Timestamp) -> Option<Timestamp> {
    let wanted = endpoint.terms().lifetimes.get(rule.name).copied();
    let span = wanted.or_else(|| mint::usual_lifetime(rule))?;
    Some(mint::rounded(rule, now, span))
}

fn mint_one(
    endpoint: &mut TokenEndpoint,
    index: usize,
    session: u64,
    now: Timestamp,
    ends: Option<Timestamp>,
) -> Minted {
    let rule = &endpoint.lifecycle().tokens[index];
    let generation = endpoint.book().generation(session);
    let text = mint::text(rule, session, generation, now, ends);
    let issued = Issued {
        session,
        rule: index,
        generation,
        since: now,
        ends,
        replaced: None,
        uses: 0,
        is_killed: false,
    };
    endpoint.book().issue(text.clone(), issued);
    Minted {
        rule: index,
        text,
        issued: now,
        ends,
    }
}

fn put_token(draft: &mut Draft, location: &Location, text: &str) {
    let text = format!("{}{text}", location.prefix);
    match location.cookie {
        Some(name) => draft.header("set-cookie", format!("{name}={text}; Path=/; HttpOnly")),
        None => draft.put(location.at, json!(text)),
    }
}

/// What the answer says of a token's end, at each place where it can.
fn told(
    rule: &TokenRule,
    now: Timestamp,
    ends: Option<Timestamp>,
) -> Vec<(Expression, crate::Json)> {
    let Some(ends) = ends else {
        return Vec::new();
    };
    // Beside a list of places of the same length, the first goes with the place that is used, the first.
    let is_parallel = rule.received.len() > 1 && rule.received.len() == rule.lifetime.len();
    let sources: &[Lifetime] = if is_parallel {
        &rule.lifetime[..1]
    } else {
        rule.lifetime
    };
    sources
        .iter()
        .filter_map(|source| Some((mint::place(*source)?, mint::written(*source, now, ends)?)))
        .collect()
}

fn draft_lacks(draft: &Draft, place: Expression) -> bool {
    match place {
        Expression::ResponseBody(pointer) => draft.body.pointer(pointer).is_none(),
        _ => false,
    }
}
