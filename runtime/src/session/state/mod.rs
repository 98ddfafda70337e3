//! What is known of a session: the tokens, and what has been done about them. This is what a record holds.

mod admit;
mod code;
mod merge;
mod variant;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod wiped;

use std::collections::BTreeMap;

pub(crate) use self::admit::admit;
pub(crate) use self::code::Later;
pub(crate) use self::merge::{merge, merge_rescued};
pub(crate) use self::variant::stored_as;
use crate::{Basis, Expiry, Kept, Timestamp, Token};

/// A session as it is written down.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The tokens, the session's inputs and the extras.
    pub(crate) kept: Kept,
    /// How many times the tokens were replaced.
    pub(crate) generation: u64,
    /// A grant that cannot be shown twice is about to be spent, or was: nobody has written down how it went.
    pub(crate) intent: Option<Intent>,
    /// The last refresh failed.
    pub(crate) failed: Option<Failed>,
    /// The session is over: no call is made until new tokens are put in.
    pub(crate) dead: Option<Dead>,
    /// When the last calls were made, the latest last; as many as the spec's limits need.
    pub(crate) calls: Vec<Timestamp>,
    /// How long tokens lived that were taken, by name: their successors live as long where nothing else is known.
    pub(crate) lifetimes: BTreeMap<String, Lived>,
    /// What a later version of this library wrote: kept as it is.
    pub(crate) later: Later,
}

impl State {
    /// A second copy, to be changed and written in place of this one.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            kept: self.kept.duplicate(),
            generation: self.generation,
            intent: self.intent.clone(),
            failed: self.failed.clone(),
            dead: self.dead.clone(),
            calls: self.calls.clone(),
            lifetimes: self.lifetimes.clone(),
            later: self.later.clone(),
        }
    }

    /// Takes a token out, to be handed over. How long it lives is remembered.
    pub(crate) fn take_token(&mut self, name: &str) -> Option<Token> {
        let token = self.kept.take_token(name)?;
        if let Some(lived) = Lived::of(&token) {
            self.lifetimes.insert(name.to_owned(), lived);
        }
        Some(token)
    }

    /// Notes that the tokens were replaced: all that was noted about the ones before is over.
    pub(crate) fn begin_generation(&mut self) {
        self.generation = self.generation.saturating_add(1);
        self.intent = None;
        self.failed = None;
        self.dead = None;
        self.later.begin_generation();
    }
}

/// How long a token lived, or lives, and on whose word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lived {
    /// In milliseconds; `None`: it does not end.
    pub(crate) millis: Option<i64>,
    /// On whose word.
    pub(crate) basis: Basis,
}

impl Lived {
    /// As far as it is known.
    fn of(token: &Token) -> Option<Self> {
        let millis = match (token.expiry(), token.issued()) {
            (Expiry::At(end), Some(issued)) => Some(end.millis_since(issued).max(0)),
            (Expiry::Never, _) => None,
            (Expiry::At(_), None) | (Expiry::Unknown, _) => return None,
        };
        let basis = token.basis();
        Some(Self { millis, basis })
    }
}

/// That a grant is about to be spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Intent {
    /// By whom: an [`Owner`](super::store::Owner)'s name.
    pub(crate) owner: String,
    /// Since when.
    pub(crate) at: Timestamp,
    /// How many times its answer was lost so far; 0 while the first call is under way.
    pub(crate) losses: u32,
}

/// That the last refresh failed, and how long to leave the provider alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// How many times in a row.
    pub(crate) times: u32,
    /// No call is made before this instant.
    pub(crate) retry_at: Timestamp,
    /// The [`SessionErrorKind`](super::SessionErrorKind), so that other processes give the same answer.
    pub(crate) kind: super::SessionErrorKind,
}

/// That the session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dead {
    /// Since when.
    pub(crate) since: Timestamp,
    /// The provider's code, where it looks like one.
    pub(crate) code: Option<String>,
}
