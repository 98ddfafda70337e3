//! Turns what a stage found wrong into data that a person, an editor or CI can be shown.

mod draw;
pub mod nearest;
mod position;
#[cfg(test)]
mod tests;
mod visible;

pub use self::draw::Colour;
pub use self::position::Position;
pub use self::visible::visible;

use std::sync::Arc;

use crate::source::{SourceFile, SourceSet, Span};

/// One problem of the user's making, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Whether it stops the generator.
    pub severity: Severity,
    /// One line in the spec author's words.
    pub message: String,
    /// Where; absent where no file is at fault, such as an empty folder.
    pub primary: Option<Label>,
    /// Further places, such as "first defined here".
    pub secondary: Vec<Label>,
    /// One line that could be pasted.
    pub help: Option<String>,
}

/// A place in a file and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What is written beside the underline.
    pub text: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// Worth mending; code is generated all the same.
    Warning,
}

/// A problem as a stage reports it, before the sources are looked up.
#[derive(Clone, Debug)]
pub struct Report {
    code: Code,
    message: String,
    primary: Option<(Span, String)>,
    secondary: Vec<(Span, String)>,
    help: Option<String>,
}

/// A stable code and what it stands for. Each has a page in `docs/diagnostics/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    number: u16,
    severity: Severity,
    title: &'static str,
}

/// Every code of every stage, by number: what `explain` knows and what has to have a page.
pub fn codes() -> impl Iterator<Item = Code> {
    // Each stage adds a line.
    let stages = [
        crate::source::codes::ALL,
        crate::document::codes::ALL,
        crate::lower::codes::ALL,
        crate::lower::extension::codes::ALL,
        crate::check::codes::ALL,
    ];
    let mut all = stages.concat();
    all.sort();
    all.into_iter()
}

impl Code {
    /// A code that stops the generator.
    pub const fn error(number: u16, title: &'static str) -> Self {
        Self {
            number,
            severity: Severity::Error,
            title,
        }
    }

    /// A code that does not.
    pub const fn warning(number: u16, title: &'static str) -> Self {
        Self {
            number,
            severity: Severity::Warning,
            title,
        }
    }

    /// How bad it is.
    pub const fn severity(self) -> Severity {
        self.severity
    }

    /// What it stands for, in a few words.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TR{:03}", self.number)
    }
}

impl Report {
    /// A problem without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: None,
        }
    }

    /// What is said.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is, and what is written beside the underline.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some((span, text.into()));
        self
    }

    /// A further place.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push((span, text.into()));
        self
    }

    /// One line that could be pasted.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// Collects what a stage finds; the pipeline stops between stages.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    reports: Vec<Report>,
}

impl Sink {
    /// Adds a problem.
    pub fn push(&mut self, report: Report) {
        self.reports.push(report);
    }

    /// Adds another sink's problems.
    pub fn append(&mut self, other: Self) {
        self.reports.extend(other.reports);
    }

    /// Whether anything so far stops the generator.
    pub fn has_errors(&self) -> bool {
        self.reports
            .iter()
            .any(|report| report.code.severity() == Severity::Error)
    }

    /// The problems with their sources, in the order of files and lines.
    pub fn finish(mut self, sources: &SourceSet) -> Vec<Diagnostic> {
        let place = |report: &Report| report.primary.as_ref().map(|(span, _)| *span);
        self.reports
            .sort_by(|a, b| (place(a), a.code, &a.message).cmp(&(place(b), b.code, &b.message)));
        // What two operations share is walked twice.
        self.reports.dedup_by(|a, b| {
            place(a).is_some() && (place(a), a.code, &a.message) == (place(b), b.code, &b.message)
        });
        let label = |(span, text): (Span, String)| {
            let file = Arc::clone(sources.get(span.file)?);
            Some(Label {
                file,
                start: span.start as usize,
                end: span.end as usize,
                text,
            })
        };
        let diagnostic = |report: Report| Diagnostic {
            code: report.code,
            severity: report.code.severity(),
            message: report.message,
            primary: report.primary.and_then(label),
            secondary: report.secondary.into_iter().filter_map(label).collect(),
            help: report.help,
        };
        self.reports.into_iter().map(diagnostic).collect()
    }
}
