//! Tokens that were taken for someone who went away before they came: they are the next one's.

use std::sync::Arc;

use super::Session;
use crate::session::machine::Loaded;
use crate::session::store::Version;
use crate::{Timestamp, Token};

/// A token on its way to whoever took it. Dropped before it is there, it is kept for the next one.
pub(crate) struct Taken {
    session: Arc<Session>,
    spare: Option<Spare>,
}

/// A token that is in the store no longer, and nobody's yet.
struct Spare {
    token: Token,
    /// Of the record that it was in.
    generation: u64,
    /// Of the record that it is out of.
    version: Version,
}

/// All of them, the oldest first.
#[derive(Default)]
pub(super) struct Spares {
    left: Vec<Spare>,
    /// What was taken up to this version was of a session that is over.
    over: Option<Version>,
}

impl Taken {
    /// A token that is out of this record. It must not be dropped under the desk's lock.
    pub(super) fn new(session: &Arc<Session>, token: Token, loaded: &Loaded) -> Self {
        Self {
            session: Arc::clone(session),
            spare: Some(Spare {
                token,
                generation: loaded.state.generation,
                version: loaded.version,
            }),
        }
    }

    /// The token, for whoever wanted it.
    pub(crate) fn into_token(mut self) -> Token {
        let spare = self.spare.take().expect("only this function takes it");
        spare.token
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(spare) = self.spare.take() {
            self.session.desk().spares.keep(spare);
        }
    }
}

impl Spares {
    fn keep(&mut self, spare: Spare) {
        if self.over.is_none_or(|over| over < spare.version) {
            self.left.push(spare);
        }
    }

    /// What was taken before this version is of no use any more.
    pub(super) fn end(&mut self, version: Option<Version>) {
        self.left.clear();
        self.over = self.over.max(version);
    }

    /// One that is good still, and of this generation where it matters.
    pub(super) fn next(&mut self, generation: Option<u64>, now: Timestamp) -> Option<Token> {
        self.left.retain(|spare| {
            let is_revoked = generation.is_some_and(|generation| generation != spare.generation);
            !is_revoked && !spare.token.expiry().is_over(now)
        });
        (!self.left.is_empty()).then(|| self.left.remove(0).token)
    }
}
