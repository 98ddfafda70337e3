//! What a session is after an answer: the tokens in hand, the answer, and the spec's rules make the tokens to keep.

use super::{Lived, State, variant::stored_as};
use crate::reply::{End, Fresh, FreshToken, known_alone};
use crate::{Basis, Expiry, Lifecycle, Previous, Role, Secret, Timestamp, Token, TokenRule};

/// The session after a success, for this variant of its tokens; the next generation.
pub(crate) fn merge(
    lifecycle: &Lifecycle,
    mut state: State,
    fresh: Fresh,
    variant: Option<&str>,
) -> State {
    let Fresh {
        tokens,
        extras,
        sent,
    } = fresh;
    let replaced = lifecycle.replaced();
    for (index, (rule, token)) in lifecycle.tokens.iter().zip(tokens).enumerate() {
        let next = Next {
            rule,
            sent,
            is_replaced: replaced == Some(index),
        };
        let name = stored_as(rule, variant);
        let before = Before::of(&mut state, &name);
        if let Some(after) = next.token(before, token) {
            state.kept.put_token(&name, after);
            state.lifetimes.remove(&*name);
        }
    }
    for (name, mut extra) in extras {
        state.kept.put_extra(name, std::mem::take(&mut extra.0));
    }
    state.begin_generation();
    state
}

/// The session after an answer that is wrong, and of which these tokens could be read. It is the next generation only
/// where the successor of what was spent is among them; else the grant is as much in doubt as before.
pub(crate) fn merge_rescued<'s>(
    lifecycle: &Lifecycle,
    mut state: State,
    rescued: impl IntoIterator<Item = (&'s str, &'s Secret)>,
    sent: Timestamp,
    variant: Option<&str>,
) -> State {
    let grant = lifecycle.grant();
    let mut has_successor = false;
    for (name, text) in rescued {
        let rules = || lifecycle.tokens.iter().enumerate();
        let Some((index, rule)) = rules().find(|(_, rule)| rule.name == name) else {
            continue;
        };
        if text.is_empty() {
            continue;
        }
        has_successor |= grant == Some(index);
        keep_rescued(&mut state, rule, text, sent, variant);
    }
    if has_successor {
        state.begin_generation();
    }
    state
}

fn keep_rescued(
    state: &mut State,
    rule: &TokenRule,
    text: &Secret,
    sent: Timestamp,
    variant: Option<&str>,
) {
    let next = Next {
        rule,
        sent,
        is_replaced: false,
    };
    let name = stored_as(rule, variant);
    let before = Before::of(state, &name);
    let (expiry, basis) = known_alone(rule, text.expose(), sent);
    let token = Token::with_times(text.clone(), Some(sent), expiry).on_basis(basis);
    state
        .kept
        .put_token(&name, next.follow(before, token, false));
    state.lifetimes.remove(&*name);
}

/// What is known of a token before the answer.
struct Before {
    token: Option<Token>,
    /// The last lifetime seen.
    lived: Option<Lived>,
}

impl Before {
    /// Takes the token out of the session.
    fn of(state: &mut State, name: &str) -> Self {
        let token = state.kept.take_token(name);
        let lived = match &token {
            Some(token) => Lived::of(token),
            None => state.lifetimes.get(name).copied(),
        };
        Self { token, lived }
    }
}

/// What one token becomes.
struct Next<'r> {
    rule: &'r TokenRule,
    /// When the request was sent.
    sent: Timestamp,
    /// Whether it is the token that a refresh is made for.
    is_replaced: bool,
}

