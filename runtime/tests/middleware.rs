//! The middleware over real sockets: where the token stands, where it goes, and what a 401 does.
#![cfg(all(feature = "middleware", feature = "testing"))]
#![allow(clippy::unwrap_used)]

mod kept;

use kept::{Bearer, Cookie, Header, Query, Unsaid, Wallet};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use token_refresh_runtime::session::store::MemoryStore;
use token_refresh_runtime::session::{MiddlewareError, SessionError, TokenMiddleware, TokenSource};
use token_refresh_runtime::testing::{Answer, Fault, Server, StrictServer, assert_no_secrets};
use token_refresh_runtime::{Keep, Provider, SharedToken};

/// A provider's server, its API included, and a session that is signed in there.
struct Stage<P: Keep> {
    server: StrictServer,
    source: TokenSource<P>,
    session: u64,
}

macro_rules! stage {
    ($provider:ident) => {{
        let server = StrictServer::builder($provider::LIFECYCLE).strict().start();
        let signed_in = server.sign_in();
        let session = signed_in.session();
        let source = TokenSource::new($provider::of(&server), MemoryStore::new(), "customer-42");
        source.insert(signed_in.into_kept()).await.unwrap();
        Stage {
            server,
            source,
            session,
        }
    }};
}

/// A client that shows the source's token to this API.
fn client<P: Keep<Access: SharedToken>>(
    source: &TokenSource<P>,
    api: &str,
) -> ClientWithMiddleware {
    let middleware = TokenMiddleware::new(source.clone(), api).unwrap();
    middleware.client(reqwest::ClientBuilder::no_proxy).unwrap()
}

fn text(token: &http::HeaderValue) -> String {
    token.to_str().unwrap().to_owned()
}

/// The typed error in what the client says.
fn inside<E>(error: reqwest_middleware::Error) -> E
where
    E: std::error::Error + Send + Sync + 'static,
{
    match error {
        reqwest_middleware::Error::Middleware(error) => error.downcast().unwrap(),
        reqwest_middleware::Error::Reqwest(error) => panic!("not the middleware's: {error}"),
    }
}

macro_rules! shown_as_the_spec_says {
    ($($name:ident: $provider:ident;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let Stage { server, source, session } = stage!($provider);
            let http = client(&source, &server.url());
            let first = http.get(server.api_url()).send().await.unwrap();
            assert_eq!((first.status().as_u16(), server.counts().refreshed), (200, 0));

            server.revoke_access(session);
            let second = http.get(server.api_url()).send().await.unwrap();
            assert_eq!(second.status(), 200, "a new token was got");
            let counts = server.counts();
            assert_eq!((counts.refreshed, counts.admitted, counts.denied), (1, 2, 1));
        }
    )+};
}

shown_as_the_spec_says! {
    as_bearer_token: Bearer;
    as_bearer_token_where_nothing_is_said: Unsaid;
    in_a_header_of_the_vendors_own: Header;
    in_the_query: Query;
    in_a_cookie: Cookie;
}

#[tokio::test]
async fn a_body_is_sent_again_after_a_401() {
    let Stage {
        server: _server,
        source,
        ..
    } = stage!(Bearer);
    let api = Server::start([Answer::new(401), Answer::json(201, "{}")]);
    let http = client(&source, &api.url());
    let answer = http.post(api.url()).body("an order").send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let received = api.received();
    assert_eq!(received.len(), 2);
    assert!(received.iter().all(|request| request.text() == "an order"));
    let shown = |index: usize| received[index].header("authorization").map(str::to_owned);
    assert_ne!(shown(0), shown(1));
    assert_eq!(shown(1), Some(text(&source.current().unwrap())));
}

#[tokio::test]
async fn there_is_one_retry_and_no_more() {
    let Stage { server, source, .. } = stage!(Bearer);
    let api = Server::start([Answer::new(401), Answer::new(401), Answer::new(200)]);
    let http = client(&source, &api.url());
    let answer = http.get(api.url()).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!((api.received().len(), server.counts().refreshed), (2, 1));
}

#[tokio::test]
async fn other_refusals_are_the_applications_to_read() {
    let Stage { server, source, .. } = stage!(Bearer);
    for status in [400, 403, 407, 500] {
        let api = Server::start([Answer::new(status)]);
        let http = client(&source, &api.url());
        let answer = http.get(api.url()).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(api.received().len(), 1);
    }
    assert_eq!(server.counts().requests, 0);
}

#[tokio::test]
async fn a_401_is_handed_on_where_no_other_token_is_to_be_had() {
    let Stage { server, source, .. } = stage!(Bearer);
    server.always(Fault::status(503));
    let api = Server::start([Answer::new(401), Answer::new(200)]);
    let http = client(&source, &api.url());
    let answer = http.get(api.url()).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), api.received().len()), (401, 1));
}

#[tokio::test]
async fn other_origins_get_the_request_and_no_token() {
    let Stage { server, source, .. } = stage!(Bearer);
    let elsewhere = Server::start([Answer::new(200), Answer::new(401)]);
    let http = client(&source, &server.url());
    for status in [200, 401] {
        let answer = http.get(elsewhere.url()).send().await.unwrap();
        assert_eq!(answer.status(), status);
    }
    let received = elsewhere.received();
    assert!(
        received
            .iter()
            .all(|request| request.header("authorization").is_none())
    );
    assert_eq!(
        server.counts().requests,
        0,
        "its 401 says nothing about the token"
    );
}

