//! What the reader makes of blocks, and what it says of bad ones.

use super::*;
use crate::diagnostic::Diagnostic;
use crate::model::{Anchor, Failure, InstantFormat};
use crate::source::{SourceFile, SourceSet, yaml};

fn read_text(text: &str) -> (Option<Extension>, Vec<Diagnostic>) {
    let mut sources = SourceSet::default();
    let file = sources.add(SourceFile {
        path: "a.yaml".into(),
        location: std::path::PathBuf::new(),
        text: text.into(),
    });
    let mut sink = Sink::default();
    let node = yaml::parse(text, file, &mut sink).expect("the test's YAML is valid");
    let extension = read(&node, &mut sink);
    (extension, sink.finish(&sources))
}

fn good(text: &str) -> Extension {
    let (extension, diagnostics) = read_text(text);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    extension.unwrap()
}

/// Each problem: code, underlined text, help.
fn bad(text: &str) -> Vec<(String, String, String)> {
    let (_, diagnostics) = read_text(text);
    let parts = |found: Diagnostic| {
        let label = found.primary.expect("a place");
        let underlined = label.file.text[label.start..label.end].to_owned();
        (
            found.code.to_string(),
            underlined,
            found.help.unwrap_or_default(),
        )
    };
    diagnostics.into_iter().map(parts).collect()
}

/// The one problem of a token's keys.
fn bad_token(keys: &str) -> (String, String, String) {
    let found = bad(&format!("tokens:\n  accessToken:\n    {keys}\n"));
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().unwrap()
}

fn of(code: &str, underlined: &str, help: &str) -> (String, String, String) {
    (code.to_owned(), underlined.to_owned(), help.to_owned())
}

