//! Turns the text of a YAML or JSON file into a tree of [`Node`]s, and a node into a typed value.
//!
//! The only module that knows which YAML crates are used.

mod build;
mod json;
mod merge;
mod mistake;
mod offset;
mod scalar;
mod typed;
mod value;

#[cfg(test)]
mod tests;

pub use self::typed::{TypeError, text, typed};

use saphyr_parser::Parser;

use self::build::Builder;
use self::offset::Offsets;
use super::{FileId, Node};
use crate::diagnostic::Sink;

/// Reads a text. What is wrong with it goes to the sink; there is no node where nothing can be made of it.
pub fn parse(text: &str, file: FileId, sink: &mut Sink) -> Option<Node> {
    let no_json = match json::parse(text, file, build::DEPTH, sink) {
        Ok(node) => return Some(node),
        Err(at) => at,
    };
    let offsets = Offsets::new(text);
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::new(text, file, &offsets, sink);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, span)) => builder.event(event, span).ok()?,
            Err(error) => {
                // What was meant as JSON is told of in JSON's terms; its tabs and brackets are not YAML's.
                sink.push(match no_json {
                    Some(at) => mistake::no_json(text, file, at),
                    None => mistake::report(text, file, &offsets, &error),
                });
                return None;
            }
        }
    }
    builder.finish()
}
