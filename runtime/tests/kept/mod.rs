//! Providers whose sessions are kept, as the generator writes them: one for each way to show a token.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use token_refresh_runtime::testing::StrictServer;
use token_refresh_runtime::{
    BaseUrl, Expression, Failure, Keep, Kept, Lifecycle, Lifetime, Limit, LimitScope, Location,
    Mismatch, Missing, Presentation, Previous, Provider, ReadTokens, Reply, Request,
    RequestBuilder, RequestError, ReqwestTransport, Role, SharedTransport, SignIn, Token,
    TokenKind, TokenRule, shared_token, single_use_token,
};

#[derive(Debug)]
pub struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

#[derive(Debug)]
pub struct WalletToken(Token);
single_use_token!(WalletToken, "accessToken");

#[derive(Debug)]
pub struct RefreshToken(Token);
shared_token!(RefreshToken, "refreshToken");

/// A provider whose access token is of this type and shown like this.
macro_rules! provider {
    ($name:ident, $access:ty, $present:expr, $uses:expr) => {
        /// One of the tests' providers.
        #[derive(Clone)]
        pub struct $name {
            base: BaseUrl,
            transport: SharedTransport,
        }

        impl $name {
            const RULES: &'static [TokenRule] = &[
                TokenRule {
                    received: &[Location::new(Expression::ResponseBody("/access_token"))],
                    lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
                    present: $present,
                    uses: $uses,
                    ..TokenRule::new("accessToken", Role::Access)
                },
                TokenRule {
                    sent: Some(Expression::RequestBody("/refresh_token")),
                    received: &[Location::new(Expression::ResponseBody("/refresh_token"))],
                    lifetime: &[Lifetime::Unknown],
                    previous: Previous::Revoked,
                    ..TokenRule::new("refreshToken", Role::Refresh)
                },
            ];

            pub fn of(server: &StrictServer) -> Self {
                Self::at(&server.url())
            }

            pub fn at(url: &str) -> Self {
                let transport = ReqwestTransport::builder().no_proxy().build().unwrap();
                Self {
                    base: BaseUrl::parse(url).unwrap(),
                    transport: Arc::new(transport),
                }
            }
        }

        impl Provider for $name {
            type Grant = RefreshToken;
            type Tokens = Tokens<$access>;
            type Refusal = ();
            const LIFECYCLE: &'static Lifecycle = &Lifecycle {
                tokens: Self::RULES,
                unauthorized: Failure::Reauthenticate,
                ..Lifecycle::new("example", "refresh")
            };

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
            const STORED_AS: &'static str = "example";

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

provider!(Bearer, AccessToken, Some(Presentation::Bearer), None);
provider!(Unsaid, AccessToken, None, None);
provider!(
    Header,
    AccessToken,
    Some(Presentation::Header {
        name: "x-access-token",
        prefix: "v1:"
    }),
    None
);
provider!(Query, AccessToken, Some(Presentation::Query("token")), None);
provider!(
    Cookie,
    AccessToken,
    Some(Presentation::Cookie("session")),
    None
);
provider!(Wallet, WalletToken, Some(Presentation::Bearer), Some(1));

/// One whose documentation allows a client five calls a minute.
#[derive(Clone)]
pub struct Limited(pub Bearer);

impl Provider for Limited {
    type Grant = RefreshToken;
    type Tokens = Tokens<AccessToken>;
    type Refusal = ();
    const LIFECYCLE: &'static Lifecycle = &Lifecycle {
        tokens: Bearer::RULES,
        unauthorized: Failure::Reauthenticate,
        limits: &[Limit {
            calls: 5,
            per: Duration::from_secs(60),
            of: LimitScope::Client,
        }],
        ..Lifecycle::new("limited", "refresh")
    };

    fn request(&self, grant: &RefreshToken) -> Result<Request, RequestError> {
        self.0.request(grant)
    }
}

impl Keep for Limited {
    type Access = AccessToken;
    const STORED_AS: &'static str = "limited";

    fn grant(kept: &Kept) -> Result<RefreshToken, Missing> {
        kept.grant()
    }

    fn transport(&self) -> &SharedTransport {
        Keep::transport(&self.0)
    }
}

impl SignIn for Limited {
    type TokenSet = Kept;

    fn keep(tokens: Kept) -> Kept {
        tokens
    }
}

/// The access token and, where one came, the next refresh token.
pub struct Tokens<A>(A, Option<RefreshToken>);

impl<A: TokenKind> ReadTokens for Tokens<A> {
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
        Ok(Self(reply.token(0)?, reply.token_if_any(1)))
    }
}
