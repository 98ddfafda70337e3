//! OpenAPI descriptions of token-refresh endpoints in, typed Rust clients out.
//!
//! The stages, each of which stops the next when it finds something wrong:
//! [`source`] reads, [`document`] resolves, [`lower`] chooses types and names, [`check`] applies the rules,
//! `emit` makes items of what is left, `render` makes text of them, [`output`] writes it.

mod build;
pub mod check;
pub mod config;
pub mod diagnostic;
pub mod document;
mod emit;
mod krate;
pub mod lower;
pub mod model;
pub mod output;
mod render;
pub mod source;
mod stack;

pub use self::build::Build;
use self::check::Checked;
pub use self::config::{Config, Layout, Package};
use self::diagnostic::{Diagnostic, Sink};
pub use self::lower::extension::{extension_schema, provider_schema};
use self::model::Model;
pub use self::output::OutputTree;
use self::source::{Root, SourceSet};

/// Makes the files of a crate, or of a module, out of specs.
///
/// # Errors
/// Everything that is wrong with the specs, as far as it could be seen: the stages after a faulty one do not run.
pub fn generate(config: &Config) -> Result<OutputTree, Vec<Diagnostic>> {
    stack::deep(|| generated(config))
}

fn generated(config: &Config) -> Result<OutputTree, Vec<Diagnostic>> {
    let mut sink = Sink::default();
    let (mut sources, roots) = source::load(&config.specs, &mut sink);
    let (model, warnings) = compile(&mut sources, roots, sink)?;
    let mut tree = krate::tree(&model, config);
    tree.warnings = warnings;
    Ok(tree)
}

/// What specs say, with what their authors should look at although it stops nothing.
///
/// # Errors
/// Everything that is wrong with them.
pub fn compile(
    sources: &mut SourceSet,
    roots: Vec<Root>,
    sink: Sink,
) -> Result<(Checked<Model>, Vec<Diagnostic>), Vec<Diagnostic>> {
    stack::deep(move || compiled(sources, roots, sink))
}

fn compiled(
    sources: &mut SourceSet,
    roots: Vec<Root>,
    mut sink: Sink,
) -> Result<(Checked<Model>, Vec<Diagnostic>), Vec<Diagnostic>> {
    if sink.has_errors() {
        return Err(sink.finish(sources));
    }
    let documents = document::resolve(sources, roots, &mut sink);
    if sink.has_errors() {
        return Err(sink.finish(sources));
    }
    let model = lower::lower(&documents, &mut sink);
    if sink.has_errors() {
        return Err(sink.finish(sources));
    }
    let checked = check::check(model, &mut sink);
    let diagnostics = sink.finish(sources);
    match checked {
        Some(model) => Ok((model, diagnostics)),
        None => Err(diagnostics),
    }
}
