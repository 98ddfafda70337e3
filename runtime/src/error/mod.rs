//! What a failed refresh comes back with: one opaque error with questions.

mod build;
mod redacted;
mod request;
mod transport;

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

pub use self::build::BuildError;
pub use self::redacted::RedactedBody;
pub use self::request::RequestError;
pub use self::transport::TransportError;
use crate::json::Mismatch;
use crate::{Failure, Lifecycle, Reauthentication, Secret};

/// Why a refresh failed: `R` is the provider's documented refusals, `G` the grant, where it was given by value
/// and comes back.
///
/// Neither `Display` nor `Debug` shows a body, a header's value, the address's query or a token.
pub struct Error<R, G = ()>(Box<Inner<R, G>>);

struct Inner<R, G> {
    facts: Facts,
    refusal: Option<R>,
    grant: Option<G>,
}

/// All that does not depend on the provider's types.
pub(crate) struct Facts {
    pub(crate) lifecycle: &'static Lifecycle,
    pub(crate) cause: Cause,
    pub(crate) answer: Option<Answered>,
    pub(crate) rescued: Vec<(&'static str, Secret)>,
}

pub(crate) enum Cause {
    Request(RequestError),
    Transport(TransportError),
    Protocol(Flaw),
    Refused(Failure),
}

/// What is wrong with an answer that is neither a success nor a refusal.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// The body is not what its media type says: not JSON, or not all of it.
    Unreadable(&'static str),
    /// A value is missing or of another type.
    Mismatch(Mismatch),
}

/// The answer that went with a failure.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) code: Option<String>,
    pub(crate) body: RedactedBody,
}

/// At which step a refresh failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be made from what was given; nothing was sent.
    Request,
    /// The request did not reach the provider: name, connection or TLS failed. The grant is untouched.
    NotSent,
    /// The request was written and no whole answer came: the provider may have acted on it.
    InDoubt,
    /// The answer is a success that cannot be read. See [`Error::rescued`].
    Protocol,
    /// The provider refused. See [`Error::failure`].
    Refused,
}

impl<R, G> Error<R, G> {
    pub(crate) fn from_parts(facts: Facts, refusal: Option<R>) -> Self {
        Self(Box::new(Inner {
            facts,
            refusal,
            grant: None,
        }))
    }

    /// At which step it failed.
    pub fn kind(&self) -> ErrorKind {
        self.0.facts.kind()
    }

    /// What the refusal means; `None` for the other [`ErrorKind`]s.
    pub fn failure(&self) -> Option<Failure> {
        self.0.facts.failure()
    }

    /// Whether the session is over: the user has to sign in again, see [`Self::how`].
    pub fn needs_reauthentication(&self) -> bool {
        self.failure() == Some(Failure::Reauthenticate)
    }

    /// How the user signs in again, in the vendor's words.
    pub fn how(&self) -> Reauthentication {
        self.0.facts.lifecycle.reauthenticate
    }

    /// Whether the provider or the way there has a passing trouble: the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        self.failure() == Some(Failure::Transient) || self.kind() == ErrorKind::NotSent
    }

    /// Whether there were too many calls, see [`Self::retry_after`].
    pub fn is_rate_limited(&self) -> bool {
        self.failure() == Some(Failure::RateLimited)
    }

    /// Whether the call came before the provider accepts it.
    pub fn is_too_early(&self) -> bool {
        self.failure() == Some(Failure::TooEarly)
    }

    /// Whether the client's own settings are wrong: its credentials, or a value that cannot be sent.
    pub fn is_misconfigured(&self) -> bool {
        self.failure() == Some(Failure::Credentials) || self.kind() == ErrorKind::Request
    }

    /// Whether the request itself is wrong.
    pub fn is_rejected(&self) -> bool {
        self.failure() == Some(Failure::Rejected)
    }

    /// Whether nobody knows if the grant was spent: the answer was lost, or is a success that cannot be read.
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.kind(), ErrorKind::InDoubt | ErrorKind::Protocol)
    }

    /// The response's status, where one came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.facts.answer.as_ref().map(|answer| answer.status)
    }

    /// The response's headers, where one came. Those that carry or repeat a secret are marked sensitive.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.facts.answer.as_ref().map(|answer| &answer.headers)
    }

    /// How long the provider asks to wait (`Retry-After`, in seconds or as a date).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0
            .facts
            .answer
            .as_ref()
            .and_then(|answer| answer.retry_after)
    }

    /// The refusal as the provider documents it, where it could be read as such.
    pub fn refusal(&self) -> Option<&R> {
        self.0.refusal.as_ref()
    }

    /// The provider's own error code.
    pub fn code(&self) -> Option<&str> {
        self.0
            .facts
            .answer
            .as_ref()
            .and_then(|answer| answer.code.as_deref())
    }

    /// The response's body: bounded, and rid of every secret that was sent.
    pub fn body(&self) -> Option<&RedactedBody> {
        self.0.facts.answer.as_ref().map(|answer| &answer.body)
    }

    /// Tokens that could be read from an answer that is wrong otherwise, by their names in the spec.
    ///
    /// Store them before anything else: the grant they were bought with may be spent.
    pub fn rescued(&self) -> &[(&'static str, Secret)] {
        &self.0.facts.rescued
    }

    /// The grant, where it was given by value. Whether it is still good is what [`Self::is_in_doubt`] and
    /// [`Self::needs_reauthentication`] say.
    pub fn into_grant(self) -> Option<G> {
        self.0.grant
    }
}

