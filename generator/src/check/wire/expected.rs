//! The request that the client would send, with gaps where a value is made anew on each call.

use crate::model::Json;

/// A request.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) method: String,
    /// The path, percent-encoded, with the server's own.
    pub(super) path: Pattern,
    /// The path with `{name}` for what is filled in, for messages.
    pub(super) shown_path: String,
    pub(super) query: Vec<(String, Text)>,
    pub(super) headers: Vec<(String, Text)>,
    pub(super) cookies: Vec<(String, Text)>,
    pub(super) body: Body,
}

/// The pieces of the path.
pub(super) type Pattern = Vec<Text>;

/// A text, or any text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Text {
    Is(String),
    /// This, and then anything.
    Begins(String),
}

impl Text {
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(known) => known == text,
            Self::Begins(prefix) => text.starts_with(prefix),
        }
    }
}

/// A body.
#[derive(Debug, Default)]
pub(super) enum Body {
    #[default]
    Empty,
    Json(Tree),
    Form(Vec<(String, Text)>),
    Text(Text),
}

/// A JSON value with gaps.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Any,
    Is(Json),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Puts a value at a JSON pointer, with objects on the way.
    pub(super) fn put(&mut self, pointer: &str, value: Tree) {
        let Some(rest) = pointer.strip_prefix('/') else {
            *self = value;
            return;
        };
        let (segment, rest) = rest
            .split_once('/')
            .map_or((rest, ""), |(segment, _)| (segment, &rest[segment.len()..]));
        let segment = segment.replace("~1", "/").replace("~0", "~");
        if !matches!(self, Self::Object(_)) {
            *self = Self::Object(Vec::new());
        }
        let Self::Object(entries) = self else { return };
        let index = entries
            .iter()
            .position(|(key, _)| *key == segment)
            .unwrap_or_else(|| {
                entries.push((segment, Self::Object(Vec::new())));
                entries.len() - 1
            });
        entries[index].1.put(rest, value);
    }
}
