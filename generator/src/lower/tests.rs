//! Specs through the whole stage: what the founding ones become, and what each rule does.

use std::path::Path;

use super::*;
use crate::document::resolve;
use crate::source::{Text, load_texts};

/// A spec's model, and what was found wrong with it.
fn lowered(text: &str) -> (Model, Vec<String>) {
    lowered_as("acme", text)
}

fn lowered_as(id: &str, text: &str) -> (Model, Vec<String>) {
    let mut sink = Sink::default();
    let text = Text {
        path: format!("specs/{id}.yaml"),
        text: text.to_owned(),
    };
    let (mut sources, roots) = load_texts(&[text], &mut sink);
    let documents = resolve(&mut sources, roots, &mut sink);
    let model = lower(&documents, &mut sink);
    let problems = sink.finish(&sources).into_iter();
    (
        model,
        problems
            .map(|found| format!("{}: {}", found.code, found.message))
            .collect(),
    )
}

#[test]
fn founding_specs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    insta::glob!(folder, "*.yaml", |path| {
        let (model, problems) = lowered_as(
            path.file_stem().unwrap().to_str().unwrap(),
            &std::fs::read_to_string(path).unwrap(),
        );
        assert_eq!(problems, Vec::<String>::new());
        insta::assert_snapshot!(folded(&format!("{:#?}", model.providers)));
    });
}

/// Every accepted case goes through this stage without a word.
#[test]
fn accepted_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/accept");
    let mut problems = Vec::new();
    for case in std::fs::read_dir(folder).unwrap() {
        let path = case.unwrap().path();
        if path.is_file() {
            let found = lowered(&std::fs::read_to_string(&path).unwrap()).1;
            problems.extend(
                found
                    .into_iter()
                    .map(|found| format!("{}: {found}", path.display())),
            );
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

/// Each level names the next one twice, which doubles the work where nobody remembers what was seen.
#[test]
fn unions_of_unions_end() {
    let text = include_str!("../../../tests/cases/accept/sent-in-body.yaml");
    let (before, after) = text.rsplit_once("schema:").unwrap();
    let rest = after.split_once("      x-token-refresh").unwrap().1;
    let reference = "{$ref: '#/components/schemas/Level";
    let level = |at: usize| {
        let next = at + 1;
        format!("    Level{at}: {{oneOf: [{reference}{next}'}}, {reference}{next}'}}]}}\n")
    };
    let levels: String = (0..28).map(level).collect();
    let text = format!(
        "{before}schema: {reference}0'}}
      x-token-refresh{rest}components:
  schemas:
{levels}    Level28:
      type: object
      properties: {{access_token: {{type: string}}, more: {{type: string}}}}
"
    );
    let (model, problems) = lowered(&text);
    assert_eq!(problems, Vec::<String>::new());
    let operation = model.providers.first().unwrap().operations.first().unwrap();
    let is_there = operation
        .success
        .fields
        .iter()
        .any(|field| field.name.wire == "more");
    assert!(is_there, "{:?}", operation.success.fields);
}

/// A pretty `Debug` without spans, digests and prose, and with everything on one line that fits there.
fn folded(debug: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in debug.lines() {
        lines.push(line.to_owned());
        let closes = line.trim_start().starts_with([')', ']', '}']);
        let indent = line.len() - line.trim_start().len();
        let opens = |open: &String| open.len() - open.trim_start().len() == indent;
        let Some(first) = lines
            .iter()
            .take(lines.len() - 1)
            .rposition(opens)
            .filter(|_| closes)
        else {
            continue;
        };
        let is_left_out = |open: &String| open.ends_with("Span {") || is_prose(open);
        if lines.get(first).is_some_and(is_left_out) {
            lines.truncate(first);
            continue;
        }
        let parts: Vec<_> = lines
            .iter()
            .skip(first + 1)
            .map(|line| line.trim())
            .collect();
        let flat = parts
            .join(" ")
            .replace(", )", ")")
            .replace(", ]", "]")
            .replace(", }", " }");
        let open = lines.get(first).cloned().unwrap_or_default();
        let gap = if open.ends_with('{') { " " } else { "" };
        if open.len() + flat.len() < 130 {
            lines.truncate(first);
            lines.push(open + gap + &flat);
        }
    }
    lines.retain(|line| !line.trim_start().starts_with("digest:") && !is_prose(line));
    lines.join("\n")
}

/// The spec author's words go through as they are; a better sentence is no other model.
fn is_prose(line: &str) -> bool {
    let line = line.trim_start();
    ["title:", "description:", "summary:", "how:"]
        .iter()
        .any(|key| line.starts_with(key))
}
