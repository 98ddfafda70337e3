//! What is fixed for a session: its lifecycle, which of its tokens are meant, and the policy that goes with them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::super::state::{State, stored_as};
use super::super::store::Owner;
use super::super::{Clock, SessionKey};
use crate::{Decision, Life, Lifecycle, LimitScope, Previous, Secret, Situation, Timestamp, Token};

/// The first wait after a failure, doubled with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No wait is longer while the token in hand is good.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// No wait is longer while there is none: people are waiting.
const LONGEST_WAIT_WITHOUT_TOKEN: Duration = Duration::from_secs(60);
/// The jitter before `due`, at most.
const MOST_JITTER: i64 = 5 * 60_000;
/// A record that asks for more patience than this was written by a clock that was wrong.
pub(super) const MOST_PATIENCE: Duration = Duration::from_secs(86_400);

/// What is fixed for a session.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Which session.
    pub(crate) key: SessionKey,
    /// For errors alone, which tell how long to wait: the machine is told the time.
    pub(crate) clock: Clock,
    /// The life of its tokens.
    pub(crate) lifecycle: &'static Lifecycle,
    /// Which of several audiences.
    pub(crate) variant: Option<Arc<str>>,
    /// In whose name intents are written.
    pub(crate) owner: Owner,
    /// Whether the grant can be made of nothing: the client's own credentials.
    pub(crate) can_start: bool,
}

