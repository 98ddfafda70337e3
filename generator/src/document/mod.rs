//! Turns a [`SourceSet`] into one resolved [`Document`] a provider, for `lower`.

pub mod codes;
mod digest;
mod thin;

use crate::diagnostic::{Report, Sink};
use crate::source::{Node, Root, SourceSet, yaml};

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
    /// The same tree, typed.
    pub openapi: openapiv3::OpenAPI,
}

/// Makes a document of each root, in their order.
///
/// A root with errors gives none; what is wrong with it is in the sink.
pub fn resolve(sources: &mut SourceSet, roots: Vec<Root>, sink: &mut Sink) -> Vec<Document> {
    let mut documents = Vec::new();
    for root in roots {
        let node = thin::cut(&root.node);
        match yaml::typed(&node) {
            Ok(openapi) => documents.push(Document {
                id: root.id,
                path: root.path,
                digest: digest::digest(sources, &[root.file].into()),
                node,
                openapi,
            }),
            Err(error) => {
                sink.push(Report::new(codes::NOT_OPENAPI, error.message).at(error.span, "here"));
            }
        }
    }
    documents
}
