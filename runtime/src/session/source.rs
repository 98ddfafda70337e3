//! The type that an application holds: one session's token, there when it is asked for.

mod builder;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, header};

pub(in crate::session) use self::builder::HOLD;
pub use self::builder::TokenSourceBuilder;
use super::cell::View;
use super::driver::{Done, Events, Requested, Session};
use super::machine::{Change, Want};
use super::store::Store;
use super::{SessionError, SessionErrorKind, SessionKey};
use crate::{Json, Keep, Presentation, SharedToken, SignIn, SingleUseToken, TokenKind};

/// So many flights at most for one wish: tokens that are over as soon as they come are not waited for without end.
const MOST_FLIGHTS: usize = 8;

/// One session's tokens, kept fresh. Cheap to clone; all clones are one source.
///
/// Refreshes run in tasks of their own, on a thread of the library's: dropping a future of these functions, or the runtime that
/// polled it, neither stops a refresh nor loses its answer. No runtime is needed to call them.
///
/// Two sources over one store and key exclude each other by the store's lease, in one process as in several.
///
/// ```
/// use token_refresh_runtime::session::store::MemoryStore;
/// use token_refresh_runtime::session::{SessionError, TokenSource};
/// # use token_refresh_runtime::{SharedToken, SignIn};
///
/// # async fn example<C>(client: C, signed_in: C::TokenSet) -> Result<(), SessionError>
/// # where C: SignIn, C::Access: SharedToken {
/// let tokens = TokenSource::new(client, MemoryStore::new(), "customer-42");
/// tokens.insert(signed_in).await?; // once, after the user signed in
///
/// let header = tokens.token().await?; // at once; refreshed behind the caller, in the vendor's window
/// // … send a request with it; and where the API answers 401:
/// tokens.invalidate(&header).await;
///
/// match tokens.token().await {
///     Ok(_) => {}
///     Err(error) if error.needs_reauthentication() => println!("{:?}", error.how().how),
///     Err(error) if error.is_transient() => println!("again after {:?}", error.retry_at()),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct TokenSource<P> {
    session: Arc<Session>,
    provider: PhantomData<fn() -> P>,
}

impl<P: Keep> TokenSource<P> {
    /// A source for this subject's session. It does no I/O, and cannot fail.
    pub fn new(client: P, store: impl Store, subject: impl Into<Arc<str>>) -> Self {
        Self::builder(client, store, subject).build()
    }

    /// The same, with more to set.
    pub fn builder(
        client: P,
        store: impl Store,
        subject: impl Into<Arc<str>>,
    ) -> TokenSourceBuilder<P> {
        TokenSourceBuilder::new(client, Arc::new(store), subject.into())
    }

    /// What happens to the session from now on.
    pub fn events(&self) -> Events {
        self.session.events()
    }

    /// Which session it is.
    pub fn session(&self) -> &SessionKey {
        self.session.key()
    }

    /// What else the vendor wanted kept, by name, as far as it is known here: nothing before the first token.
    pub fn extras(&self) -> BTreeMap<String, Json> {
        let state = self.session.state();
        let extras = state.iter().flat_map(|state| state.kept.extras());
        extras
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }

    /// Lets what is under way come to its end, and begins nothing new: no refresh, and no write to the store. A token that is
    /// good is still read; whatever would need the provider or the store answers [`SessionErrorKind::ShutDown`], `insert`,
    /// `forget` and [`take`](TokenSource::take) among them.
    ///
    /// Other sources of the session, in this process or elsewhere, go on.
    ///
    /// A process that ends without it right after a refresh may leave its lease behind: others wait until that has run out, a minute
    /// and a half at most.
    ///
    /// # Cancellation
    /// Dropping the future does not undo it; what is under way goes on.
    pub async fn shutdown(&self) {
        self.session.shut_down().await;
    }
}

impl<P: Keep<Access: SharedToken>> TokenSource<P> {
    /// The token as the API wants to see it, with what stands before it (`Bearer …`), marked sensitive. Ready at once while it is
    /// good; one that has fallen due is given all the same, and refreshed behind the caller. Otherwise the refresh under way is
    /// waited for.
    ///
    /// # Errors
    /// There is no good token, and none is to be had now: [`SessionError`] says why, and what to do.
    ///
    /// # Cancellation
    /// Dropping the future stops nothing: the refresh goes on.
    pub async fn token(&self) -> Result<HeaderValue, SessionError> {
        match self.session.current() {
            Some(token) => Ok(token),
            // In a box, so that the future of the many who need not wait is small.
            None => Box::pin(waited(&self.session)).await,
        }
    }

    /// The token, if there is a good one at hand. It never waits.
    #[inline]
    pub fn current(&self) -> Option<HeaderValue> {
        self.session.current()
    }

    /// A reader for one task: it borrows the token where [`Self::current`] clones it.
    pub fn reader(&self) -> Reader<P> {
        Reader {
            view: View::new(Arc::clone(&self.session)),
            provider: PhantomData,
        }
    }

    /// The API has answered 401 to this token: another one is fetched, unless it has been replaced already. Many who say so at once
    /// cause one refresh.
    ///
    /// Where no other one is to be had, nothing changes, and the events say why.
    ///
    /// # Cancellation
    /// Dropping the future stops nothing: the refresh goes on.
    pub async fn invalidate(&self, refused: &HeaderValue) {
        let session = &self.session;
        for _ in 0..2 {
            let Some(text) = session.refused(refused) else {
                return;
            };
            let Requested::Waiting(flown) = session.request(Want::Other(text)) else {
                return;
            };
            // A flight that was under way already may have had another reason, and found nothing to do.
            let is_new = flown.is_new;
            if flown.outcome().await.is_none() || is_new {
                break;
            }
        }
    }

