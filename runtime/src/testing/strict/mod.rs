//! A strict token endpoint for any provider: what its lifecycle says, done to the letter, over real sockets.
//!
//! [`TokenEndpoint`] decides, and knows no socket; [`StrictServer`] listens, counts and misbehaves.

mod bomb;
mod book;
mod builder;
mod desk;
mod draft;
mod endpoint;
mod fault;
mod find;
mod mint;
mod refusal;
mod success;
mod terms;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

pub use self::builder::StrictServerBuilder;
pub use self::desk::Counts;
use self::desk::{API, Clerk, Desk};
pub use self::endpoint::{Ruling, TokenEndpoint, Verdict};
pub use self::fault::Fault;
pub use self::terms::Rotation;
use crate::testing::Engine;
use crate::{Expiry, Kept, Lifecycle, Provider, Timestamp, Token, TokenKind};

/// A provider's token endpoint on 127.0.0.1, made from its lifecycle alone, as strict as the worst of vendors.
///
/// It finds the grant in a request where the lifecycle says that it is sent, rotates, remembers every token that it
/// issued, lets them end by its clock, and treats a spent one as [`Previous`](crate::Previous) says: with
/// `reuseRevokesSession`, or with [`strict`](StrictServerBuilder::strict) for any provider, whoever shows it ends the session.
/// It [misbehaves](Fault) when told to, and counts.
///
/// What it knows beyond the lifecycle, the builder is told: other fields of the typed answer, values that belong to a
/// session, shorter lives.
///
/// ```no_run
/// use token_refresh_runtime::testing::{Fault, StrictServer};
/// # use token_refresh_runtime::{Lifecycle, Role, TokenKind};
/// # fn example<T: TokenKind>(lifecycle: &'static Lifecycle) {
/// let server = StrictServer::builder(lifecycle).strict().start();
/// let signed_in = server.sign_in();
/// // … a client with `server.url()` as its base URL, a source with `signed_in.token::<RefreshToken>()` put in …
/// server.next(Fault::reset_after());
/// // … a refresh …
/// assert_eq!(server.counts().refreshed, 1);
/// assert_eq!(server.counts().reused, 0);
/// # }
/// ```
pub struct StrictServer {
    desk: Arc<Desk>,
    address: SocketAddr,
    /// `None` while it does not listen.
    engine: Mutex<Option<Engine>>,
    inputs: Vec<(String, crate::Json)>,
}

/// The first tokens of a session, as a sign-in gives them.
#[derive(Debug)]
pub struct SignedIn {
    session: u64,
    kept: Kept,
}

impl StrictServer {
    /// For a provider as it is documented, with the system's clock.
    ///
    /// # Panics
    /// When the system gives no port.
    pub fn for_provider<P: Provider>() -> Self {
        Self::builder(P::LIFECYCLE).start()
    }

    /// Starts with what the lifecycle says.
    pub fn builder(lifecycle: &'static Lifecycle) -> StrictServerBuilder {
        StrictServerBuilder::new(lifecycle)
    }

    /// Its base URL, without a trailing `/`. Every path but that of [`Self::api_url`] is the token endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// An address of the API: a GET that shows a good access token as the lifecycle says is answered 200, any other 401.
    pub fn api_url(&self) -> String {
        format!("{}{API}", self.url())
    }

    /// Begins a session, as a user's sign-in does.
    pub fn sign_in(&self) -> SignedIn {
        let now = self.desk.now();
        let mut state = self.desk.lock();
        let (session, minted) = state.endpoint.sign_in(now);
        let lifecycle = state.endpoint.lifecycle();
        let mut kept = Kept::new();
        for token in minted {
            let expiry = token.ends.map_or(Expiry::Unknown, Expiry::At);
            let name = lifecycle.tokens[token.rule].name;
            kept.put_token(
                name,
                Token::with_times(token.text, Some(token.issued), expiry),
            );
        }
        for (name, value) in &self.inputs {
            kept.put_input_json(name, value.clone());
        }
        SignedIn { session, kept }
    }

