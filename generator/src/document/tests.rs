//! What becomes of documents of both dialects, and of what they refer to.

use super::*;
use crate::diagnostic::Diagnostic;
use crate::source::{Text, load_texts, yaml};

fn resolved(files: &[(&str, &str)]) -> (Vec<Document>, Vec<Diagnostic>) {
    let text = |(path, text): &(&str, &str)| Text {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    };
    let texts: Vec<Text> = files.iter().map(text).collect();
    let mut sink = Sink::default();
    let (mut sources, roots) = load_texts(&texts, &mut sink);
    let documents = resolve(&mut sources, roots, &mut sink);
    (documents, sink.finish(&sources))
}

fn good(files: &[(&str, &str)]) -> Document {
    let (mut documents, diagnostics) = resolved(files);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    documents.remove(0)
}

/// Code, message and underlined text of each diagnostic.
fn bad(files: &[(&str, &str)]) -> Vec<String> {
    let (documents, diagnostics) = resolved(files);
    assert!(documents.is_empty());
    let line = |found: &Diagnostic| {
        let place = found
            .primary
            .as_ref()
            .map_or("", |label| &label.file.text[label.start..label.end]);
        format!("{} {} at {place:?}", found.code, found.message)
    };
    diagnostics.iter().map(line).collect()
}

/// A document whose 200 response has this schema, and these components.
fn with_schema(schema: &str, components: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: A}}\npaths:\n  /t:\n    post:\n      responses:\n        200: {{content: {{application/json: {{schema: {schema}}}}}}}\n      x-token-refresh: {{}}\ncomponents: {{schemas: {{{components}}}}}\n"
    )
}

const RESPONSE: &str = "/paths/~1t/post/responses/200/content/application~1json/schema";

/// The schema as it comes out, in one line.
fn schema(schema: &str) -> String {
    let text = with_schema(schema, "T: {type: string}");
    let document = good(&[("specs/a.yaml", &text)]);
    flow(document.node.pointer(RESPONSE).unwrap())
}

fn flow(node: &Node) -> String {
    use crate::source::Value;
    let joined = |parts: Vec<String>| parts.join(", ");
    match &node.value {
        Value::Mapping(entries) => {
            let part =
                |entry: &crate::source::Entry| format!("{}: {}", entry.key, flow(&entry.node));
            format!("{{{}}}", joined(entries.iter().map(part).collect()))
        }
        Value::Sequence(items) => format!("[{}]", joined(items.iter().map(flow).collect())),
        Value::String(text) => text.clone(),
        _ => yaml::text(node).trim().to_owned(),
    }
}

