//! What happened, for all who watch.

use std::sync::{Arc, OnceLock};

use tokio::sync::broadcast;

use crate::Timestamp;
use crate::session::{Event, EventKind, SessionKey};

/// So many events wait for a watcher that is slow; then the oldest are dropped.
const CAPACITY: usize = 64;

/// So many of a keeper's, who has many sessions.
const MANY: usize = 1024;

/// Where events are sent. It costs nothing until somebody watches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hub {
    own: Arc<Line>,
    /// Where those of many sessions are sent.
    above: Option<Arc<Line>>,
}

#[derive(Debug, Default)]
struct Line(OnceLock<broadcast::Sender<Event>>);

impl Line {
    fn subscribe(&self, capacity: usize) -> Events {
        let sender = self.0.get_or_init(|| broadcast::Sender::new(capacity));
        Events(sender.subscribe())
    }

    fn send(&self, event: &Event) {
        if let Some(sender) = self.0.get() {
            // Nobody watching is no trouble.
            drop(sender.send(event.clone()));
        }
    }
}

/// The events of a session, or of a keeper's sessions, from when they were asked for on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Hub {
    /// One for a session whose events are sent there, too.
    pub(crate) fn below(all: &Self) -> Self {
        Self {
            own: Arc::default(),
            above: Some(Arc::clone(&all.own)),
        }
    }

    /// The session's events from now on.
    pub(crate) fn subscribe(&self) -> Events {
        self.own.subscribe(CAPACITY)
    }

    /// Those of all sessions below.
    pub(crate) fn subscribe_to_all(&self) -> Events {
        self.own.subscribe(MANY)
    }

    pub(super) fn emit(&self, session: &SessionKey, at: Timestamp, kind: EventKind) {
        let session = session.clone();
        let event = Event { session, at, kind };
        self.own.send(&event);
        if let Some(above) = &self.above {
            above.send(&event);
        }
    }
}

impl Events {
    /// The next event; `None` once the session, or the keeper with all its sessions, is gone. Of a watcher that falls behind by more
    /// than 64, or 1024 of a keeper's, the oldest are dropped.
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
pub(super) fn log(session: &SessionKey, kind: &EventKind) {
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
