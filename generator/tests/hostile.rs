//! Whatever is in a file, reading and resolving it ends soon, in documents or in diagnostics, and never in a panic.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use token_refresh_generator::diagnostic::{Colour, Diagnostic, Sink};
use token_refresh_generator::document::{self, Document};
use token_refresh_generator::source::{self, Text};

/// Far more than any input here needs in a debug build on a busy machine; an endless loop takes longer.
const SOON: Duration = Duration::from_secs(120);

const SHARED: &str =
    "Token: {type: object, properties: {next: {$ref: '#/Token'}, scope: {type: string}}}\n";

const SPEC: &str = "\
openapi: 3.1.0
info: {title: Acme, version: '1', x-logo: {url: a}}
servers:
  - url: https://{shop}.example
    variables: {shop: {default: acme, enum: [acme, other]}}
security: [{client: []}, {}]
paths:
  /token/{id}:
    parameters: [{$ref: '#/components/parameters/Id'}]
    post:
      operationId: refresh
      requestBody: &body
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [refresh_token]
              properties:
                refresh_token: {type: [string, 'null'], examples: [abc]}
                grant_type: {const: refresh_token}
              additionalProperties: false
            examples: {one: {value: {refresh_token: abc}}}
      responses:
        200: {$ref: '#/components/responses/Tokens'}
        4XX: {description: Refused, headers: {Retry-After: {schema: {type: integer}}}}
      x-token-refresh:
        tokens:
          accessToken: {received: $response.body#/access_token, lifetime: [{jwt: exp}, {fixed: 1h}]}
  /other:
    put: {requestBody: *body, responses: {default: {description: x}}}
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: string, format: uuid}}
  responses:
    Tokens:
      description: OK
      content:
        application/json:
          schema:
            oneOf:
              - $ref: '#/components/schemas/A'
              - $ref: 'shared/a.yaml#/Token'
              - type: 'null'
            discriminator: {propertyName: kind, mapping: {a: A}}
  securitySchemes:
    client: {type: http, scheme: basic}
  schemas:
    A: {allOf: [{$ref: '#/components/schemas/B'}], properties: {a: {$ref: '#/components/schemas/A'}}}
    B: {type: object, properties: {kind: {enum: [a, b, null]}}}
";

/// Runs both stages and draws what they say.
fn run(texts: &[Text]) -> (Vec<Document>, Vec<Diagnostic>) {
    let started = Instant::now();
    let mut sink = Sink::default();
    let (mut sources, roots) = source::load_texts(texts, &mut sink);
    let documents = document::resolve(&mut sources, roots, &mut sink);
    let is_faulty = sink.has_errors();
    let diagnostics = sink.finish(&sources);
    for found in diagnostics.iter().take(20) {
        let picture = found.draw(Colour::Never);
        let is_raw =
            |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!picture.contains(is_raw), "{picture:?}");
    }
    assert!(
        is_faulty || !documents.is_empty(),
        "neither a document nor a diagnostic"
    );
    assert!(started.elapsed() < SOON, "took {:?}", started.elapsed());
    (documents, diagnostics)
}

fn spec(text: impl Into<String>) -> (Vec<Document>, Vec<Diagnostic>) {
    run(&[
        Text {
            path: "specs/a.yaml".into(),
            text: text.into(),
        },
        Text {
            path: "specs/shared/a.yaml".into(),
            text: SHARED.into(),
        },
    ])
}

fn codes(text: impl Into<String>) -> Vec<String> {
    let mut codes: Vec<_> = spec(text)
        .1
        .iter()
        .map(|found| found.code.to_string())
        .collect();
    codes.dedup();
    codes
}

#[test]
fn the_spec_that_is_mutated_is_good() {
    let (documents, diagnostics) = spec(SPEC);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    assert_eq!(documents.len(), 1);
}

