//! Answers that are broken: each is to be a typed error, and no token in it is to be lost.

use serde_json::{Value, json};

use super::{Complaints, answered};
use crate::testing::{Answer, Server};
use crate::{Error, ErrorKind, Expression, Lifecycle};

/// One byte more than is read.
const TOO_MUCH: usize = 1024 * 1024 + 1;

/// Answers with redirects, with bodies that are too large, torn or not JSON, and with values of the wrong
/// type. Whatever token of `success`, a good answer, can still be read is to be in [`Error::rescued`].
///
/// # Panics
/// When a call is taken for a success, fails with another kind of error, loses a token, or follows a redirect.
pub async fn check_broken_answers<T, R, G>(
    call: impl AsyncFn(&str) -> Result<T, Error<R, G>>,
    lifecycle: &Lifecycle,
    success: Answer,
) {
    let mut complaints = Complaints::default();
    for status in [301, 302, 303, 307, 308] {
        redirect(&call, &success, status, &mut complaints).await;
    }
    let tokens = BodyTokens::of(lifecycle, &success);
    for broken in torn(&success)
        .into_iter()
        .chain(tokens.unreadable(&success))
    {
        let outcome = answered(&call, broken.answer.clone()).await;
        broken.check(outcome, &tokens, &mut complaints);
    }
    complaints.finish();
}

async fn redirect<T, R, G>(
    call: &impl AsyncFn(&str) -> Result<T, Error<R, G>>,
    success: &Answer,
    status: u16,
    complaints: &mut Complaints,
) {
    let elsewhere = Server::start([success.clone()]);
    let case = format!("a redirect ({status})");
    match answered(call, Answer::redirect(status, &elsewhere.url())).await {
        Ok(_) => complaints.add(&case, "is taken for a success"),
        Err(error) => {
            complaints.expect(&case, "the kind", &error.kind(), &ErrorKind::Refused);
            complaints.expect(
                &case,
                "the status",
                &error.status().map(|s| s.as_u16()),
                &Some(status),
            );
        }
    }
    complaints.expect(
        &case,
        "the number of requests elsewhere",
        &elsewhere.received().len(),
        &0,
    );
}

/// A broken answer: what kind of error it is, and which token cannot be read from it.
struct Broken {
    case: String,
    answer: Answer,
    kind: ErrorKind,
    lost: Lost,
}

enum Lost {
    Nothing,
    One(&'static str),
    Everything,
}

impl Broken {
    fn new(case: impl Into<String>, answer: Answer, kind: ErrorKind, lost: Lost) -> Self {
        Self {
            case: case.into(),
            answer,
            kind,
            lost,
        }
    }

    fn check<T, R, G>(
        &self,
        outcome: Result<T, Error<R, G>>,
        tokens: &BodyTokens,
        complaints: &mut Complaints,
    ) {
        let Err(error) = outcome else {
            return complaints.add(&self.case, "is taken for a success");
        };
        complaints.expect(&self.case, "the kind", &error.kind(), &self.kind);
        for (name, _, text) in &tokens.0 {
            let is_lost = match self.lost {
                Lost::Nothing => false,
                Lost::One(lost) => lost == *name,
                Lost::Everything => true,
            };
            let is_rescued = |(rescued, secret): &(&str, crate::Secret)| {
                rescued == name && secret.expose() == text
            };
            if !is_lost && !error.rescued().iter().any(is_rescued) {
                complaints.add(&self.case, &format!("{name} is lost"));
            }
        }
    }
}

/// Whatever the body holds: it does not come whole.
fn torn(success: &Answer) -> Vec<Broken> {
    let reset = Broken::new(
        "a reset",
        Answer::reset(),
        ErrorKind::InDoubt,
        Lost::Everything,
    );
    if success.status() == 204 {
        return vec![reset];
    }
    let large = || success.clone().padded(TOO_MUCH);
    let cases = [
        ("a body over the limit", large()),
        ("a body over the limit, in chunks", large().chunked()),
        ("a body over the limit, until close", large().until_close()),
        (
            "a body without end",
            success.clone().padded(64 * 1024).endless(),
        ),
        (
            "a body shorter than its length",
            success.clone().truncated(),
        ),
    ];
    let torn =
        cases.map(|(case, answer)| Broken::new(case, answer, ErrorKind::InDoubt, Lost::Nothing));
    torn.into_iter().chain([reset]).collect()
}

/// The tokens that a good answer has in its body: name, pointer, text.
struct BodyTokens(Vec<(&'static str, &'static str, String)>);

impl BodyTokens {
    fn of(lifecycle: &Lifecycle, success: &Answer) -> Self {
        let body = serde_json::from_slice(success.bytes()).unwrap_or(Value::Null);
        let token = |rule: &crate::TokenRule| {
            let mut places = rule
                .received
                .iter()
                .filter(|location| location.prefix.is_empty());
            places.find_map(|location| match location.at {
                Expression::ResponseBody(pointer) => Some((
                    rule.name,
                    pointer,
                    body.pointer(pointer)?.as_str()?.to_owned(),
                )),
                _ => None,
            })
        };
        Self(lifecycle.tokens.iter().filter_map(token).collect())
    }

    /// It comes whole, and is of another kind; nothing of the sort where the tokens are not in a JSON body.
    fn unreadable(&self, success: &Answer) -> Vec<Broken> {
        if self.0.iter().all(|(_, pointer, _)| pointer.is_empty()) {
            return Vec::new();
        }
        let status = success.status();
        let protocol =
            |case: &str, answer, lost| Broken::new(case, answer, ErrorKind::Protocol, lost);
        let mut cut = success.bytes().to_vec();
        cut.pop();
        let page = "<!DOCTYPE html><title>Back soon</title>";
        let mut all = vec![
            protocol(
                "no JSON",
                Answer::json(status, "{Back soon"),
                Lost::Everything,
            ),
            protocol("HTML", Answer::html(status, page), Lost::Everything),
            protocol(
                "HTML that says it is JSON",
                Answer::json(status, page),
                Lost::Everything,
            ),
            protocol(
                "JSON without its end",
                success.clone().body(cut),
                Lost::Nothing,
            ),
        ];
        all.extend(self.0.iter().map(|(name, pointer, _)| {
            let case = format!("{name} of another type");
            let mut body = serde_json::from_slice(success.bytes()).unwrap_or(Value::Null);
            if let Some(value) = body.pointer_mut(pointer) {
                *value = json!({"unexpected": true});
            }
            protocol(
                &case,
                success.clone().body(body.to_string()),
                Lost::One(name),
            )
        }));
        all
    }
}
