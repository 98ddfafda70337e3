//! Variants: several access tokens of one session, each under a name of its own, over one grant.
//!
//! An audience or a set of scopes that one refresh token serves side by side with others is a variant. What is spent is
//! shared, so one lease guards it; what comes back is the variant's.

use std::borrow::Cow;

use crate::{Role, TokenRule};

const MARK: char = '@';

/// Under which name a token is kept: of a variant `accessToken@audience`, save what is spent for all variants.
pub(crate) fn stored_as<'r>(rule: &'r TokenRule, variant: Option<&str>) -> Cow<'r, str> {
    match variant {
        Some(variant) if !is_shared(rule) => format!("{}{MARK}{variant}", rule.name).into(),
        _ => rule.name.into(),
    }
}

/// The token's name in the spec, and the variant, of a name that it is kept under.
pub(crate) fn split(name: &str) -> (&str, Option<&str>) {
    match name.split_once(MARK) {
        Some((name, variant)) => (name, Some(variant)),
        None => (name, None),
    }
}

fn is_shared(rule: &TokenRule) -> bool {
    rule.role == Role::Refresh || rule.sent.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expression;

    #[test]
    fn what_is_spent_is_shared() {
        let access = TokenRule::new("accessToken", Role::Access);
        let sent = TokenRule {
            sent: Some(Expression::RequestBody("/token")),
            ..access
        };
        let refresh = TokenRule::new("refreshToken", Role::Refresh);
        let id = TokenRule::new("idToken", Role::Other);
        let name = |rule| stored_as(rule, Some("https://a@b")).into_owned();
        assert_eq!(name(&access), "accessToken@https://a@b");
        assert_eq!(name(&id), "idToken@https://a@b");
        assert_eq!(name(&sent), "accessToken");
        assert_eq!(name(&refresh), "refreshToken");
        assert_eq!(stored_as(&access, None), "accessToken");
        assert_eq!(
            split("accessToken@https://a@b"),
            ("accessToken", Some("https://a@b"))
        );
        assert_eq!(split("accessToken"), ("accessToken", None));
    }
}
