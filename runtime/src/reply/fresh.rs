//! What an answer says of each token of a lifecycle, without generated code: for whoever keeps any provider's sessions.

use super::tokens::{self, Found};
use super::{Answer, lifetime, refused};
use crate::error::{Cause, Error, Flaw};
use crate::json::Wiped;
use crate::{Basis, Exchange, Expiry, Lifecycle, Response, Timestamp, Token, TokenRule};

/// What a success brought.
#[derive(Debug)]
pub(crate) struct Fresh {
    /// One for each token of the lifecycle, in its order.
    pub(crate) tokens: Vec<FreshToken>,
    /// The extras that came, by name.
    pub(crate) extras: Vec<(&'static str, Wiped)>,
    /// When the request was sent: what lifetimes count from.
    pub(crate) sent: Timestamp,
}

impl Fresh {
    /// A second copy, for a record that turns out to have changed under the first.
    pub(crate) fn duplicate(&self) -> Self {
        let extra = |(name, extra): &(&'static str, Wiped)| (*name, Wiped(extra.0.clone()));
        Self {
            tokens: self.tokens.iter().map(FreshToken::duplicate).collect(),
            extras: self.extras.iter().map(extra).collect(),
            sent: self.sent,
        }
    }
}

/// What a success has for one token.
#[derive(Debug)]
pub(crate) enum FreshToken {
    /// It came. An end of `(Unknown, Stated)` means that no source had one.
    Received(Token),
    /// It is not received: the one that was sent lives on, with these times.
    Extended(Token),
    /// It did not come this time, or as an empty text; this is what would be known of the end of the one in hand.
    Absent(End),
    /// Neither the request nor the answer carries it, and the call prolongs it: this is its end from now on.
    Prolonged(End),
    /// Answers never carry it, and this request did not either.
    NotReceived,
}

impl FreshToken {
    fn duplicate(&self) -> Self {
        match self {
            Self::Received(token) => Self::Received(token.duplicate()),
            Self::Extended(token) => Self::Extended(token.duplicate()),
            Self::Absent(end) => Self::Absent(*end),
            Self::Prolonged(end) => Self::Prolonged(*end),
            Self::NotReceived => Self::NotReceived,
        }
    }
}

/// When a token ends, and on whose word; `(Unknown, Stated)` where no source had anything.
pub(crate) type End = (Expiry, Basis);

/// Reads a success by the lifecycle.
///
/// # Errors
/// A refusal, or an answer that cannot be read; what can be read of it is in [`Error::rescued`].
pub(crate) fn fresh(
    lifecycle: &'static Lifecycle,
    exchange: &Exchange,
    response: Response,
) -> Result<Fresh, Error<()>> {
    let answer = Answer::new(lifecycle, exchange, response);
    read(&answer).map_err(|cause| refused(&answer, cause))
}

/// What is known of a token's end without an answer: by its own word, else by the documentation. Counted from `from`.
pub(crate) fn known_alone(rule: &TokenRule, text: &str, from: Timestamp) -> End {
    lifetime::known_alone(rule, text, from)
}

fn read(answer: &Answer<'_>) -> Result<Fresh, Cause> {
    let found = answer.success()?;
    let mut tokens = Vec::with_capacity(found.len());
    for (index, found) in found.into_iter().enumerate() {
        tokens.push(read_one(answer, index, found)?);
    }
    let extras = answer.lifecycle.extras.iter().enumerate();
    let extras = extras
        .filter_map(|(index, rule)| {
            let mut extra = Wiped(answer.extra(index)?);
            answer.scrub(&mut extra.0);
            Some((rule.name, extra))
        })
        .collect();
    Ok(Fresh {
        tokens,
        extras,
        sent: answer.exchange.sent(),
    })
}

fn read_one(answer: &Answer<'_>, index: usize, found: Found) -> Result<FreshToken, Cause> {
    Ok(match found {
        Found::Received(value) => FreshToken::Received(answer.token(index, value)),
        Found::Extended(value) => FreshToken::Extended(answer.token(index, value)),
        Found::NotReceived if is_prolonged(answer.lifecycle, index) => {
            FreshToken::Prolonged(end_of(answer, index))
        }
        Found::NotReceived => FreshToken::NotReceived,
        Found::Absent => FreshToken::Absent(end_of(answer, index)),
        Found::Wrong(mismatch) => return Err(Cause::Protocol(Flaw::Mismatch(mismatch))),
    })
}

/// The end of a token that the answer does not carry.
fn end_of(answer: &Answer<'_>, index: usize) -> End {
    let rule = &answer.lifecycle.tokens[index];
    let value = tokens::left_out(answer, rule);
    lifetime::end_of(rule, &value, answer)
}

/// Whether a success prolongs a token that is neither sent nor received: the access token that the call is made for.
fn is_prolonged(lifecycle: &Lifecycle, index: usize) -> bool {
    let rule = &lifecycle.tokens[index];
    let is_unseen = rule.sent.is_none() && rule.received.is_empty();
    is_unseen && !rule.lifetime.is_empty() && lifecycle.replaced() == Some(index)
}

#[cfg(test)]
mod tests;
