//! Reading an answer: a success's tokens, or what the failure means.

mod answer;
mod classify;
mod condition;
#[cfg(feature = "session")]
mod fresh;
mod instant;
mod lifetime;
mod rescue;
mod retry_after;
mod skew;
mod tokens;

pub(crate) use self::answer::Answer;
#[cfg(feature = "session")]
pub(crate) use self::fresh::{End, Fresh, FreshToken, fresh, known_alone};
use self::tokens::TokenValue;
use crate::error::{Cause, Error, Facts};
use crate::json::{Decode, Json, Mismatch, Wiped};
use crate::{Exchange, Lifecycle, Response, Token, TokenKind, TransportError};

/// The tokens of one provider, which an answer can be read as.
pub trait ReadTokens: Sized {
    /// Reads a success.
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch>;
}

/// The documented refusals of one provider.
pub trait ReadRefusal: Sized {
    /// Reads a refusal's body; `None` where this status is not documented. A body that is not JSON comes as its
    /// text, no body as null.
    fn read(status: u16, body: &Json) -> Result<Option<Self>, Mismatch>;
}

/// A provider that documents no refusal.
impl ReadRefusal for () {
    fn read(_: u16, _: &Json) -> Result<Option<Self>, Mismatch> {
        Ok(None)
    }
}

/// A success that is being read.
#[derive(Debug)]
pub struct Reply<'a> {
    answer: &'a Answer<'a>,
    /// The body without the secrets that were sent, which a vendor may repeat in any of its texts.
    body: Wiped,
    tokens: Vec<Option<TokenValue>>,
}

impl Reply<'_> {
    // As in `json::Object`, the matches are spelt out: each closure is compiled for each provider.

    /// The token of this index in [`Lifecycle::tokens`]. One that is not received but sent is the sent one, its
    /// life extended.
    ///
    /// # Errors
    /// Where it is absent or empty.
    pub fn token<T: TokenKind>(&mut self, index: usize) -> Result<T, Mismatch> {
        match self.take(index) {
            Some(token) => Ok(T::from_token(token)),
            None => Err(self.answer.missing_token(index)),
        }
    }

    /// The token of this index, where it is there.
    #[expect(clippy::manual_map, reason = "see above")]
    pub fn token_if_any<T: TokenKind>(&mut self, index: usize) -> Option<T> {
        match self.take(index) {
            Some(token) => Some(T::from_token(token)),
            None => None,
        }
    }

    /// The extra of this index in [`Lifecycle::extras`], where it is there and not null.
    pub fn extra(&mut self, index: usize) -> Option<Json> {
        self.answer.extra(index).map(|mut extra| {
            self.answer.scrub(&mut extra);
            extra
        })
    }

    /// A value of the body that has to be there.
    pub fn required<T: Decode>(&mut self, pointer: &str) -> Result<T, Mismatch> {
        match self.body.0.pointer(pointer) {
            Some(value) => match T::decode(value) {
                Ok(decoded) => Ok(decoded),
                Err(mismatch) => Err(mismatch.at(pointer)),
            },
            None => Err(Mismatch::missing("a value").at(pointer)),
        }
    }

    /// A value of the body that may be absent or null.
    pub fn optional<T: Decode>(&mut self, pointer: &str) -> Result<Option<T>, Mismatch> {
        match self.body.0.pointer(pointer) {
            None | Some(Json::Null) => Ok(None),
            Some(value) => match T::decode(value) {
                Ok(decoded) => Ok(Some(decoded)),
                Err(mismatch) => Err(mismatch.at(pointer)),
            },
        }
    }

    fn take(&mut self, index: usize) -> Option<Token> {
        let value = self.tokens.get_mut(index)?.take()?;
        Some(self.answer.token(index, value))
    }
}

/// Reads an answer by the lifecycle: the whole of [`crate::Provider::response`].
pub(crate) fn read<T: ReadTokens, R: ReadRefusal>(
    lifecycle: &'static Lifecycle,
    exchange: &Exchange,
    response: Response,
) -> Result<T, Error<R>> {
    let answer = Answer::new(lifecycle, exchange, response);
    match answer.judge() {
        Ok(tokens) => {
            let mut reply = Reply {
                answer: &answer,
                body: answer.scrubbed(),
                tokens,
            };
            match T::read(&mut reply) {
                Ok(tokens) => Ok(tokens),
                Err(mismatch) => Err(Error::from_parts(answer.mistaken(mismatch), None)),
            }
        }
        Err(cause) => Err(refused(&answer, cause)),
    }
}

#[cold]
fn refused<R: ReadRefusal>(answer: &Answer<'_>, cause: Cause) -> Error<R> {
    let mut refusal = None;
    if let Cause::Refused(_) = cause
        && let Ok(read) = R::read(answer.status(), &answer.scrubbed())
    {
        refusal = read;
    }
    // A refusal that is not of the documented shape keeps its status, its headers and its body.
    Error::from_parts(answer.failed(cause), refusal)
}

/// What is left when the answer did not come whole: the status, and the tokens that can be read from it.
#[cold]
pub(crate) fn lost(
    lifecycle: &'static Lifecycle,
    exchange: &Exchange,
    mut error: TransportError,
) -> Facts {
    match error.take_partial() {
        Some(partial) => {
            Answer::partial(lifecycle, exchange, partial).failed(Cause::Transport(error))
        }
        None => Facts::new(lifecycle, Cause::Transport(error)),
    }
}

/// What an answer means to a client: a success, a class of failure, or neither.
#[cfg(feature = "testing")]
pub(crate) fn meaning(
    lifecycle: &'static Lifecycle,
    exchange: &Exchange,
    response: Response,
) -> Result<(), Option<crate::Failure>> {
    match Answer::new(lifecycle, exchange, response).judge() {
        Ok(_) => Ok(()),
        Err(Cause::Refused(failure)) => Err(Some(failure)),
        Err(_) => Err(None),
    }
}
