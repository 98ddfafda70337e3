//! Turns the parser's events into the tree.

use std::collections::BTreeMap;

use saphyr_parser::{Event, ScalarStyle, Tag};

use super::merge;
use super::offset::Offsets;
use super::value::{measure, not_text, over_budget, too_deep, value};
use crate::diagnostic::{Report, Sink};
use crate::source::{Entry, FileId, Node, Span, Value, codes};

/// How deep lists and mappings may stand in each other. Real documents stay under 50; every later stage
/// recurses over the tree, so that the number has to be one that a thread's stack bears.
pub(super) const DEPTH: usize = 120;
/// How many nodes a file may have: what is needed in memory is many times the text otherwise.
pub(super) const NODES: usize = 4_000_000;
/// What anchors and aliases may add, in bytes and roughly.
pub(super) const ALIAS_BYTES: usize = 16 << 20;

/// Nothing more can be made of the file; the sink knows why.
pub(super) struct Abandoned;

pub(super) struct Builder<'a> {
    text: &'a str,
    file: FileId,
    offsets: &'a Offsets<'a>,
    sink: &'a mut Sink,
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Anchored>,
    repeated: usize,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
}

/// A list or mapping whose end has not come yet.
struct Frame {
    start: usize,
    end: usize,
    anchor: usize,
    is_flow: bool,
    content: Content,
}

enum Content {
    Items(Vec<Node>),
    Entries(Vec<Entry>, Option<(String, Span)>),
}

