//! Diagnostics as workflow commands, which GitHub shows beside the changed lines.

use token_refresh_generator::diagnostic::{Diagnostic, Severity};

/// One line a diagnostic.
pub(super) fn show(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(command).collect()
}

fn command(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = diagnostic.primary.as_ref().map(|label| {
        let position = label.position();
        format!(
            "file={},line={},col={},endLine={},endColumn={},",
            property(&label.file.path),
            position.line,
            position.column,
            position.end_line,
            position.end_column,
        )
    });
    let help = diagnostic
        .help
        .as_ref()
        .map(|help| format!("\nhelp: {help}"));
    format!(
        "::{level} {}title={}::{}{}\n",
        place.unwrap_or_default(),
        property(&diagnostic.code.to_string()),
        data(&diagnostic.message),
        data(&help.unwrap_or_default()),
    )
}

/// What stands after `::` ends at a line break.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property ends at a comma or colon as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn a_message_cannot_begin_another_command() {
        assert_eq!(data("100%\n::error::x"), "100%25%0A::error::x");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
