//! What happens to sessions, for whoever watches.

use super::{SessionError, SessionKey};
use crate::Timestamp;

/// Something that happened to a session. It holds no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// To which.
    pub session: SessionKey,
    /// When, by this machine's clock.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
}

/// What happened to a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// New tokens were got, stored and published.
    Refreshed {
        /// How many times this session's tokens were replaced.
        generation: u64,
        /// When the new token ends, where that is known.
        until: Option<Timestamp>,
    },
    /// New tokens were found in the store: someone else was quicker, or the application put them in.
    Adopted {
        /// As above.
        generation: u64,
    },
    /// A refresh failed; the error says when the next one is made.
    Failed(SessionError),
    /// The session is over: the user has to sign in. Sent once.
    Dead(SessionError),
    /// The answer came, but someone else had replaced the grant meanwhile: theirs is kept, and what is ours is given up.
    Superseded,
    /// An alarm: new tokens are in memory only, because the store cannot be written; writing is tried again and again.
    NotStored(SessionError),
    /// The tokens of the last [`EventKind::NotStored`] are stored.
    StoredAtLast,
}
