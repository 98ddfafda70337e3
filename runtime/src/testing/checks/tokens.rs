//! Tokens of a success: the text and the end of each.

use std::time::Duration;

use crate::{Expiry, Timestamp, TokenKind};

/// When a token is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// So long after it was asked for.
    After(Duration),
    /// At this instant.
    At(Timestamp),
    /// Never, by the vendor's word.
    Never,
    /// Nobody knows.
    Unknown,
    /// This is not looked at.
    Whenever,
}

impl Ends {
    /// So many seconds after the Unix epoch.
    pub fn at_unix_seconds(seconds: i64) -> Self {
        Self::At(Timestamp::from_unix_seconds(seconds))
    }

    /// So many milliseconds after the Unix epoch.
    pub fn at_unix_milliseconds(millis: i64) -> Self {
        Self::At(Timestamp::from_unix_millis(millis))
    }
}

/// Fails unless the token is there, has this text, and ends then.
///
/// # Panics
/// When it does not.
#[track_caller]
pub fn assert_token<T: TokenKind>(token: Option<&T>, text: &str, ends: Ends) {
    let Some(token) = token.map(TokenKind::token) else {
        panic!("{} is absent", T::NAME);
    };
    assert_eq!(token.expose(), text, "the text of {}", T::NAME);
    let issued = token.issued();
    assert!(
        issued.is_some(),
        "{} does not know when it was asked for",
        T::NAME
    );
    let expected = match ends {
        Ends::After(span) => issued.map_or(Expiry::Unknown, |issued| Expiry::At(issued.plus(span))),
        Ends::At(instant) => Expiry::At(instant),
        Ends::Never => Expiry::Never,
        Ends::Unknown => Expiry::Unknown,
        Ends::Whenever => return,
    };
    assert_eq!(
        token.expiry(),
        expected,
        "the end of {}, asked for at {issued:?}",
        T::NAME
    );
}
