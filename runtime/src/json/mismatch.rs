//! A JSON value that is not what it should be: its place and the two types, never the value.

use std::fmt;

use super::Json;

/// A value of another type than the spec says, or one that is missing.
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    path: String,
    expected: &'static str,
    found: &'static str,
}

impl Mismatch {
    /// `value` is not `expected`.
    #[cold]
    pub fn found(expected: &'static str, value: &Json) -> Self {
        Self::new(expected, kind(value))
    }

    /// Nothing is where `expected` should be.
    #[cold]
    pub fn missing(expected: &'static str) -> Self {
        Self::new(expected, "nothing")
    }

    #[cold]
    pub(crate) fn new(expected: &'static str, found: &'static str) -> Self {
        Self(Box::new(Inner {
            path: String::new(),
            expected,
            found,
        }))
    }

    /// The same, seen from one level above: the value stands under `key`.
    #[cold]
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        self.0.path = format!("/{escaped}{}", self.0.path);
        self
    }

    /// The same, seen from the root: the value stands at or below `pointer`.
    #[cold]
    #[must_use]
    pub(crate) fn at(mut self, pointer: &str) -> Self {
        self.0.path.insert_str(0, pointer);
        self
    }

    /// Where the value stands, as a JSON pointer; empty: the whole body.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What should be there.
    pub fn expected(&self) -> &'static str {
        self.0.expected
    }

    /// The kind of what is there.
    pub fn kind_found(&self) -> &'static str {
        self.0.found
    }
}

/// The kind of a value, in words.
fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            path,
            expected,
            found,
        } = &*self.0;
        // A vendor's own keys may be anything, ids of users among them: a long path is cut.
        let shown: String = path.chars().take(120).collect();
        match shown.as_str() {
            "" => write!(formatter, "expected {expected}, found {found}"),
            path => write!(formatter, "expected {expected} at {path}, found {found}"),
        }
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Mismatch({self})")
    }
}

impl std::error::Error for Mismatch {}
