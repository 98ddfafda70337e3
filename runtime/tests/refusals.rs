//! What each refusal means: the spec's rules first, then codes and statuses that everyone agrees on.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::*;
use token_refresh_runtime::{
    Comparison, Condition, Error, ErrorKind, Expression, Failure, FailureRule, Lifecycle, Literal,
    Operand, Reauthentication, StatusRange,
};

fn refusal(status: u16, body: &str) -> Error<Refusal> {
    read(&Plain(base()), json(status, body)).unwrap_err()
}

#[test]
fn statuses_and_codes_have_their_usual_meaning() {
    let cases = [
        (
            400,
            r#"{"error": "invalid_grant"}"#,
            Failure::Reauthenticate,
        ),
        (
            401,
            r#"{"error": "INVALID_GRANT"}"#,
            Failure::Reauthenticate,
        ),
        (
            500,
            r#"{"error": "invalid_grant"}"#,
            Failure::Reauthenticate,
        ),
        (400, r#"{"error": "invalid_client"}"#, Failure::Credentials),
        (
            400,
            r#"{"error": "unauthorized_client"}"#,
            Failure::Credentials,
        ),
        (400, r#"{"error": "invalid_request"}"#, Failure::Rejected),
        (
            400,
            r#"{"error": {"message": "invalid_grant"}}"#,
            Failure::Rejected,
        ),
        (401, "{}", Failure::Credentials),
        (403, "{}", Failure::Credentials),
        (404, "{}", Failure::Rejected),
        (408, "{}", Failure::Transient),
        (425, "{}", Failure::Transient),
        (429, "{}", Failure::RateLimited),
        (500, "{}", Failure::Transient),
        (503, "<html>", Failure::Transient),
        (599, "", Failure::Transient),
        (302, "", Failure::Rejected),
        (600, "", Failure::Rejected),
        // A success without its token, and one that has an error in it.
        (200, "{}", Failure::Rejected),
        (
            200,
            r#"{"error": "invalid_grant"}"#,
            Failure::Reauthenticate,
        ),
    ];
    for (status, body, failure) in cases {
        let error = refusal(status, body);
        assert_eq!(error.failure(), Some(failure), "{status} {body}");
        assert_eq!(
            (error.kind(), error.status().unwrap().as_u16()),
            (ErrorKind::Refused, status)
        );
    }
}

#[test]
fn every_class_answers_its_question_and_no_other() {
    let answers = |error: &Error<Refusal>| {
        [
            error.needs_reauthentication(),
            error.is_misconfigured(),
            error.is_rate_limited(),
            error.is_transient(),
            error.is_rejected(),
            error.is_too_early(),
            error.is_in_doubt(),
        ]
    };
    for (status, code, position) in [
        (400, "invalid_grant", 0),
        (400, "invalid_client", 1),
        (429, "", 2),
        (500, "", 3),
        (400, "", 4),
    ] {
        let error = refusal(status, &format!("{{\"error\": \"{code}\"}}"));
        let mut wanted = [false; 7];
        wanted[position] = true;
        assert_eq!(answers(&error), wanted, "{status} {code}");
    }
}

const CODE: Expression = Expression::ResponseBody("/error/errorCode");

const fn compare(left: Expression, comparison: Comparison, right: Literal) -> Condition {
    Condition::Compare(
        Operand::Expression(left),
        comparison,
        Operand::Literal(right),
    )
}

const fn only(status: u16) -> StatusRange {
    StatusRange {
        first: status,
        last: status,
    }
}

provider!(
    Ruled,
    Lifecycle {
        success: Some(compare(
            Expression::ResponseBody("/ok"),
            Comparison::Equal,
            Literal::Bool(true)
        )),
        error_code: Some(CODE),
        unauthorized: Failure::Reauthenticate,
        failures: &[
            FailureRule {
                status: &[],
                codes: &[Literal::Number(1002.0), Literal::String("expired")],
                condition: None,
                means: Failure::Reauthenticate,
            },
            FailureRule {
                status: &[only(503)],
                codes: &[Literal::String("maintenance")],
                condition: None,
                means: Failure::RateLimited,
            },
            FailureRule {
                status: &[],
                codes: &[],
                condition: Some(compare(
                    Expression::ResponseBody("/early"),
                    Comparison::NotEqual,
                    Literal::Null
                )),
                means: Failure::TooEarly,
            },
            FailureRule {
                status: &[StatusRange {
                    first: 450,
                    last: 459
                }],
                codes: &[],
                condition: None,
                means: Failure::Transient,
            },
            FailureRule {
                status: &[],
                codes: &[],
                condition: Some(compare(
                    Expression::ResponseHeader("x-why"),
                    Comparison::Equal,
                    Literal::String("Keys")
                )),
                means: Failure::Credentials,
            },
        ],
        ..PLAIN
    }
);

#[test]
fn the_first_rule_that_matches_in_all_it_names_wins() {
    let cases = [
        (
            500,
            r#"{"error": {"errorCode": 1002}}"#,
            Failure::Reauthenticate,
        ),
        (
            500,
            r#"{"error": {"errorCode": 1002.0}}"#,
            Failure::Reauthenticate,
        ),
        // Types have to agree; text is compared without case.
        (
            500,
            r#"{"error": {"errorCode": "1002"}}"#,
            Failure::Transient,
        ),
        (
            500,
            r#"{"error": {"errorCode": "Expired"}}"#,
            Failure::Reauthenticate,
        ),
        (
            503,
            r#"{"error": {"errorCode": "maintenance"}}"#,
            Failure::RateLimited,
        ),
        (
            502,
            r#"{"error": {"errorCode": "maintenance"}}"#,
            Failure::Transient,
        ),
        (503, r#"{"error": {"errorCode": "x"}}"#, Failure::Transient),
        // What is not there is null.
        (400, r#"{"early": null}"#, Failure::Rejected),
        (400, r#"{"early": 0}"#, Failure::TooEarly),
        (400, r#"{"early": {}}"#, Failure::TooEarly),
        (449, "{}", Failure::Rejected),
        (450, "{}", Failure::Transient),
        (459, "{}", Failure::Transient),
        (460, "{}", Failure::Rejected),
        (401, "{}", Failure::Reauthenticate),
        (
            400,
            r#"{"error": {"errorCode": "invalid_client"}}"#,
            Failure::Credentials,
        ),
        // Success by the status is none by the body.
        (
            200,
            r#"{"ok": false, "access_token": "a", "error": {"errorCode": 1002}}"#,
            Failure::Reauthenticate,
        ),
        (
            200,
            r#"{"ok": "true", "access_token": "a"}"#,
            Failure::Rejected,
        ),
        (200, r#"{"access_token": "a"}"#, Failure::Rejected),
    ];
    for (status, body, failure) in cases {
        let error = read(&Ruled(base()), json(status, body)).unwrap_err();
        assert_eq!(error.failure(), Some(failure), "{status} {body}");
    }
    assert!(
        read(
            &Ruled(base()),
            json(200, r#"{"ok": true, "access_token": "a"}"#)
        )
        .is_ok()
    );
    let mut response = json(418, "{}");
    response
        .headers_mut()
        .insert("X-Why", "keys".parse().unwrap());
    assert!(
        read(&Ruled(base()), response)
            .unwrap_err()
            .is_misconfigured()
    );
}

const STATUS: Operand = Operand::Expression(Expression::StatusCode);
const NUMBER: Operand = Operand::Expression(Expression::ResponseBody("/n"));
const FLAG: Condition = Condition::Holds(Operand::Expression(Expression::ResponseBody("/flag")));
const IS_400: Condition = Condition::Compare(
    STATUS,
    Comparison::Equal,
    Operand::Literal(Literal::Number(400.0)),
);
const OVER_5: Condition = Condition::Compare(
    NUMBER,
    Comparison::Greater,
    Operand::Literal(Literal::Number(5.0)),
);

provider!(
    Logical,
    Lifecycle {
        failures: &[FailureRule {
            status: &[],
            codes: &[],
            condition: Some(Condition::All(&[
                IS_400,
                Condition::Any(&[OVER_5, Condition::Not(&FLAG)])
            ])),
            means: Failure::TooEarly,
        }],
        ..PLAIN
    }
);

#[test]
fn conditions_are_joined_and_negated() {
    let cases = [
        (400, r#"{"n": 6, "flag": true}"#, true),
        (400, r#"{"n": 5, "flag": true}"#, false),
        (400, r#"{"n": "6", "flag": true}"#, false),
        (400, r#"{"n": 5}"#, true),
        (400, r#"{"n": 5, "flag": 1}"#, true),
        (401, r#"{"n": 6}"#, false),
    ];
    for (status, body, wanted) in cases {
        assert_eq!(
            read(&Logical(base()), json(status, body))
                .unwrap_err()
                .is_too_early(),
            wanted,
            "{body}"
        );
    }
}

provider!(
    CatchAll,
    Lifecycle {
        failures: &[FailureRule {
            status: &[],
            codes: &[],
            condition: None,
            means: Failure::Reauthenticate
        }],
        ..PLAIN
    }
);

#[test]
fn a_rule_that_names_nothing_takes_the_rest_but_no_broken_success() {
    for response in [json(500, "{}"), json(429, ""), json(200, "{}")] {
        assert!(
            read(&CatchAll(base()), response)
                .unwrap_err()
                .needs_reauthentication()
        );
    }
    for response in [
        json(200, "{\"access_token\": \"a"),
        answer(200, "text/html", "<html>"),
        answer(200, "text/plain", "ok"),
    ] {
        let error = read(&CatchAll(base()), response).unwrap_err();
        assert_eq!((error.kind(), error.failure()), (ErrorKind::Protocol, None));
        assert!(error.is_in_doubt());
    }
}

#[test]
fn a_documented_body_is_typed_and_another_keeps_its_text() {
    let error = refusal(
        400,
        r#"{"error": "invalid_grant", "error_description": "too old"}"#,
    );
    let body = ErrorBody {
        error: "invalid_grant".into(),
        error_description: Some("too old".into()),
    };
    assert_eq!(error.refusal(), Some(&Refusal::BadRequest(body)));
    assert_eq!(error.code(), Some("invalid_grant"));
    assert_eq!(
        error.how(),
        Reauthentication {
            how: Some("Sign in again."),
            url: None
        }
    );
    assert_eq!(
        error.to_string(),
        "plain: the refresh was refused (400 Bad Request, code invalid_grant): the session is over, the user has \
         to sign in again. Sign in again.",
    );

    let wrong = refusal(400, r#"{"error": 7}"#);
    assert_eq!((wrong.refusal(), wrong.code()), (None, Some("7")));
    assert_eq!(wrong.body().unwrap().expose(), r#"{"error": 7}"#);

    let undocumented = refusal(404, "{}");
    assert_eq!(
        (
            undocumented.refusal(),
            undocumented.status().unwrap().as_u16()
        ),
        (None, 404)
    );

    let text = read(&Plain(base()), answer(500, "text/plain", "down")).unwrap_err();
    assert_eq!(text.refusal(), Some(&Refusal::ServerError("down".into())));
}

#[test]
fn headers_and_the_time_to_wait_are_kept() {
    let mut response = json(429, "{}");
    response
        .headers_mut()
        .insert("retry-after", "30".parse().unwrap());
    let error = read(&Plain(base()), response).unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(error.headers().unwrap()["retry-after"], "30");
    assert_eq!(refusal(429, "").retry_after(), None);
}