impl Next<'_> {
    fn token(&self, before: Before, fresh: FreshToken) -> Option<Token> {
        match fresh {
            FreshToken::NotReceived => before.token,
            FreshToken::Absent(end) => self.left_out(before.token, end),
            FreshToken::Prolonged(end) => self.prolonged(before, end),
            // A call that brings no access token but extends the one in hand starts its documented life anew: that
            // is what it is made for.
            FreshToken::Extended(token) => Some(self.follow(before, token, self.is_replaced)),
            FreshToken::Received(token) => Some(self.follow(before, token, false)),
        }
    }

    /// The answer has the token, maybe with the text of the one before.
    fn follow(&self, before: Before, token: Token, is_extended: bool) -> Token {
        let Before { token: old, lived } = before;
        let same = old.filter(|old| Secret::new(old.expose()) == Secret::new(token.expose()));
        match (token.expiry(), token.basis(), same) {
            (Expiry::Unknown, Basis::Stated, Some(old)) if !old.expiry().is_over(self.sent) => old,
            (Expiry::Unknown, Basis::Stated, _) => self.lives_as_long(token, lived),
            (_, _, None) => token,
            (end, Basis::Stated, Some(old)) => self.told_again(old, end),
            _ if is_extended || self.rule.renewed => token,
            (end, Basis::Documented, Some(old)) => self.counted_from_the_first(old, end),
        }
    }

    /// The answer leaves the token out.
    fn left_out(&self, before: Option<Token>, end: End) -> Option<Token> {
        let before = before.filter(|_| self.stays())?;
        Some(match end {
            (Expiry::Unknown, _) => before,
            (end, Basis::Stated) => self.told_again(before, end),
            (end, Basis::Documented) if self.rule.renewed => {
                timed(before, self.sent, end, Basis::Documented)
            }
            // The documentation said so when it came, too.
            (_, Basis::Documented) => before,
        })
    }

    /// The call has prolonged the token in hand, which it does not carry.
    fn prolonged(&self, before: Before, (expiry, basis): End) -> Option<Token> {
        let Before { token, lived } = before;
        let token = timed(token?, self.sent, expiry, basis);
        Some(match (expiry, basis) {
            (Expiry::Unknown, Basis::Stated) => self.lives_as_long(token, lived),
            _ => token,
        })
    }

    /// Whether a token that an answer leaves out is still there.
    fn stays(&self) -> bool {
        match self.rule.role {
            Role::Refresh => true,
            _ if self.rule.sent.is_some() => true,
            Role::Access => !matches!(
                self.rule.previous,
                Previous::Revoked | Previous::ReuseRevokesSession
            ),
            Role::Other => false,
        }
    }

    /// No source of the lifetime had anything: the last one that was seen counts, if any was.
    fn lives_as_long(&self, token: Token, lived: Option<Lived>) -> Token {
        let Some(Lived { millis, basis }) = lived else {
            return token;
        };
        let end = |millis| Expiry::At(self.sent.plus_millis(millis));
        timed(token, self.sent, millis.map_or(Expiry::Never, end), basis)
    }

    /// The answer states an end of a token that was in hand already. It counts anew, unless the answer only says
    /// once more what was known: a life that seemed to begin now would be ever shorter, and due ever sooner.
    fn told_again(&self, before: Token, end: Expiry) -> Token {
        let issued = match (before.expiry(), before.issued(), end) {
            (Expiry::At(old), Some(issued), Expiry::At(new)) if before.basis() == Basis::Stated => {
                // Clocks differ by seconds, so half of the time gone by tells the two apart.
                let moved = new.millis_since(old);
                let is_known = moved <= 0 || moved < self.sent.millis_since(issued) / 2;
                if is_known { issued } else { self.sent }
            }
            _ => self.sent,
        };
        timed(before, issued, end, Basis::Stated)
    }

    /// A documented life counts from when this very text first came.
    fn counted_from_the_first(&self, before: Token, end: Expiry) -> Token {
        let issued = before.issued().unwrap_or(self.sent);
        let moved = issued.millis_since(self.sent);
        let end = end
            .instant()
            .map_or(end, |end| Expiry::At(end.plus_millis(moved)));
        timed(before, issued, end, Basis::Documented)
    }
}

fn timed(token: Token, issued: Timestamp, expiry: Expiry, basis: Basis) -> Token {
    Token::with_times(token.into_secret(), Some(issued), expiry).on_basis(basis)
}

#[cfg(test)]
mod tests;
