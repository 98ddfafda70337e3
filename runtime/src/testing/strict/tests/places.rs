//! Tokens, ends and refusals stand where the lifecycle says, whatever the lifecycle.

use std::time::Duration;

use super::super::{Ruling, StrictServer, Verdict};
use super::{HOUR, START, body, received};
use crate::reply::meaning;
use crate::testing::Received;
use crate::testing::strict::find::exchange;
use crate::*;

const fn access(received: &'static [Location], lifetime: &'static [Lifetime]) -> TokenRule {
    TokenRule {
        received,
        lifetime,
        present: Some(Presentation::Bearer),
        ..TokenRule::new("accessToken", Role::Access)
    }
}

const fn refresh(sent: Expression, received: &'static [Location]) -> TokenRule {
    TokenRule {
        sent: Some(sent),
        received,
        lifetime: &[Lifetime::Unlimited],
        previous: Previous::ReuseRevokesSession,
        ..TokenRule::new("refreshToken", Role::Refresh)
    }
}

struct Access(Token);

impl TokenKind for Access {
    const NAME: &'static str = "accessToken";

    fn from_token(token: Token) -> Self {
        Self(token)
    }

    fn token(&self) -> &Token {
        &self.0
    }

    fn into_token(self) -> Token {
        self.0
    }
}

impl ReadTokens for Access {
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
        reply.token(0)
    }
}

/// What the client's own machinery makes of a ruling's answer: the access token and its end.
fn read(lifecycle: &'static Lifecycle, request: &Received, ruling: &Ruling) -> (String, Expiry) {
    let mut response = http::Response::builder().status(ruling.answer.status());
    for (name, value) in ruling.answer.headers() {
        response = response.header(name, value);
    }
    let response = response
        .body(ruling.answer.bytes().to_vec().into())
        .unwrap();
    let request = exchange(request, START).unwrap();
    let tokens: Result<Access, Error<()>> = crate::reply::read(lifecycle, &request, response);
    let Access(token) = tokens.unwrap();
    (token.expose().to_owned(), token.expiry())
}

/// One sign-in and one refresh: what the client reads is what the server issued, with the same end.
fn check(lifecycle: &'static Lifecycle, request: impl Fn(&str) -> Received) {
    let mut endpoint = StrictServer::builder(lifecycle)
        .lifetime("accessToken", HOUR)
        .endpoint();
    let (session, minted) = endpoint.sign_in(START);
    let grant = lifecycle.grant();
    let grant = minted.iter().find(|token| Some(token.rule) == grant);
    let request = request(grant.map_or("", |token| &token.text));
    let ruling = endpoint.refresh(&request, START);
    assert_eq!(ruling.verdict, Verdict::Refreshed { generation: 1 });
    let (text, expiry) = read(lifecycle, &request, &ruling);
    let session = ruling.session.unwrap_or(session);
    assert_eq!(
        Some(&*text),
        endpoint.book().current_text(session, 0),
        "{:?}",
        ruling.answer
    );
    let ends = endpoint.book().current(session, 0).unwrap().ends;
    assert_eq!(expiry.instant(), ends);
    assert_eq!(ends, Some(START.plus(HOUR)));
}

fn with_header(name: &str, value: &str) -> Received {
    let mut request = received("GET", "/token");
    request.headers.push((name.to_owned(), value.to_owned()));
    request
}

#[test]
fn a_header_with_a_scheme_and_a_cookie() {
    static LIFECYCLE: Lifecycle = Lifecycle {
        tokens: &[
            access(
                &[Location {
                    prefix: "Bearer ",
                    ..Location::new(Expression::ResponseHeader("authorization"))
                }],
                &[Lifetime::Minutes(Expression::ResponseHeader("x-minutes"))],
            ),
            refresh(
                Expression::RequestHeader("authorization"),
                &[Location {
                    cookie: Some("session"),
                    ..Location::new(Expression::ResponseHeader("set-cookie"))
                }],
            ),
        ],
        ..Lifecycle::new("test", "headers")
    };
    check(&LIFECYCLE, |grant| {
        with_header("Authorization", &format!("Token {grant}"))
    });
}

#[test]
fn a_path_and_an_array() {
    static LIFECYCLE: Lifecycle = Lifecycle {
        tokens: &[
            access(
                &[body("/tokens/0/value~1x")],
                &[Lifetime::Until(
                    Expression::ResponseBody("/tokens/0/ends"),
                    InstantFormat::Pattern("%d.%m.%Y %H:%M:%S"),
                )],
            ),
            refresh(
                Expression::RequestPath("token"),
                &[body("/tokens/1/value~1x")],
            ),
        ],
        success: Some(Condition::All(&[
            Condition::Compare(
                Operand::Expression(Expression::StatusCode),
                Comparison::Equal,
                Operand::Literal(Literal::Number(201.0)),
            ),
            Condition::Not(&Condition::Holds(Operand::Expression(
                Expression::ResponseBody("/failed"),
            ))),
        ])),
        ..Lifecycle::new("test", "paths")
    };
    check(&LIFECYCLE, |grant| {
        received("PUT", &format!("/tokens/{grant}/renew"))
    });
}

