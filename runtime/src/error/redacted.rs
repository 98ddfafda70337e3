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
    /// Scrubs before it cuts, so that no secret is cut in two and missed. Of a body of a megabyte no more is
    /// scrubbed than may be kept: what the first cut goes through is dropped.
    pub(crate) fn of(body: &[u8], scrubber: &Scrubber<'_>) -> Self {
        let near = &body[..body.len().min(8 * LIMIT)];
        let mut text = scrubber.scrub(&String::from_utf8_lossy(near)).into_owned();
        let is_whole = near.len() == body.len();
        // A character that the cut goes through becomes one of three bytes.
        let torn = if is_whole { 0 } else { scrubber.longest() + 4 };
        let limit = LIMIT.min(text.len().saturating_sub(torn));
        let cut = (0..=limit)
            .rev()
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(0);
        text.truncate(cut);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    #[test]
    fn no_part_of_a_secret_stands_where_a_large_body_was_cut() {
        // So long that what is left of the body, once it is scrubbed, is below the limit.
        let secret = Secret::new("\u{e4}-secret".repeat(12));
        let scrubber = Scrubber::new([&secret]);
        for lead in 0..12 {
            let body = " ".repeat(lead) + &secret.expose().repeat(700);
            let text = RedactedBody::of(body.as_bytes(), &scrubber);
            assert!(text.expose().contains("[redacted]"));
            assert!(!text.expose().contains("secret"), "{}", text.expose());
        }
    }

    #[test]
    fn a_large_body_is_cut_at_the_limit() {
        let secret = Secret::from("s3cr3t-token");
        let text = RedactedBody::of("a".repeat(1 << 20).as_bytes(), &Scrubber::new([&secret]));
        assert_eq!(text.expose().len(), LIMIT);
    }
}
