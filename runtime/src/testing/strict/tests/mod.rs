//! The endpoint without its sockets, over lifecycles of every kind.

mod places;

use std::time::Duration;

use super::{Rotation, StrictServer, StrictServerBuilder, TokenEndpoint, Verdict};
use crate::testing::Received;
use crate::*;

const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
const HOUR: Duration = Duration::from_secs(3600);

const fn body(pointer: &'static str) -> Location {
    Location::new(Expression::ResponseBody(pointer))
}

const ACCESS: TokenRule = TokenRule {
    received: &[body("/data/access_token")],
    lifetime: &[Lifetime::Seconds(Expression::ResponseBody(
        "/data/expires_in",
    ))],
    present: Some(Presentation::Bearer),
    ..TokenRule::new("accessToken", Role::Access)
};

const REFRESH: TokenRule = TokenRule {
    sent: Some(Expression::RequestBody("/refresh_token")),
    received: &[body("/data/refresh_token")],
    lifetime: &[Lifetime::Unknown],
    ..TokenRule::new("refreshToken", Role::Refresh)
};

/// A refresh token that is treated so once it has a successor.
fn with_previous(previous: Previous) -> &'static Lifecycle {
    let refresh = TokenRule {
        previous,
        ..REFRESH
    };
    Box::leak(Box::new(Lifecycle {
        tokens: Box::leak(Box::new([ACCESS, refresh])),
        error_code: Some(Expression::ResponseBody("/error")),
        ..Lifecycle::new("test", "refresh")
    }))
}

fn post(text: &str) -> Received {
    let mut request = received("POST", "/token");
    request
        .headers
        .push(("content-type".to_owned(), "application/json".to_owned()));
    request.body = json!({"refresh_token": text}).to_string().into_bytes();
    request
}

fn received(method: &str, target: &str) -> Received {
    let text = format!("{method} {target} HTTP/1.1\r\nhost: x\r\n\r\n");
    crate::testing::engine::parse(text.as_bytes()).unwrap()
}

fn get(token: &str) -> Received {
    let mut request = received("GET", "/protected");
    request
        .headers
        .push(("authorization".to_owned(), format!("Bearer {token}")));
    request
}

/// An endpoint with one session, and its first refresh token.
fn signed_in(builder: StrictServerBuilder) -> (TokenEndpoint, String) {
    let mut endpoint = builder.endpoint();
    let (_, minted) = endpoint.sign_in(START);
    let token = minted.into_iter().find(|token| token.rule == 1).unwrap();
    (endpoint, token.text)
}

fn field(ruling: &super::Ruling, pointer: &str) -> String {
    let body: Json = serde_json::from_slice(ruling.answer.bytes()).unwrap();
    body.pointer(pointer).unwrap().as_str().unwrap().to_owned()
}

fn after(span: Duration) -> Timestamp {
    START.plus(span)
}

#[test]
fn a_grant_brings_the_next_one_and_its_reuse_ends_the_session() {
    let lifecycle = with_previous(Previous::ReuseRevokesSession);
    let (mut endpoint, first) = signed_in(StrictServer::builder(lifecycle));
    let ruling = endpoint.refresh(&post(&first), START);
    assert_eq!(ruling.verdict, Verdict::Refreshed { generation: 1 });
    let second = field(&ruling, "/data/refresh_token");
    let access = field(&ruling, "/data/access_token");
    assert_ne!(first, second);
    assert_eq!(
        endpoint.api(&get(&access), START).verdict,
        Verdict::Admitted
    );

    let ruling = endpoint.refresh(&post(&first), START);
    assert_eq!(ruling.verdict, Verdict::Reused { revoked: true });
    assert_eq!(ruling.answer.status(), 400);
    assert_eq!(field(&ruling, "/error"), "invalid_grant");
    let ruling = endpoint.refresh(&post(&second), START);
    assert_eq!(ruling.verdict, Verdict::Refused(Failure::Reauthenticate));
    assert_eq!(endpoint.api(&get(&access), START).verdict, Verdict::Denied);
}

