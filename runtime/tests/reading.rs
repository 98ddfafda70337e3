//! Reading successes: where tokens stand, and when they end.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use base64::Engine as _;
use common::*;
use token_refresh_runtime::{
    Basis, ClockFormat, Error, Exchange, Expiry, Expression, ExtraRule, InstantFormat, Json,
    Lifecycle, Lifetime, Location, Provider, Response, Role, TokenKind,
};

fn tokens<P: Provider<Grant = RefreshToken, Tokens = Tokens, Refusal = Refusal>>(
    provider: &P,
    response: Response,
) -> Tokens {
    read(provider, response).unwrap()
}

/// When the access token ends, in seconds from the request.
fn seconds(tokens: &Tokens) -> Option<i64> {
    tokens
        .access_token
        .expiry()
        .instant()
        .map(|instant| instant.millis_since(SENT) / 1000)
}

#[test]
fn a_plain_answer_is_read() {
    let body = r#"{"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "all", "more": {}}"#;
    let tokens = tokens(&Plain(base()), json(200, body));
    assert_eq!(tokens.access_token.expose(), "a");
    assert_eq!(tokens.access_token.issued(), Some(SENT));
    assert_eq!(seconds(&tokens), Some(3600));
    assert_eq!(tokens.access_token.token().basis(), Basis::Stated);
    assert_eq!(
        tokens
            .refresh_token
            .map(|token| token.into_secret().expose().to_owned()),
        Some("r".to_owned())
    );
    assert_eq!(tokens.scope.as_deref(), Some("all"));
}

#[test]
fn any_2xx_and_any_media_type_will_do() {
    let body = r#" {"access_token": "a"}"#;
    for status in [200, 201, 202, 299] {
        for media_type in [
            "application/json",
            "application/vnd.x+json; charset=utf-8",
            "text/plain",
            "text/html",
            "",
        ] {
            let tokens = tokens(&Plain(base()), answer(status, media_type, body));
            assert_eq!(tokens.access_token.expose(), "a", "{status} {media_type}");
        }
    }
    let with_bom = [b"\xef\xbb\xbf", body.as_bytes()].concat();
    assert_eq!(
        tokens(&Plain(base()), answer(200, "application/json", with_bom))
            .access_token
            .expose(),
        "a"
    );
    let form = answer(
        200,
        "application/x-www-form-urlencoded",
        "access_token=a%2Bb&expires_in=10&scope=x+y",
    );
    let tokens = tokens(&Plain(base()), form);
    assert_eq!(
        (
            tokens.access_token.expose(),
            seconds(&tokens),
            tokens.scope.as_deref()
        ),
        ("a+b", Some(10), Some("x y"))
    );
}

#[test]
fn an_empty_or_null_token_is_absent() {
    for refresh in [
        "",
        ", \"refresh_token\": \"\"",
        ", \"refresh_token\": null",
        ", \"refresh_token\": \" \"",
    ] {
        let body = format!("{{\"access_token\": \"a\"{refresh}}}");
        assert!(
            tokens(&Plain(base()), json(200, &body))
                .refresh_token
                .is_none(),
            "{body}"
        );
    }
    for access in [
        "{}",
        r#"{"access_token": ""}"#,
        r#"{"access_token": null}"#,
        "[]",
        "null",
        "",
    ] {
        let error = read(&Plain(base()), json(200, access)).unwrap_err();
        assert!(error.is_rejected(), "{access}: {error:?}");
    }
}