struct Anchored {
    node: Node,
    bytes: usize,
    height: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        text: &'a str,
        file: FileId,
        offsets: &'a Offsets<'a>,
        sink: &'a mut Sink,
    ) -> Self {
        Self {
            text,
            file,
            offsets,
            sink,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            repeated: 0,
            nodes: 0,
            documents: 0,
            root: None,
        }
    }

    pub(super) fn event(
        &mut self,
        event: Event<'_>,
        span: saphyr_parser::Span,
    ) -> Result<(), Abandoned> {
        let span = self.span(span);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let report = Report::new(
                        codes::SEVERAL_DOCUMENTS,
                        "a second document begins here; a spec is one document",
                    )
                    .at(self.clip(span), "a second document")
                    .help("keep the first one; put the other into a file of its own");
                    return self.abandon(report);
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(anchor, _) => self.open(Content::Items(Vec::new()), anchor, span),
            Event::MappingStart(anchor, _) => {
                self.open(Content::Entries(Vec::new(), None), anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    pub(super) fn finish(self) -> Option<Node> {
        if let Some(node) = self.root.filter(|node| node.value != Value::Null) {
            return Some(node);
        }
        let start = Span {
            file: self.file,
            start: 0,
            end: 0,
        };
        self.sink.push(
            Report::new(codes::EMPTY, "there is nothing in this file")
                .at(start, "expected an OpenAPI document")
                .help("begin with `openapi: 3.0.3`, or take the file away"),
        );
        None
    }

    fn open(&mut self, content: Content, anchor: usize, span: Span) -> Result<(), Abandoned> {
        if self.is_key_expected() {
            return self.abandon(not_text(span));
        }
        if self.open.len() >= DEPTH {
            return self.abandon(too_deep(self.clip(span)));
        }
        let start = span.start as usize;
        self.open.push(Frame {
            start,
            end: start,
            anchor,
            is_flow: matches!(self.text.as_bytes().get(start), Some(b'{' | b'[')),
            content,
        });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Abandoned> {
        let Some(frame) = self.open.pop() else {
            return Err(Abandoned);
        };
        // The end of a block comes with the next token, lines later.
        let end = if frame.is_flow {
            span.end
        } else {
            position(frame.end)
        };
        let span = Span {
            start: position(frame.start),
            end: end.max(position(frame.start)),
            ..span
        };
        let value = match frame.content {
            Content::Items(mut items) => {
                items.shrink_to_fit();
                Value::Sequence(items)
            }
            Content::Entries(entries, _) => {
                let mut entries = merge::merged(entries, self.sink);
                entries.shrink_to_fit();
                Value::Mapping(entries)
            }
        };
        self.add(Node { span, value }, frame.anchor)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Abandoned> {
        let span = self.trim(span);
        if self.is_key_expected() {
            if let Some(Frame {
                content: Content::Entries(_, key),
                ..
            }) = self.open.last_mut()
            {
                *key = Some((text.to_owned(), span));
            }
            return if anchor == 0 {
                Ok(())
            } else {
                self.anchor(
                    anchor,
                    Node {
                        span,
                        value: Value::String(text.to_owned()),
                    },
                )
            };
        }
        let Some(value) = value(text, style, tag) else {
            let report = Report::new(
                codes::TAG,
                format!(
                    "the tag of this value, `{}`, is not understood",
                    tag.map(ToString::to_string).unwrap_or_default()
                ),
            )
            .at(span, "a value of an unknown kind")
            .help("take the tag away");
            return self.abandon(report);
        };
        // Nothing stands where an empty value is: the key is what can be shown.
        let span = match self.open.last() {
            Some(Frame {
                content: Content::Entries(_, Some((_, key))),
                ..
            }) if span.start == span.end => *key,
            _ => span,
        };
        self.add(Node { span, value }, anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Abandoned> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            let report = Report::new(
                codes::ALIAS,
                "this alias stands inside the very value that it repeats",
            )
            .at(span, "would never end")
            .help("write the value out, or point at it with `$ref`");
            return self.abandon(report);
        };
        if self.open.len() + anchored.height > DEPTH {
            return self.abandon(too_deep(span));
        }
        self.repeated += anchored.bytes;
        if self.repeated > ALIAS_BYTES {
            return self.abandon(over_budget(span));
        }
        let node = anchored.node.clone();
        if self.is_key_expected() {
            let Value::String(text) = node.value else {
                return self.abandon(not_text(span));
            };
            if let Some(Frame {
                content: Content::Entries(_, key),
                ..
            }) = self.open.last_mut()
            {
                *key = Some((text, span));
            }
            return Ok(());
        }
        self.put(node, span.end);
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Abandoned> {
        self.nodes += 1;
        if self.nodes > NODES {
            let report = Report::new(
                codes::LIMIT,
                format!("there are more than {NODES} values in this file"),
            )
            .at(self.clip(node.span), "reading stops here")
            .help("take out what the refresh does not need");
            return self.abandon(report);
        }
        if anchor != 0 {
            self.anchor(anchor, node.clone())?;
        }
        let end = node.span.end;
        self.put(node, end);
        Ok(())
    }

    fn anchor(&mut self, anchor: usize, node: Node) -> Result<(), Abandoned> {
        let (bytes, height) = measure(&node);
        self.repeated += bytes;
        if self.repeated > ALIAS_BYTES {
            let span = self.clip(node.span);
            return self.abandon(over_budget(span));
        }
        self.anchors.insert(
            anchor,
            Anchored {
                node,
                bytes,
                height,
            },
        );
        Ok(())
    }

    /// Puts a finished node into what is open; `end` is where it ends in this file's order.
    fn put(&mut self, node: Node, end: u32) {
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(end as usize);
        match &mut frame.content {
            Content::Items(items) => items.push(node),
            Content::Entries(entries, key) => {
                if let Some((key, key_span)) = key.take() {
                    entries.push(Entry {
                        key,
                        key_span,
                        node,
                    });
                }
            }
        }
    }

    fn is_key_expected(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Frame {
                content: Content::Entries(_, None),
                ..
            })
        )
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let start = self.offsets.byte(span.start.index());
        let end = self.offsets.byte(span.end.index()).max(start);
        Span {
            file: self.file,
            start: position(start),
            end: position(end),
        }
    }

    /// The span without the white space at its end.
    fn trim(&self, span: Span) -> Span {
        let (start, end) = (span.start as usize, span.end as usize);
        let length = self
            .text
            .get(start..end)
            .map_or(0, |text| text.trim_end().len());
        Span {
            end: position(start + length),
            ..span
        }
    }

    /// The first line of the span.
    fn clip(&self, span: Span) -> Span {
        let rest = self.text.get(span.start as usize..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim_end();
        let length = line.len().min((span.end - span.start).max(1) as usize);
        let length = (length..=line.len())
            .find(|&at| line.is_char_boundary(at))
            .unwrap_or(line.len());
        Span {
            end: span.start + position(length),
            ..span
        }
    }

    fn abandon(&mut self, report: Report) -> Result<(), Abandoned> {
        self.sink.push(report);
        Err(Abandoned)
    }
}

fn position(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}
