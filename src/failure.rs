//! What keeps a command from doing its work at all: wrong arguments, or a file that cannot be read or written.

use std::fmt::Write as _;
use std::path::Path;

use crate::console;

/// How a command that did its work found things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Exit code 0.
    Clean,
    /// Exit code 1.
    Problems,
}

/// Exit code 2, with a reason for a person.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    /// A reason, in one line.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// What to do about it, in one line.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file or folder that could not be used as `verb` says (`read`, `write`).
    pub(crate) fn file(verb: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {verb} `{}`: {error}", path.display()))
    }

    /// Writes the reason to standard error.
    pub(crate) fn say(&self) {
        let mut text = format!("{} {}\n", console::error_word(), self.message);
        if let Some(help) = &self.help {
            let _ = writeln!(text, "  {} {help}", console::help_word());
        }
        console::complain(&text);
    }
}
