//! Tokens that stay fresh: one [`TokenSource`](crate) a session, a store behind it.

#[cfg(any(feature = "postgres", feature = "redis"))]
mod background;
mod cell;
mod clock;
mod error;
mod event;
mod key;
mod state;
pub mod store;
mod wire;

pub use self::clock::{Clock, ManualClock, Now};
pub use self::error::{SessionError, SessionErrorKind};
pub use self::event::{Event, EventKind};
pub use self::key::SessionKey;
pub use self::store::Store;
