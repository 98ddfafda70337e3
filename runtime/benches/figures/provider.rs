//! A provider as the generator writes one: a bearer token for an hour, behind a refresh token that rotates and whose reuse is punished.

use token_refresh_runtime::{
    BaseUrl, Expression, Keep, Kept, Lifecycle, Lifetime, Location, Mismatch, Missing,
    Presentation, Previous, Provider, ReadTokens, Reply, Request, RequestBuilder, RequestError,
    Response, Role, Sending, SharedTransport, SignIn, Token, TokenRule, Transport, shared_token,
    single_use_token,
};

#[derive(Debug)]
pub(crate) struct AccessToken(Token);
shared_token!(AccessToken, "accessToken");

#[derive(Debug)]
pub(crate) struct RefreshToken(Token);
single_use_token!(RefreshToken, "refreshToken");

/// What comes back, and what a sign-in gives.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Option<AccessToken>,
    pub(crate) refresh: Option<RefreshToken>,
}

pub(crate) static LIFECYCLE: Lifecycle = Lifecycle {
    tokens: &[
        TokenRule {
            received: &[Location::new(Expression::ResponseBody("/access_token"))],
            lifetime: &[Lifetime::Seconds(Expression::ResponseBody("/expires_in"))],
            present: Some(Presentation::Bearer),
            ..TokenRule::new("accessToken", Role::Access)
        },
        TokenRule {
            sent: Some(Expression::RequestBody("/refresh_token")),
            received: &[Location::new(Expression::ResponseBody("/refresh_token"))],
            lifetime: &[Lifetime::Unknown],
            previous: Previous::ReuseRevokesSession,
            ..TokenRule::new("refreshToken", Role::Refresh)
        },
    ],
    error_code: Some(Expression::ResponseBody("/error")),
    ..Lifecycle::new("figures", "refresh")
};

pub(crate) struct Client {
    base: BaseUrl,
    transport: SharedTransport,
}

impl Client {
    pub(crate) fn over(url: &str, transport: SharedTransport) -> Self {
        Self {
            base: BaseUrl::parse(url).expect("an address of loopback"),
            transport,
        }
    }
}

impl ReadTokens for Tokens {
    fn read(reply: &mut Reply<'_>) -> Result<Self, Mismatch> {
        Ok(Self {
            access: Some(reply.token(0)?),
            refresh: reply.token_if_any(1),
        })
    }
}

impl Provider for Client {
    type Grant = RefreshToken;
    type Tokens = Tokens;
    type Refusal = ();

    const LIFECYCLE: &'static Lifecycle = &LIFECYCLE;

    fn request(&self, grant: &RefreshToken) -> Result<Request, RequestError> {
        let mut request = RequestBuilder::new("POST", &self.base);
        request.segment_literal("/token");
        request.form("grant_type", "refresh_token");
        request.secret_form("refresh_token", "", grant);
        request.content_type("application/x-www-form-urlencoded");
        request.finish()
    }
}

impl Keep for Client {
    type Access = AccessToken;

    const STORED_AS: &'static str = "figures";

    fn grant(kept: &Kept) -> Result<RefreshToken, Missing> {
        kept.grant()
    }

    fn transport(&self) -> &SharedTransport {
        &self.transport
    }
}

impl SignIn for Client {
    type TokenSet = Tokens;

    fn keep(tokens: Tokens) -> Kept {
        let mut kept = Kept::new();
        kept.put_if_any(tokens.access);
        kept.put_if_any(tokens.refresh);
        kept
    }
}

/// What a sign-in gives that has no access token yet.
pub(crate) fn signed_in(grant: &str) -> Tokens {
    Tokens {
        access: None,
        refresh: Some(RefreshToken::from(grant)),
    }
}

/// Answers at once, without a network.
#[derive(Debug)]
pub(crate) struct AtOnce;

impl Transport for AtOnce {
    fn send(&self, _: Request) -> Sending<'_> {
        // As long as a common token.
        let token = "t".repeat(800);
        let body =
            format!(r#"{{"access_token":"{token}","refresh_token":"next","expires_in":3600}}"#);
        Box::pin(async { Ok(Response::new(body.into_bytes().into())) })
    }
}
