//! What the reader makes of texts, and what it says of bad ones.

use std::fmt::Write;

use super::*;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, SourceSet, Value};

fn read(text: &str) -> (SourceSet, Option<Node>, Vec<Diagnostic>) {
    let mut sources = SourceSet::default();
    let file = sources.add(SourceFile {
        path: "a.yaml".into(),
        location: std::path::PathBuf::new(),
        text: text.into(),
    });
    let mut sink = Sink::default();
    let node = parse(text, file, &mut sink);
    let diagnostics = sink.finish(&sources);
    (sources, node, diagnostics)
}

fn good(text: &str) -> (SourceSet, Node) {
    let (sources, node, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    (sources, node.unwrap())
}

/// Code, message, underlined text, help.
fn bad(text: &str) -> (String, String, String, String) {
    let (_, _, diagnostics) = read(text);
    let found = diagnostics.into_iter().next().expect("a diagnostic");
    assert_eq!(found.severity, Severity::Error);
    let label = found.primary.expect("a place");
    (
        found.code.to_string(),
        found.message,
        label.file.text[label.start..label.end].to_owned(),
        found.help.expect("a help"),
    )
}

/// Every scalar and key with the text that its span covers.
fn spans(sources: &SourceSet, node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![node];
    while let Some(node) = todo.pop() {
        match &node.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    found.push(format!(
                        "{} = {:?}",
                        entry.key,
                        sources.text(entry.key_span)
                    ));
                    todo.push(&entry.node);
                }
            }
            Value::Sequence(items) => todo.extend(items),
            value => found.push(format!("{value:?} = {:?}", sources.text(node.span))),
        }
    }
    found
}

