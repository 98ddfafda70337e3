//! Tokens that stay fresh: one [`TokenSource`] a session, a store behind it.
//!
//! The [guide] leads from the sign-in to a fleet, and says which store to take and what each error means.

mod background;
mod cell;
mod clock;
mod driver;
mod error;
mod event;
pub mod guide;
mod keeper;
mod key;
mod machine;
#[cfg(feature = "middleware")]
mod middleware;
mod source;
mod state;
pub mod store;
mod wire;

pub use self::clock::{Clock, ManualClock, Now};
pub use self::driver::{Events, Gate, GateBuilder};
pub use self::error::{SessionError, SessionErrorKind, SignInReason};
pub use self::event::{Event, EventKind};
pub use self::keeper::{Drained, Keeper, KeeperBuilder};
pub use self::key::SessionKey;
#[cfg(feature = "middleware")]
pub use self::middleware::{MiddlewareError, TokenMiddleware};
pub use self::source::{Reader, TokenSource, TokenSourceBuilder};
#[cfg(feature = "postgres")]
pub use self::store::PostgresStore;
#[cfg(feature = "redis")]
pub use self::store::RedisStore;
#[cfg(feature = "sqlite")]
pub use self::store::SqliteStore;
pub use self::store::{MemoryStore, Store};
