//! Walks the `responses` of an operation, whose keys are statuses.

use super::codes;
use super::grammar;
use super::walk::Walk;
use crate::diagnostic::Report;
use crate::source::{Entry, Node, Span, Value};

impl Walk<'_> {
    /// `responses`: the keys are statuses.
    pub(super) fn responses(&mut self, node: &Node, place: Span) -> Option<Node> {
        let Value::Mapping(given) = &node.value else {
            self.wrong_type(
                node,
                "`responses` maps each status to a response",
                "'200': {description: OK}",
            );
            return None;
        };
        let mut entries = Vec::with_capacity(given.len());
        let mut has_response = false;
        for entry in given {
            if entry.key.starts_with("x-") {
                continue;
            }
            let Some(key) = status(&entry.key) else {
                self.bad_status(entry);
                has_response = true;
                continue;
            };
            has_response = true;
            if let Some(node) = self.or_reference(&entry.node, &grammar::RESPONSE, entry.key_span) {
                entries.push(Entry {
                    key,
                    key_span: entry.key_span,
                    node,
                });
            }
        }
        if !has_response {
            self.sink.push(
                Report::new(codes::MISSING_KEY, "`responses` documents no response")
                    .at(place, "at least one is needed")
                    .help("'200': {description: OK}"),
            );
        }
        Some(Node {
            span: node.span,
            value: Value::Mapping(entries),
        })
    }

    fn bad_status(&mut self, entry: &Entry) {
        let digits: String = entry
            .key
            .chars()
            .map(|c| if matches!(c, 'O' | 'o') { '0' } else { c })
            .take(3)
            .collect();
        let help = match status(&digits) {
            Some(status) => format!("'{status}':"),
            None => "'200':, '4XX': or default:".to_owned(),
        };
        self.sink.push(
            Report::new(codes::STATUS, format!("`{}` is no HTTP status", entry.key))
                .at(entry.key_span, "expected 100 to 599, `4XX` or `default`")
                .help(help),
        );
    }
}

/// A status as OpenAPI has it: three digits, a range such as `4XX`, or `default`.
fn status(key: &str) -> Option<String> {
    if key == "default" {
        return Some(key.to_owned());
    }
    let upper = key.to_ascii_uppercase();
    let rest = upper.strip_prefix(|c: char| ('1'..='5').contains(&c))?;
    let is_status =
        rest == "XX" || rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit());
    is_status.then_some(upper)
}
