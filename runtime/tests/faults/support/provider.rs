//! Providers as the generator writes them, cut down: what tells them apart is what becomes of a spent grant.

use token_refresh_runtime::{
    Expression, Failure, Lifecycle, Lifetime, Location, Mismatch, Presentation, Previous,
    ReadTokens, Reauthentication, Reply, Role, Token, TokenRule, shared_token, single_use_token,
};

#[derive(Debug)]
pub(crate) struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

#[derive(Debug)]
pub(crate) struct RefreshToken(Token);
single_use_token!(RefreshToken, "refreshToken");

/// What comes back: the types that an application would see, which no session needs.
#[derive(Debug)]
pub(crate) struct Tokens;

impl ReadTokens for Tokens {
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
        reply.token::<AccessToken>(0).map(|_| Self)
    }
}

pub(crate) const ACCESS: TokenRule = TokenRule {
    received: &[Location::new(Expression::ResponseBody("/access_token"))],
    lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
    present: Some(Presentation::Bearer),
    ..TokenRule::new("accessToken", Role::Access)
};

const RECEIVED: &[Location] = &[Location::new(Expression::ResponseBody("/refresh_token"))];

pub(crate) const fn refresh(previous: Previous) -> TokenRule {
    TokenRule {
        sent: Some(Expression::RequestBody("/refresh_token")),
        received: RECEIVED,
        lifetime: &[Lifetime::Unknown],
        previous,
        ..TokenRule::new("refreshToken", Role::Refresh)
    }
}

pub(crate) const fn lifecycle(name: &'static str, tokens: &'static [TokenRule]) -> Lifecycle {
    Lifecycle {
        tokens,
        error_code: Some(Expression::ResponseBody("/error")),
        unauthorized: Failure::Reauthenticate,
        reauthenticate: Reauthentication {
            how: Some("Sign in again."),
            url: None,
        },
        ..Lifecycle::new(name, "refresh")
    }
}

macro_rules! provider {
    ($(#[$doc:meta])* $name:ident, $lifecycle:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            base: token_refresh_runtime::BaseUrl,
            transport: token_refresh_runtime::SharedTransport,
        }

        impl token_refresh_runtime::Provider for $name {
            type Grant = $crate::support::RefreshToken;
            type Tokens = $crate::support::Tokens;
            type Refusal = ();
            const LIFECYCLE: &'static token_refresh_runtime::Lifecycle = &$lifecycle;

            fn request(
                &self,
                grant: &Self::Grant,
            ) -> Result<token_refresh_runtime::Request, token_refresh_runtime::RequestError> {
                let mut request = token_refresh_runtime::RequestBuilder::new("POST", &self.base);
                request.segment_literal("/token");
                request.content_type("application/json");
                request.secret_json("/refresh_token", "", grant);
                request.finish()
            }
        }

        impl token_refresh_runtime::Keep for $name {
            type Access = $crate::support::AccessToken;
            const STORED_AS: &'static str =
                <Self as token_refresh_runtime::Provider>::LIFECYCLE.provider;

            fn grant(
                kept: &token_refresh_runtime::Kept,
            ) -> Result<Self::Grant, token_refresh_runtime::Missing> {
                kept.grant()
            }

            fn transport(&self) -> &token_refresh_runtime::SharedTransport {
                &self.transport
            }
        }

        impl token_refresh_runtime::SignIn for $name {
            type TokenSet = token_refresh_runtime::Kept;

            fn keep(tokens: token_refresh_runtime::Kept) -> token_refresh_runtime::Kept {
                tokens
            }
        }

        impl $crate::support::FromUrl for $name {
            fn new(
                base: token_refresh_runtime::BaseUrl,
                transport: token_refresh_runtime::SharedTransport,
            ) -> Self {
                Self { base, transport }
            }
        }
    };
}
pub(crate) use provider;

provider! {
    /// Showing a spent grant ends the session.
    Strict,
    lifecycle("strict", &[ACCESS, refresh(Previous::ReuseRevokesSession)])
}

provider! {
    /// A spent grant is refused, and nothing worse.
    Revoking,
    lifecycle("revoking", &[ACCESS, refresh(Previous::Revoked)])
}

provider! {
    /// A spent grant is good until its successor is shown: a lost answer can be fetched again.
    Patient,
    lifecycle("patient", &[ACCESS, refresh(Previous::ValidUntilNewIsUsed)])
}

provider! {
    /// The grant stays.
    Staying,
    lifecycle("staying", &[ACCESS, TokenRule { received: &[], ..refresh(Previous::Valid) }])
}
