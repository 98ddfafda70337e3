//! What was sent, and when: what an answer is read against.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use http::header::{CONTENT_TYPE, COOKIE};
use http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;

use crate::content::{form_to_json, media_type};
use crate::json::Wiped;
use crate::request::Notes;
use crate::{Body, Expression, Json, Request, Secret, Timestamp};

/// A request as it was sent, kept for reading its answer: `$request` expressions point into it, and its secrets
/// are scrubbed from whatever the provider repeats.
pub struct Exchange {
    sent_at: Timestamp,
    received_at: Timestamp,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
    notes: Arc<Notes>,
    parsed: OnceLock<Wiped>,
}

impl Exchange {
    /// Keeps what is needed of a request that is about to be sent. Lifetimes count from `sent_at`.
    pub fn of(request: &Request, sent_at: Timestamp) -> Self {
        Self {
            sent_at,
            received_at: sent_at,
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            notes: request
                .extensions()
                .get::<Arc<Notes>>()
                .cloned()
                .unwrap_or_default(),
            parsed: OnceLock::new(),
        }
    }

    /// Says when the answer came: the clocks' difference is then known better.
    #[must_use]
    pub fn received_at(mut self, received_at: Timestamp) -> Self {
        self.received_at = received_at.max(self.sent_at);
        self
    }

    /// When the request was sent.
    pub fn sent(&self) -> Timestamp {
        self.sent_at
    }

    /// When the answer came; when the request was sent, where nobody said.
    pub(crate) fn received(&self) -> Timestamp {
        self.received_at
    }

    /// The secrets that were sent: those that the builder was told of, and what is marked sensitive.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let marked = self
            .headers
            .values()
            .filter(|value| value.is_sensitive())
            .filter_map(|value| value.to_str().ok());
        self.notes
            .secrets
            .iter()
            .cloned()
            .chain(marked.map(Secret::from))
            .collect()
    }

    /// The secret at the end of a text that was sent: what stands before it (`Bearer `) is the spec's.
    pub(crate) fn secret_in<'t>(&self, text: &'t str) -> &'t str {
        let secrets = self.notes.secrets.iter().map(Secret::expose);
        let at_the_end = secrets
            .filter(|secret| text.ends_with(secret))
            .map(str::len);
        let length = at_the_end.max().unwrap_or(text.len());
        &text[text.len() - length..]
    }

    /// What a `$request` expression, `$url` or `$method` points at.
    pub(crate) fn find(&self, expression: Expression) -> Option<Value<'_>> {
        match expression {
            Expression::Url => Some(Value::Text(self.uri.to_string().into())),
            Expression::Method => Some(Value::Text(self.method.as_str().into())),
            Expression::RequestHeader(name) => header(&self.headers, name).map(Value::Text),
            Expression::RequestQuery(name) => self.query(name).map(Value::Text),
            Expression::RequestPath(name) => self.path(name).map(|text| Value::Text(text.into())),
            Expression::RequestCookie(name) => {
                self.cookie(name).map(|text| Value::Text(text.into()))
            }
            Expression::RequestBody(pointer) => self.parsed().pointer(pointer).map(Value::Json),
            Expression::StatusCode
            | Expression::ResponseHeader(_)
            | Expression::ResponseBody(_) => None,
        }
    }

    fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        let pairs = self
            .uri
            .query()?
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let decode = |text| percent_decode_str(text).decode_utf8().ok();
        pairs
            .filter(|(key, _)| decode(key).is_some_and(|key| key == name))
            .find_map(|(_, value)| decode(value))
    }

    fn path(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .notes
            .path
            .iter()
            .find(|(parameter, _)| *parameter == name)?;
        Some(value.expose())
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.headers.get(COOKIE)?.to_str().ok()?.split("; ");
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The body as JSON: most answers are read without it, so it is parsed when first asked for.
    fn parsed(&self) -> &Json {
        self.parsed.get_or_init(|| {
            let bytes = self.body.as_bytes();
            let media_type = media_type(self.headers.get(CONTENT_TYPE));
            if media_type.contains("form-urlencoded") {
                return Wiped(form_to_json(bytes));
            }
            let text = || Json::from(String::from_utf8_lossy(bytes));
            Wiped(serde_json::from_slice(bytes).unwrap_or_else(|_| text()))
        })
    }
}

/// What an expression points at.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    Json(&'a Json),
    Text(Cow<'a, str>),
    Number(f64),
}

impl Value<'_> {
    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Json(json) => json.as_str(),
            Self::Text(text) => Some(text),
            Self::Number(_) => None,
        }
    }

    /// The number, be it written as one or as text. Never infinite.
    pub(crate) fn number(&self) -> Option<f64> {
        let number = match self {
            Self::Number(number) => Some(*number),
            Self::Json(Json::Number(number)) => number.as_f64(),
            _ => self.text()?.trim().parse().ok(),
        };
        number.filter(|number| number.is_finite())
    }
}

/// The first value of a header, as text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    std::str::from_utf8(headers.get(name)?.as_bytes())
        .ok()
        .map(|text| Cow::Borrowed(text.trim()))
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Exchange")
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}
