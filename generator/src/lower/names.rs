//! Turns the words of a document into Rust names: the one place that chooses them.
//!
//! Words end at whatever is no letter or digit, and before a capital next to a small letter. A letter
//! outside ASCII becomes its code point, so that no two names look alike and none hides another.

use std::collections::HashMap;

use crate::model::Name;

/// Keywords that a raw identifier makes usable.
const RAW: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that cannot be raw.
const NEVER: &[&str] = &["self", "super", "crate", "Self"];

/// Crates that a module of the same name would hide, files that a crate's root takes, and what is there besides.
const CRATES: &[&str] = &[
    "lib",
    "main",
    "alloc",
    "core",
    "std",
    "http",
    "token_refresh_runtime",
    "lifecycle",
    "runtime",
];

/// The words of a name, in small letters, made of ASCII alone.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    ascii(text, |is_first, character| match words.last_mut() {
        Some(word) if !is_first => word.push(character),
        _ => words.push(character.to_string()),
    });
    words
}

/// Gives every letter of every word, in small ASCII letters; a letter outside ASCII is a word of its own.
fn ascii(text: &str, mut give: impl FnMut(bool, char)) {
    let mut is_after_point = false;
    walk(text, |is_first, character| {
        if character.is_ascii() {
            give(is_first || is_after_point, character.to_ascii_lowercase());
            is_after_point = false;
        } else {
            for (at, digit) in code_point(character).chars().enumerate() {
                give(at == 0, digit);
            }
            is_after_point = true;
        }
    });
}

fn code_point(character: char) -> String {
    format!("u{:x}", u32::from(character))
}

/// Gives every letter of every word, and whether it is the word's first.
fn walk(text: &str, mut give: impl FnMut(bool, char)) {
    let mut characters = text.chars().peekable();
    let mut before: Option<char> = None;
    let mut is_open = false;
    let mut is_empty = true;
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        if character.is_alphanumeric() || is_invisible(character) {
            give(!is_open || begins_word(before, character, after), character);
            is_open = true;
            is_empty = false;
        } else {
            is_open = false;
            let is_sign = before.is_none_or(|before| !before.is_ascii_alphanumeric())
                && after.is_some_and(|after| after.is_ascii_digit());
            // `+1` and `-1` are two values.
            match character {
                '-' if is_sign => spell("minus", &mut give),
                '+' if is_sign => spell("plus", &mut give),
                _ => {}
            }
        }
        before = Some(character);
    }
    if is_empty {
        spell(if text.is_empty() { "empty" } else { "symbol" }, &mut give);
    }
}

fn spell(word: &str, give: &mut impl FnMut(bool, char)) {
    for (at, character) in word.chars().enumerate() {
        give(at == 0, character);
    }
}

fn begins_word(before: Option<char>, character: char, after: Option<char>) -> bool {
    let is_small = |neighbour: Option<char>| neighbour.is_some_and(char::is_lowercase);
    is_invisible(character) || character.is_uppercase() && (is_small(before) || is_small(after))
}

/// Marks and controls that show nothing, or turn what follows around.
fn is_invisible(character: char) -> bool {
    !character.is_ascii()
        && (character.is_control()
            || matches!(u32::from(character), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff))
}

/// `clientSecret`: the name of an input, in the letters of the document.
pub(super) fn camel(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    walk(text, |is_first, character| {
        if is_invisible(character) {
            let mark = code_point(character);
            name.push('U');
            name.push_str(mark.trim_start_matches('u'));
        } else if is_first && !name.is_empty() {
            name.extend(character.to_uppercase());
        } else {
            name.extend(character.to_lowercase());
        }
    });
    name
}

/// The name of an input by its name on the wire: without a leading `x-`.
pub(super) fn input(wire: &str) -> String {
    let prefix = wire.get(..2);
    let is_prefixed = prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-"));
    match wire.get(2..) {
        Some(rest) if is_prefixed && !rest.is_empty() => camel(rest),
        _ => camel(wire),
    }
}

/// `client_secret`: a field, a function, an argument.
pub(super) fn snake(text: &str) -> String {
    let name = plain_snake(text);
    if RAW.contains(&name.as_str()) {
        format!("r#{name}")
    } else if NEVER.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

/// `client_secret` without regard to keywords, for names that get something before them.
pub(super) fn plain_snake(text: &str) -> String {
    let mut name = String::with_capacity(text.len() + 2);
    ascii(text, |is_first, character| {
        if is_first && !name.is_empty() {
            name.push('_');
        }
        name.push(character);
    });
    // A letter, since a public field is not to begin with `_`.
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("n{name}")
    } else {
        name
    }
}

/// A module: never raw, since its name is a file's too.
pub(super) fn module(text: &str) -> String {
    let name = plain_snake(text);
    let is_taken = [RAW, NEVER, CRATES]
        .iter()
        .any(|names| names.contains(&name.as_str()));
    if is_taken { format!("{name}_") } else { name }
}

/// `ClientSecret`: a type or a variant.
pub(super) fn pascal(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    ascii(text, |is_first, character| {
        name.push(if is_first {
            character.to_ascii_uppercase()
        } else {
            character
        });
    });
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("N{name}")
    } else if name == "Self" {
        "SelfValue".to_owned()
    } else {
        name
    }
}

