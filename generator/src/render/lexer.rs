//! Finds the identifiers of Rust text, past strings and comments, for whoever looks for names.

/// An identifier and what stands around it.
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// Whether `::` or `.` stands before it: then it is a part of something else.
    pub(super) is_part: bool,
    /// Whether `::` or `!` stands after it.
    pub(super) is_path_or_macro: bool,
}

/// Calls `found` with each identifier.
pub(super) fn words<'a>(text: &'a str, mut found: impl FnMut(Word<'a>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = line_end(bytes, at),
            b'"' => at = string_end(bytes, at),
            b'\'' => at = quote_end(bytes, at),
            b'r' if raw_string_end(bytes, at).is_some() => {
                at = raw_string_end(bytes, at).unwrap_or(bytes.len());
            }
            first if is_letter(first) => {
                let start = at;
                while at < bytes.len() && (is_letter(bytes[at]) || bytes[at].is_ascii_digit()) {
                    at += 1;
                }
                found(Word {
                    text: &text[start..at],
                    is_part: start > 0 && matches!(bytes[start - 1], b':' | b'.'),
                    is_path_or_macro: matches!(bytes.get(at), Some(b'!'))
                        || bytes[at..].starts_with(b"::"),
                });
            }
            first if first.is_ascii_digit() => {
                while at < bytes.len() && (is_letter(bytes[at]) || bytes[at].is_ascii_digit()) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let end = bytes[from..].iter().position(|byte| *byte == b'\n');
    end.map_or(bytes.len(), |length| from + length)
}

/// Past a raw string, if one begins here.
fn raw_string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = &bytes[from + 1..];
    let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
    let end = [b"\"", &rest[..hashes]].concat();
    let inside = rest[hashes..].strip_prefix(b"\"")?;
    let length = inside.windows(end.len()).position(|part| part == end);
    let start = from + 1 + hashes + 1;
    Some(length.map_or(bytes.len(), |length| start + length + end.len()))
}

/// Past a string that is not raw.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Past a character, or past the quote of a lifetime.
fn quote_end(bytes: &[u8], from: usize) -> usize {
    if bytes.get(from + 1) == Some(&b'\\') {
        let end = bytes[from + 2..].iter().position(|byte| *byte == b'\'');
        return end.map_or(bytes.len(), |length| from + 3 + length);
    }
    if bytes.get(from + 2) == Some(&b'\'') {
        from + 3
    } else {
        from + 1
    }
}
