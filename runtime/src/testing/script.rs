//! A server that follows a script, for tests that know what they want to be answered.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::engine::{Answer, Engine, Handler, Received};

/// A loopback server that gives its answers in order, one a request, and remembers what it got.
///
/// A request beyond the script is answered 500 with a text that says so, and counts in
/// [`Server::received`] like any other.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    script: Arc<Script>,
}

#[derive(Debug, Default)]
struct Script(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Answer>,
    received: Vec<Received>,
}

impl Server {
    /// Starts to listen on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When the system gives no port.
    pub fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Script::default());
        script.lock().answers.extend(answers);
        let engine = Engine::start(Actor(Arc::clone(&script))).expect("loopback has a free port");
        Self { engine, script }
    }

    /// A base URL where nobody listens: a port that was free a moment ago.
    ///
    /// # Panics
    /// When the system gives no port.
    pub fn nowhere() -> String {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        format!("http://{address}")
    }

    /// Adds a answer at the end of the script.
    pub fn answer(&self, answer: Answer) {
        self.script.lock().answers.push_back(answer);
    }

    /// Its base URL, without a trailing `/`.
    pub fn url(&self) -> String {
        self.engine.url()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.engine.address()
    }

    /// What it got so far, in order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.script.lock().received.clone()
    }

    /// The one request that it got.
    ///
    /// # Panics
    /// When there was none, or more than one.
    #[track_caller]
    pub fn only_request(&self) -> Received {
        let mut received = self.received();
        assert_eq!(
            received.len(),
            1,
            "the server was to get one request, no more and no less"
        );
        received.remove(0)
    }
}

struct Actor(Arc<Script>);

impl Handler for Actor {
    fn answer(&self, request: &Received) -> Answer {
        let mut state = self.0.lock();
        state.received.push(request.clone());
        let number = state.received.len();
        state.answers.pop_front().unwrap_or_else(|| {
            Answer::new(500).body(format!(
                "the script has no answer to request number {number}"
            ))
        })
    }
}

impl Script {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