/// `InvalidGrant`: a variant. It is no name that the module may import: whoever reads the module, the emitter's
/// list of imports included, could not tell the two apart.
pub(super) fn variant(text: &str) -> String {
    let name = pascal(text);
    if super::reserved::TYPES.contains(&name.as_str()) {
        name + "Value"
    } else {
        name
    }
}

/// A field's or function's name beside its wire name.
pub(super) fn field(wire: &str) -> Name {
    Name {
        wire: wire.to_owned(),
        rust: snake(wire),
    }
}

/// Names that are taken in one place, such as a module or a struct.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    taken: HashMap<String, u32>,
}

impl Scope {
    /// A scope in which these are taken.
    pub(super) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let taken = names.into_iter().map(|name| (name.to_owned(), 1)).collect();
        Self { taken }
    }

    /// Whether the name is free.
    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.taken.contains_key(name)
    }

    /// Takes the name, or the first numbered one that is free: `Data2`, `data_2`.
    pub(super) fn claim(&mut self, name: String) -> String {
        if self.is_free(&name) {
            self.taken.insert(name.clone(), 1);
            return name;
        }
        let is_type = name.starts_with(|first: char| first.is_ascii_uppercase());
        let stem = name
            .trim_start_matches("r#")
            .trim_end_matches('_')
            .to_owned();
        let mut number = self.taken.get(&name).copied().unwrap_or(1);
        loop {
            number += 1;
            let numbered = if is_type {
                format!("{stem}{number}")
            } else {
                format!("{stem}_{number}")
            };
            if self.is_free(&numbered) {
                self.taken.insert(name, number);
                self.taken.insert(numbered.clone(), 1);
                return numbered;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_the_format_says() {
        for (wire, expected) in [
            ("client_id", "clientId"),
            ("x-client-secret", "clientSecret"),
            ("X-Client-Secret", "clientSecret"),
            ("CompanyDB", "companyDb"),
            ("SECRET_HASH", "secretHash"),
            ("api.key name", "apiKeyName"),
            ("APIKey", "apiKey"),
            ("x-", "x"),
            ("Größe", "größe"),
            ("a\u{202e}b", "aU202eb"),
        ] {
            assert_eq!(input(wire), expected, "{wire}");
        }
    }

    fn assert_identifiers(text: &str) {
        for name in [snake(text), pascal(text), module(text)] {
            let name = name.strip_prefix("r#").unwrap_or(&name);
            let mut characters = name.chars();
            let first = characters.next().unwrap();
            assert!(first.is_ascii_alphabetic(), "{text:?} gives {name:?}");
            let is_plain = characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
            assert!(is_plain, "{text:?} gives {name:?}");
        }
        assert!(!snake(text).contains(|c: char| c.is_ascii_uppercase()));
        assert!(!NEVER.contains(&snake(text).as_str()) && !RAW.contains(&snake(text).as_str()));
    }

    #[test]
    fn every_text_becomes_an_identifier() {
        for text in [
            "",
            "-",
            "self",
            "Self",
            "crate",
            "fn",
            "type",
            "r#type",
            "2fa",
            "名前",
            "\u{202e}abc",
            "\"]; panic!()",
            "../../etc/passwd",
            "é",
            "a\u{0301}",
            "_",
            "gen",
            "🦀",
        ] {
            assert_identifiers(text);
        }
        assert_eq!(snake("größe"), "gr_uf6_udf_e");
        assert_eq!(snake("type"), "r#type");
        assert_eq!(snake("self"), "self_");
        assert_eq!(pascal("self"), "SelfValue");
        assert_eq!(module("fn"), "fn_");
        assert_eq!(module("std"), "std_");
        assert_eq!(module("lib"), "lib_");
    }

    proptest::proptest! {
        #[test]
        fn any_text_becomes_an_identifier(text in ".*") {
            assert_identifiers(&text);
            assert_identifiers(&camel(&text));
        }

        #[test]
        fn no_name_is_taken_twice(texts in proptest::collection::vec("[a-bA-B0-2_ -]{0,3}", 0..40)) {
            let mut scope = Scope::default();
            let claimed: Vec<_> = texts.iter().map(|text| scope.claim(snake(text))).collect();
            let distinct: std::collections::HashSet<_> = claimed.iter().collect();
            assert_eq!(distinct.len(), claimed.len(), "{claimed:?}");
        }
    }

    #[test]
    fn signs_tell_numbers_apart() {
        assert_eq!(pascal("+1"), "Plus1");
        assert_eq!(pascal("-1"), "Minus1");
        assert_eq!(pascal("a-1"), "A1");
    }

    #[test]
    fn what_collides_is_numbered() {
        let mut scope = Scope::of(["Data"]);
        assert_eq!(scope.claim("Data".into()), "Data2");
        assert_eq!(scope.claim("Data".into()), "Data3");
        assert_eq!(scope.claim("data".into()), "data");
        assert_eq!(scope.claim("data".into()), "data_2");
        assert_eq!(scope.claim("r#type".into()), "r#type");
        assert_eq!(scope.claim("r#type".into()), "type_2");
    }
}
