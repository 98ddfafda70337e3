//! What can stand in an address, a header or a form: plain values and secrets, told apart by type.

use std::borrow::Cow;

use crate::{Json, Secret, Token, TokenKind};

/// A value that may be seen, as text. Generated enums implement it too.
pub trait AsText {
    /// The text.
    fn as_text(&self) -> Cow<'_, str>;
}

/// A value that may not be seen. Every generated token type implements it.
pub trait Sensitive {
    /// The text.
    fn sensitive(&self) -> &str;
}

impl AsText for str {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl AsText for String {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// A value of which the spec says nothing: text as it is, anything else as JSON has it.
impl AsText for Json {
    fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => Cow::Borrowed(text),
            value => Cow::Owned(value.to_string()),
        }
    }
}

macro_rules! as_displayed {
    ($($ty:ty),+) => {$(
        impl AsText for $ty {
            fn as_text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )+};
}

as_displayed!(bool, i32, i64, u64, f64);

impl<T: AsText + ?Sized> AsText for &T {
    fn as_text(&self) -> Cow<'_, str> {
        T::as_text(self)
    }
}

impl Sensitive for str {
    fn sensitive(&self) -> &str {
        self
    }
}

impl Sensitive for String {
    fn sensitive(&self) -> &str {
        self
    }
}

impl Sensitive for Secret {
    fn sensitive(&self) -> &str {
        self.expose()
    }
}

impl Sensitive for Token {
    fn sensitive(&self) -> &str {
        self.expose()
    }
}

impl<T: TokenKind> Sensitive for T {
    fn sensitive(&self) -> &str {
        self.token().expose()
    }
}
