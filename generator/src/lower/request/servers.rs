//! Turns servers into environments; what has no host is not published.

use super::Builder;
use super::path::cut;
use crate::diagnostic::{Report, nearest};
use crate::lower::codes;
use crate::lower::inputs::Wanted;
use crate::lower::names::{self, Scope};
use crate::lower::rules::{Rules, key_text};
use crate::lower::schema::text;
use crate::lower::shapes::{Hint, Typed};
use crate::lower::unions;
use crate::model::{InputKey, Json, Name, PartSource, Per, Server, Spanned, Type, UrlPiece};
use crate::source::{Entry, Node};

/// The servers that a node names, and the ones among them that have a host.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) struct Published<'a> {
    node: Option<&'a Node>,
}

/// The servers that count for an operation, and whether they are its own.
pub(in crate::lower) fn published<'a>(
    root: &'a Node,
    path_item: &'a Node,
    operation: &'a Node,
) -> (Published<'a>, bool) {
    let of = |node: &'a Node| {
        node.get("servers")
            .filter(|servers| !servers.items().is_empty())
    };
    let own = of(operation).or_else(|| of(path_item));
    let node = own.or_else(|| of(root));
    (Published { node }, own.is_some())
}

/// What the choice of the server is called, and whose it is.
pub(in crate::lower) fn server_choice(rules: &Rules<'_>) -> (Option<Name>, Per) {
    let entry = rules.entry(&[InputKey::Server]);
    let stated = entry.and_then(|entry| entry.name.as_ref());
    let name = stated.map(|name| names::field(&name.value));
    (name, entry.and_then(|entry| entry.per).unwrap_or_default())
}

impl<'a> Published<'a> {
    fn servers(self) -> impl Iterator<Item = &'a Node> {
        let nodes = self.node.map_or(&[][..], Node::items);
        nodes
            .iter()
            .filter(|node| text(node, "url").is_some_and(has_host))
    }
}

impl<'a> Builder<'a, '_, '_> {
    /// The servers with their variables.
    pub(in crate::lower) fn servers(&mut self, published: Published<'a>) -> Vec<Server> {
        let chosen = self.rules.entry(&[InputKey::Server]);
        let chosen = chosen.and_then(|entry| entry.value.as_ref());
        let names: Vec<_> = published.servers().map(server_name).collect();
        if let Some(value) = chosen {
            self.check_chosen(value, &names);
        }
        let mut scope = Scope::default();
        let count = names.len();
        let mut servers = Vec::new();
        for node in published.servers() {
            let wire = server_name(node);
            // `$server: {value: …}` leaves one of them.
            if chosen.is_some_and(|value| !is_named(&value.value, &wire)) {
                continue;
            }
            servers.push(Server {
                name: Name {
                    rust: scope.claim(names::variant(&wire)),
                    wire,
                },
                url: self.url(node, count),
                description: text(node, "description").map(str::to_owned),
                origin: node.span,
            });
        }
        servers
    }

    fn check_chosen(&mut self, value: &Spanned<Json>, names: &[String]) {
        if names.iter().any(|name| is_named(&value.value, name)) {
            return;
        }
        let given = match &value.value {
            Json::String(name) => name.as_str(),
            _ => "that value",
        };
        let report = Report::new(
            codes::UNKNOWN_SERVER,
            format!("there is no server `{given}`"),
        )
        .at(value.span, "not among the descriptions in `servers`");
        self.sink.push(
            match nearest::nearest(given, names.iter().map(String::as_str)) {
                Some(meant) => report.help(format!("write `value: {meant}`")),
                None => report.help(format!("there are: `{}`", names.join("`, `"))),
            },
        );
    }

    fn url(&mut self, node: &'a Node, count: usize) -> Vec<UrlPiece> {
        let url = text(node, "url").unwrap_or_default().trim_end_matches('/');
        let mut pieces = Vec::new();
        for (before, name) in cut(url) {
            if !before.is_empty() {
                pieces.push(UrlPiece::Literal(before.to_owned()));
            }
            let Some(name) = name else { continue };
            let variable = node
                .get("variables")
                .and_then(|variables| variables.entry(name));
            if let Some(variable) = variable {
                pieces.push(UrlPiece::Variable(self.variable(variable, count)));
            } else {
                self.undescribed_variable(name, node);
            }
        }
        pieces
    }

    fn undescribed_variable(&mut self, name: &str, node: &Node) {
        let url = node.entry("url").map_or(node.span, |entry| entry.node.span);
        let described = node.get("variables").map_or(&[][..], Node::entries);
        let described = described.iter().map(|entry| entry.key.as_str());
        let help = match nearest::nearest(name, described) {
            Some(meant) => format!("write `{{{meant}}}`"),
            None => format!("variables: {{{name}: {{default: example}}}}"),
        };
        let message = format!("the URL has `{{{name}}}`, and no variable describes it");
        let report = Report::new(codes::UNDESCRIBED_VARIABLE, message)
            .at(url, format!("`{name}` is not among `variables`"))
            .help(help);
        self.sink.push(report);
    }

    fn variable(&mut self, variable: &'a Entry, count: usize) -> PartSource {
        let key = InputKey::ServerVariable(variable.key.clone());
        let node = &variable.node;
        let entry = self.rules.entry(std::slice::from_ref(&key));
        let per = entry.and_then(|entry| entry.per).unwrap_or_default();
        let is_closed = node
            .get("enum")
            .is_some_and(|values| !values.items().is_empty());
        let default = node
            .get("default")
            .map(|node| Json::String(unions::scalar_text(&node.value)));
        let wanted = Wanted {
            name: names::input(&variable.key),
            keys: vec![key_text(&key)],
            entry,
            typed: self.variable_type(variable, is_closed, per),
            is_secret: false,
            // Of several servers, another one may do without it.
            is_required: per == Per::Client || count == 1,
            is_of_choice: false,
            // Without an `enum`, OpenAPI forces the author to make a default up.
            default: default.filter(|_| is_closed),
            description: text(node, "description").map(str::to_owned),
            origin: variable.key_span,
        };
        self.want(wanted)
    }

    fn variable_type(&mut self, variable: &'a Entry, is_closed: bool, per: Per) -> Typed<'a> {
        if !is_closed {
            return super::text();
        }
        let shapes = match per {
            Per::Client => &mut *self.setting_shapes,
            Per::Session => &mut self.shapes,
        };
        let hint = Hint {
            parent: "",
            key: &variable.key,
        };
        let typed = shapes.ty(&variable.node, hint);
        shapes.settle();
        let is_text = matches!(typed.ty, Type::Shape(_)) || typed.constant.is_some();
        if is_text { typed } else { super::text() }
    }
}

/// The spec's name for a server: its description, else its host.
fn server_name(node: &Node) -> String {
    let description = text(node, "description")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let name = description.unwrap_or_else(|| host(text(node, "url").unwrap_or_default()));
    plain(&name.replace(['{', '}'], ""))
}

/// Whether a value means the server of this name: without regard to case, blanks as `-`.
fn is_named(value: &Json, name: &str) -> bool {
    matches!(value, Json::String(value) if plain(value) == name)
}

fn plain(name: &str) -> String {
    name.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("-")
}

fn has_host(url: &str) -> bool {
    !host(url).is_empty()
}

/// The host of an absolute URL.
fn host(url: &str) -> &str {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.unwrap_or_default()
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default()
}
