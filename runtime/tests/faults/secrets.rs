//! Planted secrets: not one byte of them in logs, traces, errors, `Debug`.

use std::fmt::Write as _;

use token_refresh_runtime::session::{SessionError, TokenSource};
use token_refresh_runtime::testing::{Answer, Fault, Logs, assert_no_secrets};
use token_refresh_runtime::{Failure, json};

use crate::support::*;

/// Everything that an error shows of itself and of what lies behind it.
fn shown(error: &SessionError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        _ = write!(text, " {error} {error:?} {error:#?}");
        source = error.source();
    }
    text
}

/// What a vendor might do to have a secret end up in a log.
fn faults() -> Vec<Fault> {
    let parrot = |status: u16| {
        Fault::mangled(move |answer| {
            let body = String::from_utf8_lossy(answer.bytes()).into_owned();
            Answer::json(
                status,
                json!({"error": body.clone(), "message": body}).to_string(),
            )
        })
    };
    vec![
        Fault::reset_after(),
        Fault::reset_before(),
        Fault::status(500),
        Fault::refuse(Failure::Credentials),
        Fault::refuse(Failure::Rejected),
        Fault::mangled(Answer::truncated),
        Fault::mangled(|answer| answer.body("{broken")),
        Fault::edited(|body| body["access_token"] = json!(["x"])),
        Fault::edited(|body| body["expires_in"] = json!(0)),
        Fault::edited(|body| {
            let token = body["refresh_token"].clone();
            body["expires_in"] = token;
        }),
        parrot(200),
        parrot(400),
        parrot(500),
        Fault::refuse(Failure::Reauthenticate),
    ]
}

/// Everything runs on this thread, so that everything that is logged is caught.
#[tokio::test]
async fn planted_secrets() {
    let logs = Logs::capture();
    let mut everything = String::new();
    let mut secrets: Vec<String> = Vec::new();
    for fault in faults() {
        let bench = Bench::new::<Strict>();
        let source: Source<Strict> =
            TokenSource::builder(bench.client(), bench.store.clone(), SUBJECT)
                .clock(bench.clock.clone().into())
                .runtime(tokio::runtime::Handle::current())
                .build();
        let mut events = source.events();
        let signed_in = bench.server.sign_in();
        source.insert(copy(&signed_in)).await.unwrap();
        _ = write!(everything, "{fault:?}");
        bench.server.next(fault);
        for _ in 0..4 {
            bench.clock.advance(2 * HOUR);
            let outcome = soon("an answer", source.token()).await;
            _ = write!(everything, "{outcome:?}");
            if let Err(error) = &outcome {
                everything.push_str(&shown(error));
            }
            for generation in ["accessToken", "refreshToken"] {
                secrets.extend(bench.server.latest(1, generation));
            }
        }
        if let Ok(token) = source.token().await {
            source.invalidate(&token).await;
        }
        secrets.extend(
            ["accessToken", "refreshToken"].map(|name| signed_in.text(name).unwrap().to_owned()),
        );
        _ = write!(everything, "{source:?} {signed_in:?} {:?}", source.reader());
        _ = write!(everything, "{:?} {:?}", bench.store, bench.server);
        _ = write!(
            everything,
            "{:?}",
            bench.store.entry(source.session()).await
        );
        while let Some(event) = events.try_next() {
            _ = write!(everything, "{event:?} {event:#?}");
        }
        source.shutdown().await;
    }
    let logged = logs.text();
    assert!(logged.contains("strict"), "something was logged: {logged}");
    everything.push_str(&logged);
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() > 8, "{}", secrets.len());
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    assert_no_secrets(&secrets, &everything);
}

/// A panic in the middle shows none either: what holds tokens has a `Debug` that hides them.
#[tokio::test]
async fn what_a_panic_would_print() {
    let bench = Bench::new::<Strict>();
    let (source, signed_in) = bench.signed_in::<Strict>().await;
    let header = source.token().await.unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        panic!("{source:?} {header:?} {signed_in:?} {:?}", source.extras())
    }));
    let message = panic.unwrap_err().downcast::<String>().unwrap();
    let secrets = ["accessToken", "refreshToken"].map(|name| signed_in.text(name).unwrap());
    assert_no_secrets(&secrets, &message);
}
