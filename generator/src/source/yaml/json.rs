//! Turns JSON into the tree: YAML's grammar refuses tabs and pairs of `\u` escapes, which JSON's does not.

use super::build::NODES;
use super::{merge, scalar};
use crate::diagnostic::Sink;
use crate::source::{Entry, FileId, Node, Span, Value};

/// Reads a text that is JSON from end to end. Any other may still be YAML; where it begins as JSON does,
/// the byte at which it ceases to be it is given.
pub(super) fn parse(
    text: &str,
    file: FileId,
    depth: usize,
    sink: &mut Sink,
) -> Result<Node, Option<usize>> {
    let Some(inner) = text.trim_start().strip_prefix(['{', '[']) else {
        return Err(None);
    };
    let is_like_json = inner.trim_start().starts_with('"');
    let mut found = Sink::default();
    let mut reader = Reader {
        text,
        at: 0,
        file,
        sink: &mut found,
        left: NODES,
    };
    let node = reader.value(depth);
    reader.blank();
    let at = reader.at;
    match node {
        Some(node) if at == text.len() => {
            sink.append(found);
            Ok(node)
        }
        _ => Err(is_like_json.then_some(at)),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    file: FileId,
    sink: &'a mut Sink,
    /// How many more values there may be.
    left: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blank();
        // YAML's reader says that there are too many.
        self.left = self.left.checked_sub(1)?;
        let start = self.at;
        let value = match self.peek()? {
            b'{' => self.mapping(depth.checked_sub(1)?)?,
            b'[' => self.sequence(depth.checked_sub(1)?)?,
            b'"' => Value::String(self.string()?),
            _ => self.word()?,
        };
        Some(Node {
            span: self.span(start),
            value,
        })
    }

    fn mapping(&mut self, depth: usize) -> Option<Value> {
        let mut entries = Vec::new();
        self.at += 1;
        self.blank();
        if self.take(b'}') {
            return Some(Value::Mapping(entries));
        }
        loop {
            self.blank();
            let start = self.at;
            let key = self.string()?;
            let key_span = self.span(start);
            self.blank();
            if !self.take(b':') {
                return None;
            }
            let node = self.value(depth)?;
            entries.push(Entry {
                key,
                key_span,
                node,
            });
            self.blank();
            if self.take(b'}') {
                return Some(Value::Mapping(merge::distinct(entries, self.sink)));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        self.at += 1;
        self.blank();
        if self.take(b']') {
            return Some(Value::Sequence(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.blank();
            if self.take(b']') {
                return Some(Value::Sequence(items));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        if !self.take(b'"') {
            return None;
        }
        let mut text = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let stop = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ')?;
            text.push_str(&rest[..stop]);
            self.at += stop + 1;
            match rest.as_bytes()[stop] {
                b'"' => return Some(text),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return None,
        })
    }

    /// A code point in one `\uXXXX` or, beyond 16 bits, two. Half a pair is no character.
    fn code_point(&mut self) -> Option<char> {
        let high = self.hexadecimal()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        if !(self.take(b'\\') && self.take(b'u')) {
            return None;
        }
        let low = self
            .hexadecimal()
            .filter(|low| (0xdc00..0xe000).contains(low))?;
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_plain
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest
            .find([',', ']', '}', ' ', '\n', '\r', '\t'])
            .unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        match scalar::plain(word) {
            Value::String(_) => None,
            value => Some(value),
        }
    }

    fn blank(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        self.at += rest.iter().take_while(blank).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn span(&self, start: usize) -> Span {
        let position = |byte| u32::try_from(byte).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: position(start),
            end: position(self.at),
        }
    }
}
