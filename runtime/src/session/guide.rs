//! A guide: from the sign-in to the steady state, a web service, a fleet, which store, and what each error means.
//!
//! # From the sign-in to the steady state
//!
//! A [`TokenSource`](super::TokenSource) is one subject's tokens at one provider. It is made of three things: a generated
//! client, a store, and the application's own name for the session.
//!
//! ```
//! use token_refresh_runtime::session::{MemoryStore, SessionError, TokenSource};
//! # use token_refresh_runtime::{SharedToken, SignIn};
//!
//! # async fn example<P: SignIn<Access: SharedToken>>(client: P, signed_in: P::TokenSet) -> Result<(), SessionError> {
//! let tokens = TokenSource::new(client, MemoryStore::new(), "customer-42");
//!
//! // Once, after the user has signed in.
//! tokens.insert(signed_in).await?;
//!
//! // From then on, before each call of the API: ready at once while the token is good.
//! let header = tokens.token().await?;
//! # let _ = header;
//! # Ok(())
//! # }
//! ```
//!
//! What `insert` takes is the client's own `TokenSet`, or whatever one can be made of: the tokens of a sign-in, a refresh
//! token alone, the grant. A client whose own credentials are the grant has no `insert`: its first `token` fetches one.
//!
//! Nobody calls a refresh. The source does, when the provider's description says that it is due and never when the provider would
//! refuse it, in a task of its own: dropping a future, or the runtime that polls it, loses no answer. New tokens are in the
//! store before anyone is handed them.
//!
//! When the API answers 401, say so, and ask again:
//!
//! ```
//! # use http::HeaderValue;
//! # use token_refresh_runtime::SharedToken;
//! # use token_refresh_runtime::session::{SessionError, TokenSource};
//! # use token_refresh_runtime::Keep;
//! # async fn call(_: &HeaderValue) -> u16 { 200 }
//! async fn call_api<P: Keep<Access: SharedToken>>(tokens: &TokenSource<P>) -> Result<u16, SessionError> {
//!     let token = tokens.token().await?;
//!     let status = call(&token).await;
//!     if status != 401 {
//!         return Ok(status);
//!     }
//!     // Ten thousand callers who say so cause one refresh, and none if the token has been replaced meanwhile.
//!     tokens.invalidate(&token).await;
//!     Ok(call(&tokens.token().await?).await)
//! }
//! ```
//!
//! A token that is good for one use is taken instead, by value:
//!
//! ```
//! # use token_refresh_runtime::{Keep, SingleUseToken};
//! # use token_refresh_runtime::session::{SessionError, TokenSource};
//! # async fn send_transaction<T>(_: T) {}
//! async fn pay<P: Keep<Access: SingleUseToken>>(wallet: &TokenSource<P>) -> Result<(), SessionError> {
//!     let token = wallet.take().await?;
//!     send_transaction(token).await; // It is given away: a second use does not compile.
//!     Ok(())
//! }
//! ```
//!
//! # A web service
//!
//! Make the store once and a source for each session that you serve; a source is one allocation and does no I/O until it
//! is asked. Hold it where the session is held, and clone it into tasks: all clones are one source. In a task that reads
//! often, a [`Reader`](super::Reader) borrows the header where `token` clones it.
//!
//! ```
//! use std::sync::Arc;
//!
//! use token_refresh_runtime::session::{SessionErrorKind, Store, TokenSource};
//! # use token_refresh_runtime::{Keep, SharedToken};
//!
//! struct App<P> {
//!     client: P,
//!     store: Arc<dyn Store>,
//! }
//!
//! impl<P: Keep<Access: SharedToken> + Clone> App<P> {
//!     /// What a request handler does.
//!     async fn handle(&self, customer: &str) -> (u16, String) {
//!         let tokens = TokenSource::new(self.client.clone(), Arc::clone(&self.store), customer);
//!         match tokens.token().await {
//!             Ok(_token) => (200, "called the API".to_owned()),
//!             Err(error) if error.needs_reauthentication() => {
//!                 (401, error.how().how.unwrap_or("sign in again").to_owned())
//!             }
//!             Err(error) if error.kind() == SessionErrorKind::Misconfigured => {
//!                 (500, "somebody has to look at the settings".to_owned())
//!             }
//!             // `Retry-After`, for whoever asks.
//!             Err(error) => (503, format!("{:?}", error.retry_after())),
//!         }
//!     }
//! }
//! ```
//!
//! For many sessions, a [`Keeper`](super::Keeper) hands out the sources by subject and refreshes behind everyone's back what falls
//! due, so that nobody waits for a token that was not asked for in a while; a session that nobody holds a source of is a record in the
//! store and nothing else. For `reqwest`, the feature `middleware` has one that puts the token on each request and handles a 401.
//!
//! Give a shutdown a moment: [`TokenSource::shutdown`](super::TokenSource::shutdown) lets a refresh that is under way come to its
//! end. A process that is killed instead loses nothing either: what was about to be spent is written down first, and the next
//! start goes on from there.
//!
//! # A fleet
//!
//! The same lines, with a store that all processes share. A lease in the store decides who refreshes; the others wait for
//! what comes, and take it over from the store. The lease only saves work: what is true is the version of the record, so that
//! a lease that is lost (a stalled process, a failover) costs a call at worst, and no token.
//!
//! ```
//! # #[cfg(feature = "postgres")]
//! # mod example {
//! use token_refresh_runtime::session::{PostgresStore, TokenSource};
//! # use token_refresh_runtime::Keep;
//!
//! # async fn example<P: Keep>(client: P) -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::connect("postgres://worker@db.internal/app").await?;
//! let tokens = TokenSource::new(client, store, "customer-42");
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! Nothing has to be elected, and no process is special: start as many as you like, and stop them as you like. With a
//! [`Keeper`](super::Keeper) in each, the sessions that fall due are handed out so that the processes share them.
//!
//! # Choosing a store
//!
//! | store | feature | for | survives |
//! |:--|:--|:--|:--|
//! | [`MemoryStore`](super::MemoryStore) | `session` | one process whose sessions may end with it; tests | nothing |
//! | `SqliteStore` | `sqlite` | the processes of one machine; the usual choice | `kill -9`, a power cut, a full disk |
//! | `PostgresStore` | `postgres` | a fleet that has a PostgreSQL, and sessions that must not be lost | what the database survives |
//! | `RedisStore` | `redis` | a fleet that has a Redis or Valkey, with `appendonly yes`, `appendfsync always` and `maxmemory-policy noeviction` | what is on its disk; a failover may lose the last moment |
//!
//! A rotation that the store loses is a session that the vendor may end: take Redis only where signing in again is cheap, or
//! where it is set up to write before it answers. A store of your own is a [`Store`](super::Store); `testing` has a suite that tries
//! it on every line of what a store owes.
//!
//! With the feature `encryption`, `Sealed` wraps any of them: records are sealed with a key of yours, bound to their session.
//!
//! # What each error means
//!
//! [`SessionError::kind`](super::SessionError::kind) tells what an application can do. None of them wants its text to be parsed.
//!
//! | kind | it means | do this |
//! |:--|:--|:--|
//! | `Reauthenticate` | the session is over, its window is closed, or nobody has signed in yet; no call is made any more | ask the user to sign in ([`how`](super::SessionError::how), and [`sign_in_reason`](super::SessionError::sign_in_reason) for why), then `insert` |
//! | `Misconfigured` | the client's own credentials or settings are wrong; the tokens are kept | wake the operator; it is tried again, ever more seldom |
//! | `RateLimited` | there were too many calls | wait for [`retry_at`](super::SessionError::retry_at); no call is made before |
//! | `Transient` | the provider, or the way there, has a passing trouble | the same |
//! | `TooEarly` | the provider accepts no call yet | the same |
//! | `InDoubt` | an answer was lost: nobody knows whether the grant was spent | the same; never ask the user to sign in for it |
//! | `Protocol` | the answer is of no use; a refresh token that could be read from it is kept | look at the provider's description, and tell the vendor |
//! | `Rejected` | the provider says that the request is wrong | the same |
//! | `Store` | the store did not do what it was asked; a good token is served all the same | see to the store |
//! | `ShutDown` | the source was shut down | nothing |
//!
//! While the token in hand is good, none of these reaches a reader: it is served, and the trouble is in the
//! [events](super::TokenSource::events). The alarm to watch for is [`EventKind::NotStored`](super::EventKind::NotStored): new tokens
//! are in memory only, because the store cannot be written.
//!
//! # Counters and timings
//!
//! With the feature `metrics`, these go to whichever recorder the application sets up for the `metrics` facade. Subjects are no
//! labels: there are as many as there are customers.
//!
//! | name | what it counts, or how long what took | labels |
//! |:--|:--|:--|
//! | `token_refresh_refreshes_total` | refreshes, by how they ended | `provider`, `outcome`: `refreshed`, `adopted`, `failed`, `dead`, `superseded`, `not_stored`, `stored_at_last` |
//! | `token_refresh_flights_total` | attempts at good tokens, by what those who waited were told | `provider`, `outcome`: `ok`, `error` |
//! | `token_refresh_exchange_seconds` | calls to the provider | `provider` |
//! | `token_refresh_lease_wait_seconds` | waits for leases that others held | `provider` |
//! | `token_refresh_store_failures_total` | calls to the store that failed | `provider`, `call`: `load`, `write`, `remove`, `acquire`, `renew`, `release`, `claim_due` |
//!
//! # Testing an application
//!
//! The feature `testing` has a strict server that plays any provider: it rotates, punishes whoever spends a grant twice, lets
//! tokens end by a clock that the test steers ([`ManualClock`](super::ManualClock)), and misbehaves on demand.
