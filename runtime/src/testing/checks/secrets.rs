//! Secrets: whatever the answer, none is to be seen anywhere.

use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};

use serde_json::{Value, json};

use super::{Case, Complaints, exchanged};
use crate::Error;
use crate::testing::{Answer, Logs, Received, Server, find_secret};

/// Makes calls that succeed and that fail in every way, also with the secrets repeated by the server, and looks
/// for the planted secrets in what comes back and in what is logged on the way: in `Debug`, in messages
/// and in their sources, in typed refusals and in headers.
///
/// `planted` are the values of every secret input, of the grant, and of the tokens in `success`.
///
/// # Panics
/// When one is seen, or when one is planted nowhere: neither in the request nor in `success`.
pub async fn check_secrets<T: Debug, R: Debug, G: Debug>(
    call: impl AsyncFn(&str) -> Result<T, Error<R, G>>,
    planted: &[&str],
    success: Answer,
    refusals: impl IntoIterator<Item = Case<R>>,
) {
    let mut complaints = Complaints::default();
    let (_, request) = exchanged(&call, success.clone()).await;
    let sent = sent(planted, &success, &request, &mut complaints);
    let refusals: Vec<Answer> = refusals.into_iter().map(|case| case.answer).collect();
    for (case, answer) in answers(&sent, success, refusals) {
        let logs = Logs::capture();
        let (outcome, _) = exchanged(&call, answer).await;
        search(&case, planted, &shown(&outcome, &logs), &mut complaints);
        search(&case, &sent, &exposed(&outcome), &mut complaints);
    }
    let logs = Logs::capture();
    let outcome = call(&Server::nowhere()).await;
    search(
        "no connection",
        planted,
        &shown(&outcome, &logs),
        &mut complaints,
    );
    complaints.finish();
}

/// The secrets that the request carries. Each of the others has to be in the answer, or the check is idle.
fn sent<'a>(
    planted: &[&'a str],
    success: &Answer,
    request: &Received,
    complaints: &mut Complaints,
) -> Vec<&'a str> {
    let Received {
        method,
        target,
        headers,
        ..
    } = request;
    let mut text = format!("{method} {target}\n{}\n", request.text());
    for (name, value) in headers {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{name}: {value}");
    }
    let answer = format!("{success:?}\n{}", String::from_utf8_lossy(success.bytes()));
    let (sent, others): (Vec<&str>, Vec<&str>) = planted
        .iter()
        .partition(|secret| find_secret(secret, &text).is_some());
    for secret in others {
        if find_secret(secret, &answer).is_none() {
            complaints.add(
                secret,
                "is planted neither in the request nor in the answer",
            );
        }
    }
    sent
}

/// Answers of every kind, most of them with the secrets repeated.
fn answers(sent: &[&str], success: Answer, refusals: Vec<Answer>) -> Vec<(String, Answer)> {
    let all = sent.join(" and ");
    let repeated = json!({"error": all, "error_description": all, "message": all, "errors": [all], "data": {"echo": all}});
    let mut answers = vec![
        (
            "a success that repeats them in a header".to_owned(),
            success.clone().header("x-echo", &all),
        ),
        (
            "a refusal with tokens in it".to_owned(),
            Answer::json(400, success.bytes()),
        ),
        ("no JSON".to_owned(), Answer::json(200, format!("{{{all}"))),
        (
            "HTML".to_owned(),
            Answer::html(200, format!("<p>{all}</p>")),
        ),
        (
            "HTML with an error".to_owned(),
            Answer::html(502, format!("<p>{all}</p>")),
        ),
        (
            "JSON of another shape".to_owned(),
            Answer::json(200, repeated.to_string()),
        ),
        (
            "a redirect".to_owned(),
            Answer::redirect(
                307,
                &format!("http://127.0.0.1:1/?{}", all.replace(' ', "+")),
            ),
        ),
        ("a torn body".to_owned(), success.clone().truncated()),
        (
            "a body over the limit".to_owned(),
            success.clone().padded(1024 * 1024 + 1),
        ),
        ("a reset".to_owned(), Answer::reset()),
        ("a success".to_owned(), success),
    ];
    for status in [400, 401, 403, 429, 500] {
        let answer = Answer::json(status, repeated.to_string()).header("x-echo", &all);
        answers.push((format!("{status} that repeats them"), answer));
        // One alone looks like an error code more than all of them do.
        let alone = json!({"error": sent.first(), "code": sent.first()});
        answers.push((
            format!("{status} with one for a code"),
            Answer::json(status, alone.to_string()),
        ));
    }
    for answer in refusals {
        let status = answer.status();
        if let Ok(mut body) = serde_json::from_slice(answer.bytes()) {
            fill(&mut body, &all);
            answers.push((
                format!("the documented {status} that repeats them"),
                answer.body(body.to_string()),
            ));
        }
    }
    answers
}

/// Puts this text in the place of every other.
fn fill(value: &mut Value, text: &str) {
    match value {
        Value::String(old) => text.clone_into(old),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, text)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Everything that shows itself without being asked for its text.
fn shown<T: Debug, R: Debug, G: Debug>(outcome: &Result<T, Error<R, G>>, logs: &Logs) -> String {
    let mut text = format!("{outcome:?}\n{outcome:#?}\n");
    if let Err(error) = outcome {
        let (refusal, body, headers) = (error.refusal(), error.body(), error.headers());
        let rescued = error.rescued();
        let _ = writeln!(
            text,
            "{refusal:?}\n{refusal:#?}\n{body:?}\n{headers:?}\n{rescued:?}\n{:?}",
            error.how()
        );
        let mut source: Option<&dyn StdError> = Some(error);
        while let Some(error) = source {
            let _ = writeln!(text, "{error}\n{error:?}");
            source = error.source();
        }
    }
    text + &logs.text()
}

/// What shows its text when asked, and is to be rid of what was sent.
fn exposed<T, R, G>(outcome: &Result<T, Error<R, G>>) -> String {
    match outcome {
        Ok(_) => String::new(),
        Err(error) => {
            let (code, body) = (error.code(), error.body().map(crate::RedactedBody::expose));
            format!("{code:?}\n{}", body.unwrap_or_default())
        }
    }
}

fn search(case: &str, secrets: &[&str], text: &str, complaints: &mut Complaints) {
    for secret in secrets {
        if let Some(form) = find_secret(secret, text) {
            complaints.add(case, &format!("`{secret}` is seen, {form}, in\n{text}"));
        }
    }
}
