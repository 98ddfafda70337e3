//! How a server misbehaves: instead of doing its work, or after it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::testing::Answer;
use crate::{Failure, Json};

/// A misbehaviour, for one request or several (see [`StrictServer::next`](super::StrictServer::next)).
///
/// What matters most is whether the tokens were rotated: every kind says so.
///
/// | misbehaviour | before the tokens rotated | after |
/// |:--|:--|:--|
/// | a status | [`status`](Self::status), [`instead`](Self::instead), [`refuse`](Self::refuse) | `mangled(\|_\| Answer::new(500))` |
/// | delay, for a real while | | [`delayed`](Self::delayed) |
/// | delay, until the test says so | [`held`](Self::held), [`hold_before`](Self::hold_before) | [`held_after`](Self::held_after), [`hold_after`](Self::hold_after) |
/// | stall | [`stall_before`](Self::stall_before) | [`stall_after`](Self::stall_after); halfway through the body: `mangled(Answer::stalled)` |
/// | reset | [`reset_before`](Self::reset_before) | [`reset_after`](Self::reset_after) |
/// | truncated | | `mangled(Answer::truncated)` |
/// | huge | `instead(Answer::new(200).endless())` | `mangled(Answer::endless)`, `mangled(\|answer\| answer.padded(1 << 27))`, [`bomb`](Self::bomb) |
/// | redirect | `instead(Answer::redirect(307, url))` | `mangled(\|_\| Answer::redirect(307, url))` |
/// | wrong type of the answer | `instead(Answer::html(200, page))` | `mangled(\|_\| Answer::html(200, page))` |
/// | wrong type of a field | | `edited(\|body\| body["expires_in"] = "soon".into())` |
///
/// ```
/// use token_refresh_runtime::testing::{Answer, Fault};
///
/// // Nothing was done, and the client is told so.
/// let busy = Fault::instead(Answer::new(503).header("retry-after", "120"));
/// // The tokens were rotated, and the client never hears of it.
/// let lost = Fault::reset_after();
/// // The tokens were rotated, and the answer stays on its way until `StrictServer::release`.
/// let slow = Fault::held_after();
/// // The tokens were rotated, and the answer breaks off.
/// let torn = Fault::mangled(Answer::truncated);
/// // The tokens were rotated, and the answer says how long they live in a word.
/// let mistyped = Fault::edited(|body| body["expires_in"] = "soon".into());
/// # let _ = (busy, lost, slow, torn, mistyped);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Fault {
    pub(super) held: Option<Held>,
    pub(super) deed: Deed,
}

/// When a request waits for the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Before,
    After,
}

/// What happens to the request.
#[derive(Clone)]
pub(super) enum Deed {
    /// Nothing is rotated, and this is the answer.
    Instead(Answer),
    /// Nothing is rotated, and the answer means this, in the vendor's own shape.
    Refuse(Failure),
    /// The request is served as usual, and its answer changed on the way.
    Served(Arc<dyn Fn(Answer) -> Answer + Send + Sync>),
}

impl Fault {
    /// Nothing is rotated, and this is the answer.
    pub fn instead(answer: Answer) -> Self {
        Self::of(Deed::Instead(answer))
    }

    /// Nothing is rotated, and the answer has this status and no body.
    pub fn status(status: u16) -> Self {
        Self::instead(Answer::new(status))
    }

    /// Nothing is rotated, and the answer means this, in the vendor's own shape as far as the lifecycle tells it.
    pub fn refuse(means: Failure) -> Self {
        Self::of(Deed::Refuse(means))
    }

    /// Nothing is rotated, and the connection is reset once the request has arrived.
    pub fn reset_before() -> Self {
        Self::instead(Answer::reset())
    }

    /// Nothing is rotated, and no answer comes until the client gives up.
    pub fn stall_before() -> Self {
        Self::instead(Answer::silence())
    }

    /// The tokens are rotated, and the answer is changed on the way.
    pub fn mangled(change: impl Fn(Answer) -> Answer + Send + Sync + 'static) -> Self {
        Self::of(Deed::Served(Arc::new(change)))
    }

    /// The tokens are rotated, and the JSON of the answer is changed on the way.
    pub fn edited(edit: impl Fn(&mut Json) + Send + Sync + 'static) -> Self {
        Self::mangled(move |answer| {
            let mut body = serde_json::from_slice(answer.bytes()).unwrap_or_default();
            edit(&mut body);
            answer.body(body.to_string())
        })
    }

    /// The tokens are rotated, and the connection is reset before a byte of the answer.
    pub fn reset_after() -> Self {
        Self::mangled(|_| Answer::reset())
    }

    /// The tokens are rotated, and no answer comes until the client gives up.
    pub fn stall_after() -> Self {
        Self::mangled(|_| Answer::silence())
    }

    /// The tokens are rotated, and the answer is some 400 kB of gzip that grow to 64 MiB where someone unpacks them.
    pub fn bomb() -> Self {
        Self::mangled(|answer| {
            answer
                .header("content-encoding", "gzip")
                .body(super::bomb::gzip(64 * 1024 * 1024))
        })
    }

    /// The tokens are rotated, and the answer takes so much real time: for a test over processes, which has to meet its vendor on
    /// the way. A test that steers its clock steers this too, with [`Self::held_after`].
    pub fn delayed(by: Duration) -> Self {
        Self::mangled(move |answer| {
            std::thread::sleep(by);
            answer
        })
    }

    /// The request waits before anything is done with it until [`StrictServer::release`](super::StrictServer::release);
    /// then it is served as usual.
    pub fn held() -> Self {
        Self::mangled(|answer| answer).hold_before()
    }

    /// The tokens are rotated, and the answer waits until [`StrictServer::release`](super::StrictServer::release).
    pub fn held_after() -> Self {
        Self::mangled(|answer| answer).hold_after()
    }

    /// The same, but the request waits first: the test chooses when it happens.
    pub fn hold_before(self) -> Self {
        Self {
            held: Some(Held::Before),
            ..self
        }
    }

    /// The same, but the answer waits: the test chooses when it is sent.
    pub fn hold_after(self) -> Self {
        Self {
            held: Some(Held::After),
            ..self
        }
    }

    fn of(deed: Deed) -> Self {
        Self { held: None, deed }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deed: &dyn fmt::Debug = match &self.deed {
            Deed::Instead(answer) => answer,
            Deed::Refuse(means) => means,
            Deed::Served(_) => &"served, and changed on the way",
        };
        formatter
            .debug_struct("Fault")
            .field("held", &self.held)
            .field("deed", deed)
            .finish()
    }
}
