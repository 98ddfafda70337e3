//! Turns a paragraph of a vendor's text into words that rustdoc takes for words: no HTML, no links
//! into the code, no bare addresses.

/// Text as inline code, whatever is in it.
pub(crate) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !is_unprintable(*c))
        .map(|c| if c == '`' { '\'' } else { c })
        .collect();
    let text = text.trim();
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    format!("`{text}`")
}

/// Characters that have no place in a comment: they could end the line or reorder what a reader sees.
pub(super) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// Whether the whole text is a web address that can stand in a link.
pub(super) fn is_url(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://"))
        && text
            .chars()
            .all(|c| is_url_char(c) && !matches!(c, '(' | ')'))
}

fn is_url_char(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '\\' | '^' | '{' | '}' | '|')
}

/// The words of a paragraph. Code and links are one word, blanks and all.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Words::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = take_special(rest, words.word.is_empty(), &mut words);
        rest = if let Some(length) = taken {
            &rest[length..]
        } else {
            words.plain(c);
            &rest[c.len_utf8()..]
        };
    }
    words.end_word();
    words.done
}

/// Takes code, a link or an address from the start of the text; the length that was taken.
fn take_special(text: &str, at_start: bool, words: &mut Words) -> Option<usize> {
    match text.as_bytes()[0] {
        b'`' => Some(take_code(text, words)),
        b'[' => take_link(text, words),
        b'!' if text[1..].starts_with('[') => take_link(&text[1..], words).map(|length| length + 1),
        b'<' => take_autolink(text, words),
        b'h' if at_start || words.ends_with_punctuation() => take_url(text, words),
        b'\\' if text[1..].starts_with(|c: char| c.is_ascii_punctuation()) => {
            words.atom(&text[..2]);
            Some(2)
        }
        _ => None,
    }
}

fn take_code(text: &str, words: &mut Words) -> usize {
    let run = text.len() - text.trim_start_matches('`').len();
    let fence = &text[..run];
    let mut from = run;
    while let Some(found) = text[from..].find(fence) {
        let start = from + found;
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        if length == run {
            words.atom(&text[..start + run]);
            return start + run;
        }
        from = start + length;
    }
    words.atom(&"\\`".repeat(run));
    run
}

fn take_link(text: &str, words: &mut Words) -> Option<usize> {
    let middle = text.find("](")?;
    let label = &text[1..middle];
    let end = middle + 2 + text[middle + 2..].find(')')?;
    let url = &text[middle + 2..end];
    if label.contains(['[', ']', '`', '<', '>', '\\']) || label.trim().is_empty() || !is_url(url) {
        return None;
    }
    let label = self::words(label).join(" ");
    if label.contains('<') {
        return None;
    }
    words.atom(&format!("[{label}]({url})"));
    Some(end + 1)
}

fn take_autolink(text: &str, words: &mut Words) -> Option<usize> {
    let end = text.find('>')?;
    let url = &text[1..end];
    if !is_url(url) {
        return None;
    }
    words.atom(&text[..=end]);
    Some(end + 1)
}

fn take_url(text: &str, words: &mut Words) -> Option<usize> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let end = text
        .find(|c: char| !is_url_char(c) || matches!(c, '(' | ')' | '[' | ']'))
        .unwrap_or(text.len());
    let url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
    words.atom(&format!("<{url}>"));
    Some(url.len())
}

/// Words under construction.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
    /// Whether the word so far is text only, which may need to be marked as code.
    is_atom: bool,
}

impl Words {
    fn plain(&mut self, c: char) {
        match c {
            c if c.is_whitespace() => self.end_word(),
            '<' | '[' | ']' | '\\' => {
                self.is_atom = true;
                self.word.push('\\');
                self.word.push(c);
            }
            c => self.word.push(c),
        }
    }

    fn atom(&mut self, text: &str) {
        self.is_atom = true;
        self.word.push_str(text);
    }

    fn ends_with_punctuation(&self) -> bool {
        self.word.ends_with(|c: char| !c.is_alphanumeric())
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let is_atom = std::mem::take(&mut self.is_atom);
        self.done.push(if is_atom { word } else { marked(word) });
    }
}

/// A name in plain text, marked as code: readers, and clippy, want it so.
fn marked(word: String) -> String {
    let start = word.find(|c: char| c.is_alphanumeric() || c == '_');
    let end = word.rfind(|c: char| c.is_alphanumeric() || c == '_');
    let (Some(start), Some(end)) = (start, end) else {
        return word;
    };
    let end = end + word[end..].chars().next().map_or(0, char::len_utf8);
    let core = &word[start..end];
    if !is_name(core) {
        return word;
    }
    format!("{}`{core}`{}", &word[..start], &word[end..])
}

fn is_name(word: &str) -> bool {
    const PROPER: &[&str] = &[
        "GitHub",
        "GitLab",
        "JavaScript",
        "OAuth",
        "OpenID",
        "TypeScript",
    ];
    if PROPER.contains(&word) {
        return false;
    }
    let is_camel = word.starts_with(char::is_uppercase)
        && word
            .trim_end_matches('s')
            .chars()
            .all(char::is_alphanumeric)
        && word.chars().filter(|c| c.is_uppercase()).count() > 1
        && word.trim_end_matches('s').contains(char::is_lowercase);
    word.contains('_') || word.contains("::") || is_camel
}
