//! Secrets planted in every place, and looked for in all that an error or a value shows.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use token_refresh_runtime::{
    BaseUrl, BuildError, Exchange, Provider, RequestBuilder, Secret, TransportError,
};

/// The forms in which a vendor may repeat a secret, and none may be shown.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(secret);
    let json = serde_json::Value::from(secret).to_string();
    let percent: Vec<String> = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        base64,
        percent.concat(),
    ]
}

fn assert_clean(text: &str, place: &str) {
    for form in PLANTED.iter().flat_map(|secret| forms(secret)) {
        assert!(!text.contains(&form), "{form} is shown in {place}: {text}");
    }
}

#[test]
fn a_vendor_that_repeats_what_it_was_sent_gives_nothing_away() {
    for secret in PLANTED {
        for form in forms(secret).into_iter().take(3) {
            let body = serde_json::json!({
                "error": "invalid_grant",
                "error_description": format!("no such token: {form}"),
            });
            let mut response = json(400, &body.to_string());
            response
                .headers_mut()
                .insert("x-echo", form.replace(['"', '\n'], "").parse().unwrap());
            let error = read(&Plain(base()), response).unwrap_err();
            assert_clean(&shown(&error), "the error");
            assert_clean(error.body().unwrap().expose(), "the body");
            assert_clean(
                &format!("{:?} {:?}", error.refusal().unwrap(), error.body()),
                "the refusal",
            );
        }
    }
}

#[test]
fn a_success_that_repeats_what_it_was_sent_gives_nothing_away() {
    for secret in PLANTED {
        for form in forms(secret).into_iter().take(3) {
            let body = serde_json::json!({
                "access_token": "a-new-access-token",
                "refresh_token": GRANT,
                "scope": format!("for {form}"),
                "api_domain": {"of": form},
            });
            let tokens = read(&Plain(base()), json(200, &body.to_string())).unwrap();
            assert_clean(
                &format!("{:?} {:?}", tokens.scope, tokens.extra),
                "the values",
            );
            let refresh_token = tokens.refresh_token.unwrap();
            assert_eq!(
                refresh_token.into_secret().expose(),
                GRANT,
                "a token is a token, new or not"
            );
        }
    }
}

#[test]
fn a_secret_in_the_code_is_not_shown() {
    for code in [
        GRANT.to_owned(),
        "x".repeat(1000),
        "a\u{202e}b c".to_owned(),
        HEADER_SECRET.to_owned(),
    ] {
        let error = read(
            &Plain(base()),
            json(400, &serde_json::json!({"error": code}).to_string()),
        )
        .unwrap_err();
        assert_clean(&shown(&error), "the error");
        assert_clean(error.code().unwrap(), "the code");
        assert!(shown(&error).len() < 2000);
        assert!(error.code().unwrap().chars().count() <= 256);
    }
}

#[test]
fn headers_that_repeat_a_secret_are_marked() {
    let mut response = json(400, "{}");
    response
        .headers_mut()
        .insert("x-echo", HEADER_SECRET.parse().unwrap());
    response
        .headers_mut()
        .insert("set-cookie", "session=abc".parse().unwrap());
    response
        .headers_mut()
        .insert("x-request-id", "17".parse().unwrap());
    let error = read(&Plain(base()), response).unwrap_err();
    let shown = format!("{:?}", error.headers().unwrap());
    assert_clean(&shown, "the headers");
    assert!(shown.contains("17") && !shown.contains("abc"));
}

#[test]
fn a_request_made_by_hand_has_its_sensitive_headers_scrubbed() {
    let mut value = http::HeaderValue::from_static(HEADER_SECRET);
    value.set_sensitive(true);
    let request = http::Request::get("https://api.example.com/")
        .header("x-secret", value)
        .body("".into())
        .unwrap();
    let echo = json(400, &format!("{{\"error\": \"no {HEADER_SECRET}\"}}"));
    let error = Plain(base())
        .response(&Exchange::of(&request, SENT), echo)
        .unwrap_err();
    assert_eq!(
        error.body().unwrap().expose(),
        r#"{"error": "no [redacted]"}"#
    );
}

