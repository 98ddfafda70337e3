//! A transport that follows a script, for tests that want no socket at all.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::engine::{Answer, Received};
use crate::{Body, Request, Response, Sending, Transport, TransportError};

/// Gives its answers in order, one a request, and remembers what it was given to send. Clones share one script.
///
/// ```
/// use std::sync::Arc;
/// use token_refresh_runtime::testing::{Answer, ScriptedTransport};
/// use token_refresh_runtime::{SharedTransport, TransportError};
///
/// let script = ScriptedTransport::new([
///     Answer::json(200, r#"{"access_token": "acc3ss", "expires_in": 3600}"#).into_response(),
///     Err(TransportError::in_doubt("the connection was reset")),
/// ]);
/// let transport: SharedTransport = Arc::new(script.clone());
/// // … `.transport(transport)` on a client's builder, a refresh, and then:
/// assert!(script.requests().is_empty());
/// # drop(transport);
/// ```
///
/// A request beyond the script was not sent: [`TransportError::not_sent`].
#[derive(Clone, Debug, Default)]
pub struct ScriptedTransport(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    answers: VecDeque<Result<Response, TransportError>>,
    requests: Vec<Received>,
}

impl ScriptedTransport {
    /// With these answers.
    pub fn new(answers: impl IntoIterator<Item = Result<Response, TransportError>>) -> Self {
        let script = Self::default();
        script.script().answers.extend(answers);
        script
    }

    /// Adds an answer at the end.
    pub fn answer(&self, answer: Result<Response, TransportError>) {
        self.script().answers.push_back(answer);
    }

    /// What it was given to send so far, in order.
    pub fn requests(&self) -> Vec<Received> {
        self.script().requests.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for ScriptedTransport {
    fn send(&self, request: Request) -> Sending<'_> {
        let mut script = self.script();
        script.requests.push(received(&request));
        let answer = script.answers.pop_front().unwrap_or_else(|| {
            Err(TransportError::not_sent(
                "the script has no answer to this request",
            ))
        });
        Box::pin(std::future::ready(answer))
    }
}

impl Answer {
    /// The answer as a transport hands it on, for [`ScriptedTransport`].
    ///
    /// # Errors
    /// None: a [`ScriptedTransport`] takes a result. What goes wrong on the way is not looked at; put a
    /// [`TransportError`] into the script instead.
    ///
    /// # Panics
    /// Where the status or a header is none.
    #[track_caller]
    pub fn into_response(self) -> Result<Response, TransportError> {
        let mut response = http::Response::builder().status(self.status());
        for (name, value) in self.headers() {
            response = response.header(name, value);
        }
        let body = Body::from(self.bytes().to_vec());
        Ok(response
            .body(body)
            .expect("the test's status and headers are valid"))
    }
}

/// The request as a server would have got it.
fn received(request: &Request) -> Received {
    let target = request.uri().path_and_query();
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    });
    Received {
        method: request.method().to_string(),
        target: target.map_or("/", |target| target.as_str()).to_owned(),
        headers: headers.collect(),
        body: request.body().as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn sent(script: &ScriptedTransport, target: &str) -> Result<Response, TransportError> {
        let request = http::Request::post(target)
            .header("x-kind", "new")
            .body(Body::from("{}"))
            .unwrap();
        let mut sending = pin!(script.send(request));
        match sending
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("a script does not wait"),
        }
    }

    #[test]
    fn answers_come_in_order_and_requests_are_remembered() {
        let script = ScriptedTransport::new([
            Answer::json(201, "{}").header("x-id", "7").into_response(),
            Err(TransportError::in_doubt("reset")),
        ]);
        let answer = sent(&script, "https://api.example.com/token?a=b").unwrap();
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.headers()["x-id"], "7");
        assert_eq!(answer.body().as_bytes(), b"{}");
        assert!(sent(&script, "/2").unwrap_err().is_in_doubt());
        assert!(!sent(&script, "/3").unwrap_err().is_in_doubt());
        script.answer(Answer::new(204).into_response());
        assert_eq!(sent(&script, "/4").unwrap().status(), 204);
        let requests = script.requests();
        assert_eq!(requests.len(), 4);
        requests[0].assert_is("POST /token?a=b\nx-kind: new\n\n{}");
    }
}
