//! Standard output and standard error as the commands see them: colour only on a terminal, and a reader that
//! went away is no error.

use std::io::{ErrorKind, Write as _};

use crate::failure::Failure;

/// Bold red, as rustc has it.
const ERROR: &str = "\u{1b}[1;31m";
/// Bold green.
const GOOD: &str = "\u{1b}[1;32m";
/// Bold.
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// The two streams. Colours are taken out on the way where `NO_COLOR` or a pipe says so.
#[derive(Debug, Default)]
pub(crate) struct Console {
    is_closed: bool,
}

impl Console {
    /// Writes text to standard output. Once the reader has gone, nothing is written and nothing is wrong: the
    /// command's work and its exit code do not depend on who listens.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        let mut stdout = anstream::stdout().lock();
        self.judge(
            stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush()),
        )
    }

    /// Writes what is still held back.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        let flushed = anstream::stdout().flush();
        self.judge(flushed)
    }

    fn judge(&mut self, result: std::io::Result<()>) -> Result<(), Failure> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(Failure::new(format!(
                "cannot write to standard output: {error}"
            ))),
        }
    }
}

/// Writes text to standard error. If that fails there is nobody left to tell.
pub(crate) fn complain(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// `error:` in its colour.
pub(crate) fn error_word() -> String {
    format!("{ERROR}error{RESET}{BOLD}:{RESET}")
}

/// `help:` in its weight.
pub(crate) fn help_word() -> String {
    format!("{BOLD}help:{RESET}")
}

/// A word of success, right-aligned as cargo does it.
pub(crate) fn status(word: &str) -> String {
    format!("{GOOD}{word:>12}{RESET}")
}

/// A heading.
pub(crate) fn bold(text: &str) -> String {
    format!("{BOLD}{text}{RESET}")
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// A line of a diff that is taken out.
pub(crate) fn removed(text: &str) -> String {
    format!("\u{1b}[31m{text}{RESET}")
}

/// A line of a diff that is put in.
pub(crate) fn added(text: &str) -> String {
    format!("\u{1b}[32m{text}{RESET}")
}
