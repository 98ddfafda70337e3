//! What the build script put into the program: the facts of the built-in providers and the diagnostics' pages.

use crate::facts::Facts;

/// A page of `docs/diagnostics/`.
#[derive(Debug)]
pub(crate) struct Page {
    /// The code.
    pub(crate) code: &'static str,
    /// The Markdown.
    pub(crate) text: &'static str,
}

// `PAGES: &[Page]`, sorted by code, and `PROVIDERS: &str`, the JSON of a list of `Facts`.
include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The facts of the built-in providers, sorted by id.
pub(crate) fn providers() -> Vec<Facts> {
    serde_json::from_str(PROVIDERS).expect("the build script wrote it with the same types")
}