impl<R> Error<R> {
    /// Gives the grant back with the error.
    pub(crate) fn with_grant<G>(self, grant: G) -> Error<R, G> {
        let Inner { facts, refusal, .. } = *self.0;
        Error(Box::new(Inner {
            facts,
            refusal,
            grant: Some(grant),
        }))
    }
}

impl Facts {
    #[cold]
    pub(crate) fn new(lifecycle: &'static Lifecycle, cause: Cause) -> Self {
        Self {
            lifecycle,
            cause,
            answer: None,
            rescued: Vec::new(),
        }
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match &self.cause {
            Cause::Request(_) => ErrorKind::Request,
            Cause::Transport(error) if error.is_in_doubt() => ErrorKind::InDoubt,
            Cause::Transport(_) => ErrorKind::NotSent,
            Cause::Protocol(_) => ErrorKind::Protocol,
            Cause::Refused(_) => ErrorKind::Refused,
        }
    }

    pub(crate) fn failure(&self) -> Option<Failure> {
        match self.cause {
            Cause::Refused(failure) => Some(failure),
            _ => None,
        }
    }

    /// `500 Internal Server Error, code temporarily_unavailable`
    fn write_answer(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(answer) = &self.answer else {
            return formatter.write_str("no answer");
        };
        write!(formatter, "{}", answer.status)?;
        match answer.code.as_deref() {
            Some(code) if is_printable(code) => write!(formatter, ", code {code}"),
            _ => Ok(()),
        }
    }

    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Request(error) => Some(error),
            Cause::Transport(error) => Some(error),
            Cause::Protocol(Flaw::Mismatch(mismatch)) => Some(mismatch),
            Cause::Protocol(Flaw::Unreadable(_)) | Cause::Refused(_) => None,
        }
    }
}

/// Whether a code looks like one, and not like a sentence or a token that a vendor put in its place.
fn is_printable(code: &str) -> bool {
    code.len() <= 64
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
}

/// What a refusal means for whoever reads the message.
fn in_words(failure: Failure) -> &'static str {
    match failure {
        Failure::Reauthenticate => "the session is over, the user has to sign in again",
        Failure::Credentials => "the client's own credentials are wrong",
        Failure::TooEarly => "the call came too early",
        Failure::RateLimited => "there were too many calls",
        Failure::Transient => "the provider has a passing trouble",
        Failure::Rejected => "the request itself is wrong",
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.lifecycle.provider)?;
        match &self.cause {
            Cause::Request(_) => formatter.write_str("the refresh request could not be made"),
            Cause::Transport(error) if error.is_in_doubt() => formatter.write_str(
                "the refresh is in doubt: the request went out and no whole answer came",
            ),
            Cause::Transport(_) => {
                formatter.write_str("the refresh request did not reach the provider")
            }
            Cause::Protocol(flaw) => {
                formatter.write_str("the answer to the refresh cannot be read (")?;
                self.write_answer(formatter)?;
                match flaw {
                    Flaw::Unreadable(reason) => write!(formatter, "): {reason}"),
                    Flaw::Mismatch(_) => formatter.write_str(")"),
                }
            }
            Cause::Refused(failure) => {
                formatter.write_str("the refresh was refused (")?;
                self.write_answer(formatter)?;
                write!(formatter, "): {}", in_words(*failure))?;
                match self.lifecycle.reauthenticate.how {
                    Some(how) if *failure == Failure::Reauthenticate => {
                        write!(formatter, ". {how}")
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Error");
        fields
            .field("provider", &self.lifecycle.provider)
            .field("kind", &self.kind());
        if let Some(failure) = self.failure() {
            fields.field("failure", &failure);
        }
        if let Some(answer) = &self.answer {
            fields.field("status", &answer.status.as_u16());
            if let Some(code) = answer.code.as_deref().filter(|code| is_printable(code)) {
                fields.field("code", &code);
            }
            if let Some(wait) = answer.retry_after {
                fields.field("retry_after", &wait);
            }
        }
        if let Cause::Protocol(Flaw::Unreadable(reason)) = &self.cause {
            fields.field("reason", reason);
        }
        if let Some(source) = self.source() {
            fields.field("source", &source);
        }
        if !self.rescued.is_empty() {
            let names: Vec<_> = self.rescued.iter().map(|(name, _)| name).collect();
            fields.field("rescued", &names);
        }
        fields.finish_non_exhaustive()
    }
}

impl<R, G> fmt::Display for Error<R, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.facts, formatter)
    }
}

/// The refusal is left out: it is the provider's text.
impl<R, G> fmt::Debug for Error<R, G> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.facts, formatter)
    }
}

impl<R, G> std::error::Error for Error<R, G> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.facts.source()
    }
}