#[tokio::test]
async fn several_origins_may_be_named() {
    let Stage { server, source, .. } = stage!(Bearer);
    let other = Server::start([Answer::new(200)]);
    let middleware = TokenMiddleware::new(source, &server.url()).unwrap();
    let http = middleware
        .and(&other.url())
        .unwrap()
        .client(reqwest::ClientBuilder::no_proxy)
        .unwrap();
    http.get(other.url()).send().await.unwrap();
    assert!(other.only_request().header("authorization").is_some());
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_not_followed() {
    let Stage { source, .. } = stage!(Header);
    let elsewhere = Server::start([Answer::new(200)]);
    let api = Server::start([Answer::redirect(307, &elsewhere.url())]);
    let http = client(&source, &api.url());
    let answer = http.get(api.url()).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed() {
    let Stage { source, .. } = stage!(Header);
    let api = Server::start([]);
    api.answer(Answer::redirect(307, &format!("{}/there", api.url())));
    api.answer(Answer::new(200));
    let http = client(&source, &api.url());
    let answer = http.get(api.url()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let received = api.received();
    assert_eq!(received[1].target, "/there");
    assert_eq!(
        received[1].header("x-access-token"),
        received[0].header("x-access-token")
    );
}

/// A client that the application made itself, and that follows every redirect.
fn careless<P: Keep<Access: SharedToken>>(
    source: &TokenSource<P>,
    api: &str,
) -> ClientWithMiddleware {
    let middleware = TokenMiddleware::new(source.clone(), api).unwrap();
    // An application's own reqwest has a TLS of its own; in these tests it has what the library brings.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    ClientBuilder::new(client).with(middleware).build()
}

#[tokio::test]
async fn a_token_that_travelled_with_a_redirect_is_reported() {
    let Stage { source, .. } = stage!(Header);
    let elsewhere = Server::start([Answer::new(200)]);
    let api = Server::start([Answer::redirect(307, &elsewhere.url())]);
    let error = careless(&source, &api.url()).get(api.url()).send().await;
    let error: MiddlewareError = inside(error.unwrap_err());
    assert_eq!(error, MiddlewareError::Redirected);
    // It is as bad as that.
    assert!(elsewhere.only_request().header("x-access-token").is_some());
}

#[tokio::test]
async fn a_401_from_where_a_redirect_led_says_nothing_about_the_token() {
    let Stage { server, source, .. } = stage!(Bearer);
    let elsewhere = Server::start([Answer::new(401)]);
    let api = Server::start([Answer::redirect(307, &elsewhere.url())]);
    let answer = careless(&source, &api.url()).get(api.url()).send().await;
    assert_eq!(answer.unwrap().status(), 401);
    assert_eq!(server.counts().requests, 0);
    // reqwest takes this header off by itself.
    assert!(elsewhere.only_request().header("authorization").is_none());
}

#[tokio::test]
async fn a_redirect_that_drops_the_query_says_nothing_about_the_token() {
    let Stage { server, source, .. } = stage!(Query);
    let api = Server::start([]);
    api.answer(Answer::redirect(307, &format!("{}/there", api.url())));
    api.answer(Answer::new(401));
    let answer = client(&source, &api.url()).get(api.url()).send().await;
    assert_eq!(answer.unwrap().status(), 401);
    assert_eq!((api.received().len(), server.counts().requests), (2, 0));
}

#[tokio::test]
async fn whoever_has_to_sign_in_is_told_so_by_a_typed_error() {
    let Stage {
        server,
        source,
        session,
    } = stage!(Bearer);
    let http = client(&source, &server.url());
    server.revoke(session);
    let error = http.get(server.api_url()).send().await.unwrap_err();
    let error: SessionError = inside(error);
    assert!(error.needs_reauthentication());
    assert_eq!(error.session().subject(), "customer-42");
    let requests = server.counts().requests;
    let error: SessionError = inside(http.get(server.api_url()).send().await.unwrap_err());
    assert!(error.needs_reauthentication());
    assert_eq!(server.counts().requests, requests, "it is known by now");
}

#[tokio::test]
async fn a_hundred_requests_that_meet_with_401_at_once_cause_one_refresh() {
    let Stage {
        server,
        source,
        session,
    } = stage!(Bearer);
    let http = client(&source, &server.url());
    server.revoke_access(session);
    let url = server.api_url();
    let tasks: Vec<_> = (0..100)
        .map(|_| tokio::spawn(http.get(&url).send()))
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(server.counts().refreshed, 1);
}

#[tokio::test]
async fn each_request_takes_a_single_use_token() {
    let Stage { server, source, .. } = stage!(Wallet);
    let middleware = TokenMiddleware::single_use(source, &server.url()).unwrap();
    let http = middleware.client(reqwest::ClientBuilder::no_proxy).unwrap();
    for _ in 0..3 {
        let answer = http.get(server.api_url()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    let counts = server.counts();
    assert_eq!((counts.admitted, counts.denied, counts.reused), (3, 0, 0));
}

#[tokio::test]
async fn one_more_single_use_token_is_taken_after_a_401() {
    let Stage {
        server,
        source,
        session,
    } = stage!(Wallet);
    let middleware = TokenMiddleware::single_use(source, &server.url()).unwrap();
    let http = middleware.client(reqwest::ClientBuilder::no_proxy).unwrap();
    server.revoke_access(session);
    let answer = http.get(server.api_url()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!((server.counts().admitted, server.counts().denied), (1, 1));
}

#[tokio::test]
async fn no_error_shows_the_token() {
    let Stage { source, .. } = stage!(Query);
    let nowhere = Server::nowhere();
    let http = client(&source, &nowhere);
    let error = http.get(&nowhere).send().await.unwrap_err();
    let token = text(&source.current().unwrap());
    let shown = format!("{error} {error:?} {http:?}");
    assert_no_secrets(&[token.as_str()], &shown);
}
