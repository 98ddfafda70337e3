//! The defaults of the lifecycle's types, so that a generated constant states only what its spec states.

use super::{
    Anchor, Expression, Failure, FailureRule, Lifecycle, Location, Moment, Previous,
    Reauthentication, Role, StatusRange, TokenRule, Window,
};

impl Lifecycle {
    /// No tokens, no rules, callable at any time; an unexplained 401 blames the client's credentials.
    pub const fn new(provider: &'static str, operation: &'static str) -> Self {
        Self {
            provider,
            operation,
            tokens: &[],
            window: Window {
                from: Moment {
                    anchor: Anchor::Issue,
                    offset_millis: 0,
                },
                until: None,
            },
            due: &[],
            limits: &[],
            success: None,
            error_code: None,
            failures: &[],
            unauthorized: Failure::Credentials,
            reauthenticate: Reauthentication {
                how: None,
                url: None,
            },
            extras: &[],
        }
    }
}

impl TokenRule {
    /// Neither sent nor received, good until it expires, and so is the one before.
    pub const fn new(name: &'static str, role: Role) -> Self {
        Self {
            name,
            role,
            sent: None,
            received: &[],
            lifetime: &[],
            renewed: false,
            uses: None,
            previous: Previous::Valid,
            present: None,
        }
    }
}

impl Location {
    /// The bare token, in no cookie.
    pub const fn new(at: Expression) -> Self {
        Self {
            at,
            cookie: None,
            prefix: "",
        }
    }
}

impl FailureRule {
    /// Matches whatever is left.
    pub const fn new(means: Failure) -> Self {
        Self {
            status: &[],
            codes: &[],
            condition: None,
            means,
        }
    }
}

impl StatusRange {
    /// This status alone.
    pub const fn one(status: u16) -> Self {
        Self::new(status, status)
    }

    /// From the first to the last, both included.
    pub const fn new(first: u16, last: u16) -> Self {
        Self { first, last }
    }
}

impl Moment {
    /// When the token was issued, plus these milliseconds.
    pub const fn issue(offset_millis: i64) -> Self {
        Self {
            anchor: Anchor::Issue,
            offset_millis,
        }
    }

    /// When the token expires, plus these milliseconds.
    pub const fn expiry(offset_millis: i64) -> Self {
        Self {
            anchor: Anchor::Expiry,
            offset_millis,
        }
    }
}