#[test]
fn lifetimes_of_every_kind_are_clamped_and_fall_on() {
    let cases = [
        ("3600", 3600),
        ("\"3600\"", 3600),
        ("1.9", 1),
        ("0", 0),
        ("-1", 0),
        ("-1e300", 0),
        ("1e300", 251_702_300_799),
        ("9223372036854775808", 251_702_300_799),
        ("\"99999999999999999999999\"", 251_702_300_799),
        // The next source says 60.
        ("null", 60),
        ("\"soon\"", 60),
        ("\"\"", 60),
        ("\"NaN\"", 60),
        ("\"inf\"", 60),
        ("true", 60),
        ("[]", 60),
        ("{}", 60),
    ];
    for (lifetime, wanted) in cases {
        let body = format!("{{\"access_token\": \"a\", \"expires_in\": {lifetime}}}");
        assert_eq!(
            seconds(&tokens(&Plain(base()), json(200, &body))),
            Some(wanted),
            "{lifetime}"
        );
    }
    let documented = tokens(&Plain(base()), json(200, r#"{"access_token": "a"}"#));
    assert_eq!(
        (
            seconds(&documented),
            documented.access_token.token().basis()
        ),
        (Some(60), Basis::Documented)
    );
}

const fn body_value(pointer: &'static str) -> Expression {
    Expression::ResponseBody(pointer)
}

const SOURCES: &[Lifetime] = &[
    Lifetime::Milliseconds(body_value("/ms")),
    Lifetime::Minutes(body_value("/min")),
    Lifetime::Clock(body_value("/clock"), ClockFormat::HoursMinutesSeconds),
    Lifetime::Clock(body_value("/days"), ClockFormat::DaysHoursMinutes),
    Lifetime::Until(body_value("/unix"), InstantFormat::Unix),
    Lifetime::Until(body_value("/date"), InstantFormat::DateTime),
    Lifetime::Until(
        Expression::ResponseHeader("x-until"),
        InstantFormat::Pattern("%d.%m.%Y %H:%M"),
    ),
    Lifetime::JwtExpiry,
    Lifetime::Seconds(Expression::RequestBody("/expiresIn")),
];

provider!(
    ManySources,
    Lifecycle {
        tokens: &[token(
            "accessToken",
            Role::Access,
            &[body("/access_token")],
            SOURCES
        )],
        ..PLAIN
    }
);

#[test]
fn every_source_yields_its_instant() {
    let jwt = |claims: &str| {
        format!(
            "e30.{}.sig",
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims)
        )
    };
    let cases = [
        ("a".to_owned(), r#""ms": "1500""#, 1),
        ("a".to_owned(), r#""min": 2"#, 120),
        ("a".to_owned(), r#""clock": "01:00:01""#, 3601),
        ("a".to_owned(), r#""days": "1:00:00""#, 86_400),
        ("a".to_owned(), r#""unix": 1700000060"#, 60),
        ("a".to_owned(), r#""unix": "1700000060000""#, 60),
        ("a".to_owned(), r#""date": "2023-11-14T22:14:20Z""#, 60),
        (jwt(r#"{"exp": 1700000090}"#), "\"x\": 0", 90),
        // Nothing in the answer: what was asked for in the request.
        (jwt("{}"), "\"x\": 0", 120),
        ("a".to_owned(), "\"x\": 0", 120),
    ];
    for (token, more, wanted) in cases {
        let body = format!("{{\"access_token\": \"{token}\", {more}}}");
        assert_eq!(
            seconds(&tokens(&ManySources(base()), json(200, &body))),
            Some(wanted),
            "{more}"
        );
    }
    let mut response = json(200, r#"{"access_token": "a"}"#);
    response
        .headers_mut()
        .insert("x-until", "14.11.2023 22:15".parse().unwrap());
    assert_eq!(seconds(&tokens(&ManySources(base()), response)), Some(100));
}

#[test]
fn absolute_expiries_are_corrected_by_the_clocks_difference() {
    let body = r#"{"access_token": "a", "unix": 1700003600}"#;
    let skewed = |date: &str, provider: &dyn Fn(Response) -> Tokens| {
        let mut response = json(200, body);
        response.headers_mut().insert("date", date.parse().unwrap());
        seconds(&provider(response))
    };
    let absolute = |response| tokens(&ManySources(base()), response);
    assert_eq!(
        skewed("Tue, 14 Nov 2023 22:13:20 GMT", &absolute),
        Some(3600)
    );
    // Their clock is a day ahead, or an hour behind: by ours the token ends earlier, or later.
    assert_eq!(
        skewed("Wed, 15 Nov 2023 22:13:20 GMT", &absolute),
        Some(3600 - 86_400)
    );
    assert_eq!(
        skewed("Tue, 14 Nov 2023 21:13:20 GMT", &absolute),
        Some(3600 + 3600)
    );
    assert_eq!(
        skewed("Thu, 01 Jan 1970 00:00:00 GMT", &absolute),
        Some(3600)
    );
    assert_eq!(skewed("yesterday", &absolute), Some(3600));
    // What is counted from the request does not care.
    let relative = |response| tokens(&Plain(base()), response);
    assert_eq!(skewed("Wed, 15 Nov 2023 22:13:20 GMT", &relative), Some(60));
}

#[test]
fn a_slow_answer_is_no_skew() {
    let provider = ManySources(base());
    let request = provider.request(&RefreshToken::from(GRANT)).unwrap();
    let exchange = Exchange::of(&request, SENT).received_at(SENT.plus(Duration::from_secs(25)));
    let mut response = json(200, r#"{"access_token": "a", "unix": 1700003600}"#);
    response
        .headers_mut()
        .insert("date", "Tue, 14 Nov 2023 22:13:40 GMT".parse().unwrap());
    assert_eq!(
        seconds(&provider.response(&exchange, response).unwrap()),
        Some(3600)
    );
}

provider!(
    Unlimited,
    Lifecycle {
        tokens: &[token(
            "accessToken",
            Role::Access,
            &[body("")],
            &[Lifetime::Unlimited]
        )],
        ..PLAIN
    }
);

#[test]
fn the_whole_body_may_be_the_token() {
    for (media_type, body) in [
        ("application/json", "\"a.b\""),
        ("text/plain", "a.b\n"),
        ("", "a.b"),
        ("", "\"a.b\""),
    ] {
        let tokens = tokens(&Unlimited(base()), answer(200, media_type, body));
        assert_eq!(tokens.access_token.expose(), "a.b", "{media_type} {body}");
        assert_eq!(tokens.access_token.expiry(), Expiry::Never);
    }
    for (media_type, body) in [
        ("text/html", "a.b"),
        ("text/plain", "Service is down"),
        ("", "<html></html>"),
        ("application/json", "a.b"),
    ] {
        let error = read(&Unlimited(base()), answer(200, media_type, body)).unwrap_err();
        assert_eq!(
            error.kind(),
            token_refresh_runtime::ErrorKind::Protocol,
            "{media_type} {body}"
        );
    }
}

const COOKIE: Location = Location {
    at: Expression::ResponseHeader("set-cookie"),
    cookie: Some("B1SESSION"),
    prefix: "",
};
const AUTHORIZATION: Location = Location {
    at: Expression::ResponseHeader("authorization"),
    cookie: None,
    prefix: "Bearer ",
};

provider!(
    InHeaders,
    Lifecycle {
        tokens: &[
            token(
                "accessToken",
                Role::Access,
                &[COOKIE],
                &[Lifetime::Minutes(body_value("/SessionTimeout"))]
            ),
            token(
                "refreshToken",
                Role::Refresh,
                &[AUTHORIZATION],
                &[Lifetime::Unknown]
            ),
        ],
        extras: &[ExtraRule {
            name: "node",
            at: body_value("/node")
        }],
        ..PLAIN
    }
);

#[test]
fn headers_and_cookies_carry_tokens() {
    let mut response = json(200, r#"{"SessionTimeout": 30, "node": {"id": 1}}"#);
    response
        .headers_mut()
        .append("set-cookie", "ROUTEID=.node1; path=/".parse().unwrap());
    response.headers_mut().append(
        "set-cookie",
        "B1SESSION=\"abc=\"; HttpOnly; Max-Age=5".parse().unwrap(),
    );
    response
        .headers_mut()
        .insert("authorization", "bearer  r3fr3sh".parse().unwrap());
    let tokens = tokens(&InHeaders(base()), response);
    assert_eq!(
        (tokens.access_token.expose(), seconds(&tokens)),
        ("abc=", Some(1800))
    );
    assert_eq!(
        tokens.refresh_token.unwrap().into_secret().expose(),
        "r3fr3sh"
    );
    assert_eq!(tokens.extra, Some(serde_json::json!({"id": 1})));

    // A cookie that is deleted is no token; and a broken body tells nothing of tokens that are elsewhere.
    let mut response = json(200, "{");
    response
        .headers_mut()
        .insert("set-cookie", "B1SESSION=; Max-Age=0".parse().unwrap());
    assert!(
        read(&InHeaders(base()), response)
            .unwrap_err()
            .is_rejected()
    );
}

#[test]
fn a_prefix_that_is_missing_or_glued_is_no_prefix() {
    let with = |value: &str| {
        let mut response = json(200, "{}");
        response
            .headers_mut()
            .insert("set-cookie", "B1SESSION=a".parse().unwrap());
        response
            .headers_mut()
            .insert("authorization", value.parse().unwrap());
        tokens(&InHeaders(base()), response)
            .refresh_token
            .map(|token| token.into_secret().expose().to_owned())
    };
    assert_eq!(with("Bearer x").as_deref(), Some("x"));
    assert_eq!(with("x").as_deref(), Some("x"));
    assert_eq!(with("Bearerx").as_deref(), Some("Bearerx"));
    assert_eq!(with("Bearer "), None);
    assert_eq!(with("Bea"), Some("Bea".to_owned()));
}

provider!(
    EitherPlace,
    Lifecycle {
        tokens: &[
            token(
                "accessToken",
                Role::Access,
                &[body("/access_token"), body("/user/access_token")],
                &[
                    EXPIRES_IN,
                    Lifetime::Seconds(body_value("/user/expires_in"))
                ],
            ),
            token(
                "refreshToken",
                Role::Refresh,
                &[body("/refresh_token"), body("/user/refresh_token")],
                &[Lifetime::Unknown],
            ),
        ],
        ..PLAIN
    }
);

#[test]
fn lists_of_one_length_choose_one_position_together() {
    let read = |body: &str| {
        let tokens = tokens(&EitherPlace(base()), json(200, body));
        let refresh = tokens
            .refresh_token
            .as_ref()
            .map(|token| token.token().expose().to_owned());
        (
            tokens.access_token.expose().to_owned(),
            seconds(&tokens),
            refresh,
        )
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        read(
            r#"{"access_token": "a1", "expires_in": 1, "refresh_token": "r1", "user": {"access_token": "a2"}}"#
        ),
        ("a1".to_owned(), Some(1), some("r1")),
    );
    // The second position for all of them, though the first has a lifetime and a refresh token too.
    assert_eq!(
        read(
            r#"{"expires_in": 1, "refresh_token": "r1", "user": {"access_token": "a2", "expires_in": 2, "refresh_token": "r2"}}"#
        ),
        ("a2".to_owned(), Some(2), some("r2")),
    );
    // What the chosen position lacks is not taken from another one.
    assert_eq!(
        read(r#"{"access_token": "a1", "user": {"expires_in": 2, "refresh_token": "r2"}}"#),
        ("a1".to_owned(), None, None),
    );
}

provider!(
    Extended,
    Lifecycle {
        tokens: &[token_refresh_runtime::TokenRule {
            sent: Some(Expression::RequestBody("/refreshToken")),
            ..token("accessToken", Role::Access, &[], &[EXPIRES_IN])
        }],
        success: Some(token_refresh_runtime::Condition::Compare(
            token_refresh_runtime::Operand::Expression(body_value("/result")),
            token_refresh_runtime::Comparison::Equal,
            token_refresh_runtime::Operand::Literal(token_refresh_runtime::Literal::String("0000")),
        )),
        ..PLAIN
    }
);

#[test]
fn a_call_may_extend_the_token_in_hand() {
    let tokens = tokens(
        &Extended(base()),
        json(200, r#"{"result": "0000", "expires_in": 100}"#),
    );
    assert_eq!(
        (tokens.access_token.expose(), seconds(&tokens)),
        (GRANT, Some(100))
    );
    assert_eq!(tokens.access_token.issued(), Some(SENT));
    assert!(
        read(
            &Extended(base()),
            json(200, r#"{"result": "1001", "expires_in": 100}"#)
        )
        .unwrap_err()
        .is_rejected()
    );
}

#[test]
fn the_token_in_hand_is_kept_without_what_stood_before_it() {
    provider!(
        FromHeader,
        Lifecycle {
            tokens: &[token_refresh_runtime::TokenRule {
                sent: Some(Expression::RequestHeader("x-secret")),
                ..token("accessToken", Role::Access, &[], &[EXPIRES_IN])
            }],
            ..PLAIN
        }
    );
    let tokens = tokens(&FromHeader(base()), json(200, "{}"));
    assert_eq!(tokens.access_token.expose(), HEADER_SECRET);
}

#[test]
fn a_path_parameter_is_found_by_its_name() {
    provider!(
        FromPath,
        Lifecycle {
            tokens: &[token_refresh_runtime::TokenRule {
                sent: Some(Expression::RequestPath("key")),
                ..token("accessToken", Role::Access, &[], &[EXPIRES_IN])
            }],
            ..PLAIN
        }
    );
    assert_eq!(
        tokens(&FromPath(base()), json(200, "{}"))
            .access_token
            .expose(),
        PATH_SECRET
    );
}

#[test]
fn a_value_of_another_type_is_named_by_its_place() {
    let error: Error<Refusal> = read(
        &Plain(base()),
        json(200, r#"{"access_token": "a", "scope": ["x"]}"#),
    )
    .unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "expected a string at /scope, found an array");
    let extra: Option<Json> = None;
    assert_eq!(
        extra,
        tokens(&Plain(base()), json(200, r#"{"access_token": "a"}"#)).extra
    );
}
