//! Turns diagnostics into what a person, a program or GitHub reads.

pub(crate) mod diff;
mod github;
mod json;

use token_refresh_generator::diagnostic::{Colour, Diagnostic};

use crate::arguments::DiagnosticFormat;

/// The text of these diagnostics in this format.
pub(crate) fn show(diagnostics: &[Diagnostic], format: DiagnosticFormat) -> String {
    match format {
        DiagnosticFormat::Human => drawn(diagnostics),
        DiagnosticFormat::Json => json::show(diagnostics),
        DiagnosticFormat::Github => github::show(diagnostics),
    }
}

/// The pictures, each with an empty line after it. Where no colour is wanted the console takes it out.
pub(crate) fn drawn(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&diagnostic.draw(Colour::Always));
        text.push_str("\n\n");
    }
    text
}
