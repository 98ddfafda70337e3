//! Clients at build time: for build scripts, which write to `OUT_DIR` and speak to cargo.

use std::path::{Path, PathBuf};
use std::process::exit;

use crate::config::{Config, Layout};
use crate::diagnostic::{Colour, Diagnostic, Sink};
use crate::{compile, krate, output, source};

/// Generates clients in a build script. `token_refresh_runtime::include_clients!()` takes them in.
///
/// ```no_run
/// // build.rs
/// token_refresh_generator::Build::new("specs").compile();
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `compile`"]
pub struct Build {
    config: Config,
    folder: Option<PathBuf>,
}

impl Build {
    /// All of the specs in this folder, or this one file; relative to the package.
    pub fn new(specs: impl Into<PathBuf>) -> Self {
        Self {
            config: Config::new(specs).layout(Layout::File),
            folder: None,
        }
    }

    /// Only the providers of these ids.
    pub fn only(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.config = self.config.only(ids);
        self
    }

    /// Writes to this folder instead of cargo's `OUT_DIR`.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Writes the clients. A bad spec ends the build script with cargo's error and a picture of what is wrong.
    pub fn compile(self) {
        let folder = self
            .folder
            .clone()
            .or_else(|| std::env::var_os("OUT_DIR").map(PathBuf::from));
        let Some(folder) = folder else {
            fail(
                "OUT_DIR is not set: call this in a build script, or name a folder with `out_dir`",
            );
        };
        // A folder is watched with all that is in it: a new spec runs the script again.
        for specs in &self.config.specs {
            println!("cargo::rerun-if-changed={}", specs.display());
        }
        match self.generate(&folder) {
            Ok(warnings) => warnings
                .iter()
                .for_each(|warning| say("warning", &headline(warning))),
            Err(problems) => refuse(&problems),
        }
    }

    fn generate(&self, folder: &Path) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        let mut sink = Sink::default();
        let (mut sources, roots) = source::load(&self.config.specs, &mut sink);
        let compiled = compile(&mut sources, roots, sink);
        for location in sources.locations() {
            println!("cargo::rerun-if-changed={}", location.display());
        }
        let (model, warnings) = compiled?;
        let tree = krate::tree(&model, &self.config);
        if let Err(error) = output::write(&tree, folder) {
            fail(&error.to_string());
        }
        Ok(warnings)
    }
}

/// All of the pictures, and one line for each as cargo's own error.
fn refuse(problems: &[Diagnostic]) -> ! {
    for problem in problems {
        eprintln!("{}\n", problem.draw(Colour::Never));
    }
    for problem in problems {
        say("error", &headline(problem));
    }
    exit(1);
}

/// `specs/acme.yaml:17:19: …`
fn headline(problem: &Diagnostic) -> String {
    let place = problem.primary.as_ref().map_or_else(String::new, |label| {
        let position = label.position();
        format!(
            "{}:{}:{}: ",
            label.file.path, position.line, position.column
        )
    });
    format!("{place}{} [{}]", problem.message, problem.code)
}

fn fail(message: &str) -> ! {
    say("error", message);
    exit(1);
}

/// One line to cargo, which takes a line break for the end of it.
fn say(level: &str, message: &str) {
    let message: String = message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    println!("cargo::{level}={message}");
}
