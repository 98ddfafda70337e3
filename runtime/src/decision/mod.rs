//! When to refresh: one pure function of the lifecycle, what is known of the tokens, and the time.

mod due;

use crate::Timestamp;
use crate::lifecycle::{Anchor, Lifecycle, Moment, Role};
use crate::token::{Basis, Expiry, Token};

/// What is known of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When it came, as far as known.
    pub issued: Option<Timestamp>,
    /// When it ends.
    pub expiry: Expiry,
    /// On whose word it ends then.
    pub basis: Basis,
}

impl From<&Token> for Life {
    fn from(token: &Token) -> Self {
        Self {
            issued: token.issued(),
            expiry: token.expiry(),
            basis: token.basis(),
        }
    }
}

/// What a [`Decision`] is made from, beside the lifecycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The token that a refresh would replace (see [`Lifecycle::replaced`]); `None`: there is none in hand.
    pub token: Option<Life>,
    /// The token that a refresh would spend (see [`Lifecycle::grant`]); `None`: it spends no token.
    pub grant: Option<Life>,
    /// The time.
    pub now: Timestamp,
}

/// What to do now.
///
/// An instant that is `None` is never, or nobody knows when. A decision holds until the earliest instant in it;
/// clocks jump, so ask again at each read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// The token is good, and nothing is to be done yet.
    Serve {
        /// When the next refresh is due; `None`: none is, or none would be accepted any more.
        due: Option<Timestamp>,
        /// When the token ends.
        until: Option<Timestamp>,
    },
    /// The token is good, and it is time to refresh it behind whoever reads it.
    Due {
        /// When the token ends.
        until: Option<Timestamp>,
        /// When the provider accepts no call any more.
        closes: Option<Timestamp>,
    },
    /// There is no good token, and the provider accepts no call yet.
    Wait {
        /// When it does.
        opens: Timestamp,
    },
    /// There is no good token: refresh now.
    Refresh {
        /// When the provider accepts no call any more.
        closes: Option<Timestamp>,
    },
    /// There is no good token, and no call is accepted any more: the user has to sign in again.
    Reauthenticate {
        /// Since when.
        since: Timestamp,
    },
}

impl Decision {
    /// Whether a refresh may be started now.
    pub fn is_to_refresh(self) -> bool {
        matches!(self, Self::Due { .. } | Self::Refresh { .. })
    }

    /// Whether the token in hand may be shown to the API now.
    pub fn is_to_serve(self) -> bool {
        matches!(self, Self::Serve { .. } | Self::Due { .. })
    }
}

impl Lifecycle {
    /// The index of the token that a refresh spends: the one that is sent.
    pub fn grant(&self) -> Option<usize> {
        let sent = |role| {
            self.tokens
                .iter()
                .position(|rule| rule.sent.is_some() && role == Some(rule.role))
        };
        sent(Some(Role::Refresh))
            .or_else(|| sent(Some(Role::Access)))
            .or_else(|| self.tokens.iter().position(|rule| rule.sent.is_some()))
    }

    /// The index of the token that window and due are about: the access token that comes back or lives on; where
    /// there is none, the one that is sent.
    pub fn replaced(&self) -> Option<usize> {
        self.tokens
            .iter()
            .position(|rule| rule.role == Role::Access)
            .or_else(|| self.grant())
    }

