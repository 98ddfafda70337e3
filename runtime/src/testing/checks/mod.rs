//! What every generated client is put to, over a real connection: the body of the generated tests.
//!
//! A check takes the call under test as an async function of the server's base URL:
//! `async |url: &str| client(url).refresh(&token).await`. It runs all its cases before it fails, and then
//! tells each that went wrong.

mod broken;
mod failures;
mod secrets;
#[cfg(feature = "session")]
mod sessions;
mod tokens;

pub use self::broken::check_broken_answers;
pub use self::failures::{Case, check_failures};
pub use self::secrets::check_secrets;
#[cfg(feature = "session")]
pub use self::sessions::{check_own_session, check_session, check_single_use_session};
pub use self::tokens::{Ends, assert_token};

use super::engine::{Answer, Received};
use super::script::Server;

/// The outcome of one call that gets this answer.
///
/// # Panics
/// When the call makes no request, or more than one.
pub async fn answered<T>(call: impl AsyncFn(&str) -> T, answer: Answer) -> T {
    exchanged(call, answer).await.0
}

/// The outcome of one call and the request that it made.
async fn exchanged<T>(call: impl AsyncFn(&str) -> T, answer: Answer) -> (T, Received) {
    let server = Server::start([answer]);
    let outcome = call(&server.url()).await;
    (outcome, server.only_request())
}

/// What went wrong so far; a check fails once, with all of it.
#[derive(Debug, Default)]
struct Complaints(Vec<String>);

impl Complaints {
    /// Notes what is wrong with a case, unless it is as it was to be.
    fn expect<T: PartialEq + std::fmt::Debug>(
        &mut self,
        case: &str,
        what: &str,
        found: &T,
        expected: &T,
    ) {
        if found != expected {
            self.add(case, &format!("{what} is {found:?}, not {expected:?}"));
        }
    }

    fn add(&mut self, case: &str, complaint: &str) {
        self.0.push(format!("{case}: {complaint}"));
    }

    fn finish(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}
