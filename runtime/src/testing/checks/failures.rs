//! Refusals: each is to come back typed, with its status and its meaning.

use std::time::Duration;

use super::{Complaints, answered};
use crate::testing::Answer;
use crate::{Error, ErrorKind, Failure};

/// An answer that is a refusal, and what is to be made of it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Case<R> {
    pub(super) answer: Answer,
    means: Failure,
    is_typed: Option<fn(&R) -> bool>,
}

impl<R> Case<R> {
    /// An answer of this status and JSON body, empty for none, that means this.
    pub fn new(status: u16, json: &str, means: Failure) -> Self {
        let answer = match json {
            "" => Answer::new(status),
            json => Answer::json(status, json),
        };
        Self::of(answer, means)
    }

    /// Any answer that means this.
    pub fn of(answer: Answer, means: Failure) -> Self {
        Self {
            answer,
            means,
            is_typed: None,
        }
    }

    /// Adds a header to the answer. A `retry-after` in seconds is expected back from the error.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.answer = self.answer.header(name, value);
        self
    }

    /// The refusal is to be typed, and this to be true of it.
    pub fn typed(mut self, is_it: fn(&R) -> bool) -> Self {
        self.is_typed = Some(is_it);
        self
    }

    fn check<T, G>(&self, outcome: Result<T, Error<R, G>>, complaints: &mut Complaints) {
        let body = String::from_utf8_lossy(self.answer.bytes());
        let case = format!("{} {body}", self.answer.status());
        let Err(error) = outcome else {
            return complaints.add(&case, "is taken for a success");
        };
        complaints.expect(&case, "the kind", &error.kind(), &ErrorKind::Refused);
        complaints.expect(&case, "the meaning", &error.failure(), &Some(self.means));
        let status = error.status().map(|status| status.as_u16());
        complaints.expect(&case, "the status", &status, &Some(self.answer.status()));
        if let Some(wait) = self
            .answer
            .find_header("retry-after")
            .and_then(|value| value.parse().ok())
        {
            complaints.expect(
                &case,
                "retry-after",
                &error.retry_after(),
                &Some(Duration::from_secs(wait)),
            );
        }
        if let Some(is_it) = self.is_typed
            && !error.refusal().is_some_and(is_it)
        {
            complaints.add(&case, "the refusal is not the documented one");
        }
    }
}

/// Answers one call with each case and compares what comes back.
///
/// # Panics
/// When a case comes back otherwise; the message lists each that does.
pub async fn check_failures<T, R, G>(
    call: impl AsyncFn(&str) -> Result<T, Error<R, G>>,
    cases: impl IntoIterator<Item = Case<R>>,
) {
    let mut complaints = Complaints::default();
    for case in cases {
        let outcome = answered(&call, case.answer.clone()).await;
        case.check(outcome, &mut complaints);
    }
    complaints.finish();
}