#[test]
fn a_body_is_bounded_after_it_is_scrubbed() {
    let body = format!(
        "{}{GRANT}é{}",
        "x".repeat(8 * 1024 - 5),
        "y".repeat(100_000)
    );
    let error = read(&Plain(base()), answer(502, "text/plain", body)).unwrap_err();
    let kept = error.body().unwrap().expose();
    assert!(kept.len() <= 8 * 1024);
    assert!(!kept.contains("planted"), "{}", &kept[kept.len() - 50..]);
}

#[test]
fn tokens_that_came_are_scrubbed_too() {
    let body = r#"{"access_token": "planted-new-access", "refresh_token": "planted-new-refresh", "scope": {}}"#;
    let error = read(&Plain(base()), json(200, body)).unwrap_err();
    assert!(!shown(&error).contains("planted"));
    assert!(!error.body().unwrap().expose().contains("planted"));
    assert_eq!(error.rescued().len(), 2);
}

#[test]
fn what_is_built_and_kept_hides_itself() {
    let provider = Plain(base());
    let grant = RefreshToken::from(GRANT);
    assert_clean(
        &format!("{grant:?} {:?}", AccessToken::from(GRANT)),
        "a token",
    );
    let request = provider.request(&grant).unwrap();
    assert_clean(
        &format!("{:?} {:?}", request.headers(), request.body()),
        "the request",
    );
    assert_clean(
        &format!("{:?}", Exchange::of(&request, SENT)),
        "the exchange",
    );

    let mut builder = RequestBuilder::new("POST", &base());
    builder.secret_query("token", "", &Secret::from(GRANT));
    builder.secret_cookie("session", "", &Secret::from(HEADER_SECRET));
    builder.secret_segment("key", "", &Secret::from(PATH_SECRET));
    builder.secret_form("password", "", &Secret::from(PASSWORD));
    assert_clean(&format!("{builder:?} {builder:#?}"), "the builder");

    let tokens = read(
        &provider,
        json(
            200,
            &format!("{{\"access_token\": \"{GRANT}\", \"refresh_token\": \"{GRANT}\"}}"),
        ),
    )
    .unwrap();
    assert_clean(&format!("{tokens:?} {tokens:#?}"), "the tokens");
}

/// Puts a value that does not fit.
type Put = fn(&mut RequestBuilder, &Secret);

#[test]
fn a_value_that_cannot_be_sent_is_named_and_not_shown() {
    let cases: [(&str, Put); 5] = [
        ("header `x-secret`", |request, secret| {
            request.secret_header("x-secret", "", secret);
        }),
        ("cookie `session`", |request, secret| {
            request.secret_cookie("session", "", secret);
        }),
        ("path parameter `key`", |request, _| {
            request.segment("key", "..");
        }),
        ("the Basic user name", |request, secret| {
            request.basic(&format!("a:{}", secret.expose()), "");
        }),
        ("the Basic credentials", |request, secret| {
            request.basic("user", secret);
        }),
    ];
    for (place, put) in cases {
        let mut request = RequestBuilder::new("POST", &base());
        put(&mut request, &Secret::from("planted\r\nX-Injected: 1"));
        let error = request.finish().unwrap_err();
        assert_eq!(error.place(), place);
        assert!(!shown(&error).contains("planted"), "{error:?}");
    }
}

#[test]
fn settings_and_transports_name_what_is_wrong() {
    assert_eq!(
        BuildError::missing("partner_id").to_string(),
        "`partner_id` is missing: call `.partner_id(…)` on the builder"
    );
    assert_eq!(
        BuildError::missing("partner_id").missing_setting(),
        Some("partner_id")
    );
    let error = BaseUrl::parse("https://user:planted@example.com").unwrap_err();
    assert!(!shown(&error).contains("planted"));
    let error = TransportError::in_doubt("no answer came in time").caused_by("connection reset");
    let wanted = r#"InDoubt { reason: "no answer came in time", source: "connection reset" }"#;
    assert_eq!(format!("{error:?}"), wanted);
}
