//! Providers of every kind as the generator writes them, for tests that keep their sessions.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used)]

use std::time::Duration;

use token_refresh_runtime::{
    BaseUrl, Expression, Failure, FailureRule, Keep, Kept, Lifecycle, Lifetime, Literal, Location,
    Mismatch, Missing, Presentation, Previous, Provider, ReadTokens, Reply, Request,
    RequestBuilder, RequestError, Role, SharedTransport, SignIn, StatusRange, Timestamp, Token,
    TokenRule, default_transport, shared_token, single_use_token,
};

/// When every test begins: 2023-11-14T22:13:20Z.
pub const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

#[derive(Debug)]
pub struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

/// The same token where it is good for one use.
#[derive(Debug)]
pub struct TicketToken(Token);
single_use_token!(TicketToken, "accessToken");

#[derive(Debug)]
pub struct IdToken(Token);
shared_token!(IdToken, "idToken");

#[derive(Debug)]
pub struct RefreshToken(Token);
single_use_token!(RefreshToken, "refreshToken");

/// Nobody reads tokens by type here: the runtime reads them by the lifecycle.
#[derive(Debug)]
pub struct Tokens;

impl ReadTokens for Tokens {
    fn read(_: &mut Reply<'_>) -> Result<Self, Mismatch> {
        Ok(Self)
    }
}

/// What all providers here have in common: an access token of an hour, `invalid_grant`, a way to sign in.
pub const ACCESS: TokenRule = TokenRule {
    received: &[Location::new(Expression::ResponseBody("/access_token"))],
    lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
    present: Some(Presentation::Bearer),
    ..TokenRule::new("accessToken", Role::Access)
};

pub const REFRESH: TokenRule = TokenRule {
    sent: Some(Expression::RequestBody("/refresh_token")),
    received: &[Location::new(Expression::ResponseBody("/refresh_token"))],
    lifetime: &[Lifetime::Unknown],
    uses: Some(1),
    previous: Previous::Revoked,
    ..TokenRule::new("refreshToken", Role::Refresh)
};

pub const LIFECYCLE: Lifecycle = Lifecycle {
    tokens: &[ACCESS, REFRESH],
    error_code: Some(Expression::ResponseBody("/error")),
    failures: &[FailureRule {
        codes: &[Literal::String("invalid_grant")],
        ..FailureRule::new(Failure::Reauthenticate)
    }],
    ..Lifecycle::new("rotating", "refresh")
};

/// Defines a provider: its client's name, under which name it is stored, its lifecycle, the type of its access token.
macro_rules! provider {
    ($name:ident, $stored_as:literal, $access:ident, $lifecycle:expr) => {
        #[derive(Clone, Debug)]
        pub struct $name {
            base: BaseUrl,
            transport: SharedTransport,
        }

        impl $name {
            /// A client of the server at this address.
            pub fn at(url: &str) -> Self {
                Self::over(url, default_transport().unwrap())
            }

            /// The same, over another transport.
            pub fn over(url: &str, transport: SharedTransport) -> Self {
                let base = BaseUrl::parse(url).unwrap();
                Self { base, transport }
            }
        }

        impl Provider for $name {
            type Grant = RefreshToken;
            type Tokens = Tokens;
            type Refusal = ();
            const LIFECYCLE: &'static Lifecycle = &$lifecycle;

            fn request(&self, grant: &RefreshToken) -> Result<Request, RequestError> {
                let mut request = RequestBuilder::new("POST", &self.base);
                request.segment_literal("/token");
                request.content_type("application/json");
                request.secret_json("/refresh_token", "", grant);
                request.finish()
            }
        }

        impl Keep for $name {
            type Access = $access;
            const STORED_AS: &'static str = $stored_as;

            fn grant(kept: &Kept) -> Result<RefreshToken, Missing> {
                kept.grant()
            }

            fn transport(&self) -> &SharedTransport {
                &self.transport
            }
        }

        impl SignIn for $name {
            type TokenSet = Kept;

            fn keep(tokens: Kept) -> Kept {
                tokens
            }
        }
    };
}

provider!(Rotating, "rotating", AccessToken, LIFECYCLE);
provider!(
    Punishing,
    "punishing",
    AccessToken,
    Lifecycle {
        provider: "punishing",
        tokens: &[
            ACCESS,
            TokenRule {
                previous: Previous::ReuseRevokesSession,
                ..REFRESH
            }
        ],
        ..LIFECYCLE
    }
);
provider!(
    Staying,
    "staying",
    AccessToken,
    Lifecycle {
        provider: "staying",
        tokens: &[
            ACCESS,
            TokenRule {
                uses: None,
                previous: Previous::Valid,
                ..REFRESH
            }
        ],
        ..LIFECYCLE
    }
);
provider!(
    Tickets,
    "tickets",
    TicketToken,
    Lifecycle {
        provider: "tickets",
        tokens: &[
            TokenRule {
                uses: Some(1),
                ..ACCESS
            },
            REFRESH
        ],
        ..LIFECYCLE
    }
);

provider!(
    FragileTickets,
    "fragile-tickets",
    TicketToken,
    Lifecycle {
        provider: "fragile-tickets",
        tokens: &[
            TokenRule {
                uses: Some(1),
                previous: Previous::Revoked,
                ..ACCESS
            },
            REFRESH
        ],
        ..LIFECYCLE
    }
);
provider!(
    Identified,
    "identified",
    AccessToken,
    Lifecycle {
        provider: "identified",
        tokens: &[ACCESS, ID, REFRESH],
        ..LIFECYCLE
    }
);

/// A token that goes with the access token.
pub const ID: TokenRule = TokenRule {
    received: &[Location::new(Expression::ResponseBody("/id_token"))],
    lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
    ..TokenRule::new("idToken", Role::Other)
};

/// Tokens as a sign-in gives them: an access token that ends then, and what the next one is bought with.
pub fn signed_in(access: &str, until: Timestamp, refresh: &str) -> Kept {
    let mut kept = Kept::new();
    let expiry = token_refresh_runtime::Expiry::At(until);
    kept.put_token(
        "accessToken",
        Token::with_times(access, Some(START), expiry),
    );
    kept.put_token("refreshToken", Token::new(refresh));
    kept
}