    /// Another token of the session that may be used any number of times, by its type.
    ///
    /// # Errors
    /// As with [`Self::token`]; [`SessionErrorKind::Protocol`] where the provider sent none.
    pub async fn get<T: SharedToken>(&self) -> Result<T, SessionError> {
        self.token().await?;
        let state = self.session.state();
        let name = self.session.rules().name_of(T::NAME);
        let token = state.as_ref().and_then(|state| state.kept.token(&name));
        match token {
            Some(token) => Ok(T::from_token(token.duplicate())),
            None => Err(self.session.error(SessionErrorKind::Protocol)),
        }
    }

    /// In which header the API wants to see the token; `None`: not in a header.
    pub fn header_name(&self) -> Option<HeaderName> {
        let lifecycle = P::LIFECYCLE;
        match lifecycle.tokens[lifecycle.replaced()?].present {
            Some(Presentation::Header { name, .. }) => name.parse().ok(),
            Some(Presentation::Query(_)) => None,
            Some(Presentation::Cookie(_)) => Some(header::COOKIE),
            _ => Some(header::AUTHORIZATION),
        }
    }
}

impl<P: Keep<Access: SingleUseToken>> TokenSource<P> {
    /// The token, by value: it is out of the store when it is handed over, and nobody else gets it. Its successor is fetched behind
    /// the caller, where that does not kill the one just taken.
    ///
    /// # Errors
    /// As with [`TokenSource::token`].
    ///
    /// # Cancellation
    /// Dropping the future loses nothing: a token that was on its way is the next caller's.
    pub async fn take(&self) -> Result<P::Access, SessionError> {
        let session = &self.session;
        let generation = || session.state().map(|state| state.generation);
        let mut flights = 0;
        while flights < MOST_FLIGHTS {
            let before = generation();
            if let Some(token) = session.spare() {
                return Ok(P::Access::from_token(token));
            }
            if let Done::Taken(taken) = session.edit(Change::Take).await? {
                return Ok(P::Access::from_token(taken.into_token()));
            }
            // Whoever took the last one may have gone away meanwhile; a refresh might kill it.
            if let Some(token) = session.spare() {
                return Ok(P::Access::from_token(token));
            }
            let requested = match session.request(Want::Good) {
                // What is known is not what the store has: it may have failed over to an older copy.
                Requested::Served => session.request(Want::Look),
                requested => requested,
            };
            flown(session, requested).await?;
            // What came has gone to others who take: those are not counted, for there may be any number of them.
            flights = if generation() == before {
                flights + 1
            } else {
                0
            };
        }
        Err(session.error(SessionErrorKind::Protocol))
    }
}

impl<P: SignIn> TokenSource<P> {
    /// Begins the session, or begins it anew, with the tokens of a sign-in. What was known of the old ones is over: a dead session
    /// lives again.
    ///
    /// # Errors
    /// The store did not take them, or the source was shut down.
    ///
    /// # Cancellation
    /// Dropping the future stops nothing: the tokens are stored.
    pub async fn insert(&self, tokens: impl Into<P::TokenSet>) -> Result<(), SessionError> {
        let kept = P::keep(tokens.into());
        self.session.edit(Change::Insert(kept)).await.map(drop)
    }

    /// Forgets the session, here and in the store. The provider is not told.
    ///
    /// # Errors
    /// The store did not do it, or the source was shut down.
    ///
    /// # Cancellation
    /// Dropping the future stops nothing: the session is removed.
    pub async fn forget(&self) -> Result<(), SessionError> {
        self.session.edit(Change::Forget).await.map(drop)
    }
}

/// Waits until there is a good token.
async fn waited(session: &Arc<Session>) -> Result<HeaderValue, SessionError> {
    for _ in 0..MOST_FLIGHTS {
        flown(session, session.request(Want::Good)).await?;
        if let Some(token) = session.current() {
            return Ok(token);
        }
    }
    Err(session.error(SessionErrorKind::Protocol))
}

async fn flown(session: &Arc<Session>, requested: Requested) -> Result<(), SessionError> {
    match requested {
        Requested::Served => Ok(()),
        Requested::Failed(error) => Err(error),
        Requested::Waiting(flown) => match flown.outcome().await {
            Some(outcome) => outcome,
            None => Err(session.error(SessionErrorKind::ShutDown)),
        },
    }
}

/// One task's view of a session's token. Reading it writes to nothing that another reader reads.
pub struct Reader<P> {
    view: View<Arc<Session>>,
    provider: PhantomData<fn() -> P>,
}

impl<P: Keep<Access: SharedToken>> Reader<P> {
    /// The token, if there is a good one at hand. It never waits.
    #[inline]
    pub fn get(&mut self) -> Option<&HeaderValue> {
        self.view.get()
    }

    /// The token, waited for as with [`TokenSource::token`].
    ///
    /// # Errors
    /// As there.
    pub async fn token(&mut self) -> Result<HeaderValue, SessionError> {
        match self.view.get() {
            Some(token) => Ok(token.clone()),
            None => waited(self.view.session()).await,
        }
    }
}

impl<P> Clone for TokenSource<P> {
    fn clone(&self) -> Self {
        Self {
            session: Arc::clone(&self.session),
            provider: PhantomData,
        }
    }
}

impl<P> fmt::Debug for TokenSource<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenSource({})", self.session.key())
    }
}

impl<P> Clone for Reader<P> {
    fn clone(&self) -> Self {
        Self {
            view: self.view.clone(),
            provider: PhantomData,
        }
    }
}

impl<P> fmt::Debug for Reader<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Reader({})", self.view.session().key())
    }
}
