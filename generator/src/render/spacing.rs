//! Puts the blank lines between items that prettyplease leaves out. Only white space changes.

use super::enums;

/// The same text with a blank line between items, and between the functions of an `impl`.
pub(super) fn space(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 16);
    let mut lines = text.lines().peekable();
    let mut is_in_impl = false;
    let mut rest = text;
    while let Some(mut line) = lines.next() {
        rest = rest.get(line.len() + 1..).unwrap_or_default();
        if enums::begins(line) {
            let mut call = line.to_owned();
            while !line.ends_with(");")
                && let Some(next) = lines.next()
            {
                rest = rest.get(next.len() + 1..).unwrap_or_default();
                call.push('\n');
                call.push_str(next);
                line = next;
            }
            spaced.push_str(&enums::lay_out(&call));
        } else {
            spaced.push_str(line);
        }
        spaced.push('\n');
        if is_at_margin(line) && opens_impl(line) {
            is_in_impl = true;
        }
        let Some(next) = lines.peek() else { break };
        let is_gap = if ends_item(line, "") {
            is_in_impl = false;
            !(is_short(line) && is_short(after_attributes(rest, "")))
        } else {
            is_in_impl && ends_item(line, "    ") && !next.starts_with('}') && is_function(rest)
        };
        if is_gap {
            spaced.push('\n');
        }
    }
    spaced
}

fn is_at_margin(line: &str) -> bool {
    !line.starts_with([' ', '}', '#', '/'])
}

fn opens_impl(line: &str) -> bool {
    line.ends_with('{')
        && ["impl ", "impl<", "pub trait ", "trait "]
            .iter()
            .any(|start| line.starts_with(start))
}

/// Whether an item that is indented so far ends with this line.
fn ends_item(line: &str, indent: &str) -> bool {
    let Some(line) = line.strip_prefix(indent) else {
        return false;
    };
    if line.starts_with([' ', '#', '/']) {
        return false;
    }
    line.ends_with(';') || line.ends_with('}') && (line.starts_with('}') || line.contains('{'))
}

/// Items that stand close together.
fn is_short(line: &str) -> bool {
    ["use ", "pub use ", "mod ", "pub mod "]
        .iter()
        .any(|start| line.starts_with(start))
        && line.ends_with(';')
}

/// The first line that is neither a comment nor an attribute.
fn after_attributes<'a>(text: &'a str, indent: &str) -> &'a str {
    let mut lines = text
        .lines()
        .map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines
        .find(|line| !line.starts_with("//") && !line.starts_with("#["))
        .unwrap_or_default()
}

fn is_function(text: &str) -> bool {
    let line = after_attributes(text, "    ");
    [
        "fn ",
        "pub fn ",
        "pub async fn ",
        "async fn ",
        "const fn ",
        "pub const fn ",
        "pub(super) fn ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIGHT: &str = "\
use a::B;
use c::D;
/// Doc.
#[derive(Debug)]
pub struct A {
    a: u8,
}
impl A {
    type T = u8;
    const C: u8 = 1;
    /// Doc.
    fn a() {
        if b {
            c();
        }
        d();
    }
    #[must_use]
    fn e() {}
}
pub struct B(u8);
macro_like!(B);
pub enum C {}
";

    const LOOSE: &str = "\
use a::B;
use c::D;

/// Doc.
#[derive(Debug)]
pub struct A {
    a: u8,
}

impl A {
    type T = u8;
    const C: u8 = 1;

    /// Doc.
    fn a() {
        if b {
            c();
        }
        d();
    }

    #[must_use]
    fn e() {}
}

pub struct B(u8);

macro_like!(B);

pub enum C {}
";

    #[test]
    fn items_and_functions_stand_apart() {
        assert_eq!(space(TIGHT), LOOSE);
    }

    #[test]
    fn the_tokens_stay_the_same() {
        let tokens = |text: &str| {
            text.parse::<proc_macro2::TokenStream>()
                .unwrap()
                .to_string()
        };
        assert_eq!(tokens(&space(TIGHT)), tokens(TIGHT));
    }
}
