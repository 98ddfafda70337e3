//! What a provider remembers: sessions, every token it issued, and what became of each.

use std::collections::{BTreeMap, HashMap};

use crate::{Lifecycle, Previous, Timestamp};

/// The provider's memory.
#[derive(Debug, Default)]
pub(super) struct Book {
    sessions: BTreeMap<u64, Session>,
    tokens: HashMap<String, Issued>,
}

#[derive(Debug, Default)]
struct Session {
    generation: u64,
    is_revoked: bool,
    /// The latest token of each rule.
    current: Vec<Option<String>>,
    /// The highest generation of each rule that was ever shown.
    used: Vec<u64>,
    calls: Vec<Timestamp>,
}

/// A token that was issued.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) session: u64,
    pub(super) rule: usize,
    pub(super) generation: u64,
    pub(super) since: Timestamp,
    pub(super) ends: Option<Timestamp>,
    /// Since when it has a successor.
    pub(super) replaced: Option<Timestamp>,
    pub(super) uses: u32,
    pub(super) is_killed: bool,
}

/// A token in a request.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) rule: usize,
    pub(super) text: String,
    /// `None`: it was never issued.
    pub(super) session: Option<u64>,
}

impl Book {
    /// A new session.
    pub(super) fn open(&mut self, rules: usize) -> u64 {
        let number = self
            .sessions
            .last_key_value()
            .map_or(1, |(last, _)| last + 1);
        self.session(number, rules);
        number
    }

    /// The session of a client whose credentials are the grant.
    pub(super) fn client(&mut self, rules: usize) -> u64 {
        self.session(0, rules);
        0
    }

    fn session(&mut self, number: u64, rules: usize) -> &mut Session {
        self.sessions.entry(number).or_insert_with(|| Session {
            current: vec![None; rules],
            used: vec![0; rules],
            ..Session::default()
        })
    }

    pub(super) fn next_generation(&mut self, session: u64) -> u64 {
        let Some(session) = self.sessions.get_mut(&session) else {
            return 0;
        };
        session.generation += 1;
        session.generation
    }

    pub(super) fn generation(&self, session: u64) -> u64 {
        self.sessions
            .get(&session)
            .map_or(0, |session| session.generation)
    }

    /// Writes a new token down; the one before it has a successor from now on.
    pub(super) fn issue(&mut self, text: String, token: Issued) {
        let Some(session) = self.sessions.get_mut(&token.session) else {
            return;
        };
        let before = session.current[token.rule].replace(text.clone());
        if let Some(before) = before.and_then(|before| self.tokens.get_mut(&before)) {
            before.replaced = Some(token.since);
        }
        self.tokens.insert(text, token);
    }

    /// Lets a token that is only extended end then.
    pub(super) fn extend(&mut self, session: u64, rule: usize, ends: Option<Timestamp>) {
        let text = self
            .sessions
            .get(&session)
            .and_then(|session| session.current[rule].clone());
        if let Some(token) = text.and_then(|text| self.tokens.get_mut(&text)) {
            token.ends = ends;
        }
    }

    pub(super) fn current(&self, session: u64, rule: usize) -> Option<&Issued> {
        let text = self.sessions.get(&session)?.current.get(rule)?.as_ref()?;
        self.tokens.get(text)
    }

    /// The text of the latest token of a rule.
    pub(super) fn current_text(&self, session: u64, rule: usize) -> Option<&str> {
        self.sessions.get(&session)?.current.get(rule)?.as_deref()
    }

    pub(super) fn whose(&self, text: &str) -> Option<(u64, u64)> {
        let token = self.tokens.get(text)?;
        Some((token.session, token.generation))
    }

    pub(super) fn rule_of(&self, text: &str) -> Option<usize> {
        self.tokens.get(text).map(|token| token.rule)
    }

    pub(super) fn is_replaced(&self, text: &str) -> bool {
        self.tokens
            .get(text)
            .is_some_and(|token| token.replaced.is_some())
    }

    /// The known token that a text ends with, where a scheme or another prefix stands before it.
    pub(super) fn token_in<'t>(&self, text: &'t str) -> &'t str {
        if self.tokens.contains_key(text) {
            return text;
        }
        let last_word = text.rsplit(' ').next().unwrap_or(text);
        if self.tokens.contains_key(last_word) {
            return last_word;
        }
        let length = self.tokens.keys().filter(|token| text.ends_with(*token));
        let length = length.map(String::len).max().unwrap_or(text.len());
        &text[text.len() - length..]
    }

    /// Whether the provider accepts this token now.
    pub(super) fn is_good(&self, lifecycle: &Lifecycle, text: &str, now: Timestamp) -> bool {
        let Some(token) = self.tokens.get(text) else {
            return false;
        };
        let Some(session) = self.sessions.get(&token.session) else {
            return false;
        };
        let rule = &lifecycle.tokens[token.rule];
        let is_over = token.ends.is_some_and(|ends| ends <= now);
        let is_spent = rule.uses.is_some_and(|uses| token.uses >= uses);
        if session.is_revoked || token.is_killed || is_over || is_spent {
            return false;
        }
        let Some(replaced) = token.replaced else {
            return true;
        };
        match rule.previous {
            Previous::Valid => true,
            Previous::Revoked | Previous::ReuseRevokesSession => false,
            Previous::ValidFor(span) => now < replaced.plus(span),
            Previous::ValidUntilNewIsUsed => session.used[token.rule] <= token.generation,
        }
    }

    /// Notes that a token was shown and accepted.
    pub(super) fn used(&mut self, text: &str) {
        let Some(token) = self.tokens.get_mut(text) else {
            return;
        };
        token.uses += 1;
        if let Some(session) = self.sessions.get_mut(&token.session) {
            let used = &mut session.used[token.rule];
            *used = (*used).max(token.generation);
        }
    }

    pub(super) fn called(&mut self, session: u64, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.calls.push(now);
        }
    }

    pub(super) fn calls_of(&self, session: u64, since: Timestamp) -> usize {
        self.sessions.get(&session).map_or(0, |session| {
            session.calls.iter().filter(|call| **call > since).count()
        })
    }

    pub(super) fn calls(&self, since: Timestamp) -> usize {
        self.sessions
            .keys()
            .map(|session| self.calls_of(*session, since))
            .sum()
    }

    pub(super) fn revoke(&mut self, session: u64) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.is_revoked = true;
        }
    }

    pub(super) fn is_revoked(&self, session: u64) -> bool {
        self.sessions
            .get(&session)
            .is_some_and(|session| session.is_revoked)
    }

    /// Kills the latest token of a rule, and nothing else.
    pub(super) fn kill(&mut self, session: u64, rule: usize) {
        let text = self.current_text(session, rule).map(str::to_owned);
        if let Some(token) = text.and_then(|text| self.tokens.get_mut(&text)) {
            token.is_killed = true;
        }
    }
}
