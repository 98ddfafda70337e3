//! What the rules say of whole specs.

use std::path::Path;

use crate::diagnostic::{Colour, Sink};
use crate::{check, document, lower, source};

/// The pictures of all that is found in the specs of a path.
fn drawn(path: &Path) -> String {
    let mut sink = Sink::default();
    let (mut sources, roots) = source::load(&[path.to_path_buf()], &mut sink);
    let documents = document::resolve(&mut sources, roots, &mut sink);
    let model = lower::lower(&documents, &mut sink);
    let checked = check::check(model, &mut sink);
    let diagnostics = sink.finish(&sources);
    assert_eq!(
        checked.is_some(),
        diagnostics.is_empty(),
        "no specs here has warnings"
    );
    let drawn: Vec<_> = diagnostics
        .iter()
        .map(|found| found.draw(Colour::Never))
        .collect();
    drawn.join("\n\n")
}

#[test]
fn the_founding_providers_pass_every_rule() {
    assert_eq!(
        drawn(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs")),
        ""
    );
}
