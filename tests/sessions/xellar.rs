//! Xellar: the wallet token is good for one operation, the refresh token for one refresh.

use std::collections::BTreeSet;

use http::HeaderValue;
use token_refresh_clients::xellar::{Authentication, Client, RefreshToken, TokenSet, WalletToken};
use token_refresh_runtime::Failure;
use token_refresh_runtime::session::{SessionErrorKind, TokenSource};
use token_refresh_runtime::testing::Fault;

use crate::support::*;

fn start() -> (World, TokenSource<Client>) {
    let world = World::of::<Client>(|server| server);
    let source = another(&world);
    (world, source)
}

fn another(world: &World) -> TokenSource<Client> {
    let client = Client::builder().authentication(Authentication::ClientSecret("secret".into()));
    let client = client.base_url(&world.server.url()).unwrap();
    world.source(client.build().unwrap())
}

async fn signed_in() -> (World, TokenSource<Client>) {
    let (world, source) = start();
    let signed_in = world.server.sign_in();
    let tokens = TokenSet {
        wallet_token: Some(signed_in.token()),
        refresh_token: signed_in.token(),
    };
    source.insert(tokens).await.unwrap();
    (world, source)
}

/// One wallet operation with this token: what the API says.
fn operate(world: &World, token: WalletToken) -> u16 {
    let token = token.into_secret();
    let value = HeaderValue::from_str(&format!("Bearer {}", token.expose())).unwrap();
    world.api(Some(http::header::AUTHORIZATION), &value)
}

#[tokio::test]
async fn a_whole_life() {
    let (world, source) = signed_in().await;
    let mut events = source.events();
    for round in 0..20 {
        let token = soon(source.take()).await.unwrap();
        assert_eq!(operate(&world, token), 200, "round {round}");
        // The successor is fetched behind the taker; for a token that was over, the taker had to wait for one already.
        let was_over = round > 0 && round % 5 == 0;
        for _ in 0..=u32::from(was_over) {
            event(&mut events, is_refreshed).await;
        }
        if round % 5 == 4 {
            world.clock.advance(2 * DAY);
        }
    }
    let counts = world.server.counts();
    assert_eq!((counts.refused, counts.reused, counts.denied), (0, 0, 0));
    assert_eq!((counts.refreshed, counts.at_once), (23, 1));
}

#[tokio::test]
async fn a_stored_refresh_token_is_enough() {
    let (world, source) = start();
    let refresh_token: RefreshToken = world.server.sign_in().token();
    source.insert(refresh_token).await.unwrap();
    assert_eq!(operate(&world, soon(source.take()).await.unwrap()), 200);
}

/// Many takers, in two processes: nobody gets a token twice.
#[tokio::test]
async fn a_token_is_handed_over_once() {
    let (world, source) = signed_in().await;
    let other = another(&world);
    let take = |source: &TokenSource<Client>| {
        let source = source.clone();
        tokio::spawn(async move {
            let token = source.take().await.unwrap();
            token.into_secret().expose().to_owned()
        })
    };
    let takers: Vec<_> = (0..50)
        .flat_map(|_| [take(&source), take(&other)])
        .collect();
    let waiting = async {
        let mut taken = BTreeSet::new();
        for taker in takers {
            assert!(
                taken.insert(soon(taker).await.unwrap()),
                "a token was handed over twice"
            );
        }
        taken.len()
    };
    // The other process is waited for by the clock that the test moves.
    let taken = async {
        tokio::pin!(waiting);
        loop {
            tokio::select! {
                taken = &mut waiting => return taken,
                () = tokio::time::sleep(std::time::Duration::from_millis(1)) => {
                    world.clock.advance(std::time::Duration::from_millis(100));
                }
            }
        }
    };
    assert_eq!(taken.await, 100);
    let counts = world.server.counts();
    assert_eq!((counts.refused, counts.reused), (0, 0));
}

#[tokio::test]
async fn every_class_of_failure() {
    for (means, kind) in [
        (Failure::Reauthenticate, SessionErrorKind::Reauthenticate),
        (Failure::RateLimited, SessionErrorKind::RateLimited),
        (Failure::Transient, SessionErrorKind::Transient),
    ] {
        let (world, source) = start();
        let refresh_token: RefreshToken = world.server.sign_in().token();
        source.insert(refresh_token).await.unwrap();
        world.server.next(Fault::refuse(means));
        assert_eq!(soon(source.take()).await.unwrap_err().kind(), kind);
        world.clock.advance(5 * MINUTE);
        let later = soon(source.take()).await;
        assert_eq!(later.is_ok(), means != Failure::Reauthenticate, "{means:?}");
    }
}

/// Seven days unused, and the refresh token is over by its own word: no call is made with it.
#[tokio::test]
async fn a_week_away_is_too_long() {
    let (world, source) = signed_in().await;
    world.clock.advance(8 * DAY);
    let error = soon(source.take()).await.unwrap_err();
    assert!(error.needs_reauthentication());
    assert_eq!(world.server.counts().requests, 0);
}
