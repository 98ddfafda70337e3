use std::time::Duration;

use super::*;
use crate::{
    BaseUrl, ErrorKind, Expression, ExtraRule, Failure, Lifetime, Location, RequestBuilder, Role,
    Secret, json,
};

const SENT: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

const fn seconds(pointer: &'static str) -> Lifetime {
    Lifetime::Seconds(Expression::ResponseBody(pointer))
}

const RULES: Lifecycle = Lifecycle {
    tokens: &[
        TokenRule {
            received: &[Location::new(Expression::ResponseBody("/access"))],
            lifetime: &[seconds("/expires")],
            ..TokenRule::new("accessToken", Role::Access)
        },
        TokenRule {
            sent: Some(Expression::RequestBody("/refresh")),
            received: &[Location::new(Expression::ResponseBody("/refresh"))],
            lifetime: &[
                seconds("/refreshExpires"),
                Lifetime::Fixed(Duration::from_secs(9)),
            ],
            ..TokenRule::new("refreshToken", Role::Refresh)
        },
        TokenRule {
            sent: Some(Expression::RequestBody("/device")),
            lifetime: &[seconds("/deviceExpires")],
            ..TokenRule::new("deviceToken", Role::Other)
        },
        TokenRule::new("given", Role::Other),
    ],
    extras: &[
        ExtraRule {
            name: "domain",
            at: Expression::ResponseBody("/domain"),
        },
        ExtraRule {
            name: "echo",
            at: Expression::ResponseBody("/echo"),
        },
        ExtraRule {
            name: "nothing",
            at: Expression::ResponseBody("/nothing"),
        },
    ],
    error_code: Some(Expression::ResponseBody("/error")),
    ..Lifecycle::new("example", "refresh")
};

fn ask(status: u16, body: &str) -> Result<Fresh, Error<()>> {
    let base = BaseUrl::parse("https://api.example.com").unwrap();
    let mut request = RequestBuilder::new("POST", &base);
    request.segment_literal("/token");
    request.content_type("application/json");
    request.secret_json("/refresh", "", &Secret::from("sent-refresh-token"));
    request.secret_json("/device", "", &Secret::from("sent-device-token"));
    let exchange = Exchange::of(&request.finish().unwrap(), SENT);
    let response = http::Response::builder()
        .status(status)
        .header("content-type", "application/json");
    fresh(&RULES, &exchange, response.body(body.into()).unwrap())
}

fn at(seconds: i64) -> Expiry {
    Expiry::At(SENT.plus_millis(seconds * 1000))
}

/// `received|extended TEXT END BASIS`, `absent END BASIS`, `not received`
fn told(token: &FreshToken) -> String {
    let times = |token: &Token| {
        assert_eq!(token.issued(), Some(SENT));
        format!(
            "{} {}",
            token.expose(),
            end((token.expiry(), token.basis()))
        )
    };
    match token {
        FreshToken::Received(token) => format!("received {}", times(token)),
        FreshToken::Extended(token) => format!("extended {}", times(token)),
        FreshToken::Absent(found) => format!("absent {}", end(*found)),
        FreshToken::Prolonged(found) => format!("prolonged {}", end(*found)),
        FreshToken::NotReceived => "not received".to_owned(),
    }
}

fn end((expiry, basis): End) -> String {
    match expiry {
        Expiry::At(instant) => format!("{} {basis:?}", instant.millis_since(SENT) / 1000),
        other => format!("{other:?} {basis:?}"),
    }
}

#[test]
fn every_token_is_told_by_its_index() {
    let body = json!({
        "access": "a", "expires": 60, "refresh": "r", "refreshExpires": 600, "deviceExpires": "70",
    });
    let fresh = ask(200, &body.to_string()).unwrap();
    let told: Vec<_> = fresh.tokens.iter().map(told).collect();
    let expected = [
        "received a 60 Stated",
        "received r 600 Stated",
        "extended sent-device-token 70 Stated",
        "not received",
    ];
    assert_eq!(told, expected);
    assert_eq!(fresh.sent, SENT);
}

#[test]
fn an_absent_token_may_have_an_end() {
    let cases = [
        (
            json!({"access": "a", "refreshExpires": 600}),
            "absent 600 Stated",
        ),
        (
            json!({"access": "a", "refresh": "", "refreshExpires": "600"}),
            "absent 600 Stated",
        ),
        (
            json!({"access": "a", "refresh": null}),
            "absent 9 Documented",
        ),
    ];
    for (body, expected) in cases {
        let fresh = ask(200, &body.to_string()).unwrap();
        assert_eq!(
            told(&fresh.tokens[0]),
            "received a Unknown Stated",
            "{body}"
        );
        assert_eq!(told(&fresh.tokens[1]), expected, "{body}");
    }
}

#[test]
fn extras_come_by_name_without_what_was_sent() {
    let body = json!({"access": "a", "domain": {"eu": [1, "x"]}, "echo": "has sent-refresh-token in it", "nothing": null});
    let fresh = ask(200, &body.to_string()).unwrap();
    let extras: Vec<_> = fresh
        .extras
        .iter()
        .map(|(name, value)| (*name, value.0.to_string()))
        .collect();
    assert_eq!(extras.len(), 2, "{extras:?}");
    assert_eq!(extras[0], ("domain", json!({"eu": [1, "x"]}).to_string()));
    assert_eq!(extras[1].0, "echo");
    assert!(!extras[1].1.contains("sent-refresh-token"), "{extras:?}");
}

#[test]
fn what_is_no_success_is_the_error_that_typed_clients_get() {
    let refused = ask(400, r#"{"error": "invalid_grant"}"#).unwrap_err();
    assert_eq!(refused.failure(), Some(Failure::Reauthenticate));
    let without = ask(200, r#"{"refresh": "r"}"#).unwrap_err();
    assert_eq!(without.failure(), Some(Failure::Rejected));
    let wrong = ask(200, r#"{"access": "a", "refresh": {"is": "wrong"}}"#).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Protocol);
    assert_eq!(wrong.rescued(), [("accessToken", Secret::from("a"))]);
    let cut = ask(200, r#"{"refresh": "r", "access": "a"#).unwrap_err();
    assert_eq!(cut.kind(), ErrorKind::Protocol);
    assert_eq!(cut.rescued(), [("refreshToken", Secret::from("r"))]);
}

#[test]
fn alone_a_token_ends_by_its_own_word_or_by_the_documentation() {
    let rule = TokenRule {
        lifetime: const {
            &[
                seconds("/expires"),
                Lifetime::JwtExpiry,
                Lifetime::Fixed(Duration::from_secs(9)),
            ]
        },
        ..TokenRule::new("accessToken", Role::Access)
    };
    // {"exp": 1700000060}
    let jwt = "e30.eyJleHAiOiAxNzAwMDAwMDYwfQ.c2ln";
    assert_eq!(known_alone(&rule, jwt, SENT), (at(60), Basis::Stated));
    assert_eq!(
        known_alone(&rule, "opaque", SENT),
        (at(9), Basis::Documented)
    );
    let stated_only = TokenRule {
        lifetime: const { &[seconds("/expires")] },
        ..rule
    };
    assert_eq!(
        known_alone(&stated_only, jwt, SENT),
        (Expiry::Unknown, Basis::Stated)
    );
}
