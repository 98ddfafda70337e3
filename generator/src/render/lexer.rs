//! Finds the identifiers of Rust text, past strings and comments, for whoever looks for names.

/// Calls `found` with each identifier that could name something of another module: it is no part of a path and
/// no field, and it begins with a capital, or a `!` or `::` follows it, or a `(`.
pub(super) fn words<'a>(text: &'a str, mut found: impl FnMut(&'a str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b' ' => at += 1,
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = line_end(text, at),
            b'"' => at = string_end(bytes, at),
            b'\'' => at = quote_end(bytes, at),
            first if is_letter(first) => {
                if first == b'r'
                    && let Some(end) = raw_string_end(text, at)
                {
                    at = end;
                    continue;
                }
                let start = at;
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                let is_part = start > 0 && matches!(bytes[start - 1], b':' | b'.');
                let is_called = || match bytes.get(at) {
                    Some(b'!') => true,
                    // A method of that name is no call of it.
                    Some(b'(') => !text[..start].ends_with("fn "),
                    Some(b':') => bytes.get(at + 1) == Some(&b':'),
                    _ => false,
                };
                if !is_part && (first.is_ascii_uppercase() || is_called()) {
                    found(&text[start..at]);
                }
            }
            first if first.is_ascii_digit() => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Which bytes words are made of: each byte of a text is looked up here.
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < u8::MAX {
        word[byte as usize] = is_letter(byte) || byte.is_ascii_digit();
        byte += 1;
    }
    word[u8::MAX as usize] = true;
    word
};

fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

fn line_end(text: &str, from: usize) -> usize {
    // The search for a character in text is the fast one.
    text[from..]
        .find('\n')
        .map_or(text.len(), |length| from + length)
}

/// Past a raw string, if one begins here.
fn raw_string_end(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from + 1..];
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    let (hashes, inside) = rest.split_at(hashes);
    let mut inside = inside.strip_prefix('"')?;
    // The search for a character in text is the fast one.
    while let Some(quote) = inside.find('"') {
        inside = &inside[quote + 1..];
        if let Some(after) = inside.strip_prefix(hashes) {
            return Some(text.len() - after.len());
        }
    }
    Some(text.len())
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