#[test]
fn schemas_of_3_1_become_those_of_3_0() {
    let cases = [
        "{type: [string, 'null']}",
        "{type: [string, null], description: D}",
        "{type: 'null'}",
        "{type: [string, integer], minLength: 1, minimum: 2, enum: [a, 3], description: D}",
        "{type: [integer, number]}",
        "{const: refresh_token}",
        "{const: 7, type: integer}",
        "{const: null}",
        "{enum: [a, b, null, a]}",
        "{type: string, enum: [1, true, a]}",
        "{type: integer, exclusiveMinimum: 5}",
        "{type: integer, minimum: 5, exclusiveMinimum: true}",
        "{type: string, examples: [one, two]}",
        "{type: string, contentEncoding: base64}",
        "{type: string, contentMediaType: application/octet-stream}",
        "{type: array, prefixItems: [{type: string}, {type: integer}], minItems: 2}",
        "{type: array, items: [{type: string}, {type: string}]}",
        "{type: object, patternProperties: {'^x': {type: string}}}",
        "{anyOf: [{$ref: '#/components/schemas/T'}, {type: 'null'}]}",
        "{oneOf: [{type: string, maxLength: 3}, {type: 'null'}], description: D}",
        "{anyOf: [{type: string}, {type: integer}, {type: 'null'}]}",
        "{$ref: '#/components/schemas/T', description: D}",
        "{$ref: '#/components/schemas/T', nullable: true}",
        "{$ref: '#/components/schemas/T', summary: S}",
        "true",
        "false",
        "{properties: {a: true}}",
        "{items: {}}",
        "{format: date-time}",
        "{format: int64}",
        "{type: boolean, minLength: 3, pattern: x}",
        "{type: string, $comment: c, $id: i, if: {}, then: {}, unevaluatedProperties: false}",
        "{type: string, minLength: 36.0}",
        "{type: object, discriminator: kind}",
        "{type: object, additionalProperties: true}",
        "{type: [object, 'null'], properties: {a: {type: string}}, required: [a]}",
    ];
    let shown = cases.map(|case| format!("{case}\n  {}", schema(case)));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn typing_by_hand_is_what_openapiv3_reads() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sink = Sink::default();
    let mut paths = vec![folder.join("specs")];
    for case in std::fs::read_dir(folder.join("tests/cases/accept")).unwrap() {
        paths.push(case.unwrap().path());
    }
    paths.sort();
    let mut count = 0;
    for path in paths {
        let (mut sources, roots) = crate::source::load(&[path], &mut sink);
        for document in resolve(&mut sources, roots, &mut sink) {
            let mut read: openapiv3::OpenAPI = yaml::typed(&document.node).unwrap();
            for item in read.paths.paths.values_mut() {
                let openapiv3::ReferenceOr::Item(item) = item else {
                    unreachable!()
                };
                let methods = [
                    &mut item.get,
                    &mut item.put,
                    &mut item.post,
                    &mut item.patch,
                ];
                for operation in methods.into_iter().flatten() {
                    operation.extensions.shift_remove(marked::MARK);
                }
            }
            assert_eq!(read, document.openapi, "{}", document.path);
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn schemas_of_other_files_get_names_of_their_own() {
    let root = with_schema(
        "{$ref: 'shared/a.yaml#/Token'}",
        "Token: {type: integer}, Own: {type: string}",
    );
    let document = good(&[
        ("specs/a.yaml", &root),
        (
            "specs/shared/a.yaml",
            "Token: {type: object, properties: {own: {$ref: '../a.yaml#/components/schemas/Own'}, whole: {$ref: Scope.yaml}, back: {$ref: '#/Token'}}}",
        ),
        ("specs/shared/Scope.yaml", "type: string"),
    ]);
    // `Token` is the root's, whether it is reached or not.
    insta::assert_snapshot!(flow(document.node.pointer("/components/schemas").unwrap()), @"{Own: {type: string}, Scope: {type: string}, Token2: {type: object, properties: {own: {$ref: #/components/schemas/Own}, whole: {$ref: #/components/schemas/Scope}, back: {$ref: #/components/schemas/Token2}}}}");
}

#[test]
fn references_go_through_aliases_anchors_and_escapes() {
    let text = with_schema(
        "{type: object, properties: {a: {$ref: '#/components/schemas/A'}, b: {$ref: '#named'}, c: {$ref: '#/components/schemas/x~1y'}, d: {$ref: '#/components/schemas/D/properties/e'}, p: {$ref: '#/components/schemas/%41'}}}",
        "A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/C'}, C: {type: string}, N: {$anchor: named, type: integer}, x/y: {type: boolean}, D: {properties: {e: {type: number}}}",
    );
    let document = good(&[("specs/a.yaml", &text)]);
    insta::assert_snapshot!(flow(document.node.pointer(RESPONSE).unwrap()), @"{type: object, properties: {a: {$ref: #/components/schemas/C}, b: {$ref: #/components/schemas/N}, c: {$ref: #/components/schemas/x_y}, d: {$ref: #/components/schemas/e}, p: {$ref: #/components/schemas/C}}}");
}

#[test]
fn mappings_of_discriminators_reach_what_they_name() {
    let text = with_schema(
        "{$ref: '#/components/schemas/Pet'}",
        "Pet: {type: object, properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {cat: Cat, dog: '#/components/schemas/Dog'}}}, Cat: {type: object}, Dog: {type: object}",
    );
    let document = good(&[("specs/a.yaml", &text)]);
    let names: Vec<_> = document
        .openapi
        .components
        .unwrap()
        .schemas
        .keys()
        .cloned()
        .collect();
    assert_eq!(names, ["Cat", "Dog", "Pet"]);
}

#[test]
fn schemas_may_contain_themselves_but_not_be_put_together_from_themselves() {
    good(&[(
        "specs/a.yaml",
        &with_schema(
            "{$ref: '#/components/schemas/A'}",
            "A: {properties: {a: {$ref: '#/components/schemas/A'}, l: {type: array, items: {$ref: '#/components/schemas/A'}}}}",
        ),
    )]);
    for cycle in [
        "A: {allOf: [{$ref: '#/components/schemas/A'}]}",
        "A: {oneOf: [{type: string}, {$ref: '#/components/schemas/B'}]}, B: {anyOf: [{$ref: '#/components/schemas/A'}]}",
        "A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}",
        "A: {$ref: '#/components/schemas/A'}",
    ] {
        let found = bad(&[(
            "specs/a.yaml",
            &with_schema("{$ref: '#/components/schemas/A'}", cycle),
        )]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("TR035"), "{found:?}");
    }
}

#[test]
fn required_is_looked_up_through_compositions() {
    let fine = [
        "{allOf: [{$ref: '#/components/schemas/T'}, {type: object, required: [t, own], properties: {own: {}}}]}",
        "{type: object, properties: {a: {}, b: {}}, anyOf: [{required: [a]}, {required: [b]}]}",
        "{type: object, required: [more], additionalProperties: {type: string}}",
        "{type: object, required: [a], oneOf: [{type: object, properties: {a: {}}}, {$ref: '#/components/schemas/T'}]}",
    ];
    for schema in fine {
        good(&[(
            "specs/a.yaml",
            &with_schema(schema, "T: {type: object, properties: {t: {}}}"),
        )]);
    }
    let found = bad(&[(
        "specs/a.yaml",
        &with_schema(
            "{type: object, required: [tokn], properties: {token: {}}, additionalProperties: true}",
            "",
        ),
    )]);
    assert_eq!(
        found,
        ["TR032 `required` names `tokn`, which is no property at \"tokn\""]
    );
}

#[test]
fn a_faulty_file_is_told_of_where_it_is_needed() {
    let root = "openapi: 3.0.3\ninfo: {title: A}\npaths: {/t: {$ref: shared/t.yaml}}\n";
    let found = bad(&[
        ("specs/a.yaml", root),
        ("specs/shared/t.yaml", "post: {a: 1, a: 2}\n"),
    ]);
    assert_eq!(found, ["TR004 the key `a` is there twice at \"a\""]);
}

#[test]
fn ways_out_of_the_folder_are_closed() {
    for path in [
        "../../etc/passwd",
        "/etc/passwd",
        "..\\\\x",
        "C:\\\\x",
        "file:///etc/passwd",
        "http://x.example/a",
        "~/a",
        "shared/../../b.yaml",
        "%2e%2e/%2e%2e/etc/passwd",
    ] {
        let text = with_schema(&format!("{{$ref: \"{path}\"}}"), "");
        let found = bad(&[("specs/a.yaml", &text)]);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert!(found[0].starts_with("TR036"), "{path}: {found:?}");
    }
}

#[test]
fn the_digest_is_of_all_files_and_only_those() {
    let root = with_schema("{$ref: 'shared/a.yaml'}", "");
    let digest = |shared: &str, other: &str| {
        good(&[
            ("specs/a.yaml", &root),
            ("specs/shared/a.yaml", shared),
            ("specs/shared/b.yaml", other),
        ])
        .digest
    };
    assert_eq!(digest("type: string", "1"), digest("type: string", "2"));
    assert_eq!(
        digest("type: string\n", "1"),
        digest("type: string\r\n", "1")
    );
    assert_ne!(digest("type: string", "1"), digest("type: integer", "1"));
}

#[test]
fn an_overlay_changes_what_it_extends() {
    let vendor = "openapi: 3.0.3\ninfo: {title: A}\npaths:\n  /t:\n    post:\n      tags: [a]\n      parameters: [{name: a, in: query}, {name: b, in: query}]\n      responses: {200: {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}}\ncomponents: {schemas: {T: {type: object, properties: {a: {type: string}}}}}\n";
    let overlay = "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nextends: ./shared/v.yaml\nactions:\n  - target: $.paths.*.post\n    update: {x-token-refresh: {}, summary: S, tags: [b]}\n  - target: $.paths['/t'].post.parameters\n    update: {name: c, in: query}\n  - target: $.paths['/t'].post.parameters[?(@.name=='a')]\n    remove: true\n  - target: $.paths['/t'].post.parameters[0]\n    update: {schema: {$ref: '#/components/schemas/T'}}\n  - target: $.components.schemas.T.properties\n    update: {b: {$ref: 'shared/x.yaml'}}\n";
    let document = good(&[
        ("specs/a.yaml", overlay),
        ("specs/shared/v.yaml", vendor),
        ("specs/shared/x.yaml", "type: integer"),
    ]);
    insta::assert_snapshot!(flow(document.node.pointer("/paths/~1t/post").unwrap()), @"{tags: [a, b], parameters: [{name: b, in: query, schema: {$ref: #/components/schemas/T}}, {name: c, in: query, schema: {type: string}}], responses: {200: {description: OK, content: {application/json: {schema: {$ref: #/components/schemas/T}}}}}, x-token-refresh: {}, summary: S}");
    insta::assert_snapshot!(flow(document.node.pointer("/components/schemas").unwrap()), @"{T: {type: object, properties: {a: {type: string}, b: {$ref: #/components/schemas/x}}}, x: {type: integer}}");
}

#[test]
fn a_vendors_document_beside_its_overlay_is_no_provider() {
    let overlay = "overlay: 1.0.0\nextends: vendor.yaml\nactions: [{target: \"$.paths['/t'].post\", update: {x-token-refresh: {}}}]";
    let vendor = "openapi: 3.0.3\ninfo: {title: A}\npaths: {/t: {post: {responses: {200: {description: OK}}}}}";
    let (documents, diagnostics) =
        resolved(&[("specs/a.yaml", overlay), ("specs/vendor.yaml", vendor)]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(documents.len(), 1);
    assert_eq!(
        (documents[0].id.as_str(), documents[0].path.as_str()),
        ("a", "specs/a.yaml")
    );
}

#[test]
fn examples_in_every_way_of_writing_them() {
    let text = "openapi: 3.0.3\ninfo: {title: A}\npaths:\n  /t:\n    post:\n      responses:\n        200:\n          content:\n            a/b: {examples: [1, 2]}\n            c/d: {examples: {one: {value: 1}, two: {a: b}, three: {$ref: '#/components/examples/E'}}}\n      x-token-refresh: {}\ncomponents: {examples: {E: {summary: S, value: 3}}}\n";
    let document = good(&[("specs/a.yaml", text)]);
    insta::assert_snapshot!(flow(document.node.pointer("/paths/~1t/post/responses/200").unwrap()), @"{content: {a/b: {examples: {example1: {value: 1}, example2: {value: 2}}}, c/d: {examples: {one: {value: 1}, two: {value: {a: b}}, three: {summary: S, value: 3}}}}, description: }");
}

#[test]
fn what_is_around_the_operation_may_be_misspelt_too() {
    let of = |text: &str| {
        bad(&[(
            "specs/a.yaml",
            &format!("openapi: 3.0.3\ninfo: {{title: A}}\n{text}"),
        )])
    };
    let operation = "{x-token-refresh: {}, responses: {200: {}}}";
    assert_eq!(
        of(&format!("paths: {{/t: {{pots: {operation}}}}}")),
        ["TR026 a path has no key `pots` at \"pots\""]
    );
    assert_eq!(
        of(&format!("pahts: {{/t: {{post: {operation}}}}}")),
        ["TR026 an OpenAPI document has no key `pahts` at \"pahts\""]
    );
    assert_eq!(
        of("paths: [a]"),
        ["TR025 `paths` maps each path to its operations, and this is a list at \"[a]\""]
    );
    assert_eq!(
        of("x: 1")[0],
        "TR024 no operation carries `x-token-refresh` at \"\""
    );
}

#[test]
fn what_can_be_understood_may_be_left_out() {
    let document = good(&[(
        "specs/a.yaml",
        "openapi: 3.0.3\ninfo: {title: A, version: 1.10}\nservers: [{url: 'https://{a}.{b}', variables: {a: {}, b: {enum: [x, 1]}}}]\npaths:\n  t/{id}:\n    post:\n      parameters: [{name: id, in: path}, {name: q, in: query, required: 'true', style: simple}]\n      requestBody: {content: {application/json: }}\n      responses:\n        200: {headers: {a: {}}, content: {application/json: {schema: }}}\n        204:\n      security: [{o: }]\n      x-token-refresh:\ncomponents: {securitySchemes: {o: {type: oauth2, flows: {implicit: {}}}}}\n",
    )]);
    insta::assert_snapshot!(yaml::text(&document.node));
}
