//! What the application puts in, with what can be known of it beyond what the application says.

use super::variant;
use crate::reply::known_alone;
use crate::{Basis, Expiry, Kept, Lifecycle, Timestamp, Token};

/// Completes the times of tokens that come from the application: one of unknown coming came now, and one of unknown
/// end ends by its own word, else by the documentation. What the application says stands.
pub(crate) fn admit(lifecycle: &Lifecycle, kept: &mut Kept, now: Timestamp) {
    let names: Vec<String> = kept.tokens().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let (spec_name, _) = variant::split(&name);
        let rule = lifecycle.tokens.iter().find(|rule| rule.name == spec_name);
        let Some(rule) = rule else { continue };
        let Some(token) = kept.take_token(&name) else {
            continue;
        };
        let issued = token.issued().unwrap_or(now);
        let (expiry, basis) = match (token.expiry(), token.basis()) {
            (Expiry::Unknown, Basis::Stated) => known_alone(rule, token.expose(), issued),
            said => said,
        };
        let token = Token::with_times(token.into_secret(), Some(issued), expiry).on_basis(basis);
        kept.put_token(&name, token);
    }
}