/// A change of a text: what is put where, and how much goes.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let token = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ": ",
            "- ",
            "\n",
            "\t",
            "  ",
            "'",
            "\"",
            "&a ",
            "*a",
            "*body",
            "<<: *body",
            "!x ",
            "!!int ",
            "---\n",
            "|\n",
            "#",
            "$ref: '#/paths'",
            "$ref: '#'",
            "$ref: ''",
            "$ref: 'shared/a.yaml'",
            "$ref: a.yaml",
            "null",
            "true",
            "0x1",
            ".nan",
            "1e999",
            "99999999999999999999999999999999999999999999",
            "\u{202e}",
            "\u{0}",
            "\u{feff}",
            "\\",
            "%",
            "~1",
            "type",
            "object",
            "array",
            "properties",
            "required",
            "allOf",
            "x-token-refresh",
            "responses",
            "''",
            "\r\n",
        ])
        .prop_map(str::to_owned),
        ".{0,4}",
    ];
    (
        any::<prop::sample::Index>(),
        prop_oneof![Just(0), Just(0), 1..40_usize],
        token,
    )
}

fn mutated(text: &str, changes: &[(prop::sample::Index, usize, String)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (at, length, token) in changes {
        let at = at.index(characters.len() + 1);
        let end = (at + length).min(characters.len());
        characters.splice(at..end, token.chars());
    }
    characters.into_iter().collect()
}

/// A line taken from one place and put, indented otherwise, at another.
fn moved(text: &str, from: prop::sample::Index, to: prop::sample::Index, indent: usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = lines.remove(from.index(lines.len()));
    lines.insert(
        to.index(lines.len() + 1),
        format!("{}{}", " ".repeat(indent), line.trim_start()),
    );
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "(.|\n|\t){0,200}") {
        spec(text);
    }

    #[test]
    fn yaml_like_text(parts in prop::collection::vec(mutation(), 0..60)) {
        let text: String = parts.into_iter().map(|(_, _, token)| token).collect();
        spec(format!("openapi: 3.1.0\n{text}"));
    }

    #[test]
    fn mutated_specs(changes in prop::collection::vec(mutation(), 1..6)) {
        spec(mutated(SPEC, &changes));
    }

    #[test]
    fn moved_lines(from: prop::sample::Index, to: prop::sample::Index, indent in 0..24_usize) {
        spec(moved(SPEC, from, to, indent));
    }

    #[test]
    fn mutated_neighbours(changes in prop::collection::vec(mutation(), 1..4)) {
        run(&[
            Text { path: "specs/a.yaml".into(), text: SPEC.into() },
            Text { path: "specs/shared/a.yaml".into(), text: mutated(SHARED, &changes) },
        ]);
    }

    #[test]
    fn mutated_overlays(changes in prop::collection::vec(mutation(), 1..4)) {
        let overlay = "overlay: 1.0.0\nextends: shared/v.yaml\nactions:\n  - target: $.paths['/other'].put\n    update: {x-token-refresh: {}, summary: S}\n  - target: $.components.parameters.*[?(@.in=='path')]\n    remove: true\n";
        run(&[
            Text { path: "specs/a.yaml".into(), text: mutated(overlay, &changes) },
            Text { path: "specs/shared/v.yaml".into(), text: SPEC.into() },
            Text { path: "specs/shared/shared/a.yaml".into(), text: SHARED.into() },
        ]);
    }
}

/// As many as a quick test run bears; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(256)
}

fn head() -> String {
    "openapi: 3.0.3\ninfo: {title: A}\npaths:\n  /t:\n    post:\n      x-token-refresh: {}\n      responses:\n        200:\n          description: OK\n          content: {a/json: {schema: {$ref: '#/components/schemas/A0'}}}\ncomponents:\n  schemas:\n".to_owned()
}

