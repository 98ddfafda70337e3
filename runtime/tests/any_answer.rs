//! Whatever a provider answers, the result is tokens or a typed error, and no secret is shown.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use http::{HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;
use token_refresh_runtime::{
    Body, ClockFormat, Comparison, Condition, ErrorKind, Exchange, Expression, Failure,
    FailureRule, InstantFormat, Lifecycle, Lifetime, Literal, Location, Operand, Provider,
    Response, Role, StatusRange, TokenKind, TokenRule,
};

const fn value(pointer: &'static str) -> Expression {
    Expression::ResponseBody(pointer)
}

const COOKIE: Location = Location {
    at: Expression::ResponseHeader("set-cookie"),
    cookie: Some("t"),
    prefix: "",
};
const HEADER: Location = Location {
    at: Expression::ResponseHeader("x-token"),
    cookie: None,
    prefix: "Bearer ",
};
const TEXT: Operand = Operand::Expression(value("/error"));

provider!(
    Everything,
    Lifecycle {
        tokens: &[
            token(
                "accessToken",
                Role::Access,
                &[body("/access_token"), COOKIE, HEADER],
                &[
                    Lifetime::JwtExpiry,
                    Lifetime::Until(value("/expires_in"), InstantFormat::Pattern("%Y-%m-%d")),
                    Lifetime::Until(value("/expires_in"), InstantFormat::DateTime),
                    Lifetime::Clock(value("/expires_in"), ClockFormat::DaysHoursMinutes),
                    Lifetime::Minutes(value("/expires_in")),
                ],
            ),
            TokenRule {
                sent: Some(Expression::RequestBody("/refreshToken")),
                ..token(
                    "refreshToken",
                    Role::Refresh,
                    &[],
                    &[Lifetime::Until(value("/expires_in"), InstantFormat::Unix)]
                )
            },
        ],
        success: Some(Condition::Not(&Condition::Compare(
            TEXT,
            Comparison::GreaterOrEqual,
            Operand::Literal(Literal::String("a")),
        ))),
        failures: &[FailureRule {
            status: &[StatusRange {
                first: 400,
                last: 420
            }],
            codes: &[Literal::String("x"), Literal::Null, Literal::Number(0.0)],
            condition: Some(Condition::Holds(Operand::Expression(value("/ok")))),
            means: Failure::TooEarly,
        }],
        ..PLAIN
    }
);

provider!(
    WholeBody,
    Lifecycle {
        tokens: &[token(
            "accessToken",
            Role::Access,
            &[body("")],
            &[Lifetime::JwtExpiry]
        )],
        ..PLAIN
    }
);

/// Tokens that a provider sends back may be anything, even what was sent.
fn token_text() -> impl Strategy<Value = String> {
    let planted = prop::sample::select(PLANTED.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        any::<String>(),
        planted,
        "[a-zA-Z0-9_-]{0,20}\\.[a-zA-Z0-9_-]{0,40}\\.[a-z]{0,3}",
        Just(String::new())
    ]
}

fn leaf() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(|number| serde_json::json!(number)),
        any::<f64>().prop_map(|number| number.to_string().into()),
        token_text().prop_map(Into::into),
        "-?[0-9]{1,30}(\\.[0-9]{1,3})?".prop_map(Into::into),
        "[0-9]{1,6}:[0-9]{1,3}:[0-9]{1,3}".prop_map(Into::into),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2}))?"
            .prop_map(Into::into),
    ]
}

const KEYS: [&str; 7] = [
    "access_token",
    "refresh_token",
    "expires_in",
    "error",
    "error_description",
    "scope",
    "ok",
];

fn tree() -> impl Strategy<Value = serde_json::Value> {
    leaf().prop_recursive(3, 24, 7, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(prop::sample::select(KEYS.to_vec()), inner, 0..7).prop_map(
                |map| map
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            ),
        ]
    })
}