#[test]
fn every_key_is_read() {
    let extension = good(
        r#"
tokens:
  walletToken:
    role: access
    received: $response.body#/data/walletToken
    lifetime: [{jwt: exp}, {fixed: 1d}, {until: $response.body#/at, as: "%Y-%m-%d"}]
    uses: 1
    present: bearer
  refreshToken:
    sent: {at: $request.header.authorization, prefix: "Bearer "}
    received: [{at: $response.header.set-cookie, cookie: SID}, $response.body#/data/refreshToken]
    lifetime: unlimited
    uses: 1
window: {from: issue + 24h, until: expiry}
due: [expiry - 5m, issue + 7d]
limits: {calls: 10, per: 10m}
success: $response.body#/ok == true
errorCode: $response.body#/error
failures:
  - {status: [503, 5XX], code: [maintenance, 7], condition: "$method == 'POST'", means: transient}
  - means: rejected
reauthenticate: {how: Sign in again., url: https://example.com}
extras: {apiDomain: $response.body#/api_domain}
inputs:
  $request.body#/apiKey: {name: key, secret: true}
  $request.header.x-correlation-id: {generate: uuid}
  $server.shop: {per: session}
  security.basic.password: {value: ""}
wire:
  - given: {key: a1b2}
    request: |
      POST /token?a=b HTTP/1.1
      X-Key:  a1b2

      {"a": 1}
"#,
    );
    let refresh = &extension.tokens[1];
    assert_eq!(extension.tokens[0].role, Role::Access);
    assert_eq!(extension.tokens[0].previous.value, Previous::Valid);
    assert_eq!(refresh.role, Role::Refresh);
    assert_eq!(refresh.previous.value, Previous::Revoked);
    assert_eq!(refresh.sent.as_ref().unwrap().value.prefix, "Bearer ");
    assert_eq!(refresh.received[0].value.cookie.as_deref(), Some("SID"));
    let pattern = InstantFormat::Pattern("%Y-%m-%d".to_owned());
    let at = Expression::ResponseBody("/at".to_owned());
    assert_eq!(
        extension.tokens[0].lifetime[2].value,
        Lifetime::Until(at, pattern)
    );
    assert_eq!(extension.window.from.value.offset_millis, 86_400_000);
    assert_eq!(extension.window.until.unwrap().value.anchor, Anchor::Expiry);
    assert_eq!(extension.due.len(), 2);
    assert_eq!(extension.limits[0].of, Per::Session);
    assert_eq!(extension.failures[0].status[1].value, (500, 599));
    assert_eq!(extension.failures[1].means, Failure::Rejected);
    assert_eq!(extension.inputs[1].generate, Some(Generator::Uuid));
    let wire = &extension.wire[0];
    assert_eq!(
        (wire.method.as_str(), wire.target.as_str()),
        ("POST", "/token?a=b")
    );
    assert_eq!(wire.headers, [("X-Key".to_owned(), "a1b2".to_owned())]);
    assert_eq!(wire.body, "{\"a\": 1}");
}

#[test]
fn misspelt_keys_and_words_name_the_nearest() {
    assert_eq!(
        bad_token("lifetme: unknown"),
        of("TR080", "lifetme", "lifetime:")
    );
    assert_eq!(
        bad_token("lifetime: unknwon"),
        of("TR083", "unknwon", "unknown")
    );
    assert_eq!(
        bad_token("lifetime: {secnds: $url}"),
        of("TR080", "secnds", "seconds:")
    );
    assert_eq!(
        bad_token("present: {headr: a}"),
        of("TR080", "headr", "header:")
    );
    assert_eq!(bad_token("lifetime: {jwt: iat}"), of("TR083", "iat", ""));
}

#[test]
fn faults_inside_text_are_underlined_there() {
    assert_eq!(
        bad_token("sent: $reqest.body#/a"),
        of("TR084", "$reqest", "$request.body#/a")
    );
    assert_eq!(
        bad_token("sent: \"$request.bdy#/a\""),
        of("TR084", "bdy", "$request.body#/a")
    );
    assert_eq!(
        bad_token("received: $response.body#a"),
        of("TR084", "a", "#/a")
    );
    assert_eq!(
        bad_token("received: $response.body.a.b"),
        of("TR084", ".a.b", "$response.body#/a/b")
    );
    assert_eq!(bad_token("lifetime: {fixed: 2w}"), of("TR086", "w", "14d"));
    assert_eq!(
        bad_token("lifetime: {until: $response.body#/a, as: '%Y-%Q'}"),
        of("TR096", "%Q", "")
    );
}

#[test]
fn the_wrong_half_of_the_exchange_is_refused() {
    let help = "received: $response.body#/a";
    assert_eq!(
        bad_token("received: $request.body#/a"),
        of("TR091", "$request.body#/a", help)
    );
    assert_eq!(
        bad_token("sent: $response.body#/a"),
        of("TR091", "$response.body#/a", "sent: $request.body#/a")
    );
    assert_eq!(
        bad_token("lifetime: {seconds: $url}"),
        of("TR091", "$url", "")
    );
}

#[test]
fn words_of_later_versions_say_so() {
    assert_eq!(
        bad_token("from: signIn/accessToken"),
        of("TR090", "from", "")
    );
    let input = |value| {
        bad(&format!(
            "tokens: {{}}\ninputs:\n  $request.body#/a: {{generate: {value}}}\n"
        ))
    };
    assert_eq!(input("{hmac: sha256}"), [of("TR090", "hmac", "")]);
    assert_eq!(input("{jwt: RS256}"), [of("TR090", "jwt", "")]);
    assert_eq!(input("{hmca: sha256}")[0].0, "TR080");
    assert_eq!(
        bad("tokens: {}\nrecover: signIn\n"),
        [of("TR090", "recover", "")]
    );
    let failure =
        bad("tokens: {}\nfailures:\n  - {condition: '^a', type: regex, means: rejected}\n");
    assert_eq!(failure.last(), Some(&of("TR090", "type", "")));
    let success = bad("tokens: {}\nsuccess: {condition: '^a', type: regex}\n");
    assert_eq!(success, [of("TR090", "type", "")]);
}

#[test]
fn values_of_the_wrong_kind_say_what_is_expected() {
    assert_eq!(bad_token("uses: once"), of("TR082", "once", ""));
    assert_eq!(bad_token("uses: 0"), of("TR094", "0", ""));
    assert_eq!(bad_token("received: []"), of("TR095", "[]", ""));
    assert_eq!(bad_token("renewed: 1"), of("TR082", "1", ""));
    assert_eq!(
        bad_token("lifetime: {seconds: $response.body#/a, fixed: 1d}"),
        of("TR093", "fixed", "")
    );
    assert_eq!(bad("tokens: 5\n")[0].0, "TR082");
    assert_eq!(bad("window: {}\n"), [of("TR081", "window", "")]);
    assert_eq!(
        bad("tokens: {}\nfailures:\n  - status: 700\n    means: rejected\n"),
        [of("TR088", "700", "")]
    );
    assert_eq!(
        bad("tokens: {}\nfailures:\n  - status: 400\n"),
        [of("TR081", "status: 400", "")]
    );
}

#[test]
fn requests_that_are_none_name_the_line() {
    let wire = |text: &str| {
        bad(&format!(
            "tokens: {{}}\nwire:\n  - request: |\n      {text}\n"
        ))
    };
    assert_eq!(
        wire("POST"),
        [of("TR089", "request", "POST /token HTTP/1.1")]
    );
    assert_eq!(
        wire("post /a"),
        [of("TR089", "request", "POST /token HTTP/1.1")]
    );
    assert_eq!(wire("POST https://a/b HTTP/1.1")[0].0, "TR089");
    assert_eq!(wire("POST /a HTTP/1.1\n      no header")[0].0, "TR089");
}

#[test]
fn all_problems_are_found_at_once() {
    let found = bad(
        "tokens:\n  a:\n    uses: x\n    role: y\n    sent: z\n  b: {c: 1}\ndu: 1\nwindow: {from: now}\n",
    );
    let codes: Vec<_> = found.iter().map(|(code, ..)| code.as_str()).collect();
    assert_eq!(
        codes,
        ["TR082", "TR083", "TR084", "TR080", "TR080", "TR087"]
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_makes_a_parser_panic(text in "[ -~é\u{202e}]{0,40}", half in "[$a-z.#/~0-9 '=&|!<>()%TPDHMS+-]{0,30}") {
        for text in [&text, &half] {
            let quoted = format!("{text:?}");
            let block = format!(
                "tokens: {{a: {{sent: {quoted}, received: {quoted}, lifetime: {{until: {quoted}, as: {quoted}}}, previous: {{validFor: {quoted}}}}}}}\n\
                 window: {{from: {quoted}}}\nsuccess: {quoted}\nfailures: {{status: {quoted}, means: {quoted}}}\n\
                 inputs: {{{quoted}: {{}}}}\nwire: {{request: {quoted}}}\n"
            );
            let mut sources = SourceSet::default();
            let file = sources.add(SourceFile {
                path: "a.yaml".into(),
                location: std::path::PathBuf::new(),
                text: block.clone(),
            });
            let mut sink = Sink::default();
            if let Some(node) = yaml::parse(&block, file, &mut sink) {
                read(&node, &mut sink);
            }
            for found in sink.finish(&sources) {
                let label = found.primary.clone().expect("a place");
                proptest::prop_assert!(label.file.text.get(label.start..label.end).is_some());
                found.draw(crate::diagnostic::Colour::Never);
            }
        }
    }
}
