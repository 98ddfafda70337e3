//! One token that is shown: how long it is good, and from when on someone has to look after it.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::super::Clock;
use super::call::Call;
use super::deadline::Deadline;
use super::quiet::Quiet;

/// What a session shows until it shows something else.
pub(crate) struct Published {
    /// While this lasts, a read has nothing to weigh.
    quiet: Quiet,
    /// Empty, and never good, where there is no token.
    header: HeaderValue,
    until: Deadline,
    attention: Deadline,
    generation: u64,
    call: Call,
}

/// The token as a header's value, with what the provider wants in front of it. It is marked sensitive, and its bytes are
/// wiped when the last clone goes.
///
/// There is none where the token has a byte that no header may carry.
pub(crate) fn header(prefix: &str, token: &str) -> Option<HeaderValue> {
    let mut text = Zeroizing::new(Vec::with_capacity(prefix.len() + token.len()));
    text.extend_from_slice(prefix.as_bytes());
    text.extend_from_slice(token.as_bytes());
    // Of an owner, not of the vector: a clone of such bytes never allocates, the first one included.
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Published {
    /// A token that is good until the one deadline, and wants attention from the other one on: at the end at the latest.
    pub(crate) fn new(
        header: HeaderValue,
        generation: u64,
        until: Deadline,
        attention: Deadline,
        clock: &Clock,
    ) -> Self {
        let attention = attention.or_sooner(until);
        Self {
            quiet: Quiet::before(attention, clock),
            header,
            until,
            attention,
            generation,
            call: Call::new(),
        }
    }

    /// No token. Reads call from the deadline on: [`Deadline::NEVER`] where nothing can come of it.
    pub(crate) fn nothing(attention: Deadline) -> Self {
        Self {
            quiet: Quiet::never(),
            header: HeaderValue::from_static(""),
            until: Deadline::PASSED,
            attention,
            generation: 0,
            call: Call::new(),
        }
    }

    /// The token, whether it is still good or not.
    pub(crate) fn header(&self) -> Option<&HeaderValue> {
        (!self.header.is_empty()).then_some(&self.header)
    }

    /// Whether the token is good beyond doubt, and nothing else is shown.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would be a tenth of a read")]
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet.lasts()
    }

    /// The token of one that is quiet.
    #[inline]
    pub(super) fn token(&self) -> &HeaderValue {
        &self.header
    }

    /// Sends all who look at it to what is shown instead.
    pub(super) fn retire(&self) {
        self.quiet.end();
    }

    /// What a read does in the last seconds before the attention, and from then on.
    #[cold]
    pub(super) fn weigh(&self, clock: &Clock, call: impl FnOnce()) -> Option<&HeaderValue> {
        let now = clock.now();
        if self.attention.has_passed(now) && self.call.is_first() {
            call();
        }
        if self.until.has_passed(now) {
            return None;
        }
        Some(&self.header)
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Published")
            .field("generation", &self.generation)
            .field("until", &self.until)
            .field("attention", &self.attention)
            .finish_non_exhaustive()
    }
}
