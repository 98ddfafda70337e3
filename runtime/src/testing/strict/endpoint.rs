//! A provider's token endpoint without its sockets: a request, what is known and the time become an answer.

use super::book::{Book, Shown};
use super::draft::Draft;
use super::refusal::refusal;
use super::terms::Terms;
use super::{find, success};
use crate::testing::{Answer, Received};
use crate::{
    Anchor, Exchange, Failure, Lifecycle, LimitScope, Moment, Presentation, Timestamp, json,
};

/// A provider's token endpoint, and an API behind it, as pure functions: no socket, no clock, no randomness.
///
/// What it does follows from the lifecycle alone. [`StrictServer`](super::StrictServer) puts sockets around it.
#[derive(Debug)]
pub struct TokenEndpoint {
    lifecycle: &'static Lifecycle,
    terms: Terms,
    book: Book,
}

/// What became of a request: for logs and counts. The answer goes back to the client.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The session that the request was about, where it could be told.
    pub session: Option<u64>,
    /// What was decided.
    pub verdict: Verdict,
    /// What the client gets.
    pub answer: Answer,
}

/// What was decided about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// New tokens were issued.
    Refreshed {
        /// How many times the session's tokens were replaced.
        generation: u64,
    },
    /// It was refused: this is what the answer means.
    Refused(Failure),
    /// It was refused, for it showed a grant that had been spent before.
    Reused {
        /// Whether the session was ended for it.
        revoked: bool,
    },
    /// The API let it in.
    Admitted,
    /// The API answered 401.
    Denied,
}

impl TokenEndpoint {
    /// Nobody has signed in yet.
    pub(super) fn new(lifecycle: &'static Lifecycle, terms: Terms) -> Self {
        Self {
            lifecycle,
            terms,
            book: Book::default(),
        }
    }