impl Rules {
    /// Under which name the access token is kept.
    pub(crate) fn access_name(&self) -> Option<Cow<'static, str>> {
        let rule = &self.lifecycle.tokens[self.lifecycle.replaced()?];
        Some(stored_as(rule, self.variant.as_deref()))
    }

    /// Under which name the token is kept that has this one in the spec.
    pub(crate) fn name_of(&self, name: &'static str) -> Cow<'static, str> {
        let rule = self.lifecycle.tokens.iter().find(|rule| rule.name == name);
        rule.map_or(name.into(), |rule| stored_as(rule, self.variant.as_deref()))
    }

    /// The token that the API is shown.
    pub(crate) fn access<'s>(&self, state: &'s State) -> Option<&'s Token> {
        state.kept.token(&self.access_name()?)
    }

    /// The token that a refresh spends.
    pub(crate) fn grant<'s>(&self, state: &'s State) -> Option<&'s Token> {
        let rule = &self.lifecycle.tokens[self.lifecycle.grant()?];
        state.kept.token(rule.name)
    }

    /// The text of what a refresh spends, to tell grants apart.
    pub(super) fn grant_text(&self, state: &State) -> Option<Secret> {
        self.grant(state).map(|token| Secret::from(token.expose()))
    }

    fn previous_grant(&self) -> Previous {
        self.lifecycle.grant().map_or(Previous::Valid, |index| {
            self.lifecycle.tokens[index].previous
        })
    }

    /// Whether a grant that was shown cannot simply be shown again.
    pub(super) fn is_spent_by_use(&self) -> bool {
        let is_single_use = self
            .lifecycle
            .grant()
            .is_some_and(|index| self.lifecycle.tokens[index].uses.is_some());
        is_single_use || self.previous_grant() != Previous::Valid
    }

    /// Whether showing a grant twice ends the session.
    pub(super) fn is_reuse_punished(&self) -> bool {
        self.previous_grant() == Previous::ReuseRevokesSession
    }

    /// Whether a refresh would kill the access token that was handed over.
    pub(crate) fn is_access_revoked(&self) -> bool {
        self.lifecycle
            .replaced()
            .is_some_and(|index| self.lifecycle.tokens[index].previous == Previous::Revoked)
    }

    /// Whether the access token is good for one use.
    pub(crate) fn is_taken(&self) -> bool {
        self.lifecycle
            .replaced()
            .is_some_and(|index| self.lifecycle.tokens[index].uses == Some(1))
    }

    pub(super) fn situation(&self, state: &State, now: Timestamp) -> Situation {
        Situation {
            token: self.access(state).map(Life::from),
            grant: self.grant(state).map(Life::from),
            now,
        }
    }

    /// What the lifecycle says, the session's jitter applied.
    pub(super) fn judge(&self, state: &State, now: Timestamp) -> Decision {
        let situation = self.situation(state, now);
        match (self.lifecycle.decide(&situation), situation.token) {
            (
                Decision::Serve {
                    due: Some(due),
                    until,
                },
                Some(token),
            ) => {
                let due = self.jittered(due, token);
                if due <= now {
                    Decision::Due {
                        until,
                        closes: None,
                    }
                } else {
                    Decision::Serve {
                        due: Some(due),
                        until,
                    }
                }
            }
            (decision, _) => decision,
        }
    }

    /// A session's own instant before `due`, so that sessions which began together are not refreshed together: earlier by up to a
    /// tenth of the lifetime, inside the window, in the second half of the lifetime.
    fn jittered(&self, due: Timestamp, token: Life) -> Timestamp {
        let (Some(issued), Some(end)) = (token.issued, token.expiry.instant()) else {
            return due;
        };
        let lifetime = end.millis_since(issued).max(0);
        let most = (lifetime / 10).min(MOST_JITTER);
        let early = most * i64::from(self.share()) / i64::from(u16::MAX);
        let half = issued.plus_millis(lifetime / 2 + 1);
        let opens = self.lifecycle.opens(token).unwrap_or(Timestamp::MIN);
        due.plus_millis(-early).max(half).max(opens).min(due)
    }

    /// This session's share of the jitter: a hash of its key, the same in every process. FNV-1a, and then the mixing of
    /// `MurmurHash3`, without which subjects that differ in their last letters would have much the same share.
    fn share(&self) -> u16 {
        let bytes = self.key.provider().bytes().chain([0]);
        let hash = bytes
            .chain(self.key.subject().bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        (hash >> 48) as u16
    }

    /// When a worker should look after the session in the background, for the store to list it. Workers know of no variants:
    /// they would spend the grant for a token that nobody has asked for.
    pub(crate) fn due_in_store(&self, state: &State, now: Timestamp) -> Option<Timestamp> {
        if state.dead.is_some() || self.variant.is_some() {
            return None;
        }
        let taken = self.is_taken() && self.access(state).is_none();
        if taken && self.is_access_revoked() {
            return None;
        }
        let due = match self.judge(state, now) {
            Decision::Serve { due, .. } => due?,
            Decision::Due { .. } | Decision::Refresh { .. } => now,
            Decision::Wait { opens } => opens,
            Decision::Reauthenticate { .. } => return None,
        };
        let rested = state.failed.as_ref().map(|failed| failed.retry_at);
        Some(rested.map_or(due, |rested| due.max(rested)))
    }

    /// Until when the session's own limits allow no further call.
    pub(super) fn limited_until(&self, state: &State, now: Timestamp) -> Option<Timestamp> {
        let limits = self.lifecycle.limits.iter();
        limits
            .filter(|limit| limit.of == LimitScope::Session && limit.calls > 0)
            .filter_map(|limit| {
                let nth = state.calls.len().checked_sub(limit.calls as usize)?;
                // Of the calls that count, all are in the span if the first of them is.
                let first = *state.calls.get(nth)?;
                let free = first.plus(limit.per);
                (first <= now && free > now).then_some(free)
            })
            .max()
    }

    /// The calls with one more, as many as the limits need.
    pub(super) fn calls_with(&self, calls: &[Timestamp], now: Timestamp) -> Vec<Timestamp> {
        let limits = self.lifecycle.limits.iter();
        let most = limits
            .filter(|limit| limit.of == LimitScope::Session)
            .map(|limit| limit.calls as usize)
            .max()
            .unwrap_or(0);
        let mut calls: Vec<_> = calls.iter().copied().chain([now]).collect();
        calls.drain(..calls.len().saturating_sub(most));
        calls
    }
}

/// How long to leave it alone after so many failures in a row: exponential, with full jitter above half a second.
pub(super) fn backoff(times: u32, is_good: bool, roll: u64) -> Duration {
    let most = if is_good {
        LONGEST_WAIT
    } else {
        LONGEST_WAIT_WITHOUT_TOKEN
    };
    let most = FIRST_WAIT
        .saturating_mul(1_u32.checked_shl(times.min(20)).unwrap_or(u32::MAX))
        .min(most);
    let floor = FIRST_WAIT / 2;
    let span = u64::try_from(most.saturating_sub(floor).as_millis()).unwrap_or(u64::MAX);
    floor + Duration::from_millis(roll % span.saturating_add(1).max(1))
}
