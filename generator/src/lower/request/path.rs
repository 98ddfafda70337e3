//! Cuts an operation's path at its parameters, and takes the fixed query off its key.

use super::Builder;
use crate::model::{Json, Part, PartSource, PathPiece, Place};

impl Builder<'_, '_, '_> {
    /// The path in pieces; a parameter that is not described stands as text.
    pub(super) fn path(&self, parts: &[Part]) -> Vec<PathPiece> {
        let part = |name: &str| {
            parts
                .iter()
                .position(|part| matches!(&part.place, Place::Path(known) if known == name))
        };
        let mut pieces = Vec::new();
        for (text, name) in cut(path_only(self.nodes.path)) {
            if !text.is_empty() {
                pieces.push(PathPiece::Literal(text.to_owned()));
            }
            if let Some(name) = name {
                let piece = part(name).map(PathPiece::Part);
                pieces.push(piece.unwrap_or_else(|| PathPiece::Literal(format!("{{{name}}}"))));
            }
        }
        pieces
    }

    /// The pairs behind a `?` in the path's key, which vendors write where OpenAPI has no place for them.
    pub(super) fn fixed_query(&self) -> Vec<Part> {
        let Some((_, query)) = without_fragment(self.nodes.path).split_once('?') else {
            return Vec::new();
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let part = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Part {
                place: Place::Query(name.to_owned()),
                source: PartSource::Constant(Json::String(value.to_owned())),
                prefix: String::new(),
                is_required: true,
                origin: self.nodes.path_item.span,
            }
        };
        pairs.map(part).collect()
    }
}

fn without_fragment(path: &str) -> &str {
    path.split_once('#').map_or(path, |(path, _)| path)
}

fn path_only(path: &str) -> &str {
    let path = without_fragment(path);
    path.split_once('?').map_or(path, |(path, _)| path)
}

/// The text before each `{name}`, and that name; the last text has none.
pub(super) fn cut(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        pieces.push((before, Some(name)));
        rest = tail;
    }
    pieces.push((rest, None));
    pieces
}
