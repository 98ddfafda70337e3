//! Runs the generator's stages over specs and keeps all that they find, warnings too.

use std::path::PathBuf;

use token_refresh_generator::diagnostic::{Diagnostic, Severity, Sink};
use token_refresh_generator::{check, document, lower, source};

/// What the stages make of some specs.
#[derive(Debug)]
pub(crate) struct Examined {
    /// How many specs were read.
    pub(crate) specs: usize,
    /// All that was found, by file and line.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Examined {
    /// How many errors there are.
    pub(crate) fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
    pub(crate) fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        let is_it = |diagnostic: &&Diagnostic| diagnostic.severity == severity;
        self.diagnostics.iter().filter(is_it).count()
    }
}

/// Reads and judges the specs of these files and folders.
///
/// A spec that a stage refuses goes no further, but the others do: one run shows what is wrong with each.
pub(crate) fn examine(paths: &[PathBuf]) -> Examined {
    let mut sink = Sink::default();
    let (mut sources, roots) = source::load(paths, &mut sink);
    let specs = roots.len();
    let documents = document::resolve(&mut sources, roots, &mut sink);
    let model = lower::lower(&documents, &mut sink);
    let _ = check::check(model, &mut sink);
    Examined {
        specs,
        diagnostics: sink.finish(&sources),
    }
}
