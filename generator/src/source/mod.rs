//! Turns paths into a [`SourceSet`]: the only reader of files, for every later stage.
//!
//! A file becomes a tree of [`Node`]s, each with the bytes it came from, so that whatever a later
//! stage moves, merges or cuts still knows its line.

pub mod codes;
mod load;
mod read;
#[cfg(test)]
mod tests;
pub mod yaml;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::load::{Refusal, Root, Text, load, load_texts, referenced};

/// Which file of the [`SourceSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A file as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as messages show it: relative to where the specs were asked for, with `/`.
    pub path: String,
    /// Where it is on disk; empty for text that came from elsewhere.
    pub location: PathBuf,
    /// The text, without a byte order mark.
    pub text: String,
}

/// Every file read so far.
#[derive(Clone, Debug, Default)]
pub struct SourceSet {
    files: Vec<Arc<SourceFile>>,
}

/// One YAML or JSON value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value of YAML's core schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the file's order.
    Mapping(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text; `200:` has the key `200`.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What it maps to.
    pub node: Node,
}

impl SourceSet {
    /// Adds a file and returns its id.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Arc::new(file));
        id
    }

    /// The file with this path, as messages show it.
    fn find(&self, path: &str) -> Option<FileId> {
        let index = self.files.iter().position(|file| file.path == path)?;
        Some(FileId(u32::try_from(index).ok()?))
    }

    /// The text that a span covers; empty where it covers none.
    pub fn text(&self, span: Span) -> &str {
        let text = self.get(span.file).map(|file| file.text.as_str());
        text.and_then(|text| text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// The place of a part of a string's text, by bytes; the whole string where it is written with
    /// escapes or over several lines, so that the part has no place of its own.
    pub fn within(&self, node: &Node, part: Range<usize>) -> Span {
        let (Some(text), written) = (node.as_str(), self.text(node.span)) else {
            return node.span;
        };
        let offset = if written == text {
            0
        } else if written.len() == text.len() + 2 && written.get(1..=text.len()) == Some(text) {
            1
        } else {
            return node.span;
        };
        let at = |byte: usize| {
            node.span.start + u32::try_from(byte.min(text.len()) + offset).unwrap_or(u32::MAX)
        };
        Span {
            file: node.span.file,
            start: at(part.start),
            end: at(part.end),
        }
    }

    /// Where the files are on disk, in the order in which they were read.
    pub fn locations(&self) -> impl Iterator<Item = &Path> {
        let locations = self.files.iter().map(|file| file.location.as_path());
        locations.filter(|location| !location.as_os_str().is_empty())
    }

    /// The file of this id.
    pub fn get(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        self.files.get(id.0 as usize)
    }
}

impl Node {
    /// The value of this key, where the node is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of this key, where the node is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The node at this JSON pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        pointer.split('/').skip(1).try_fold(self, |node, segment| {
            let segment = segment.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::Sequence(items) => items.get(segment.parse::<usize>().ok()?),
                _ => node.get(&segment),
            }
        })
    }
}
