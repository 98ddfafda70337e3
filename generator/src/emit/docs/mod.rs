//! Turns text into doc attributes: the one way by which words reach the generated code's documentation.

mod inline;
mod markdown;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Attribute;

use super::item;

pub(crate) use self::inline::code;

/// The lines of an item's documentation.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    lines: Vec<String>,
}

impl Docs {
    /// Documentation that opens with a sentence of ours.
    pub(crate) fn new(sentence: impl AsRef<str>) -> Self {
        let mut docs = Self::default();
        markdown::wrap_ours(sentence.as_ref(), &mut docs.lines);
        docs
    }

    /// The vendor's words, or a sentence of ours where there are none.
    pub(crate) fn of(vendor: Option<&str>, or: impl FnOnce() -> String) -> Self {
        let lines = vendor.map(markdown::lines).unwrap_or_default();
        if lines.is_empty() {
            Self::new(or())
        } else {
            Self { lines }
        }
    }

    /// Adds a paragraph of ours.
    pub(crate) fn paragraph(mut self, text: impl AsRef<str>) -> Self {
        self.blank();
        markdown::wrap_ours(text.as_ref(), &mut self.lines);
        self
    }

    /// Adds a paragraph of ours, if there is one.
    pub(crate) fn maybe(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.paragraph(text),
            None => self,
        }
    }

    /// Adds the vendor's words, if there are any.
    pub(crate) fn vendor(mut self, text: Option<&str>) -> Self {
        let lines = text.map(markdown::lines).unwrap_or_default();
        if !lines.is_empty() {
            self.blank();
            self.lines.extend(lines);
        }
        self
    }

    /// Adds lines of ours that belong together, after a blank one.
    pub(crate) fn block(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_some() {
            self.blank();
        }
        self.lines.extend(lines);
        self
    }

    /// The lines, for a module's own documentation.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// The attributes of an item.
    pub(crate) fn attributes(&self) -> TokenStream {
        self.lines.iter().map(|line| attribute(line)).collect()
    }

    /// The attributes of an item that is built.
    pub(crate) fn list(&self) -> Vec<Attribute> {
        self.lines.iter().map(|line| item::doc(line)).collect()
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }
}

/// One line of ours.
pub(crate) fn doc(line: &str) -> TokenStream {
    attribute(line)
}

fn attribute(line: &str) -> TokenStream {
    item::doc(line).into_token_stream()
}

/// The first sentence of a vendor's text, made safe, for a table or a list.
pub(crate) fn summary(text: &str) -> Option<String> {
    let lines = markdown::lines(text);
    let first: Vec<_> = lines
        .iter()
        .take_while(|line| !line.is_empty())
        .cloned()
        .collect();
    (!first.is_empty()).then(|| first.join(" "))
}

/// A vendor's text on one line, made safe for the cell of a table.
pub(crate) fn cell(text: &str) -> String {
    markdown::lines(text).join(" ").replace('|', "\\|")
}

/// A vendor's address as a link, where it is one.
pub(crate) fn link(label: &str, url: &str) -> Option<String> {
    inline::is_url(url).then(|| format!("[{label}]({url})"))
}
