//! Turns security requirements into parts, or into a choice where there are several.

use super::parameters::is_same_place;
use super::{Builder, Slot, input_name, token_part};
use crate::diagnostic::Report;
use crate::lower::names::{self, Scope};
use crate::lower::schema::text;
use crate::lower::{codes, reserved};
use crate::model::{AuthChoice, InputKey, Name, Part, PartSource, Place};
use crate::source::{Entry, Node, Span};

/// What an operation's security asks for.
#[derive(Debug, Default)]
pub(super) struct Security {
    /// Always sent.
    pub(super) parts: Vec<Part>,
    /// One of these is sent.
    pub(super) choices: Vec<AuthChoice>,
}

impl Security {
    /// Whether a scheme fills this place, so that a parameter there would be sent twice.
    pub(super) fn fills(&self, place: &Place) -> bool {
        let of_choices = self.choices.iter().flat_map(|choice| &choice.parts);
        self.parts
            .iter()
            .chain(of_choices)
            .any(|part| is_same_place(&part.place, place))
    }
}

impl<'a> Builder<'a, '_, '_> {
    /// The operation's security, else the document's.
    pub(super) fn security(&mut self) -> Security {
        let nodes = self.nodes;
        let node = nodes
            .operation
            .get("security")
            .or_else(|| nodes.root.get("security"));
        let requirements = node.map_or(&[][..], Node::items);
        if let [only] = requirements {
            return Security {
                parts: self.requirement(only, false),
                choices: Vec::new(),
            };
        }
        let mut ways: Vec<(&'a Node, Vec<Part>)> = Vec::new();
        for requirement in requirements {
            let parts = self.requirement(requirement, true);
            // Schemes that the same token fills are one way.
            let is_known = ways.iter().any(|(_, known)| is_same(known, &parts));
            if !is_known {
                ways.push((requirement, parts));
            }
        }
        // A token is sent on every call, so where one fills a scheme the ways without it are none.
        let has_token = |parts: &[Part]| {
            parts
                .iter()
                .any(|part| matches!(part.source, PartSource::Token(_)))
        };
        if ways.iter().any(|(_, parts)| has_token(parts)) {
            ways.retain(|(_, parts)| has_token(parts));
        }
        match ways.len() {
            0 | 1 => Security {
                parts: ways.pop().map(|(_, parts)| parts).unwrap_or_default(),
                choices: Vec::new(),
            },
            _ => Security {
                parts: Vec::new(),
                choices: choices(ways),
            },
        }
    }

    /// The parts of one requirement: all of its schemes together.
    fn requirement(&mut self, node: &'a Node, is_of_choice: bool) -> Vec<Part> {
        let schemes = node.entries().iter();
        schemes
            .filter_map(|entry| self.scheme(entry, is_of_choice))
            .collect()
    }

    fn scheme(&mut self, used: &'a Entry, is_of_choice: bool) -> Option<Part> {
        let schemes = self.nodes.root.get("components")?.get("securitySchemes")?;
        let scheme = schemes.entry(&used.key)?;
        let node = &scheme.node;
        let header = || Place::Header("Authorization".to_owned());
        let is_http = |wanted: &str| {
            text(node, "scheme").is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        };
        let (place, prefix) = match text(node, "type")? {
            "apiKey" => (api_key(node)?, ""),
            "http" if is_http("basic") => return Some(self.basic(scheme, is_of_choice)),
            "http" if is_http("bearer") => (header(), "Bearer "),
            // RFC 6750 has no other way that a request without a form could use; a document whose
            // security is not meant for this call says `security: []` there.
            "oauth2" | "openIdConnect" => (header(), "Bearer "),
            other => {
                self.cannot_authenticate(used, scheme, other);
                return None;
            }
        };
        let slot = Slot {
            keys: vec![InputKey::Security(used.key.clone())],
            ..slot(scheme, place, prefix, is_of_choice)
        };
        Some(self.fill(slot))
    }

    /// User name and password; a token may be sent in place of all of it.
    fn basic(&mut self, scheme: &'a Entry, is_of_choice: bool) -> Part {
        let header = Place::Header("Authorization".to_owned());
        if let Some(sent) = self.rules.token(&header) {
            return token_part(header, sent, "Basic ", scheme.key_span);
        }
        let mut half = |ending: &str, key: InputKey| {
            let mut slot = slot(scheme, Place::Basic, "", is_of_choice);
            slot.name = input_name(&format!("{} {ending}", scheme.key));
            self.source(slot, &[key])
        };
        let user = half("username", InputKey::SecurityUsername(scheme.key.clone()));
        let password = half("password", InputKey::SecurityPassword(scheme.key.clone()));
        Part {
            place: Place::Basic,
            source: PartSource::Basic(Box::new(user), Box::new(password)),
            prefix: String::new(),
            is_required: true,
            origin: scheme.key_span,
        }
    }

    fn cannot_authenticate(&mut self, used: &Entry, scheme: &Entry, ty: &str) {
        let what = match text(&scheme.node, "scheme") {
            Some(name) if ty == "http" => format!("HTTP authentication by `{name}`"),
            _ => format!("authentication by `{ty}`"),
        };
        let report = Report::new(
            codes::UNSUPPORTED_SECURITY,
            format!("{what} cannot be generated yet"),
        )
        .at(used.key_span, "asked for here")
        .and(scheme.node.span, "described here")
        .help("where the call does without it, say `security: []` in the operation");
        self.sink.push(report);
    }
}

fn slot<'a>(scheme: &'a Entry, place: Place, prefix: &'static str, is_of_choice: bool) -> Slot<'a> {
    Slot {
        place,
        name: input_name(&scheme.key),
        keys: Vec::new(),
        schema: None,
        is_required: true,
        is_secret: true,
        is_of_choice,
        prefix,
        description: text(&scheme.node, "description"),
        origin: scheme.key_span,
    }
}

fn api_key(node: &Node) -> Option<Place> {
    let name = text(node, "name")?.to_owned();
    match text(node, "in")? {
        "header" => Some(Place::Header(name)),
        "query" => Some(Place::Query(name)),
        "cookie" => Some(Place::Cookie(name)),
        _ => None,
    }
}

/// Whether two ways send the same.
fn is_same(one: &[Part], other: &[Part]) -> bool {
    let what = |part: &Part| (part.place.clone(), part.source.clone(), part.prefix.clone());
    one.len() == other.len() && one.iter().map(what).eq(other.iter().map(what))
}

fn choices(ways: Vec<(&Node, Vec<Part>)>) -> Vec<AuthChoice> {
    let mut scope = Scope::of(reserved::VARIANTS.iter().copied());
    let choice = |(node, parts): (&Node, Vec<Part>)| {
        let schemes: Vec<_> = node
            .entries()
            .iter()
            .map(|entry| entry.key.as_str())
            .collect();
        let wire = if schemes.is_empty() {
            "anonymous".to_owned()
        } else {
            schemes.join("-")
        };
        AuthChoice {
            name: Name {
                rust: scope.claim(names::variant(&wire)),
                wire,
            },
            parts,
            origin: origin(node),
        }
    };
    ways.into_iter().map(choice).collect()
}

fn origin(requirement: &Node) -> Span {
    requirement
        .entries()
        .first()
        .map_or(requirement.span, |entry| entry.key_span)
}
