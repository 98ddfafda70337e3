//! Answers that are a success and cannot be read: a typed error, and whatever token can be saved.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use token_refresh_runtime::{Error, ErrorKind, Expression, Lifecycle, Lifetime, Response, Role};

fn broken(response: Response) -> Error<Refusal> {
    let error = read(&Plain(base()), response).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    assert!(error.is_in_doubt() && error.failure().is_none());
    error
}

fn saved(error: &Error<Refusal>) -> Vec<(&'static str, &str)> {
    error
        .rescued()
        .iter()
        .map(|(name, secret)| (*name, secret.expose()))
        .collect()
}

#[test]
fn a_wrongly_typed_value_saves_all_tokens() {
    let body = r#"{"access_token": "a-token", "refresh_token": "r-token", "scope": 1}"#;
    assert_eq!(
        saved(&broken(json(200, body))),
        [("accessToken", "a-token"), ("refreshToken", "r-token")]
    );

    let body = r#"{"access_token": {"v": "a-token"}, "refresh_token": "r-token"}"#;
    assert_eq!(
        saved(&broken(json(200, body))),
        [("refreshToken", "r-token")]
    );

    let body = r#"{"access_token": "a-token", "refresh_token": ["r-token"]}"#;
    assert_eq!(
        saved(&broken(json(200, body))),
        [("accessToken", "a-token")]
    );
}

#[test]
fn a_truncated_body_saves_what_came_whole() {
    let body = r#"{"refresh_token": "r-token", "access_token": "a-token", "expires_in": 3600}"#;
    let from = |text: &str| body.find(text).unwrap();
    for cut in 1..body.len() {
        let found = saved(&broken(json(200, &body[..cut]))).len();
        let refresh = cut >= from("r-token") + "r-token\"".len();
        let access = cut >= from("a-token") + "a-token\"".len();
        assert_eq!(
            found,
            usize::from(refresh) + usize::from(access),
            "{}",
            &body[..cut]
        );
    }
}

#[test]
fn numbers_out_of_range_and_odd_bytes_save_what_came_before() {
    for rest in ["1e999", "tru", "\"\\q\"", "\u{1}", "NaN", "[1,", "'x'"] {
        let body = format!("{{\"refresh_token\": \"r-token\", \"expires_in\": {rest}");
        assert_eq!(
            saved(&broken(json(200, &body))),
            [("refreshToken", "r-token")],
            "{body}"
        );
    }
    let not_utf8 = [
        b"{\"refresh_token\": \"r-token\", \"x\": \"\xff".as_slice(),
        b"\"}",
    ]
    .concat();
    assert_eq!(
        saved(&broken(answer(200, "application/json", not_utf8))),
        [("refreshToken", "r-token")]
    );
    let bom = "\u{feff}{\"refresh_token\": \"r-token\", ";
    assert_eq!(
        saved(&broken(answer(200, "text/plain", bom))),
        [("refreshToken", "r-token")]
    );
}

#[test]
fn what_is_no_json_at_all_saves_nothing() {
    let pages = [
        "<html><body>Sign in</body></html>",
        "OK",
        "\u{0}",
        "access_token=a",
    ];
    for page in pages {
        for media_type in ["text/html", "text/plain", "application/json", ""] {
            assert_eq!(
                saved(&broken(answer(200, media_type, page))),
                [],
                "{media_type} {page}"
            );
        }
    }
    assert!(
        broken(json(200, &"[".repeat(100_000)))
            .to_string()
            .contains("it is not JSON")
    );
    let deep = format!(
        "{{\"refresh_token\": \"r-token\", \"x\": {}",
        "{\"a\":".repeat(100_000)
    );
    assert_eq!(
        saved(&broken(json(200, &deep))),
        [("refreshToken", "r-token")]
    );
}

#[test]
fn a_repeated_key_counts_once() {
    let body = r#"{"access_token": "a1", "access_token": "a2", "refresh_token": "r1"}"#;
    let tokens = read(&Plain(base()), json(200, body)).unwrap();
    assert_eq!(tokens.access_token.expose(), "a2");
}

provider!(
    Nested,
    Lifecycle {
        tokens: &[
            token(
                "accessToken",
                Role::Access,
                &[body("/data/0/a~1b"), body("/token")],
                &[Lifetime::Unknown]
            ),
            token(
                "refreshToken",
                Role::Refresh,
                &[
                    place(Expression::ResponseHeader("x-refresh")),
                    body("/refresh")
                ],
                &[Lifetime::Unknown],
            ),
        ],
        ..PLAIN
    }
);

#[test]
fn the_places_are_found_at_any_depth_and_in_headers() {
    let mut response = json(
        200,
        r#"{"token": "second", "data": [{"a/b": "first", "c": "#,
    );
    response
        .headers_mut()
        .insert("x-refresh", "r-token".parse().unwrap());
    let error = read(&Nested(base()), response).unwrap_err();
    assert_eq!(
        saved(&error),
        [("accessToken", "first"), ("refreshToken", "r-token")]
    );
}

#[test]
fn the_message_names_what_is_wrong_and_shows_nothing() {
    let error = broken(json(200, "{\"access_token\": \"a-token-planted\", "));
    assert_eq!(
        error.to_string(),
        "plain: the answer to the refresh cannot be read (200 OK): its JSON ends too early"
    );
    assert!(!shown(&error).contains("planted"));
    assert_eq!(
        error.body().unwrap().expose(),
        "{\"access_token\": \"[redacted]\", "
    );
}
