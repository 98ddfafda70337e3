//! Tokens: a secret with the times that are known of it, and the traits and macros behind generated newtypes.

use http::HeaderValue;

use crate::error::RequestError;
use crate::{Secret, Timestamp};

/// A token's text, when it came, and when it ends: what every generated token type holds.
///
/// It is not `Clone`: whether a token may be copied is its newtype's to say.
#[derive(Debug)]
pub struct Token {
    value: Secret,
    issued: Option<Timestamp>,
    expiry: Expiry,
    basis: Basis,
}

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expiry {
    /// At this instant, by the clock of this machine.
    At(Timestamp),
    /// Never, by the vendor's word.
    Never,
    /// Nobody knows: only a refusal by the API ends it.
    Unknown,
}

impl Expiry {
    /// The instant, where there is one.
    pub fn instant(self) -> Option<Timestamp> {
        match self {
            Self::At(instant) => Some(instant),
            Self::Never | Self::Unknown => None,
        }
    }

    /// Whether the token has ended by `now`.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.instant().is_some_and(|instant| instant <= now)
    }
}

/// On whose word an expiry stands.
///
/// Documentation is wrong more often than a refused call is dear: a grant that is over by documentation
/// alone is still tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// The response or the token itself said so.
    #[default]
    Stated,
    /// The vendor's documentation says so.
    Documented,
}

impl Token {
    /// A token of which nothing else is known.
    pub fn new(value: impl Into<Secret>) -> Self {
        Self::with_times(value, None, Expiry::Unknown)
    }

    /// A token that came at `issued` and ends at `expiry`.
    pub fn with_times(value: impl Into<Secret>, issued: Option<Timestamp>, expiry: Expiry) -> Self {
        Self {
            value: value.into(),
            issued,
            expiry,
            basis: Basis::Stated,
        }
    }

    /// The same token, its expiry on this basis.
    #[must_use]
    pub fn on_basis(mut self, basis: Basis) -> Self {
        self.basis = basis;
        self
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        self.value.expose()
    }

    /// When it came.
    pub fn issued(&self) -> Option<Timestamp> {
        self.issued
    }

    /// When it ends.
    pub fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// On whose word it ends then.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The text, taken out.
    pub fn into_secret(self) -> Secret {
        self.value
    }

    /// The text as a header's value, marked sensitive.
    pub fn header_value(&self) -> Result<HeaderValue, RequestError> {
        let mut value = HeaderValue::from_str(self.expose())
            .map_err(|_| RequestError::unfit("token", "it cannot stand in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// A second copy. Only for tokens that may be used any number of times.
    #[doc(hidden)]
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            value: self.value.clone(),
            issued: self.issued,
            expiry: self.expiry,
            basis: self.basis,
        }
    }
}

/// What every generated token type is.
pub trait TokenKind: Sized {
    /// The token's name in the spec.
    const NAME: &'static str;

    /// Wraps what came.
    fn from_token(token: Token) -> Self;

    /// What is wrapped: what a request is built from, and what a store writes down. A single-use token has no
    /// other way to show its text without giving it up.
    fn token(&self) -> &Token;

    /// What is wrapped, taken out.
    fn into_token(self) -> Token;
}

/// A token that may be used any number of times until it ends.
pub trait SharedToken: TokenKind + Clone {}

/// A token that is good for one use: it is taken, never shared.
pub trait SingleUseToken: TokenKind {}

/// Gives a newtype over [`Token`] what a token has that may be used any number of times.
///
/// ```
/// use token_refresh_runtime::{Token, shared_token};
///
/// /// Shown to the API.
/// #[derive(Debug)]
/// pub struct AccessToken(Token);
///
/// shared_token!(AccessToken, "accessToken");
///
/// let token = AccessToken::from("a-token");
/// assert_eq!(token.clone().expose(), "a-token");
/// assert!(!format!("{token:?}").contains("a-token"));
/// ```
#[macro_export]
macro_rules! shared_token {
    ($name:ident, $wire:literal) => {
        $crate::__token!($name, $wire, {});

        impl $crate::SharedToken for $name {}

        impl ::core::clone::Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                Self(self.0.duplicate())
            }
        }

        impl ::core::convert::AsRef<$name> for $name {
            #[inline]
            fn as_ref(&self) -> &Self {
                self
            }
        }

        /// What is known of the token, and its text: whoever takes that out keeps it out of logs and messages.
        impl ::core::ops::Deref for $name {
            type Target = $crate::Token;

            #[inline]
            fn deref(&self) -> &$crate::Token {
                &self.0
            }
        }
    };
}

/// Gives a newtype over [`Token`] what a token has that is good for one use: it is not `Clone`, and its text
/// is had only by giving the token up.
///
/// ```
/// use token_refresh_runtime::{Token, single_use_token};
///
/// /// Good for one refresh.
/// #[derive(Debug)]
/// pub struct RefreshToken(Token);
///
/// single_use_token!(RefreshToken, "refreshToken");
///
/// let token = RefreshToken::new("a-token");
/// assert_eq!(token.into_secret().expose(), "a-token");
/// ```
///
/// ```compile_fail
/// # use token_refresh_runtime::{Token, single_use_token};
/// # #[derive(Debug)]
/// # pub struct RefreshToken(Token);
/// # single_use_token!(RefreshToken, "refreshToken");
/// let token = RefreshToken::new("a-token");
/// token.into_secret();
/// token.into_secret(); // used twice
/// ```
#[macro_export]
macro_rules! single_use_token {
    ($name:ident, $wire:literal) => {
        $crate::__token!($name, $wire, {
            /// The text, given up for its one use. Whoever calls this keeps it out of logs and messages.
            #[inline]
            pub fn into_secret(self) -> $crate::Secret {
                self.0.into_secret()
            }

            /// When it came, as far as known.
            #[inline]
            pub fn issued(&self) -> ::core::option::Option<$crate::Timestamp> {
                self.0.issued()
            }

            /// When it ends.
            #[inline]
            pub fn expiry(&self) -> $crate::Expiry {
                self.0.expiry()
            }
        });

        impl $crate::SingleUseToken for $name {}
    };
}

/// What both kinds of token have. Few functions and few impls: a crate of a hundred providers is compiled by
/// every user, and these are most of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __token {
    ($name:ident, $wire:literal, { $($more:item)* }) => {
        impl $name {
            /// A token of which nothing but its text is known.
            #[inline]
            pub fn new(value: impl ::core::convert::Into<$crate::Secret>) -> Self {
                Self($crate::Token::new(value))
            }

            /// A token that came at `issued` and ends at `expiry`.
            #[inline]
            pub fn with_times(
                value: impl ::core::convert::Into<$crate::Secret>,
                issued: ::core::option::Option<$crate::Timestamp>,
                expiry: $crate::Expiry,
            ) -> Self {
                Self($crate::Token::with_times(value, issued, expiry))
            }

            $($more)*
        }

        impl $crate::TokenKind for $name {
            const NAME: &'static str = $wire;

            #[inline]
            fn from_token(token: $crate::Token) -> Self {
                Self(token)
            }

            #[inline]
            fn token(&self) -> &$crate::Token {
                &self.0
            }

            #[inline]
            fn into_token(self) -> $crate::Token {
                self.0
            }
        }

        impl<T: ::core::convert::Into<::std::string::String>> ::core::convert::From<T> for $name {
            #[inline]
            fn from(value: T) -> Self {
                Self($crate::Token::new(value.into()))
            }
        }
    };
}