    /// Misbehaves at the next request; faults wait in line.
    pub fn next(&self, fault: Fault) {
        self.desk.lock().faults.push_back(fault);
    }

    /// Misbehaves at so many requests to come.
    pub fn next_times(&self, times: usize, fault: &Fault) {
        let faults = std::iter::repeat_n(fault.clone(), times);
        self.desk.lock().faults.extend(faults);
    }

    /// Misbehaves at every request until [`Self::behave`].
    pub fn always(&self, fault: Fault) {
        self.desk.lock().always = Some(fault);
    }

    /// Forgets all faults that are still to come.
    pub fn behave(&self) {
        let mut state = self.desk.lock();
        state.faults.clear();
        state.always = None;
    }

    /// Lets every request go on that is held now.
    pub fn release(&self) {
        self.desk.release(usize::MAX);
    }

    /// Lets the one go on that has been held longest.
    pub fn release_one(&self) {
        self.desk.release(1);
    }

    /// Ends a session, as an administrator of the vendor might: none of its tokens is good any more.
    pub fn revoke(&self, session: u64) {
        self.desk.lock().endpoint.book().revoke(session);
    }

    /// Ends the access token in hand and nothing else: the API answers 401, a refresh brings the next one.
    pub fn revoke_access(&self, session: u64) {
        let mut state = self.desk.lock();
        if let Some(rule) = state.endpoint.lifecycle().replaced() {
            state.endpoint.book().kill(session, rule);
        }
    }

    /// The text of a session's latest token of this name: what the vendor holds it to be, whoever heard of it.
    pub fn latest(&self, session: u64, name: &str) -> Option<String> {
        let mut state = self.desk.lock();
        let rules = state.endpoint.lifecycle().tokens;
        let rule = rules.iter().position(|rule| rule.name == name)?;
        let text = state.endpoint.book().current_text(session, rule);
        text.map(str::to_owned)
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.desk.lock().counts()
    }

    /// What was counted of one session.
    pub fn counts_of(&self, session: u64) -> Counts {
        let state = self.desk.lock();
        state.sessions.get(&session).copied().unwrap_or_default()
    }

    /// Waits in this thread until the counts are so.
    ///
    /// # Panics
    /// When that takes longer than a minute.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&Counts) -> bool) {
        self.desk.wait(what, is_so);
    }

    /// Waits in this task until the counts are so.
    pub async fn until(&self, is_so: impl Fn(&Counts) -> bool) {
        self.desk.until(is_so).await;
    }

    /// Stops to listen and closes what is open: connections are refused from now on.
    pub fn stop_listening(&self) {
        self.desk.stop();
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        drop(engine.take());
    }

    /// Listens again, at the same address.
    ///
    /// # Panics
    /// When someone else has the port by now.
    pub fn listen_again(&self) {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if engine.is_none() {
            self.desk.go_on();
            let clerk = Clerk(Arc::clone(&self.desk));
            let again = Engine::start_at(self.address, clerk);
            *engine = Some(again.expect("the port is still free"));
        }
    }
}

impl Drop for StrictServer {
    fn drop(&mut self) {
        // Whoever is held would keep the engine from ending.
        self.desk.stop();
    }
}

impl SignedIn {
    /// The session's number at the server.
    pub fn session(&self) -> u64 {
        self.session
    }

    /// One of the tokens, by its type.
    ///
    /// # Panics
    /// When the provider has none of that kind.
    pub fn token<T: TokenKind>(&self) -> T {
        let token = self.kept.token(T::NAME);
        T::from_token(token.expect("the provider has this token").duplicate())
    }

    /// The text of one of the tokens; `None` where the provider has none of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.kept.token(name).map(Token::expose)
    }

    /// When one of the tokens ends; `None` where there is none of that name, or nobody knows.
    pub fn ends(&self, name: &str) -> Option<Timestamp> {
        self.kept.token(name)?.expiry().instant()
    }

    /// All of them, as a store keeps them.
    pub fn into_kept(self) -> Kept {
        self.kept
    }
}

impl fmt::Debug for StrictServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StrictServer")
            .field("address", &self.address)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
