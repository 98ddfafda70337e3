//! What is kept of one session, by name: what a store writes down, and what the next request is made of.

use std::collections::BTreeMap;

use crate::json::Wiped;
use crate::{Decode, Encode, Json, Provider, SharedTransport, Token, TokenKind};

/// The tokens of one session, what belongs to it, and what else the vendor wants kept.
///
/// Names are the spec's, so that a record outlives a change of the spec that leaves its names alone.
/// It is not `Clone`: copies of secrets are made on purpose.
#[derive(Debug, Default)]
pub struct Kept {
    tokens: BTreeMap<String, Token>,
    inputs: BTreeMap<String, Wiped>,
    extras: BTreeMap<String, Wiped>,
}

/// What a session lacks for its next request: nobody has signed in yet, or the spec has asked for more since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    name: String,
}

impl Missing {
    /// Of this name, which is the spec's.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// The token's or the input's name in the spec.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "the session has no `{}`: sign in first",
            self.name
        )
    }
}

impl std::error::Error for Missing {}

impl Kept {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A second copy, for a record that replaces this one.
    #[cfg(feature = "session")]
    pub(crate) fn duplicate(&self) -> Self {
        let copies = |values: &BTreeMap<String, Wiped>| {
            let copy = |(name, value): (&String, &Wiped)| (name.clone(), Wiped(value.0.clone()));
            values.iter().map(copy).collect()
        };
        let tokens = self.tokens.iter();
        Self {
            tokens: tokens
                .map(|(name, token)| (name.clone(), token.duplicate()))
                .collect(),
            inputs: copies(&self.inputs),
            extras: copies(&self.extras),
        }
    }

    /// Puts a token in, in place of the one of its name.
    pub fn put<T: TokenKind>(&mut self, token: T) {
        self.put_token(T::NAME, token.into_token());
    }

    /// The same, where there is one.
    pub fn put_if_any<T: TokenKind>(&mut self, token: Option<T>) {
        if let Some(token) = token {
            self.put(token);
        }
    }

    /// Puts a token in under this name.
    pub fn put_token(&mut self, name: &str, token: Token) {
        self.tokens.insert(name.to_owned(), token);
    }

    /// Takes a token out.
    pub fn take_token(&mut self, name: &str) -> Option<Token> {
        self.tokens.remove(name)
    }

    /// The token of this name.
    pub fn token(&self, name: &str) -> Option<&Token> {
        self.tokens.get(name)
    }

    /// All tokens, by name.
    pub fn tokens(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.tokens
            .iter()
            .map(|(name, token)| (name.as_str(), token))
    }

    /// A copy of the token of this kind, for a request to be made of.
    ///
    /// # Errors
    /// Where there is none.
    #[doc(hidden)]
    pub fn grant<T: TokenKind>(&self) -> Result<T, Missing> {
        match self.token(T::NAME) {
            Some(token) => Ok(T::from_token(token.duplicate())),
            None => Err(Missing::new(T::NAME)),
        }
    }

    /// Puts in a value that belongs to the session: the shop, the data centre, the account.
    pub fn put_input(&mut self, name: &str, value: &impl Encode) {
        self.put_input_json(name, value.encode());
    }

    /// The same, as JSON.
    pub fn put_input_json(&mut self, name: &str, value: Json) {
        self.inputs.insert(name.to_owned(), Wiped(value));
    }

    /// A value that belongs to the session.
    ///
    /// # Errors
    /// Where there is none, or it is of another type by now.
    pub fn input<T: Decode>(&self, name: &str) -> Result<T, Missing> {
        self.inputs
            .get(name)
            .and_then(|value| T::decode(value).ok())
            .ok_or_else(|| Missing::new(name))
    }

    /// The same, of a value that not every session has.
    ///
    /// # Errors
    /// Where it is of another type by now.
    pub fn input_if_any<T: Decode>(&self, name: &str) -> Result<Option<T>, Missing> {
        match self.inputs.get(name) {
            Some(value) => Decode::decode(value).map_err(|_| Missing::new(name)),
            None => Ok(None),
        }
    }

    /// All values that belong to the session, by name.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.inputs
            .iter()
            .map(|(name, value)| (name.as_str(), &value.0))
    }

    /// Puts in what else the vendor wants kept.
    pub fn put_extra(&mut self, name: &str, value: Json) {
        self.extras.insert(name.to_owned(), Wiped(value));
    }

    /// The same, where there is any.
    pub fn put_extra_if_any(&mut self, name: &str, value: Option<Json>) {
        if let Some(value) = value {
            self.put_extra(name, value);
        }
    }

    /// What else is kept, by name.
    pub fn extras(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.extras
            .iter()
            .map(|(name, value)| (name.as_str(), &value.0))
    }
}

/// A provider whose sessions can be kept: how the grant of a request is made of what is kept.
/// Generated clients implement it.
pub trait Keep: Provider + 'static {
    /// The token that the API is shown (see [`Lifecycle::replaced`](crate::Lifecycle::replaced)).
    type Access: TokenKind + Send;

    /// Under which name stores keep this provider's sessions: its id, and of several operations `id/operation`.
    const STORED_AS: &'static str;

    /// Makes the grant of the next request.
    ///
    /// # Errors
    /// What is missing.
    fn grant(kept: &Kept) -> Result<Self::Grant, Missing>;

    /// What the client sends over.
    fn transport(&self) -> &SharedTransport;
}

/// A provider whose sessions begin with something that the application has: tokens from a sign-in, or values that
/// belong to the session. One whose grant is the client's own credentials has nothing to put in.
pub trait SignIn: Keep {
    /// The tokens of a session as the application has them: after sign-in, or from another store.
    type TokenSet: Send;

    /// Writes a token set down.
    fn keep(tokens: Self::TokenSet) -> Kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_that_is_not_there_is_missing_unless_it_may_be() {
        let mut kept = Kept::new();
        kept.put_input("tags", &None::<String>);
        assert_eq!(kept.input_if_any::<String>("tags"), Ok(None));
        assert_eq!(kept.input_if_any::<String>("shop"), Ok(None));
        assert_eq!(kept.input::<String>("tags"), Err(Missing::new("tags")));
        assert_eq!(kept.input::<String>("shop"), Err(Missing::new("shop")));
    }

    #[test]
    fn an_input_of_another_type_is_missing() {
        let mut kept = Kept::new();
        kept.put_input("shop", &"acme".to_owned());
        assert_eq!(kept.input::<String>("shop").as_deref(), Ok("acme"));
        assert_eq!(kept.input::<i64>("shop"), Err(Missing::new("shop")));
        assert_eq!(kept.input_if_any::<i64>("shop"), Err(Missing::new("shop")));
    }

    #[test]
    fn nothing_of_it_is_shown() {
        let mut kept = Kept::new();
        kept.put_token("accessToken", Token::new("s3cr3t"));
        kept.put_input("shop", &"s3cr3t".to_owned());
        kept.put_extra_if_any("domain", Some("s3cr3t".into()));
        assert!(!format!("{kept:?}").contains("s3cr3t"), "{kept:?}");
    }
}
