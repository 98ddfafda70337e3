//! Turns a [`SourceSet`] into one resolved [`Document`] a provider, for `lower`.

use crate::source::Node;

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
    /// The file's path as messages show it.
    pub path: String,
    /// A digest of every file that took part, lower-case hexadecimal.
    pub digest: String,
    /// The tree, with spans.
    pub node: Node,
    /// The same tree, typed.
    pub openapi: openapiv3::OpenAPI,
}
