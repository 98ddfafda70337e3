//! A provider as two pure functions and one constant, and the call that is made of them.

use std::time::Instant;

use crate::error::{Cause, Error, Facts};
use crate::reply::{self, ReadRefusal, ReadTokens};
use crate::{Exchange, Lifecycle, Request, RequestError, Response, Timestamp, Transport};

/// One refresh operation of a provider. Generated clients implement it; nothing in it does any I/O, save that
/// generated inputs (a UUID, the time) are made when the request is.
pub trait Provider: Send + Sync {
    /// What the call spends: a token, the client's credentials (`()`), or a generated struct of a token and what
    /// belongs to its session.
    type Grant: Send + Sync;
    /// What comes back.
    type Tokens: ReadTokens + Send;
    /// The refusals that the provider documents.
    type Refusal: ReadRefusal + Send;

    /// The life of the provider's tokens.
    const LIFECYCLE: &'static Lifecycle;

    /// The request that spends this grant.
    fn request(&self, grant: &Self::Grant) -> Result<Request, RequestError>;

    /// What an answer means.
    ///
    /// # Errors
    /// A refusal, or an answer that cannot be read. Tokens that can be read are in [`Error::rescued`] even then.
    fn response(
        &self,
        exchange: &Exchange,
        response: Response,
    ) -> Result<Self::Tokens, Error<Self::Refusal>> {
        reply::read(Self::LIFECYCLE, exchange, response)
    }
}

/// Makes the call once, for a grant that may be shown again.
///
/// # Errors
/// See [`Error`]. There is no retry here: whether one is safe depends on the grant.
///
/// # Cancellation
/// Dropping the future may lose an answer that is on its way, and with it the tokens in it.
pub async fn refresh<P: Provider>(
    provider: &P,
    transport: &dyn Transport,
    grant: &P::Grant,
) -> Result<P::Tokens, Error<P::Refusal>> {
    let request = provider
        .request(grant)
        .map_err(|error| unsent(P::LIFECYCLE, error))?;
    let (exchange, response) = exchange(P::LIFECYCLE, transport, request)
        .await
        .map_err(|facts| Error::from_parts(*facts, None))?;
    provider.response(&exchange, response)
}

/// Makes the call once, for a grant that is good for one use: it is given up, and comes back with an error.
///
/// # Errors
/// See [`Error`]; [`Error::into_grant`] has the grant.
///
/// # Cancellation
/// Dropping the future may lose an answer that is on its way, and the grant with it: run it in a task of its own
/// where that would end a session.
pub async fn spend<P: Provider>(
    provider: &P,
    transport: &dyn Transport,
    grant: P::Grant,
) -> Result<P::Tokens, Error<P::Refusal, P::Grant>> {
    match refresh(provider, transport, &grant).await {
        Ok(tokens) => Ok(tokens),
        Err(error) => Err(error.with_grant(grant)),
    }
}

#[cold]
fn unsent<R>(lifecycle: &'static Lifecycle, error: RequestError) -> Error<R> {
    Error::from_parts(Facts::new(lifecycle, Cause::Request(error)), None)
}

/// Sends and waits: the part of the call that is the same for every provider.
async fn exchange(
    lifecycle: &'static Lifecycle,
    transport: &dyn Transport,
    request: Request,
) -> Result<(Exchange, Response), Box<Facts>> {
    let started = Instant::now();
    let exchange = Exchange::of(&request, Timestamp::now());
    let sent = transport.send(request).await;
    let exchange = exchange.received_at(Timestamp::now());
    trace(lifecycle, started, &sent);
    match sent {
        Ok(response) => Ok((exchange, response)),
        Err(error) => Err(Box::new(reply::lost(lifecycle, &exchange, error))),
    }
}

/// One event for each exchange: who, how it went, how long it took. No address, no header, no body.
#[cfg(feature = "tracing")]
pub(crate) fn trace(
    lifecycle: &Lifecycle,
    started: Instant,
    sent: &Result<Response, crate::TransportError>,
) {
    let status = sent
        .as_ref()
        .map(|response| response.status().as_u16())
        .ok();
    let outcome = match sent {
        Ok(_) => "answered",
        Err(error) if error.is_in_doubt() => "in doubt",
        Err(_) => "not sent",
    };
    tracing::debug!(
        provider = lifecycle.provider,
        operation = lifecycle.operation,
        status,
        outcome,
        elapsed = ?started.elapsed(),
        "token refresh",
    );
}

#[cfg(not(feature = "tracing"))]
fn trace(_: &Lifecycle, _: Instant, _: &Result<Response, crate::TransportError>) {}
