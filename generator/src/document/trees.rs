//! The trees of one provider's files, and what stands at a pointer in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::diagnostic::Sink;
use crate::source::{self, FileId, Node, Refusal, SourceSet, Span, Value, yaml};

/// Trees that were read, whatever the provider; what is wrong with those that could not be.
pub(super) type Parsed = BTreeMap<FileId, Result<Rc<Node>, Sink>>;

/// Mappings of fewer entries are searched; more are indexed.
const FEW: usize = 16;

/// The files of one provider.
pub(super) struct Trees<'a> {
    pub(super) sources: &'a mut SourceSet,
    parsed: &'a mut Parsed,
    /// The spec's own file.
    pub(super) root: FileId,
    /// The spec's own tree; of an overlay, what it extends with its actions applied.
    pub(super) tree: Rc<Node>,
    /// The file that an overlay extends.
    base: Option<FileId>,
    /// Every file that took part.
    pub(super) used: BTreeSet<FileId>,
    indices: HashMap<(FileId, String), HashMap<String, usize>>,
}

/// A node and how to find it again.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) file: FileId,
    /// The JSON pointer, in one spelling.
    pub(super) pointer: String,
    tree: Rc<Node>,
    steps: Vec<usize>,
}

/// Why a pointer leads nowhere.
pub(super) struct Nowhere<'a> {
    /// The last node on the way.
    pub(super) parent: &'a Node,
    /// The pointer to it.
    pub(super) pointer: String,
    /// The segment that is not there, unescaped.
    pub(super) missing: String,
}

impl Target {
    pub(super) fn node(&self) -> &Node {
        self.steps
            .iter()
            .fold(&*self.tree, |node, step| child(node, *step).unwrap_or(node))
    }

    /// Its key, or itself where it has none.
    pub(super) fn place(&self) -> Span {
        let Some((last, before)) = self.steps.split_last() else {
            return self.tree.span;
        };
        let parent = before
            .iter()
            .fold(&*self.tree, |node, step| child(node, *step).unwrap_or(node));
        match parent.entries().get(*last) {
            Some(entry) => entry.key_span,
            None => self.node().span,
        }
    }
}

fn child(node: &Node, step: usize) -> Option<&Node> {
    match &node.value {
        Value::Mapping(entries) => entries.get(step).map(|entry| &entry.node),
        Value::Sequence(items) => items.get(step),
        _ => None,
    }
}

impl<'a> Trees<'a> {
    pub(super) fn new(
        sources: &'a mut SourceSet,
        parsed: &'a mut Parsed,
        root: FileId,
        base: Option<FileId>,
        tree: Node,
    ) -> Self {
        Self {
            sources,
            parsed,
            root,
            tree: Rc::new(tree),
            base,
            used: std::iter::once(root).chain(base).collect(),
            indices: HashMap::new(),
        }
    }

    /// The file that a path in another file means, and its tree; no tree where the file is faulty, of
    /// which the sink knows.
    pub(super) fn open(
        &mut self,
        from: FileId,
        path: &str,
        sink: &mut Sink,
    ) -> Result<Option<FileId>, Refusal> {
        let file = if path.is_empty() {
            from
        } else {
            source::referenced(self.sources, self.root, from, path)?
        };
        if file == self.root || Some(file) == self.base {
            return Ok(Some(self.root));
        }
        self.used.insert(file);
        Ok(read(self.sources, self.parsed, file, sink).map(|_| file))
    }

    fn tree_of(&self, file: FileId) -> Option<Rc<Node>> {
        if file == self.root {
            return Some(Rc::clone(&self.tree));
        }
        self.parsed.get(&file)?.as_ref().ok().cloned()
    }

    /// What stands at a pointer of a file; its last existing parent otherwise.
    pub(super) fn find<T>(
        &mut self,
        file: FileId,
        pointer: &str,
        otherwise: impl FnOnce(Nowhere<'_>) -> T,
    ) -> Result<Target, Option<T>> {
        let tree = self.tree_of(file).ok_or(None)?;
        let mut node: &Node = &tree;
        let mut steps = Vec::new();
        let mut path = String::new();
        for segment in pointer.split('/').skip(1) {
            let name = segment.replace("~1", "/").replace("~0", "~");
            let Some(step) = self.step(file, &path, node, &name) else {
                return Err(Some(otherwise(Nowhere {
                    parent: node,
                    pointer: path,
                    missing: name,
                })));
            };
            path.push('/');
            path.push_str(&name.replace('~', "~0").replace('/', "~1"));
            node = child(node, step).unwrap_or(node);
            steps.push(step);
        }
        Ok(Target {
            file,
            pointer: path,
            tree: Rc::clone(&tree),
            steps,
        })
    }

    /// Whether the spec itself has a schema of this name, given as in a pointer.
    pub(super) fn has_schema(&mut self, name: &str) -> bool {
        self.find(self.root, &format!("/components/schemas/{name}"), |_| ())
            .is_ok()
    }

    /// The pointer to the schema with this `$anchor`.
    pub(super) fn anchor(&self, file: FileId, anchor: &str) -> Option<String> {
        let tree = self.tree_of(file)?;
        anchored(&tree, anchor, &mut String::new())
    }

    /// The index of a child by its name.
    fn step(&mut self, file: FileId, path: &str, node: &Node, name: &str) -> Option<usize> {
        match &node.value {
            Value::Sequence(items) => name.parse().ok().filter(|index| *index < items.len()),
            Value::Mapping(entries) if entries.len() <= FEW => {
                entries.iter().position(|entry| entry.key == name)
            }
            Value::Mapping(entries) => {
                let index = self
                    .indices
                    .entry((file, path.to_owned()))
                    .or_insert_with(|| {
                        entries
                            .iter()
                            .enumerate()
                            .map(|(step, entry)| (entry.key.clone(), step))
                            .collect()
                    });
                index.get(name).copied()
            }
            _ => None,
        }
    }
}

fn anchored(node: &Node, anchor: &str, path: &mut String) -> Option<String> {
    let names = ["$anchor", "$dynamicAnchor"];
    if names
        .iter()
        .any(|key| node.get(key).and_then(Node::as_str) == Some(anchor))
    {
        return Some(path.clone());
    }
    let length = path.len();
    let mut look = |name: &str, child: &Node| {
        path.truncate(length);
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        let found = anchored(child, anchor, path);
        path.truncate(length);
        found
    };
    match &node.value {
        Value::Mapping(entries) => entries
            .iter()
            .find_map(|entry| look(&entry.key, &entry.node)),
        Value::Sequence(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| look(&index.to_string(), item)),
        _ => None,
    }
}

/// The tree of a file, read once for all providers.
pub(super) fn read(
    sources: &SourceSet,
    parsed: &mut Parsed,
    file: FileId,
    sink: &mut Sink,
) -> Option<Rc<Node>> {
    let text = std::sync::Arc::clone(sources.get(file)?);
    let tree = parsed.entry(file).or_insert_with(|| {
        let mut own = Sink::default();
        match yaml::parse(&text.text, file, &mut own) {
            Some(tree) if !own.has_errors() => Ok(Rc::new(tree)),
            _ => Err(own),
        }
    });
    match tree {
        Ok(tree) => Some(Rc::clone(tree)),
        // Whoever asks is told; the same report twice is shown once.
        Err(faults) => {
            sink.append(faults.clone());
            None
        }
    }
}