    /// What to do now.
    ///
    /// ```
    /// use token_refresh_runtime::{Basis, Decision, Expiry, Life, Lifecycle, Situation, Timestamp};
    ///
    /// fn look(lifecycle: &Lifecycle, token: Life, now: Timestamp) -> bool {
    ///     let decision = lifecycle.decide(&Situation { token: Some(token), grant: None, now });
    ///     matches!(decision, Decision::Due { .. } | Decision::Refresh { .. })
    /// }
    /// ```
    pub fn decide(&self, situation: &Situation) -> Decision {
        let Situation { token, grant, now } = *situation;
        let over = grant.and_then(stated_end).filter(|end| *end <= now);
        let Some(token) = token else {
            // Nothing is replaced, so there is no window: only a grant that is over stands in the way.
            return match over {
                Some(since) => Decision::Reauthenticate { since },
                None => Decision::Refresh {
                    closes: grant.and_then(stated_end),
                },
            };
        };
        let window = self.window_of(token, grant);
        let until = token.expiry.instant();
        let is_good = !token.expiry.is_over(now);
        match (window.closed_by(now), is_good) {
            (Some(_), true) => Decision::Serve { due: None, until },
            (Some(since), false) => Decision::Reauthenticate { since },
            (None, false) => match window.opens.filter(|opens| *opens > now) {
                Some(opens) => Decision::Wait { opens },
                None => Decision::Refresh {
                    closes: window.closes,
                },
            },
            (None, true) => match due::due(self.due, token, &window) {
                Some(due) if due <= now => Decision::Due {
                    until,
                    closes: window.closes,
                },
                due => Decision::Serve { due, until },
            },
        }
    }

    /// When the window of this token opens, where that is known.
    #[cfg(feature = "session")]
    pub(crate) fn opens(&self, token: Life) -> Option<Timestamp> {
        at(self.window.from, token)
    }

    /// When the window of the token in hand closes, by what the spec says of it; the grant's own end aside.
    #[cfg(feature = "session")]
    pub(crate) fn closes(&self, situation: &Situation) -> Option<Timestamp> {
        at(self.window.until?, situation.token?)
    }

    /// Whether a call is accepted now, be the token good or not: for one that the API has refused before its time.
    #[cfg(feature = "session")]
    pub(crate) fn accepts(&self, situation: &Situation) -> Acceptance {
        let Situation { token, grant, now } = *situation;
        let opens = token.and_then(|token| self.opens(token));
        let closes = match token {
            Some(token) => self.window_of(token, grant).closes,
            None => grant.and_then(stated_end),
        };
        match (opens, closes) {
            (_, Some(closes)) if closes <= now => Acceptance::NotSince(closes),
            (Some(opens), _) if opens > now => Acceptance::NotBefore(opens),
            _ => Acceptance::Now,
        }
    }

    fn window_of(&self, token: Life, grant: Option<Life>) -> Instants {
        let closes = self.window.until.and_then(|moment| at(moment, token));
        // Documentation alone does not close a window: a call that the provider may refuse costs less than a
        // session that it would have kept.
        let is_advice = token.basis == Basis::Documented
            && self.grant().is_some()
            && self.grant() == self.replaced();
        let hard = closes.filter(|_| !is_advice);
        let over = grant.and_then(stated_end);
        // The grant's end does not hurry the call: one that is not rotated would be spent without end.
        Instants {
            opens: at(self.window.from, token),
            closes: [hard, over].into_iter().flatten().min(),
            advised: closes,
        }
    }
}

/// Whether the provider accepts a call.
#[cfg(feature = "session")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acceptance {
    /// Now.
    Now,
    /// Not before this instant.
    NotBefore(Timestamp),
    /// Not since this instant.
    NotSince(Timestamp),
}

/// A window in instants; what cannot be told is open.
#[derive(Clone, Copy, Debug)]
struct Instants {
    opens: Option<Timestamp>,
    /// No call is made from here on.
    closes: Option<Timestamp>,
    /// The window's end, even where that is only advice: the call had better be made before.
    advised: Option<Timestamp>,
}

impl Instants {
    fn closed_by(&self, now: Timestamp) -> Option<Timestamp> {
        self.closes.filter(|closes| *closes <= now)
    }
}

/// The end of a token by the vendor's own word, in the response or in the token.
fn stated_end(life: Life) -> Option<Timestamp> {
    life.expiry
        .instant()
        .filter(|_| life.basis == Basis::Stated)
}

/// The instant of a moment in a token's life, where its anchor is known.
fn at(moment: Moment, life: Life) -> Option<Timestamp> {
    let anchor = match moment.anchor {
        Anchor::Issue => life.issued,
        Anchor::Expiry => life.expiry.instant(),
    };
    Some(anchor?.plus_millis(moment.offset_millis))
}

#[cfg(test)]
mod tests;
