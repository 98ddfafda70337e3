//! Turns a [`SourceSet`] into one resolved [`Document`] a provider, for `lower`.

mod assemble;
pub mod codes;
mod complete;
mod cycles;
mod digest;
mod examples;
mod grammar;
mod keys;
mod marked;
mod overlay;
mod reference;
mod responses;
mod schema;
#[cfg(test)]
mod tests;
mod trees;
mod typed;
mod values;
mod walk;

use self::trees::{Parsed, Trees};
use self::walk::Walk;
use crate::diagnostic::{Report, Sink};
use crate::source::{Node, Root, SourceSet};

/// One provider's description, complete in itself and cut down to what its refresh operations reach.
///
/// In [`Self::node`] and [`Self::openapi`] alike: OpenAPI 3.0, whatever the file said; `paths` holds the
/// operations that carry `x-token-refresh` and no others; every `$ref` is followed in place save those to
/// schemas, which are all `#/components/schemas/NAME` with the schema there, and only what is reached is
/// there. Spans in the node are those of the files that the text came from.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file's name without its ending.
    pub id: String,
    /// The name of the specs folder and the file's, wherever the folder is: `specs/acme.yaml`.
    pub path: String,
    /// A digest of every file that took part, lower-case hexadecimal.
    pub digest: String,
    /// The tree, with spans.
    pub node: Node,
    /// The same tree, typed; without `x-token-refresh`, which is no OpenAPI and read by `lower` from the tree.
    pub openapi: openapiv3::OpenAPI,
}

/// Makes a document of each root, in their order.
///
/// A root with errors gives none; what is wrong with it is in the sink.
pub fn resolve(sources: &mut SourceSet, roots: Vec<Root>, sink: &mut Sink) -> Vec<Document> {
    crate::stack::deep(move || all(sources, roots, sink))
}

fn all(sources: &mut SourceSet, roots: Vec<Root>, sink: &mut Sink) -> Vec<Document> {
    let mut parsed = Parsed::new();
    roots
        .into_iter()
        .filter_map(|root| one(sources, &mut parsed, root, sink))
        .collect()
}

fn one(
    sources: &mut SourceSet,
    parsed: &mut Parsed,
    root: Root,
    sink: &mut Sink,
) -> Option<Document> {
    let mut own = Sink::default();
    let (tree, base) = if overlay::is_overlay(&root) {
        let applied = overlay::applied(&root, sources, parsed, &mut own);
        if applied.is_none() || own.has_errors() {
            sink.append(own);
            return None;
        }
        applied.map(|(tree, base)| (tree, Some(base)))?
    } else {
        (root.node, None)
    };
    let trees = Trees::new(sources, parsed, root.file, base, tree);
    // The tree as written goes before the typed one comes: both at once would take half as much memory again.
    let (node, used) = Walk::new(trees, &mut own).finish();
    let is_faulty = own.has_errors();
    sink.append(own);
    let node = node.filter(|_| !is_faulty)?;
    match typed::document(&node) {
        Ok(openapi) => Some(Document {
            id: root.id,
            path: root.path,
            digest: digest::digest(sources, &used),
            node,
            openapi,
        }),
        Err(error) => {
            sink.push(
                Report::new(
                    codes::WRONG_TYPE,
                    format!("this is not what OpenAPI has here: {}", error.message),
                )
                .at(error.span, "not understood")
                .help("see the OpenAPI specification for what may stand here"),
            );
            None
        }
    }
}