    pub(super) fn lifecycle(&self) -> &'static Lifecycle {
        self.lifecycle
    }

    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    pub(super) fn book(&mut self) -> &mut Book {
        &mut self.book
    }

    /// Begins a session, as a sign-in would: its number, and its first tokens in the lifecycle's order.
    pub(super) fn sign_in(&mut self, now: Timestamp) -> (u64, Vec<success::Minted>) {
        let session = self.book.open(self.lifecycle.tokens.len());
        let minted = success::mint_all(self, session, now);
        (session, minted)
    }

    /// Which session a request is about, as far as its tokens tell.
    pub fn session_of(&self, request: &Received) -> Option<u64> {
        if self.lifecycle.grant().is_none() {
            return Some(0);
        }
        let exchange = exchange(request)?;
        let shown = find::shown(self.lifecycle, &exchange, &self.book);
        shown.into_iter().find_map(|shown| shown.session)
    }

    /// Answers a call of the token endpoint.
    pub fn refresh(&mut self, request: &Received, now: Timestamp) -> Ruling {
        let Some(exchange) = exchange(request) else {
            return Ruling {
                session: None,
                verdict: Verdict::Refused(Failure::Rejected),
                answer: Answer::new(400),
            };
        };
        let shown = find::shown(self.lifecycle, &exchange, &self.book);
        let session = match self.lifecycle.grant() {
            None => Some(self.book.client(self.lifecycle.tokens.len())),
            Some(_) => shown.iter().find_map(|shown| shown.session),
        };
        let verdict = self.judge(session, &shown, now);
        let answer = match verdict {
            Verdict::Refreshed { .. } => match session {
                Some(session) => success::answer(self, session, &exchange, now),
                None => Answer::new(500),
            },
            Verdict::Refused(means) => refusal(self, &exchange, means),
            _ => refusal(self, &exchange, Failure::Reauthenticate),
        };
        Ruling {
            session,
            verdict,
            answer,
        }
    }

    fn judge(&mut self, session: Option<u64>, shown: &[Shown], now: Timestamp) -> Verdict {
        let Some(session) = session else {
            let means = if shown.is_empty() {
                Failure::Rejected
            } else {
                Failure::Reauthenticate
            };
            return Verdict::Refused(means);
        };
        if self.is_over_limit(session, now) {
            return Verdict::Refused(Failure::RateLimited);
        }
        self.book.called(session, now);
        if shown.iter().any(|shown| shown.session != Some(session)) {
            return Verdict::Refused(Failure::Reauthenticate);
        }
        let reused = shown
            .iter()
            .find(|shown| self.book.is_replaced(&shown.text));
        if let Some(reused) = reused {
            let rule = &self.lifecycle.tokens[reused.rule];
            let revokes =
                self.terms.strict || rule.previous == crate::Previous::ReuseRevokesSession;
            if revokes {
                self.book.revoke(session);
                return Verdict::Reused { revoked: true };
            }
            if !self.book.is_good(self.lifecycle, &reused.text, now) {
                return Verdict::Reused { revoked: false };
            }
        }
        if !shown
            .iter()
            .all(|shown| self.book.is_good(self.lifecycle, &shown.text, now))
            || self.book.is_revoked(session)
        {
            return Verdict::Refused(Failure::Reauthenticate);
        }
        if let Some(means) = self.outside_window(session, now) {
            return Verdict::Refused(means);
        }
        for shown in shown {
            self.book.used(&shown.text);
        }
        Verdict::Refreshed {
            generation: self.book.next_generation(session),
        }
    }

    /// What the call means where the window is enforced and closed.
    fn outside_window(&self, session: u64, now: Timestamp) -> Option<Failure> {
        let replaced = self.lifecycle.replaced()?;
        let token = self.book.current(session, replaced)?;
        let at = |moment: Moment| match moment.anchor {
            Anchor::Issue => Some(token.since.plus_millis(moment.offset_millis)),
            Anchor::Expiry => Some(token.ends?.plus_millis(moment.offset_millis)),
        };
        let window = self.lifecycle.window;
        if !self.terms.window {
            return None;
        }
        if at(window.from).is_some_and(|opens| now < opens) {
            return Some(Failure::TooEarly);
        }
        let closes = window.until.and_then(at)?;
        (closes <= now).then_some(Failure::Reauthenticate)
    }

    fn is_over_limit(&self, session: u64, now: Timestamp) -> bool {
        let is_over = |limit: &crate::Limit| {
            let since = now.minus(limit.per);
            let calls = match limit.of {
                LimitScope::Session => self.book.calls_of(session, since),
                LimitScope::Client => self.book.calls(since),
            };
            calls >= limit.calls as usize
        };
        self.terms.limits && self.lifecycle.limits.iter().any(is_over)
    }

    /// Answers a call of the API behind the access token: 200 with the session and the generation, or 401.
    pub fn api(&mut self, request: &Received, now: Timestamp) -> Ruling {
        let rule = self.lifecycle.replaced();
        let text = rule.and_then(|rule| self.presented(rule, request));
        let is_good = |text: &String| self.book.is_good(self.lifecycle, text, now);
        let Some(text) = text.filter(is_good) else {
            return Ruling {
                session: None,
                verdict: Verdict::Denied,
                answer: Answer::json(401, r#"{"error":"invalid_token"}"#),
            };
        };
        self.book.used(&text);
        let (session, generation) = self.book.whose(&text).unwrap_or_default();
        let body = json!({"session": session, "generation": generation});
        Ruling {
            session: Some(session),
            verdict: Verdict::Admitted,
            answer: Answer::json(200, body.to_string()),
        }
    }

    /// The access token of an API request, taken from where the lifecycle says that it is shown.
    fn presented(&self, rule: usize, request: &Received) -> Option<String> {
        let exchange = exchange(request)?;
        let text = |expression| Some(exchange.find(expression)?.text()?.to_owned());
        // RFC 6750 is what a vendor means who says nothing.
        let present = self.lifecycle.tokens[rule].present;
        let (text, prefix) = match present.unwrap_or(Presentation::Bearer) {
            Presentation::Bearer => (
                text(crate::Expression::RequestHeader("authorization"))?,
                "Bearer ",
            ),
            Presentation::Header { name, prefix } => {
                (text(crate::Expression::RequestHeader(name))?, prefix)
            }
            Presentation::Query(name) => (text(crate::Expression::RequestQuery(name))?, ""),
            Presentation::Cookie(name) => (text(crate::Expression::RequestCookie(name))?, ""),
        };
        let token = text.strip_prefix(prefix)?;
        let is_of_rule = self.book.rule_of(token) == Some(rule);
        is_of_rule.then(|| token.to_owned())
    }

    /// An answer that means this to a client of this provider, for a request that shows nothing.
    pub(super) fn refusal(&self, request: &Received, means: Failure) -> Answer {
        match exchange(request) {
            Some(exchange) => refusal(self, &exchange, means),
            None => Draft::new(400).into_answer(),
        }
    }
}

/// When a request was sent is the client's business: nothing is counted from it here.
fn exchange(request: &Received) -> Option<Exchange> {
    find::exchange(request, Timestamp::MIN)
}