#[test]
fn spans_are_bytes_whatever_the_characters() {
    let (sources, node) = good(
        "größe: \"€ 𝄞\"\r\nliste:\r\n  - añb\r\n  - 'it''s'\r\nx: 1 # Ende ß\r\ny: {a: b, c: [d]}\r\nz:\r\n",
    );
    insta::assert_snapshot!(spans(&sources, &node).join("\n"), @r#"
    größe = "größe"
    liste = "liste"
    x = "x"
    y = "y"
    z = "z"
    Null = "z"
    a = "a"
    c = "c"
    String("d") = "d"
    String("b") = "b"
    Integer(1) = "1"
    String("it's") = "'it''s'"
    String("añb") = "añb"
    String("€ 𝄞") = "\"€ 𝄞\""
    "#);
    assert_eq!(sources.text(node.get("y").unwrap().span), "{a: b, c: [d]}");
    assert_eq!(
        sources.text(node.get("liste").unwrap().span),
        "- añb\r\n  - 'it''s'"
    );
}

#[test]
fn block_scalars_end_at_their_last_letter() {
    let (sources, node) = good("a: |\n  one\n  two\n\n\nb: >-\n  three\n  four\n");
    assert_eq!(node.get("a").unwrap().as_str(), Some("one\ntwo\n"));
    assert_eq!(sources.text(node.get("a").unwrap().span), "one\n  two");
    assert_eq!(node.get("b").unwrap().as_str(), Some("three four"));
}

#[test]
fn anchors_aliases_and_merge_keys() {
    let (_, node) = good(
        "base: &base {a: 1, b: 2}\nx: *base\ny:\n  <<: *base\n  b: 3\nz:\n  <<: [*base, {c: 4, a: 9}]\n",
    );
    let keys = |node: &Node| {
        node.entries()
            .iter()
            .map(|e| (e.key.clone(), e.node.value.clone()))
            .collect::<Vec<_>>()
    };
    let pair = |key: &str, value| (key.to_owned(), Value::Integer(value));
    assert_eq!(keys(node.get("x").unwrap()), [pair("a", 1), pair("b", 2)]);
    assert_eq!(keys(node.get("y").unwrap()), [pair("a", 1), pair("b", 3)]);
    assert_eq!(
        keys(node.get("z").unwrap()),
        [pair("a", 1), pair("b", 2), pair("c", 4)]
    );
}

#[test]
fn keys_that_are_numbers_are_text() {
    let (_, node) = good("200: a\n4XX: b\ntrue: c\n~: d\n");
    let keys: Vec<_> = node
        .entries()
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(keys, ["200", "4XX", "true", "~"]);
}

#[test]
fn tags_of_the_core_schema() {
    let (_, node) = good("a: !!str 200\nb: !!int 7\nc: !!float 1\nd: ! 5\n");
    assert_eq!(node.get("a").unwrap().value, Value::String("200".into()));
    assert_eq!(node.get("b").unwrap().value, Value::Integer(7));
    assert_eq!(node.get("c").unwrap().value, Value::Float(1.0));
    assert_eq!(node.get("d").unwrap().value, Value::String("5".into()));
}

#[test]
fn json_is_read_by_the_same_path() {
    let (_, node) =
        good("{\n\t\"a\": \"x\\/y\\u00e9\\ud834\\udd1e\",\n\t\"b\": [1, 2.5, true, null]\n}\n");
    assert_eq!(node.get("a").unwrap().as_str(), Some("x/yé𝄞"));
    assert_eq!(node.get("b").unwrap().items().len(), 4);
}

#[test]
fn mistakes_in_plain_words() {
    let cases = [
        "a: 1\nb:\n\tc: 2\n",
        "a:\n  b: 1\n   c: 2\n",
        "a:\n    b: 1\n  c: 2\n",
        "a: 1\n b: 2\n",
        "a: one: two\n",
        "a: \"one\nb: 2\n",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1\nc: 2\n",
        "a: @b\n",
        "a: `b`\n",
        "a: *b\n",
        "a: \"\\d\"\n",
        "a: 'x' y\n",
        "- a\nb: 1\n",
        "a: 1\na: 2\n",
        "---\na: 1\n---\nb: 2\n",
        "",
        "# nothing\n",
        "? [a]\n: b\n",
        "{a: 1}: b\n",
        "a: !foo b\n",
        "a: &a [*a]\n",
        "a:\n  <<: 1\n",
        "just text\nb: 1\n",
        "a: b\nc\n",
        "}",
        "a: %b\n",
        "a: |\n  x\n y\n",
        "{\n\t\"a\": 1,\n\t\"b\": {\"c\": 2 \"d\": 3}\n}\n",
        "{\"a\": [1, 2}",
        "{\"a\": \"x\\q\"}",
        "{\"a\": \"x",
        "{\"a\": 1} b",
    ];
    let said = cases.map(|text| {
        let (code, message, place, help) = bad(text);
        format!("{text:?}\n  {code} {message}\n  at {place:?}\n  help: {help}")
    });
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let before = format!("*a{}", level - 1);
        let items = vec![before; 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
    }
    assert_eq!(bad(&text).0, "TR006");
}

#[test]
fn depth_is_limited_in_flow_in_blocks_and_by_aliases() {
    assert_eq!(bad(&"[".repeat(100_000)).0, "TR007");
    let mut block = String::new();
    for depth in 0..300 {
        writeln!(block, "{}a:", " ".repeat(depth)).unwrap();
    }
    assert_eq!(bad(&block).0, "TR007");
    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..200 {
        writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(bad(&chain).0, "TR007");
}

#[test]
fn a_part_of_a_string_has_a_place_of_its_own() {
    let (sources, node) = good("a: $response.body#/x\nb: 'one two'\nc: \"a\\tb\"\n");
    let part = |key: &str, range| {
        let node = node.get(key).unwrap();
        sources.text(sources.within(node, range)).to_owned()
    };
    assert_eq!(part("a", 15..17), "/x");
    assert_eq!(part("b", 4..7), "two");
    assert_eq!(part("c", 2..3), "\"a\\tb\"");
}
