//! What is kept of a refusal's body: bounded, and rid of the secrets that were sent.

use std::fmt;

use crate::scrub::Scrubber;

/// A response's body, cut at 8 KiB, in which every secret of the exchange is replaced by `[redacted]`.
///
/// It is still the provider's text, and may name a user: `Debug` shows its length only, and there is no
/// `Display`.
pub struct RedactedBody(String);

/// Enough for every documented error body; HTML pages of proxies are longer.
const LIMIT: usize = 8 * 1024;

impl RedactedBody {
    /// Scrubs before it cuts, so that no secret is cut in two and missed.
    pub(crate) fn of(body: &[u8], scrubber: &Scrubber<'_>) -> Self {
        let mut text = scrubber.scrub(&String::from_utf8_lossy(body)).into_owned();
        if text.len() > LIMIT {
            let cut = (0..=LIMIT)
                .rev()
                .find(|&at| text.is_char_boundary(at))
                .unwrap_or(0);
            text.truncate(cut);
        }
        Self(text)
    }

    /// The text. It is the provider's: show it to whoever debugs the provider, not to the log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RedactedBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RedactedBody({} bytes)", self.0.len())
    }
}
