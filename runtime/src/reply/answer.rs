//! An answer with all that it is read against: the lifecycle, the exchange, the difference of the clocks.

use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};

use super::tokens::{self, Found, TokenValue};
use super::{classify, condition, lifetime, rescue, retry_after, skew};
use crate::content::Content;
use crate::error::{Answered, Cause, Facts, Flaw, RedactedBody};
use crate::exchange::{Value, header};
use crate::json::{Mismatch, Wiped};
use crate::scrub::Scrubber;
use crate::{Body, Exchange, Expression, Json, Lifecycle, Location, Response, Role, Secret, Token};

/// An answer that is being judged.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(super) lifecycle: &'static Lifecycle,
    pub(super) exchange: &'a Exchange,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    raw: Body,
    content: Content,
    /// How far the provider's clock is ahead of ours, in milliseconds.
    pub(super) skew: i64,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(
        lifecycle: &'static Lifecycle,
        exchange: &'a Exchange,
        response: Response,
    ) -> Self {
        let (parts, raw) = response.into_parts();
        Self {
            lifecycle,
            exchange,
            status: parts.status,
            content: Content::read(&parts.headers, raw.as_bytes()),
            skew: skew::of(&parts.headers, exchange),
            headers: parts.headers,
            raw,
        }
    }

    /// The same of an answer that did not come whole: only what ended before the break is believed.
    pub(crate) fn partial(
        lifecycle: &'static Lifecycle,
        exchange: &'a Exchange,
        response: Response,
    ) -> Self {
        let answer = Self::new(lifecycle, exchange, response);
        let content = Content::read_partial(&answer.headers, answer.raw.as_bytes());
        Self { content, ..answer }
    }

    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Whether this is a success, and the texts of its tokens; otherwise what is wrong.
    pub(super) fn judge(&self) -> Result<Vec<Option<TokenValue>>, Cause> {
        tokens::texts(self.lifecycle, self.success()?)
            .map_err(|mismatch| Cause::Protocol(Flaw::Mismatch(mismatch)))
    }

    /// Whether this is a success, and what it has for each token; otherwise what is wrong.
    pub(super) fn success(&self) -> Result<Vec<Found>, Cause> {
        if !self.status.is_success() {
            return Err(self.refused());
        }
        if let Some(flaw) = self.unreadable() {
            return Err(Cause::Protocol(flaw));
        }
        if self
            .lifecycle
            .success
            .is_some_and(|success| !condition::holds(success, self))
        {
            return Err(self.refused());
        }
        let found = tokens::find(self);
        if !has_access_token(self.lifecycle, &found) {
            return Err(self.refused());
        }
        Ok(found)
    }

    fn refused(&self) -> Cause {
        Cause::Refused(classify::classify(self))
    }

    /// A body that is broken tells nothing of success or refusal: no rule is asked about it.
    fn unreadable(&self) -> Option<Flaw> {
        let places = || {
            self.lifecycle
                .tokens
                .iter()
                .flat_map(|rule| rule.received)
                .map(|location| location.at)
        };
        let is_read = places().any(|place| matches!(place, Expression::ResponseBody(_)));
        let is_structured = places()
            .any(|place| matches!(place, Expression::ResponseBody(pointer) if !pointer.is_empty()));
        match &self.content {
            Content::Unreadable(reason) if is_read => Some(Flaw::Unreadable(reason)),
            Content::Text(_) if is_structured => Some(Flaw::Unreadable("it is text, not JSON")),
            Content::Text(text) if is_read && text.contains(char::is_whitespace) => {
                Some(Flaw::Unreadable("it is a sentence, not a token"))
            }
            _ => None,
        }
    }

    /// What an expression points at.
    pub(super) fn find(&self, expression: Expression) -> Option<Value<'_>> {
        match expression {
            Expression::StatusCode => Some(Value::Number(f64::from(self.status()))),
            Expression::ResponseHeader(name) => header(&self.headers, name).map(Value::Text),
            Expression::ResponseBody(pointer) => match (&self.content, pointer) {
                (Content::Text(text), "") => Some(Value::Text(text.as_str().into())),
                _ => self.body_at(pointer).map(Value::Json),
            },
            _ => self.exchange.find(expression),
        }
    }

    /// What a location points at: a cookie of its own name, a header, a value of the body.
    pub(super) fn locate(&self, location: &Location) -> Option<Value<'_>> {
        match location.cookie {
            Some(name) => self.set_cookie(name).map(|text| Value::Text(text.into())),
            None => self.find(location.at),
        }
    }

    fn set_cookie(&self, name: &str) -> Option<&str> {
        self.headers.get_all(SET_COOKIE).iter().find_map(|header| {
            let pair = header.to_str().ok()?.split(';').next()?;
            let (key, value) = pair.split_once('=')?;
            let is_it = key.trim() == name;
            is_it.then(|| value.trim().trim_matches('"'))
        })
    }

    pub(super) fn body_at(&self, pointer: &str) -> Option<&Json> {
        match &self.content {
            Content::Tree(tree) => tree.pointer(pointer),
            _ => None,
        }
    }

    pub(super) fn extra(&self, index: usize) -> Option<Json> {
        match self.find(self.lifecycle.extras.get(index)?.at)? {
            Value::Json(Json::Null) => None,
            Value::Json(json) => Some(json.clone()),
            Value::Text(text) => Some(Json::String(text.into_owned())),
            Value::Number(number) => Some(Json::from(number)),
        }
    }

    /// A token with its times.
    pub(super) fn token(&self, index: usize, value: TokenValue) -> Token {
        let rule = &self.lifecycle.tokens[index];
        let (expiry, basis) = lifetime::end_of(rule, &value, self);
        Token::with_times(value.text, Some(self.exchange.sent()), expiry).on_basis(basis)
    }

    #[cold]
    pub(super) fn missing_token(&self, index: usize) -> Mismatch {
        let location = self
            .lifecycle
            .tokens
            .get(index)
            .and_then(|rule| rule.received.first());
        match location.map(|location| location.at) {
            Some(Expression::ResponseBody(pointer)) => Mismatch::missing("a token").at(pointer),
            _ => Mismatch::missing("a token"),
        }
    }

    /// The body for typed readers: a vendor may repeat what it was sent.
    pub(super) fn scrubbed(&self) -> Wiped {
        let mut body = Wiped(match &self.content {
            Content::Tree(tree) => tree.0.clone(),
            Content::Text(text) => Json::String(text.to_string()),
            Content::Empty => Json::Null,
            Content::Unreadable(_) => {
                Json::String(String::from_utf8_lossy(self.raw.as_bytes()).into_owned())
            }
        });
        self.scrub(&mut body.0);
        body
    }

    /// Takes the secrets that were sent out of a value.
    pub(super) fn scrub(&self, value: &mut Json) {
        Scrubber::new(&self.exchange.secrets()).scrub_json(value);
    }

    /// What an error keeps of a success that is not of the documented shape.
    #[cold]
    pub(super) fn mistaken(&self, mismatch: Mismatch) -> Facts {
        self.failed(Cause::Protocol(Flaw::Mismatch(mismatch)))
    }

    /// Everything that an error keeps of this answer.
    #[cold]
    pub(super) fn failed(&self, cause: Cause) -> Facts {
        let rescued = if self.status.is_success() {
            self.rescue()
        } else {
            Vec::new()
        };
        let mut secrets = self.exchange.secrets();
        secrets.extend(rescued.iter().map(|(_, secret)| secret.clone()));
        let scrubber = Scrubber::new(&secrets);
        let answer = Answered {
            status: self.status,
            headers: self.marked_headers(&scrubber),
            retry_after: retry_after::of(&self.headers, self.exchange),
            code: classify::code_text(self)
                .map(|code| scrubber.scrub(&code).chars().take(256).collect()),
            body: RedactedBody::of(self.raw.as_bytes(), &scrubber),
        };
        Facts {
            lifecycle: self.lifecycle,
            cause,
            answer: Some(answer),
            rescued,
        }
    }

    /// The tokens that can be read, whatever else is wrong.
    fn rescue(&self) -> Vec<(&'static str, Secret)> {
        let broken = matches!(self.content, Content::Unreadable(_));
        let mut saved = if broken {
            rescue::rescue(self.lifecycle, self.raw.as_bytes())
        } else {
            Vec::new()
        };
        let rules = self
            .lifecycle
            .tokens
            .iter()
            .zip(tokens::find(self))
            .enumerate();
        rules
            .filter_map(|(index, (rule, found))| match found {
                Found::Received(value) => Some((rule.name, value.text)),
                _ => Some((rule.name, saved.get_mut(index)?.take()?)),
            })
            .collect()
    }

    fn marked_headers(&self, scrubber: &Scrubber<'_>) -> HeaderMap {
        let mut headers = self.headers.clone();
        for (name, value) in &mut headers {
            let repeats =
                std::str::from_utf8(value.as_bytes()).is_ok_and(|text| scrubber.finds(text));
            if *name == SET_COOKIE || repeats {
                value.set_sensitive(true);
            }
        }
        headers
    }
}

/// Whether the access token is there; where the lifecycle has none, whether any token is.
fn has_access_token(lifecycle: &Lifecycle, found: &[Found]) -> bool {
    let all = || {
        lifecycle
            .tokens
            .iter()
            .zip(found)
            .filter(|(_, found)| !matches!(found, Found::NotReceived))
    };
    let is_access = |role| role == Role::Access;
    let has_role = all().any(|(rule, _)| is_access(rule.role));
    let mut wanted = all()
        .filter(|(rule, _)| !has_role || is_access(rule.role))
        .peekable();
    wanted.peek().is_none() || wanted.any(|(_, found)| !matches!(found, Found::Absent))
}
