//! The specs under `tests/cases`: each file or folder there is one case.

use std::path::PathBuf;

use token_refresh_generator::compile;
use token_refresh_generator::diagnostic::{Colour, Diagnostic, Sink};
use token_refresh_generator::model::Model;
use token_refresh_generator::source::{self, Text};

use super::{read, root};

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The name of the file without its ending, or of the folder.
    pub(crate) name: String,
    /// The file or folder.
    pub(crate) path: PathBuf,
}

/// The cases of a kind, `accept` or `reject`, sorted.
pub(crate) fn all(kind: &str) -> Vec<Case> {
    let folder = root().join("tests/cases").join(kind);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut cases: Vec<Case> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = if path.is_dir() {
                path.file_name()
            } else {
                path.file_stem()
            };
            let name = name.unwrap().to_string_lossy().into_owned();
            // Tests run in the package's folder; a path from there is the same on every machine.
            let path = path.strip_prefix(root()).unwrap_or(&path).to_path_buf();
            Case { name, path }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!cases.is_empty(), "{} has cases", folder.display());
    cases
}

impl Case {
    /// The code in front of a rejected case's name.
    pub(crate) fn code(&self) -> Option<String> {
        let (code, _) = self.name.split_once('-')?;
        let digits = code.strip_prefix("TR")?;
        let is_code = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then(|| code.to_owned())
    }
}

/// What the generator makes of a case.
pub(crate) struct Examined {
    /// The providers; none where something is wrong.
    pub(crate) model: Model,
    /// All that was found.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Examined {
    /// The pictures, without colours.
    pub(crate) fn drawn(&self) -> String {
        let draw = |found: &Diagnostic| found.draw(Colour::Never);
        let drawn: Vec<_> = self.diagnostics.iter().map(draw).collect();
        drawn.join("\n\n")
    }
}

impl Case {
    /// Runs the stages over the case. A file is the spec of a provider with the file's name in small letters; a
    /// folder is a specs folder.
    pub(crate) fn examine(&self) -> Examined {
        let mut sink = Sink::default();
        let (mut sources, roots) = if self.path.is_dir() {
            source::load(std::slice::from_ref(&self.path), &mut sink)
        } else {
            let name = self.path.file_name().unwrap().to_string_lossy();
            let text = Text {
                path: format!("specs/{}", name.to_lowercase()),
                text: read(&self.path),
            };
            source::load_texts(&[text], &mut sink)
        };
        match compile(&mut sources, roots, sink) {
            Ok((model, diagnostics)) => Examined {
                model: model.into_inner(),
                diagnostics,
            },
            Err(diagnostics) => Examined {
                model: Model::default(),
                diagnostics,
            },
        }
    }
}
