//! Cuts an operation's path at its parameters, and takes the fixed query off its key.

use super::Builder;
use crate::diagnostic::{Report, nearest};
use crate::lower::codes;
use crate::lower::schema::text;
use crate::model::{Json, Part, PartSource, PathPiece, Place};
use crate::source::Span;

impl Builder<'_, '_, '_> {
    /// The path in pieces.
    pub(super) fn path(&mut self, parts: &[Part]) -> Vec<PathPiece> {
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
                match part(name) {
                    Some(part) => pieces.push(PathPiece::Part(part)),
                    None => self.undescribed(name),
                }
            }
        }
        pieces
    }

    fn undescribed(&mut self, name: &str) {
        if self.path_parameters().any(|known| !self.has(known)) {
            // A parameter of another name is complained of already.
            return;
        }
        let message = format!("the path has `{{{name}}}`, and no parameter describes it");
        let help =
            format!("- {{name: {name}, in: path, required: true, schema: {{type: string}}}}");
        let report = Report::new(codes::UNDESCRIBED_VARIABLE, message)
            .at(
                self.nodes.path_span,
                format!("`{{{name}}}` is not among `parameters`"),
            )
            .help(help);
        self.sink.push(report);
    }

    fn has(&self, name: &str) -> bool {
        cut(path_only(self.nodes.path))
            .iter()
            .any(|(_, known)| *known == Some(name))
    }

    fn path_parameters(&self) -> impl Iterator<Item = &str> {
        let nodes = self.parameter_nodes().into_iter();
        let of_path = nodes.filter(|node| text(node, "in") == Some("path"));
        of_path.filter_map(|node| text(node, "name"))
    }

    /// Complains of a parameter that the path does not have; it would never be sent.
    pub(super) fn not_in_path(&mut self, name: &str, origin: Span) -> bool {
        if self.has(name) {
            return false;
        }
        let path = path_only(self.nodes.path);
        let names: Vec<_> = cut(path).into_iter().filter_map(|(_, name)| name).collect();
        let report = Report::new(codes::NOT_IN_PATH, format!("the path has no `{{{name}}}`"))
            .at(origin, "would never be sent")
            .and(self.nodes.path_span, "the path");
        self.sink.push(match nearest::nearest(name, names) {
            Some(meant) => report.help(format!("write `name: {meant}`")),
            None => report.help(format!(
                "put `{{{name}}}` into the path, or change `in: path`"
            )),
        });
        true
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
                origin: self.nodes.path_span,
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
