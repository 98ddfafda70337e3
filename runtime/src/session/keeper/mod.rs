//! Many sessions of one provider over one store: hands out their sources, and refreshes behind everyone's back what falls due.

mod agenda;
mod builder;
mod fleet;
mod live;
mod noticing;
mod schedule;
mod sync {
    //! The locks of this module, under a name that the model checker's test can give others to.
    pub(super) use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
}
mod worker;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use self::agenda::Agenda;
pub use self::builder::KeeperBuilder;
use self::fleet::Fleet;
use super::driver::Events;
use super::{Store, TokenSource};
use crate::Keep;

/// Keeps many sessions of one provider fresh: hands out their sources by subject, and refreshes what falls due in the
/// background, so that nobody waits for a token that was not asked for in a while.
///
/// ```
/// use std::time::Duration;
/// use token_refresh_runtime::session::Keeper;
/// use token_refresh_runtime::session::store::MemoryStore;
/// use token_refresh_runtime::{Keep, SharedToken};
///
/// async fn serve<P: Keep>(client: P) -> Result<(), Box<dyn std::error::Error>>
/// where
///     P::Access: SharedToken,
/// {
///     let keeper = Keeper::builder(client, MemoryStore::new())
///         .concurrency(16)
///         .rate(600, Duration::from_secs(60))
///         .build()?;
///
///     let header = keeper.source("customer-42").token().await?;
/// #   let _ = header;
///
///     // At the end: what is under way comes to its end, ten seconds at most.
///     keeper.shutdown(Duration::from_secs(10)).await;
///     Ok(())
/// }
/// ```
///
/// # How it works
/// A session that nobody holds a source of costs nothing here: it is a record in the store. The store says which sessions are
/// due, in batches, at a cost that grows with what is due; each is handed out to one worker of all that share the store
/// and refreshed once. A worker that dies leaves its batch to the others, a minute later at most. What is written through
/// this keeper is remembered to the moment it falls due; what others write is found by looking, at first each second, and
/// where nothing is found less and less often, at the latest after [`KeeperBuilder::look_every`].
///
/// Sessions that began together are told apart by the jitter that every session has. Beyond that the endpoint is spared by
/// a bound on what is under way at once ([`KeeperBuilder::concurrency`]) and over time ([`KeeperBuilder::rate`], and
/// what the provider's spec says of all sessions of a client: a budget that plain sources share, see
/// [`KeeperBuilder::gate`]). Where the endpoint fails or says that there are too many calls, fewer are under way at once,
/// down to one now and then, and with each success one more again.
///
/// Dead sessions, and those whose window has closed, are left alone until new tokens are put in. So is a session that a
/// source with a [variant](crate::session::TokenSourceBuilder::variant) has written last: its tokens are refreshed when they
/// are read.
///
/// Clones are one keeper. When the last one is dropped, nothing new is begun; what is under way ends by itself, and
/// sources that were handed out go on by themselves.
pub struct Keeper<P: Keep> {
    inner: Arc<Inner>,
    provider: PhantomData<fn() -> P>,
}

struct Inner {
    fleet: Arc<Fleet>,
    agenda: Arc<Agenda>,
    done: watch::Receiver<bool>,
}

/// How a shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Drained {
    /// Everything that was under way has come to its end.
    All,
    /// The time was over before. What is left goes on while the process lives; whatever it does not come to do, the next
    /// process does.
    TimedOut,
}

impl<P: Keep> Keeper<P> {
    /// Sets up a keeper of the sessions that this client refreshes and this store keeps.
    pub fn builder(client: P, store: impl Store) -> KeeperBuilder<P> {
        KeeperBuilder::new(client, Arc::new(store))
    }

    /// The source of a session: the same one while anyone holds it. No I/O is done, and nothing is kept of it when it is
    /// dropped.
    pub fn source(&self, subject: &str) -> TokenSource<P> {
        TokenSource::of_session(self.inner.fleet.session(subject))
    }

    /// What happens to all sessions of this keeper from now on.
    pub fn events(&self) -> Events {
        self.inner.fleet.events()
    }

    /// How many background refreshes are under way.
    pub fn under_way(&self) -> usize {
        self.inner.agenda.schedule().under_way()
    }

    /// Of how many sessions someone holds a source.
    pub fn held(&self) -> usize {
        self.inner.fleet.held()
    }

    /// Begins nothing new, and waits for what is under way: for so long at most, or with `None` for as long as it takes,
    /// which is bounded by the transport's and the store's own limits. Sources that were handed out are shut down, too.
    ///
    /// # Cancellation
    /// It is shut down even if the future is dropped.
    pub async fn shutdown(&self, limit: impl Into<Option<Duration>>) -> Drained {
        self.inner.agenda.drain();
        self.inner
            .fleet
            .shut_down(self.inner.done.clone(), limit.into())
            .await
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.agenda.drain();
    }
}

impl<P: Keep> Clone for Keeper<P> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            provider: PhantomData,
        }
    }
}

impl<P: Keep> fmt::Debug for Keeper<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keeper")
            .field("provider", &P::STORED_AS)
            .field("under_way", &self.under_way())
            .field("held", &self.held())
            .finish()
    }
}
