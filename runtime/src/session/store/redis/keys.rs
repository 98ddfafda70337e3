//! What the keys in Redis are called.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::session::SessionKey;
use crate::session::store::StoreError;

/// What stands between the braces must not hold one, or a colon: no two sessions share a key.
const TAG: &AsciiSet = &CONTROLS.add(b'{').add(b'}').add(b':').add(b'%');

/// What the keys begin with.
#[derive(Clone, Debug)]
pub(super) struct Keys(String);

impl Keys {
    pub(super) fn new(prefix: &str) -> Result<Self, StoreError> {
        if prefix.contains(['{', '}']) {
            return Err(StoreError::refused("a key prefix for Redis holds no brace"));
        }
        Ok(Self(prefix.to_owned()))
    }

    /// The key of a number that says how the others are laid out.
    pub(super) fn layout(&self) -> String {
        format!("{}:layout", self.0)
    }

    /// A key of the whole provider's: `number`, `due`, `claimed`, `parked`. All keys of a provider carry one hash
    /// tag, so that a cluster keeps them in one slot, as a script wants them.
    pub(super) fn of_provider(&self, provider: &str, kind: &str) -> String {
        let tag = utf8_percent_encode(provider, TAG);
        format!("{}:{{{tag}}}:{kind}", self.0)
    }

    /// The record's key.
    pub(super) fn session(&self, key: &SessionKey) -> String {
        self.of_provider(key.provider(), "session:") + key.subject()
    }

    /// The lease's key.
    pub(super) fn lease(&self, key: &SessionKey) -> String {
        self.of_provider(key.provider(), "lease:") + key.subject()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_sessions_share_a_key() {
        let keys = Keys::new("tokens").unwrap();
        let session =
            |provider: &str, subject: &str| keys.session(&SessionKey::new(provider, subject));
        assert_eq!(session("acme", "42"), "tokens:{acme}:session:42");
        assert_ne!(session("a}:session:b", "c"), session("a", "b}:session:c"));
        assert_ne!(session("a%7D", "c"), session("a}", "c"));
        assert!(Keys::new("to{ken}s").is_err());
    }
}