#[test]
fn a_bare_text_and_the_tokens_own_word() {
    static LIFECYCLE: Lifecycle = Lifecycle {
        tokens: &[TokenRule {
            sent: Some(Expression::RequestQuery("token")),
            ..access(&[body("")], &[Lifetime::JwtExpiry])
        }],
        ..Lifecycle::new("test", "text")
    };
    check(&LIFECYCLE, |grant| {
        received("GET", &format!("/token?token={grant}"))
    });
}

#[test]
fn credentials_alone_and_a_clock() {
    static LIFECYCLE: Lifecycle = Lifecycle {
        tokens: &[access(
            &[body("/token")],
            &[Lifetime::Clock(
                Expression::ResponseBody("/left"),
                ClockFormat::DaysHoursMinutes,
            )],
        )],
        ..Lifecycle::new("test", "credentials")
    };
    check(&LIFECYCLE, |_| received("POST", "/token"));
}

#[test]
fn two_tokens_that_are_told_one_end_have_one() {
    static LIFECYCLE: Lifecycle = Lifecycle {
        tokens: &[
            access(
                &[body("/a")],
                &[Lifetime::Milliseconds(Expression::ResponseBody("/ms"))],
            ),
            TokenRule {
                received: &[body("/b")],
                lifetime: &[Lifetime::Milliseconds(Expression::ResponseBody("/ms"))],
                ..TokenRule::new("other", Role::Other)
            },
        ],
        ..Lifecycle::new("test", "shared")
    };
    let mut endpoint = StrictServer::builder(&LIFECYCLE)
        .lifetime("accessToken", HOUR)
        .lifetime("other", 2 * HOUR)
        .endpoint();
    endpoint.refresh(&received("POST", "/"), START);
    let ends = [0, 1].map(|rule| endpoint.book().current(0, rule).unwrap().ends);
    assert_eq!(ends, [Some(START.plus(HOUR)); 2]);
}

/// A vendor that answers 200 to everything and tells failures apart in the body.
static ODD: Lifecycle = Lifecycle {
    tokens: &[access(&[body("/token")], &[Lifetime::Fixed(HOUR)])],
    success: Some(Condition::Holds(Operand::Expression(
        Expression::ResponseBody("/ok"),
    ))),
    error_code: Some(Expression::ResponseBody("/code")),
    failures: &[
        FailureRule {
            codes: &[Literal::Number(1002.0)],
            ..FailureRule::new(Failure::Reauthenticate)
        },
        FailureRule {
            status: &[StatusRange::one(200)],
            condition: Some(Condition::Compare(
                Operand::Expression(Expression::ResponseBody("/reason")),
                Comparison::Equal,
                Operand::Literal(Literal::String("too early")),
            )),
            ..FailureRule::new(Failure::TooEarly)
        },
        FailureRule {
            status: &[StatusRange::new(400, 499)],
            ..FailureRule::new(Failure::Credentials)
        },
    ],
    ..Lifecycle::new("test", "odd")
};

#[test]
fn a_refusal_means_to_the_client_what_it_was_to_mean() {
    for means in [
        Failure::Reauthenticate,
        Failure::Credentials,
        Failure::TooEarly,
        Failure::Transient,
    ] {
        let endpoint = StrictServer::builder(&ODD).endpoint();
        let request = received("POST", "/");
        let answer = endpoint.refusal(&request, means);
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let response = response.body(answer.bytes().to_vec().into()).unwrap();
        let exchange = exchange(&request, START).unwrap();
        assert_eq!(
            meaning(&ODD, &exchange, response),
            Err(Some(means)),
            "{answer:?}"
        );
    }
}

#[test]
fn windows_and_limits_are_enforced_when_asked() {
    static LIFECYCLE: Lifecycle = Lifecycle {
        tokens: &[access(
            &[body("/token")],
            &[Lifetime::Seconds(Expression::ResponseBody("/s"))],
        )],
        window: Window {
            from: Moment::expiry(-60_000),
            until: Some(Moment::expiry(60_000)),
        },
        limits: &[Limit {
            calls: 2,
            per: Duration::from_secs(10),
            of: LimitScope::Session,
        }],
        ..Lifecycle::new("test", "window")
    };
    let request = received("POST", "/");
    let mut endpoint = StrictServer::builder(&LIFECYCLE)
        .enforce_window()
        .endpoint();
    let mut at = |seconds| {
        let now = START.plus(Duration::from_secs(seconds));
        endpoint.refresh(&request, now).verdict
    };
    assert_eq!(at(0), Verdict::Refreshed { generation: 1 });
    assert_eq!(at(3539), Verdict::Refused(Failure::TooEarly));
    assert_eq!(at(3540), Verdict::Refreshed { generation: 2 });
    assert_eq!(at(3540 + 3660), Verdict::Refused(Failure::Reauthenticate));

    let mut endpoint = StrictServer::builder(&LIFECYCLE)
        .enforce_limits()
        .endpoint();
    let mut at = |seconds| {
        let now = START.plus(Duration::from_secs(seconds));
        endpoint.refresh(&request, now).verdict
    };
    assert_eq!(at(0), Verdict::Refreshed { generation: 1 });
    assert_eq!(at(9), Verdict::Refreshed { generation: 2 });
    assert_eq!(at(9), Verdict::Refused(Failure::RateLimited));
    assert_eq!(at(10), Verdict::Refreshed { generation: 3 });
}
