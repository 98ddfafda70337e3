//! Endless, stalled, compressed-bomb, truncated, non-JSON, HTML, BOM, duplicate-key, wrongly typed answer: bounded time and memory,
//! a typed error, and if the new refresh token can be read, it is kept whatever else is wrong.

use std::time::Duration;

use token_refresh_runtime::json;
use token_refresh_runtime::session::{EventKind, SessionErrorKind};
use token_refresh_runtime::testing::{Answer, Fault};

use crate::support::*;

/// What a broken answer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is readable after all.
    Token,
    /// A typed error; the new grant was saved, and the next refresh spends that.
    Saved(SessionErrorKind),
    /// A typed error; the grant is in doubt.
    Doubt(SessionErrorKind),
}

const BROKEN_OFF: Outcome = Outcome::Saved(SessionErrorKind::InDoubt);
const UNREADABLE: Outcome = Outcome::Saved(SessionErrorKind::Protocol);
const NOTHING: Outcome = Outcome::Doubt(SessionErrorKind::Protocol);

fn is_failure(event: &EventKind, kind: SessionErrorKind) -> bool {
    matches!(event, EventKind::Failed(error) if error.kind() == kind)
}

/// The body with this text in place of what stands before it.
fn with_body(edit: impl Fn(String) -> String + Send + Sync + 'static) -> Fault {
    Fault::mangled(move |answer| {
        let text = String::from_utf8(answer.bytes().to_vec()).unwrap();
        answer.body(edit(text))
    })
}

fn cases() -> Vec<(&'static str, Fault, Outcome)> {
    let page = "<!DOCTYPE html><title>Back soon</title>";
    vec![
        (
            "endless",
            Fault::mangled(|answer| answer.padded(64 * 1024).endless()),
            BROKEN_OFF,
        ),
        (
            "huge",
            Fault::mangled(|answer| answer.padded(2 * 1024 * 1024)),
            BROKEN_OFF,
        ),
        (
            "stalled",
            Fault::mangled(|answer| answer.padded(4096).stalled()),
            BROKEN_OFF,
        ),
        ("truncated", Fault::mangled(Answer::truncated), BROKEN_OFF),
        ("a bomb", Fault::bomb(), NOTHING),
        ("not JSON", with_body(|_| "{Back soon".to_owned()), NOTHING),
        (
            "HTML",
            Fault::mangled(move |_| Answer::html(200, page)),
            NOTHING,
        ),
        (
            "HTML that says it is JSON",
            with_body(move |_| page.to_owned()),
            NOTHING,
        ),
        (
            "JSON without its end",
            with_body(|text| text[..text.len() - 1].to_owned()),
            UNREADABLE,
        ),
        (
            "a BOM",
            with_body(|text| format!("\u{feff}{text}")),
            Outcome::Token,
        ),
        (
            "a key twice",
            with_body(|text| text.replacen('{', r#"{"refresh_token":"an older one","#, 1)),
            Outcome::Token,
        ),
        (
            "an access token that is a number",
            Fault::edited(|body| body["access_token"] = json!(4711)),
            UNREADABLE,
        ),
        (
            "an access token that is an object",
            Fault::edited(|body| body["access_token"] = json!({"value": "x"})),
            UNREADABLE,
        ),
    ]
}

#[tokio::test]
async fn broken_answers() {
    for (case, fault, expected) in cases() {
        let bench = Bench::new::<Strict>();
        // Only the one that stalls is waited for.
        let client = if case == "stalled" {
            client_over(&bench.server.url(), |transport| {
                transport.response_timeout(Duration::from_millis(300))
            })
        } else {
            bench.client()
        };
        let source = bench.source_of::<Strict>(client);
        let signed_in = bench.server.sign_in();
        source.insert(copy(&signed_in)).await.unwrap();
        bench.clock.advance(2 * HOUR);
        bench.server.next(fault);
        let mut events = source.events();
        let outcome = soon(case, source.token()).await;
        match (expected, outcome) {
            (Outcome::Token, outcome) => drop(outcome.unwrap()),
            (Outcome::Doubt(kind), outcome) => {
                assert_eq!(outcome.unwrap_err().kind(), kind, "{case}");
            }
            (Outcome::Saved(kind), Err(error)) => assert_eq!(error.kind(), kind, "{case}"),
            // The access token could be read as well: it is served, and the trouble told.
            (Outcome::Saved(kind), Ok(token)) => {
                assert_eq!(
                    Some(bare(&token)),
                    bench.latest_access().as_deref(),
                    "{case}"
                );
                event(&mut events, case, |event| is_failure(event, kind)).await;
            }
        }
        assert_eq!(bench.server.counts().requests, 1, "{case}");
        if matches!(expected, Outcome::Saved(_)) {
            bench.clock.advance(2 * HOUR);
            let token = soon(case, source.token()).await.unwrap();
            assert_eq!(
                Some(bare(&token)),
                bench.latest_access().as_deref(),
                "{case}"
            );
            let counts = bench.server.counts();
            assert_eq!((counts.refreshed, counts.reused), (2, 0), "{case}");
        }
    }
}

/// Without any token in the answer, the grant is in doubt: the session is not over, and not called without end.
#[tokio::test]
async fn an_answer_of_no_use_is_no_reason_to_sign_in() {
    let bench = Bench::new::<Strict>();
    let (source, _) = bench.signed_in::<Strict>().await;
    bench.clock.advance(2 * HOUR);
    bench
        .server
        .next_times(100, &with_body(|_| "{Back soon".to_owned()));
    let error = soon("an answer", source.token()).await.unwrap_err();
    assert!(!error.needs_reauthentication(), "{error}");
    let requests = bench.server.counts().requests;
    assert!(requests <= 2, "{requests}");
    for _ in 0..100 {
        source.token().await.unwrap_err();
    }
    assert_eq!(bench.server.counts().requests, requests);
}
