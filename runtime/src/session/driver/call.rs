//! The call itself: from what is kept to what has come of it, in bounded time.

use std::time::{Duration, Instant};

use http::StatusCode;

use super::{Session, Unfit, metrics};
use crate::session::SessionErrorKind;
use crate::session::machine::{Answered, Failure, FailureKind};
use crate::session::state::State;
use crate::{Error, ErrorKind, Exchange, Request, TransportError, reply};

/// Transports end by themselves, the library's own within thirty seconds unless it is told otherwise: this is for those that do
/// not.
const LONGEST: Duration = Duration::from_secs(300);

impl Session {
    /// Makes the call with what this state keeps.
    pub(super) async fn exchange(&self, state: &State) -> Answered {
        let request = match self.vendor.request(&state.kept) {
            Ok(request) => request,
            Err(unfit) => return Answered::Failed(unfit.into()),
        };
        let began = Instant::now();
        let answered = self.send(request, began).await;
        metrics::exchanged(&self.key, began.elapsed());
        match answered {
            Ok(fresh) => Answered::Fresh(fresh),
            Err(error) => Answered::Failed(error.into()),
        }
    }

    async fn send(&self, request: Request, began: Instant) -> Result<reply::Fresh, Error<()>> {
        let lifecycle = self.rules.lifecycle;
        let exchange = Exchange::of(&request, self.clock.now().wall);
        let transport = self.vendor.transport();
        let sent = tokio::time::timeout(LONGEST, transport.send(request)).await;
        let exchange = exchange.received_at(self.clock.now().wall);
        let late = |_| Err(TransportError::in_doubt("no answer came in time"));
        let sent = sent.unwrap_or_else(late);
        crate::provider::trace(lifecycle, began, &sent);
        match sent {
            Ok(response) => reply::fresh(lifecycle, &exchange, response),
            Err(error) => {
                let facts = reply::lost(lifecycle, &exchange, error);
                Err(Error::from_parts(facts, None))
            }
        }
    }
}

impl From<Unfit> for Failure {
    fn from(unfit: Unfit) -> Self {
        let (kind, source): (_, Box<dyn std::error::Error + Send + Sync>) = match unfit {
            Unfit::Missing(missing) => (SessionErrorKind::Reauthenticate, Box::new(missing)),
            Unfit::Request(error) => (SessionErrorKind::Misconfigured, Box::new(error)),
        };
        Self {
            kind: FailureKind::Unfit(kind),
            wait: None,
            code: None,
            rescued: Vec::new(),
            source: Some(source),
        }
    }
}

impl From<Error<()>> for Failure {
    fn from(error: Error<()>) -> Self {
        let kind = match (error.kind(), error.failure()) {
            (_, Some(crate::Failure::Transient)) if is_relayed(&error) => FailureKind::Relayed,
            (_, Some(failure)) => FailureKind::Refused(failure),
            (ErrorKind::InDoubt, _) => FailureKind::Lost,
            (ErrorKind::NotSent, _) => FailureKind::NotSent,
            (ErrorKind::Request, _) => FailureKind::Unfit(SessionErrorKind::Misconfigured),
            (ErrorKind::Protocol | ErrorKind::Refused, _) => FailureKind::Unreadable,
        };
        Self {
            kind,
            wait: error.retry_after(),
            code: error
                .code()
                .filter(|code| looks_like_one(code))
                .map(str::to_owned),
            rescued: error.rescued().to_vec(),
            source: Some(Box::new(error)),
        }
    }
}

/// Whether a gateway answers for someone that it has not heard.
fn is_relayed(error: &Error<()>) -> bool {
    let status = error.status();
    matches!(
        status,
        Some(StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)
    )
}

/// Whether a code is one, and not a sentence or a token that a vendor put in its place.
fn looks_like_one(code: &str) -> bool {
    code.len() <= 64
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
}
