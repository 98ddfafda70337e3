//! Sets a [`StrictServer`] up.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::StrictServer;
use super::desk::{Clerk, Desk, ReadTime};
use super::endpoint::TokenEndpoint;
use super::terms::{Rotation, Terms};
use crate::testing::{Answer, Engine};
use crate::{Failure, Json, Lifecycle, Timestamp};

/// Sets a [`StrictServer`] up, or a [`TokenEndpoint`] without sockets.
#[must_use]
pub struct StrictServerBuilder {
    lifecycle: &'static Lifecycle,
    terms: Terms,
    time: ReadTime,
}

impl StrictServerBuilder {
    pub(super) fn new(lifecycle: &'static Lifecycle) -> Self {
        Self {
            lifecycle,
            terms: Terms::default(),
            time: Box::new(Timestamp::now),
        }
    }

    /// Whoever shows a grant that has a successor ends the session, whatever the provider documents.
    pub fn strict(mut self) -> Self {
        self.terms.strict = true;
        self
    }

    /// Reads the time here: `move || clock.now().wall` with a test's `ManualClock`.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.time = Box::new(now);
        self
    }

    /// Lets the tokens of this name live so long. Without it: as documented, else an hour, a refresh token thirty days.
    pub fn lifetime(mut self, token: &str, span: Duration) -> Self {
        self.terms.lifetimes.insert(token.to_owned(), span);
        self
    }

    /// Brings a new grant so often.
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.terms.rotation = rotation;
        self
    }

    /// Refuses calls outside the provider's window.
    pub fn enforce_window(mut self) -> Self {
        self.terms.window = true;
        self
    }

    /// Refuses calls beyond the provider's limits.
    pub fn enforce_limits(mut self) -> Self {
        self.terms.limits = true;
        self
    }

    /// Sends a `Date` header by its own clock.
    pub fn dated(mut self) -> Self {
        self.terms.dated = true;
        self
    }

    /// What a success has beside the tokens and their ends.
    pub fn template(mut self, body: Json) -> Self {
        self.terms.template = body;
        self
    }

    /// What a refusal has beside the code.
    pub fn refusal_template(mut self, body: Json) -> Self {
        self.terms.refusal_body = body;
        self
    }

    /// Refuses with this answer where it means that.
    pub fn refusal(mut self, means: Failure, answer: Answer) -> Self {
        self.terms.refusals.push((means, answer));
        self
    }

    /// Gives each sign-in this value that belongs to the session (a shop, a data centre).
    pub fn input(mut self, name: &str, value: Json) -> Self {
        self.terms.inputs.push((name.to_owned(), value));
        self
    }

    /// The endpoint alone, for a test or a server of your own.
    pub fn endpoint(self) -> TokenEndpoint {
        TokenEndpoint::new(self.lifecycle, self.terms)
    }

    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When the system gives no port.
    pub fn start(self) -> StrictServer {
        let inputs = self.terms.inputs.clone();
        let endpoint = TokenEndpoint::new(self.lifecycle, self.terms);
        let desk = Arc::new(Desk::new(endpoint, self.time));
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let engine = Engine::start_at(anywhere, Clerk(Arc::clone(&desk)));
        let engine = engine.expect("loopback has a free port");
        StrictServer {
            desk,
            address: engine.address(),
            engine: Mutex::new(Some(engine)),
            inputs,
        }
    }
}
