//! Puts the document together: the marked operations, then all that they turned out to need.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::cycles;
use super::grammar::{self, Object};
use super::keys::unknown;
use super::marked::{MARK, MarkedPath, is_marked};
use super::walk::Walk;
use super::{codes, schema};
use crate::diagnostic::Report;
use crate::diagnostic::nearest::nearest;
use crate::source::{Entry, FileId, Node, Span, Value};

impl Walk<'_> {
    /// The document, and every file that took part.
    pub(super) fn finish(mut self) -> (Option<Node>, BTreeSet<FileId>) {
        (self.document(), self.trees.used)
    }

    /// The whole document; nothing where it is past help, of which the sink then knows.
    fn document(&mut self) -> Option<Node> {
        let tree = Rc::clone(&self.trees.tree);
        self.version(&tree)?;
        let head = self.object(&tree, &grammar::DOCUMENT, start(&tree));
        if let Some(paths) = tree.get("paths").filter(|paths| is_no_mapping(paths)) {
            self.wrong_type(
                paths,
                "`paths` maps each path to its operations",
                "/token: {post: {…}}",
            );
        }
        let marked = self.marked();
        let mut head = head?;
        if let Some(components) = tree.get("components") {
            self.keys(components, &grammar::COMPONENTS);
        }
        let paths = marked.iter().filter_map(|path| self.path(path)).collect();
        let paths = mapping(tree.get("paths").unwrap_or(&tree).span, paths);
        let security = self.schemes(&tree, &head, &paths);
        let schemas = self.schemas_reached();
        schema::report(&self.doubts, &self.members, &schemas, self.sink);
        cycles::report(&schemas, self.sink);

        let place = tree
            .entry("components")
            .map_or(start(&tree), |entry| entry.key_span);
        let sections = vec![
            entry("schemas", place, schemas),
            entry("securitySchemes", place, security),
        ];
        let components = mapping(tree.get("components").unwrap_or(&tree).span, sections);
        if let Value::Mapping(entries) = &mut head.value {
            entries.retain(|entry| !entry.key.starts_with("x-"));
            for entry in entries.iter_mut().filter(|entry| entry.key == "openapi") {
                entry.node.value = Value::String("3.0.3".to_owned());
            }
            entries.push(entry("paths", paths.span, paths));
            entries.push(entry("components", place, components));
        }
        if let Some(info) = child(&mut head, "info") {
            super::complete::default(info, "version", Value::String(String::new()));
        }
        Some(head)
    }

    /// Whether this is a version of OpenAPI that is read.
    fn version(&mut self, tree: &Node) -> Option<()> {
        let report = match (tree.entry("openapi"), tree.entry("swagger")) {
            (Some(version), _) => {
                let text = self
                    .trees
                    .sources
                    .text(version.node.span)
                    .trim_matches(['"', '\''])
                    .to_owned();
                if ["3.0", "3.1"]
                    .iter()
                    .any(|known| text == *known || text.starts_with(&format!("{known}.")))
                {
                    return Some(());
                }
                Report::new(codes::NOT_OPENAPI, format!("OpenAPI `{text}` is not read"))
                    .at(version.node.span, "3.0 and 3.1 are")
                    .help("openapi: 3.1.0")
            }
            (None, Some(swagger)) => Report::new(
                codes::NOT_OPENAPI,
                "Swagger 2.0 is not read; OpenAPI 3.0 and 3.1 are",
            )
            .at(swagger.key_span, "the format before OpenAPI 3.0")
            .help("convert it once: `npx swagger2openapi --yaml`"),
            (None, None) => {
                let near = tree
                    .entries()
                    .iter()
                    .find(|entry| nearest(&entry.key, ["openapi"]).is_some());
                let report = Report::new(
                    codes::NOT_OPENAPI,
                    "this is neither an OpenAPI document nor an overlay",
                );
                match near {
                    Some(near) => report.at(near.key_span, "did you mean `openapi`?"),
                    None => report.at(start(tree), "`openapi` is missing"),
                }
                .help("openapi: 3.0.3")
            }
        };
        self.sink.push(report);
        None
    }

    /// Reports unknown keys of an object that is not walked.
    fn keys(&mut self, node: &Node, object: &'static Object) {
        for entry in node.entries() {
            if !entry.key.starts_with("x-") && object.key(&entry.key).is_none() {
                let near = nearest(&entry.key, object.keys.iter().map(|key| key.name));
                self.sink
                    .push(unknown(codes::UNKNOWN_KEY, entry, object.name, near));
            }
        }
    }

    /// A path with its marked operations.
    fn path(&mut self, marked: &MarkedPath) -> Option<Entry> {
        let item = marked.item.node();
        let is_reached = |entry: &Entry| {
            !grammar::METHODS.contains(&entry.key.as_str()) || is_marked(&entry.node)
        };
        let node = self.object_of(item, &grammar::PATH_ITEM, marked.key_span, &is_reached)?;
        let slash = if marked.path.starts_with('/') {
            ""
        } else {
            "/"
        };
        Some(entry(
            &format!("{slash}{}", marked.path),
            marked.key_span,
            node,
        ))
    }

    /// The security schemes that the marked operations name.
    fn schemes(&mut self, tree: &Node, head: &Node, paths: &Node) -> Node {
        let mut wanted: Vec<(String, Span)> = Vec::new();
        let operations = paths
            .entries()
            .iter()
            .flat_map(|path| path.node.entries())
            .filter(|entry| entry.node.get(MARK).is_some());
        for operation in operations {
            let security = operation
                .node
                .get("security")
                .or_else(|| head.get("security"));
            for requirement in security.map(Node::items).unwrap_or_default() {
                wanted.extend(
                    requirement
                        .entries()
                        .iter()
                        .map(|entry| (entry.key.clone(), entry.key_span)),
                );
            }
        }
        wanted.sort();
        wanted.dedup_by(|a, b| a.0 == b.0);
        let section = self.section(tree, "securitySchemes");
        let section = section.as_deref().unwrap_or(tree);
        let mut entries = Vec::new();
        for (name, span) in wanted {
            let declared = section
                .entry(&name)
                .filter(|_| !std::ptr::eq(section, tree));
            match declared {
                Some(found) => {
                    let made =
                        self.or_reference(&found.node, &grammar::SECURITY_SCHEME, found.key_span);
                    entries.extend(made.map(|node| entry(&name, found.key_span, node)));
                }
                None => self.undeclared(&name, span, section, std::ptr::eq(section, tree)),
            }
        }
        mapping(section.span, entries)
    }

    /// A section of `components`, which may be a reference as a whole.
    fn section(&mut self, tree: &Node, name: &str) -> Option<Rc<Node>> {
        let section = tree.get("components")?.get(name)?;
        match section
            .get("$ref")
            .filter(|reference| reference.as_str().is_some())
        {
            Some(reference) => self
                .follow(reference)
                .map(|target| Rc::new(target.node().clone())),
            None => Some(Rc::new(section.clone())),
        }
    }

    fn undeclared(&mut self, name: &str, span: Span, section: &Node, is_absent: bool) {
        let known = section
            .entries()
            .iter()
            .map(|entry| entry.key.as_str())
            .filter(|_| !is_absent);
        let report = Report::new(
            codes::UNDECLARED_SCHEME,
            format!("there is no security scheme `{name}`"),
        );
        self.sink.push(match nearest(name, known) {
            Some(near) => report
                .at(span, format!("did you mean `{near}`?"))
                .help(format!("{near}: []")),
            None => report
                .at(span, "not in `components/securitySchemes`")
                .help(format!(
                    "components: {{securitySchemes: {{{name}: {{type: http, scheme: bearer}}}}}}"
                )),
        });
    }

    /// Every schema that was reached, by name.
    fn schemas_reached(&mut self) -> Node {
        let mut entries = Vec::new();
        while let Some((name, target)) = self.pending.pop_front() {
            let doubts = self.doubts.len();
            let Some(made) = self.schema(target.node()) else {
                continue;
            };
            if let Some(last) = self
                .doubts
                .get_mut(doubts..)
                .and_then(<[_]>::last_mut)
                .filter(|doubt| doubt.schema.span == made.span)
            {
                last.name = Some(name.clone());
            }
            entries.push(entry(&name, target.place(), made));
        }
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let span = self.trees.tree.span;
        mapping(span, entries)
    }
}

fn child<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    let Value::Mapping(entries) = &mut node.value else {
        return None;
    };
    let found = entries.iter_mut().find(|entry| entry.key == key);
    found.map(|entry| &mut entry.node)
}

fn is_no_mapping(node: &Node) -> bool {
    !matches!(node.value, Value::Mapping(_) | Value::Null)
}

fn start(node: &Node) -> Span {
    match node.entries().first() {
        Some(first) => first.key_span,
        None => Span {
            end: node.span.start,
            ..node.span
        },
    }
}

fn entry(key: &str, key_span: Span, node: Node) -> Entry {
    Entry {
        key: key.to_owned(),
        key_span,
        node,
    }
}

fn mapping(span: Span, entries: Vec<Entry>) -> Node {
    Node {
        span,
        value: Value::Mapping(entries),
    }
}