#[test]
fn long_chains_of_schemas() {
    use std::fmt::Write as _;
    let chain = |link: &str| {
        let mut text = head();
        for index in 0..5_000 {
            writeln!(
                text,
                "    A{index}: {}",
                link.replace("NEXT", &format!("'#/components/schemas/A{}'", index + 1))
            )
            .unwrap();
        }
        text + "    A5000: {type: string}\n"
    };
    assert_eq!(
        spec(chain("{type: object, properties: {a: {$ref: NEXT}}}"))
            .0
            .len(),
        1
    );
    assert_eq!(spec(chain("{$ref: NEXT}")).0.len(), 1);
    assert_eq!(codes(chain("{allOf: [{$ref: NEXT}]}")), ["TR035"]);
}

#[test]
fn long_chains_of_responses() {
    use std::fmt::Write as _;
    let mut text = "openapi: 3.0.3\ninfo: {title: A}\npaths: {/t: {post: {x-token-refresh: {}, responses: {200: {$ref: '#/components/responses/A0'}}}}}\ncomponents:\n  responses:\n".to_owned();
    for index in 0..5_000 {
        writeln!(
            text,
            "    A{index}: {{$ref: '#/components/responses/A{}'}}",
            index + 1
        )
        .unwrap();
    }
    assert_eq!(codes(text), ["TR035"]);
}

#[test]
fn schemas_as_deep_as_files_may_be() {
    for (open, close) in [
        ("{properties: {a: ", "}}"),
        ("{items: ", "}"),
        ("{allOf: [", "]}"),
        ("{anyOf: [{type: string}, ", "]}"),
        ("{not: ", "}"),
    ] {
        for depth in [20, 50, 55, 110, 118, 5000] {
            let text =
                head() + "    A0: " + &open.repeat(depth) + "{}" + &close.repeat(depth) + "\n";
            spec(text);
        }
    }
}

#[test]
fn thousands_of_entries_take_time_in_proportion() {
    use std::fmt::Write as _;
    let mut text = head();
    for index in 0..5_000 {
        let next = (index * 7919 + 1) % 5_000;
        writeln!(text, "    A{index}: {{properties: {{a: {{$ref: '#/components/schemas/A{next}'}}, b: {{$ref: '#/components/schemas/A{}'}}}}}}", (index + 1) % 5_000).unwrap();
    }
    assert_eq!(spec(text).0.len(), 1);
}

#[test]
fn names_of_all_kinds() {
    for name in [
        "",
        " ",
        "\u{202e}",
        "fn",
        "r#type",
        "\\\"]; panic!()",
        "~",
        "a/b",
        "💥",
        "\\u0000",
    ] {
        let text = head()
            + &format!(
                "    A0: {{properties: {{\"{name}\": {{type: string}}, x: {{$ref: '#/components/schemas/B'}}}}, required: [\"{name}\"]}}\n    B: {{enum: [\"{name}\"]}}\n"
            );
        let (documents, diagnostics) = spec(text);
        assert!(diagnostics.is_empty(), "{name:?}: {diagnostics:#?}");
        assert_eq!(documents.len(), 1);
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("a.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let started = Instant::now();
    let mut sink = Sink::default();
    let (sources, roots) = source::load(&[folder.path().to_path_buf()], &mut sink);
    assert!(roots.is_empty());
    let found = sink.finish(&sources);
    assert_eq!(found[0].code.to_string(), "TR007");
    assert!(started.elapsed() < SOON);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_from_a_reference() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("b.yaml"), "type: string").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("shared")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("b.yaml"), folder.path().join("b.txt")).unwrap();
    for path in ["shared/b.yaml", "b.txt"] {
        let text = head() + &format!("    A0: {{$ref: '{path}'}}\n");
        std::fs::write(folder.path().join("a.yaml"), text).unwrap();
        let mut sink = Sink::default();
        let (mut sources, roots) = source::load(&[folder.path().to_path_buf()], &mut sink);
        document::resolve(&mut sources, roots, &mut sink);
        let codes: Vec<_> = sink
            .finish(&sources)
            .iter()
            .map(|found| found.code.to_string())
            .collect();
        assert_eq!(codes, ["TR036"], "{path}");
    }
}
