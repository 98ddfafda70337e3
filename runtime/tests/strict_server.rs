//! The strict server over its sockets: faults, holding, counts, and many connections at once.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use token_refresh_runtime::testing::{Answer, Fault, StrictServer};
use token_refresh_runtime::{
    Expression, Failure, Lifecycle, Lifetime, Location, Presentation, Previous, Role, Timestamp,
    TokenRule,
};

static LIFECYCLE: Lifecycle = Lifecycle {
    tokens: &[
        TokenRule {
            received: &[Location::new(Expression::ResponseBody("/access"))],
            lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
            present: Some(Presentation::Bearer),
            ..TokenRule::new("accessToken", Role::Access)
        },
        TokenRule {
            sent: Some(Expression::RequestBody("")),
            received: &[Location::new(Expression::ResponseBody("/refresh"))],
            lifetime: &[Lifetime::Unknown],
            previous: Previous::ReuseRevokesSession,
            ..TokenRule::new("refreshToken", Role::Refresh)
        },
    ],
    error_code: Some(Expression::ResponseBody("/error")),
    ..Lifecycle::new("test", "refresh")
};

fn ask(server: &StrictServer, grant: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    let length = grant.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{grant}"
    )
    .unwrap();
    stream
}

fn hear(mut stream: TcpStream) -> std::io::Result<String> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn call(server: &StrictServer, grant: &str) -> std::io::Result<String> {
    hear(ask(server, grant))
}

fn protected(server: &StrictServer, token: &str) -> String {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    write!(
        stream,
        "GET /protected HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    hear(stream).unwrap()
}

/// A server and the first refresh token of its first session.
fn start() -> (StrictServer, String) {
    let server = StrictServer::builder(&LIFECYCLE).start();
    let grant = server.sign_in().text("refreshToken").unwrap().to_owned();
    (server, grant)
}

#[test]
fn a_reset_after_the_rotation_leaves_the_grant_spent() {
    let (server, grant) = start();
    server.next(Fault::reset_after());
    let error = call(&server, &grant).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(server.counts().refreshed, 1);
    assert_ne!(server.latest(1, "refreshToken").unwrap(), grant);

    let again = call(&server, &grant).unwrap();
    assert!(
        again.starts_with("HTTP/1.1 400") && again.contains("invalid_grant"),
        "{again}"
    );
    let counts = server.counts();
    assert_eq!((counts.requests, counts.reused, counts.revoked), (2, 1, 1));
    assert_eq!(server.counts_of(1).reused, 1);
}

#[test]
fn a_reset_before_the_rotation_leaves_the_grant_good() {
    let (server, grant) = start();
    server.next(Fault::reset_before());
    call(&server, &grant).unwrap_err();
    assert_eq!(server.counts().refreshed, 0);
    assert!(call(&server, &grant).unwrap().starts_with("HTTP/1.1 200"));
    assert_eq!(server.counts().reused, 0);
}

#[test]
fn a_held_request_waits_for_the_test() {
    let (server, grant) = start();
    server.next(Fault::held());
    let waiting = ask(&server, &grant);
    server.wait_for("the request", |counts| counts.held == 1);
    assert_eq!(server.counts().refreshed, 0);
    server.release();
    assert!(hear(waiting).unwrap().starts_with("HTTP/1.1 200"));
    assert_eq!((server.counts().refreshed, server.counts().held), (1, 0));
}

#[test]
fn a_held_answer_was_rotated_already() {
    let (server, grant) = start();
    server.next(Fault::held_after());
    let waiting = ask(&server, &grant);
    server.wait_for("the rotation", |counts| counts.held == 1);
    assert_eq!(server.counts().refreshed, 1);
    drop(server);
    // A server that goes away closes what it held.
    drop(hear(waiting));
}

#[test]
fn faults_are_taken_in_line_and_then_the_server_behaves() {
    let (server, grant) = start();
    server.next(Fault::instead(
        Answer::new(503).header("retry-after", "120"),
    ));
    server.next(Fault::refuse(Failure::Credentials));
    server.next(Fault::edited(|body| body["expires_in"] = "soon".into()));
    let answers = [0; 3].map(|_| call(&server, &grant).unwrap());
    assert!(answers[0].contains("503") && answers[0].contains("retry-after: 120"));
    assert!(answers[1].contains("401") && answers[1].contains("invalid_client"));
    assert!(answers[2].contains("200") && answers[2].contains("soon"));
    server.always(Fault::status(500));
    assert!(call(&server, &grant).unwrap().contains("500"));
    server.behave();
    let grant = server.latest(1, "refreshToken").unwrap();
    assert!(call(&server, &grant).unwrap().contains("200 OK"));
}

#[test]
fn nobody_is_connected_while_it_does_not_listen() {
    let (server, grant) = start();
    server.stop_listening();
    let address = server.url().trim_start_matches("http://").to_owned();
    let refused = TcpStream::connect(&address).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    server.listen_again();
    assert!(call(&server, &grant).unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn tokens_end_by_the_clock_of_the_test() {
    let clock = Arc::new(AtomicI64::new(1_700_000_000));
    let hand = Arc::clone(&clock);
    let server = StrictServer::builder(&LIFECYCLE)
        .lifetime("accessToken", Duration::from_secs(60))
        .clock(move || Timestamp::from_unix_seconds(hand.load(Ordering::SeqCst)))
        .start();
    let access = server.sign_in().text("accessToken").unwrap().to_owned();
    assert!(protected(&server, &access).starts_with("HTTP/1.1 200"));
    clock.fetch_add(60, Ordering::SeqCst);
    assert!(protected(&server, &access).starts_with("HTTP/1.1 401"));
    assert_eq!((server.counts().admitted, server.counts().denied), (1, 1));
}

#[test]
fn an_access_token_can_be_ended_alone() {
    let (server, grant) = start();
    let access = server.latest(1, "accessToken").unwrap();
    server.revoke_access(1);
    assert!(protected(&server, &access).starts_with("HTTP/1.1 401"));
    assert!(call(&server, &grant).unwrap().starts_with("HTTP/1.1 200"));
    let access = server.latest(1, "accessToken").unwrap();
    assert!(protected(&server, &access).starts_with("HTTP/1.1 200"));
}

/// Server and clients share one process here, and a process may have 20,000 files open on the machines of this project:
/// by default a tenth of the 10,000 that `TOKEN_REFRESH_FULL=1` tries.
#[test]
fn it_stands_many_connections_that_wait() {
    let is_full = std::env::var_os("TOKEN_REFRESH_FULL").is_some();
    let callers: u64 = if is_full { 9_900 } else { 1_000 };
    let (server, grant) = start();
    server.always(Fault::status(500).hold_before());
    let waiting: Vec<TcpStream> = (0..callers).map(|_| ask(&server, &grant)).collect();
    server.wait_for("every request", |counts| counts.held == callers);
    println!("{callers} connections wait at once");
    assert_eq!(server.counts_of(1).at_once, callers);
    server.release();
    for stream in waiting {
        assert!(hear(stream).unwrap().starts_with("HTTP/1.1 500"));
    }
}
