//! What happened, for all who watch.

use std::sync::{Arc, OnceLock};

use tokio::sync::broadcast;

use crate::Timestamp;
use crate::session::{Event, EventKind, SessionKey};

/// So many events wait for a watcher that is slow; then the oldest are dropped.
const CAPACITY: usize = 64;

/// Where events are sent. It costs nothing until somebody watches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hub(Arc<OnceLock<broadcast::Sender<Event>>>);

/// The events of a session, from when it was asked for on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Hub {
    /// The events from now on.
    pub(crate) fn subscribe(&self) -> Events {
        let sender = self.0.get_or_init(|| broadcast::Sender::new(CAPACITY));
        Events(sender.subscribe())
    }

    pub(super) fn emit(&self, session: &SessionKey, at: Timestamp, kind: EventKind) {
        log(session, &kind);
        if let Some(sender) = self.0.get() {
            let session = session.clone();
            // Nobody watching is no trouble.
            drop(sender.send(Event { session, at, kind }));
        }
    }
}

impl Events {
    /// The next event; `None` once the session is gone. Of a watcher that falls behind by more than 64, the oldest are dropped.
    ///
    /// It needs no runtime of any kind.
    ///
    /// # Cancellation
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.0.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The next event, if it is there already.
    pub fn try_next(&mut self) -> Option<Event> {
        loop {
            match self.0.try_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(_) => return None,
            }
        }
    }
}

/// The same for `tracing`: what went well for those who look closely, what did not for everyone.
fn log(session: &SessionKey, kind: &EventKind) {
    match kind {
        EventKind::Refreshed { generation, until } => {
            tracing::debug!(%session, generation, ?until, "tokens refreshed");
        }
        EventKind::Adopted { generation } => {
            tracing::debug!(%session, generation, "tokens adopted");
        }
        EventKind::Failed(error) => tracing::warn!(%session, ?error, "refresh failed"),
        EventKind::Dead(error) => tracing::warn!(%session, ?error, "the user has to sign in"),
        EventKind::Superseded => tracing::warn!(%session, "new tokens given up for someone else's"),
        EventKind::NotStored(error) => {
            tracing::error!(%session, ?error, "new tokens are not stored");
        }
        EventKind::StoredAtLast => tracing::info!(%session, "new tokens are stored at last"),
    }
}