/// A body: any bytes, JSON, JSON cut off, a form.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        tree().prop_map(|tree| tree.to_string().into_bytes()),
        (tree(), any::<prop::sample::Index>()).prop_map(|(tree, cut)| {
            let text = tree.to_string().into_bytes();
            text[..cut.index(text.len())].to_vec()
        }),
        prop::collection::vec((prop::sample::select(KEYS.to_vec()), token_text()), 0..5).prop_map(
            |pairs| {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(key, text)| format!("{key}={text}"))
                    .collect();
                pairs.join("&").into_bytes()
            }
        ),
    ]
}

const NAMES: [&str; 7] = [
    "content-type",
    "date",
    "retry-after",
    "set-cookie",
    "x-token",
    "content-encoding",
    "x-other",
];

fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let value = prop_oneof![
        prop::sample::select(vec![
            "application/json",
            "application/x-www-form-urlencoded",
            "text/html",
            "Tue, 14 Nov 2023 22:13:20 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "-9223372036854775808",
            "1e400",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        token_text().prop_map(|text| format!("t={text}").into_bytes()),
        token_text().prop_map(|text| format!("Bearer {text}").into_bytes()),
        prop::collection::vec(any::<u8>(), 0..30),
    ];
    prop::collection::vec((prop::sample::select(NAMES.to_vec()), value), 0..6)
}

fn response() -> impl Strategy<Value = Response> {
    let status = prop_oneof![Just(200), Just(400), Just(401), 100_u16..1000];
    (status, headers(), bytes()).prop_map(|(status, headers, bytes)| {
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                response
                    .headers_mut()
                    .append(HeaderName::from_static(name), value);
            }
        }
        response
    })
}

/// Judges one answer; gives what it shows of itself.
fn judge<P: Provider<Grant = RefreshToken, Tokens = Tokens, Refusal = Refusal>>(
    provider: &P,
    response: Response,
    sent: i64,
) -> Result<String, TestCaseError> {
    let request = provider.request(&RefreshToken::from(GRANT)).unwrap();
    let exchange = Exchange::of(
        &request,
        token_refresh_runtime::Timestamp::from_unix_millis(sent),
    );
    let status = response.status();
    match provider.response(&exchange, response) {
        Ok(tokens) => {
            prop_assert!(status.is_success());
            prop_assert!(!tokens.access_token.expose().is_empty());
            prop_assert!(
                tokens
                    .refresh_token
                    .as_ref()
                    .is_none_or(|token| !token.token().expose().is_empty())
            );
            // Scope and extras are the provider's own words, not secrets.
            Ok(format!(
                "{:?} {:?}",
                tokens.access_token, tokens.refresh_token
            ))
        }
        Err(error) => {
            prop_assert!(matches!(
                error.kind(),
                ErrorKind::Refused | ErrorKind::Protocol
            ));
            prop_assert_eq!(
                error.failure().is_some(),
                error.kind() == ErrorKind::Refused
            );
            prop_assert!(status.is_success() || error.kind() == ErrorKind::Refused);
            prop_assert_eq!(error.status(), Some(status));
            let body = error.body().unwrap().expose();
            prop_assert!(body.len() <= 8 * 1024);
            Ok(format!(
                "{} {body} {:?} {:?} {:?}",
                shown(&error),
                error.code(),
                error.refusal(),
                error.headers()
            ))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn ends_in_tokens_or_a_typed_error(response in response(), sent in any::<i64>()) {
        let copy = || {
            let mut copy = Response::new(response.body().clone());
            *copy.status_mut() = response.status();
            *copy.headers_mut() = response.headers().clone();
            copy
        };
        for shown in [
            judge(&Plain(base()), copy(), sent)?,
            judge(&Everything(base()), copy(), sent)?,
            judge(&WholeBody(base()), copy(), sent)?,
        ] {
            for secret in PLANTED {
                prop_assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }
}
