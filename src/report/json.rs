//! Diagnostics as a JSON array, for programs.

use serde::Serialize;
use token_refresh_generator::diagnostic::{Diagnostic, Label, Severity};

/// One diagnostic, with every key; what has no place has `null` there.
#[derive(Serialize)]
struct Object<'a> {
    code: String,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    help: Option<&'a str>,
}

/// One array, pretty.
pub(super) fn show(diagnostics: &[Diagnostic]) -> String {
    let objects: Vec<_> = diagnostics.iter().map(object).collect();
    let json = serde_json::to_string_pretty(&objects).expect("text and numbers, which JSON has");
    format!("{json}\n")
}

fn object(diagnostic: &Diagnostic) -> Object<'_> {
    let label = diagnostic.primary.as_ref();
    let position = label.map(Label::position);
    Object {
        code: diagnostic.code.to_string(),
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        file: label.map(|label| label.file.path.as_str()),
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        end_line: position.map(|position| position.end_line),
        end_column: position.map(|position| position.end_column),
        help: diagnostic.help.as_deref(),
    }
}