#[test]
fn the_previous_grant_is_treated_as_documented() {
    // Without a word of strictness: what a spent grant gets at once, in a minute, and once its successor is used.
    let good = [true, true, true];
    for (lifecycle, expected) in [
        (with_previous(Previous::Valid), good),
        (with_previous(Previous::Revoked), [false; 3]),
        (
            with_previous(Previous::ValidFor(Duration::from_secs(30))),
            [true, false, false],
        ),
        (
            with_previous(Previous::ValidUntilNewIsUsed),
            [true, true, false],
        ),
    ] {
        let is_good = |step: usize| {
            let (mut endpoint, first) = signed_in(StrictServer::builder(lifecycle));
            let ruling = endpoint.refresh(&post(&first), START);
            let second = field(&ruling, "/data/refresh_token");
            let now = after(Duration::from_secs(if step == 1 { 60 } else { 0 }));
            if step == 2 {
                endpoint.refresh(&post(&second), now);
            }
            let ruling = endpoint.refresh(&post(&first), now.plus(HOUR * u32::from(step == 2)));
            matches!(ruling.verdict, Verdict::Refreshed { .. })
        };
        let found = [0, 1, 2].map(is_good);
        assert_eq!(found, expected, "{:?}", lifecycle.tokens[1].previous);
    }
}

#[test]
fn strictness_is_for_any_provider_that_rotates() {
    let builder = StrictServer::builder(with_previous(Previous::Valid)).strict();
    let (mut endpoint, first) = signed_in(builder);
    endpoint.refresh(&post(&first), START);
    let ruling = endpoint.refresh(&post(&first), START);
    assert_eq!(ruling.verdict, Verdict::Reused { revoked: true });
}

#[test]
fn a_grant_that_stays_is_no_reuse() {
    let builder = StrictServer::builder(with_previous(Previous::Valid))
        .strict()
        .rotation(Rotation::Every(2));
    let (mut endpoint, first) = signed_in(builder);
    let ruling = endpoint.refresh(&post(&first), START);
    assert_eq!(ruling.verdict, Verdict::Refreshed { generation: 1 });
    let body = String::from_utf8(ruling.answer.bytes().to_vec()).unwrap();
    assert!(!body.contains("refresh_token"), "{body}");
    let ruling = endpoint.refresh(&post(&first), START);
    let second = field(&ruling, "/data/refresh_token");
    assert_ne!(first, second);
    let ruling = endpoint.refresh(&post(&first), START);
    assert_eq!(ruling.verdict, Verdict::Reused { revoked: true });
}

#[test]
fn tokens_end_by_the_time_that_is_given() {
    let builder = StrictServer::builder(with_previous(Previous::Revoked))
        .lifetime("accessToken", HOUR)
        .lifetime("refreshToken", 2 * HOUR);
    let (mut endpoint, first) = signed_in(builder);
    let ruling = endpoint.refresh(&post(&first), START);
    let (access, second) = (
        field(&ruling, "/data/access_token"),
        field(&ruling, "/data/refresh_token"),
    );
    let at = |endpoint: &mut TokenEndpoint, span| endpoint.api(&get(&access), after(span)).verdict;
    let moment = Duration::from_millis(1);
    assert_eq!(
        at(&mut endpoint, HOUR.saturating_sub(moment)),
        Verdict::Admitted
    );
    assert_eq!(at(&mut endpoint, HOUR), Verdict::Denied);
    let ruling = endpoint.refresh(&post(&second), after(2 * HOUR));
    assert_eq!(ruling.verdict, Verdict::Refused(Failure::Reauthenticate));
}

#[test]
fn what_was_never_issued_is_refused() {
    let (mut endpoint, _) = signed_in(StrictServer::builder(with_previous(Previous::Revoked)));
    let ruling = endpoint.refresh(&post("made-up"), START);
    assert_eq!(ruling.verdict, Verdict::Refused(Failure::Reauthenticate));
    let ruling = endpoint.refresh(&received("POST", "/token"), START);
    assert_eq!(ruling.verdict, Verdict::Refused(Failure::Rejected));
}
