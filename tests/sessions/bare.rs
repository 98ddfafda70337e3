//! The strict server serves each founding provider's client as it is generated, told nothing but the lifecycle.

use token_refresh_clients::{berbix, transak_partner, transak_user, vault_ist, xellar};
use token_refresh_runtime::testing::{Rotation, StrictServer};
use token_refresh_runtime::{Provider, SharedToken};

/// The server holds this to be the latest token of its kind.
fn assert_latest<T: SharedToken>(server: &StrictServer, session: u64, token: &T) {
    let latest = server.latest(session, T::NAME);
    assert_eq!(latest.as_deref(), Some(token.token().expose()));
}

fn server<P: Provider>(rotation: Rotation) -> StrictServer {
    let builder = StrictServer::builder(P::LIFECYCLE);
    builder.strict().rotation(rotation).start()
}

#[tokio::test]
async fn berbix_keeps_its_refresh_token() {
    let server = server::<berbix::Client>(Rotation::Never);
    let client = berbix::Client::builder().api_secret("secret_test_1");
    let client = client.base_url(&server.url()).unwrap().build().unwrap();
    let grant: berbix::RefreshToken = server.sign_in().token();
    for generation in 1..=2 {
        let tokens = client.refresh(&grant).await.unwrap();
        assert!(tokens.refresh_token.is_none());
        assert_latest(&server, 1, &tokens.access_token);
        assert_latest(&server, 1, &tokens.client_token);
        assert_eq!(server.counts().refreshed, generation);
    }
    let error = client
        .refresh(&berbix::RefreshToken::new("made-up"))
        .await
        .unwrap_err();
    assert!(error.needs_reauthentication());
}

#[tokio::test]
async fn transak_partner_shows_no_token() {
    let server = server::<transak_partner::Client>(Rotation::EveryTime);
    let client = transak_partner::Client::builder()
        .api_key("key")
        .api_secret("secret");
    let client = client.base_url(&server.url()).unwrap().build().unwrap();
    for _ in 0..2 {
        let tokens = client.refresh().await.unwrap();
        assert_latest(&server, 0, &tokens.access_token);
    }
    assert_eq!(server.counts().refreshed, 2);
}

#[tokio::test]
async fn transak_user_spends_the_access_token() {
    let server = server::<transak_user::Client>(Rotation::EveryTime);
    let client = transak_user::Client::builder();
    let client = client.base_url(&server.url()).unwrap().build().unwrap();
    let first: transak_user::AccessToken = server.sign_in().token();
    let tokens = client.refresh(&first).await.unwrap();
    assert_latest(&server, 1, &tokens.access_token);
    let error = client.refresh(&first).await.unwrap_err();
    assert!(error.needs_reauthentication());
    assert_eq!((server.counts().reused, server.counts().revoked), (1, 1));
}

#[tokio::test]
async fn vault_ist_rotates_sometimes() {
    let server = server::<vault_ist::Client>(Rotation::Every(2));
    let client = vault_ist::Client::builder().partner_id(4711);
    let client = client.base_url(&server.url()).unwrap().build().unwrap();
    let grant: vault_ist::RefreshToken = server.sign_in().token();
    let tokens = client.refresh(&grant).await.unwrap();
    assert!(tokens.refresh_token.is_none());
    let tokens = client.refresh(&grant).await.unwrap();
    assert_latest(&server, 1, tokens.refresh_token.as_ref().unwrap());
    let error = client.refresh(&grant).await.unwrap_err();
    assert!(error.needs_reauthentication());
}

#[tokio::test]
async fn xellar_spends_each_token_once() {
    let server = server::<xellar::Client>(Rotation::EveryTime);
    let client = xellar::Client::builder()
        .authentication(xellar::Authentication::ClientSecret("secret".into()));
    let client = client.base_url(&server.url()).unwrap().build().unwrap();
    let tokens = client.refresh(server.sign_in().token()).await.unwrap();
    let tokens = client.refresh(tokens.refresh_token).await.unwrap();
    let wallet = tokens.wallet_token.into_secret();
    assert_eq!(
        server.latest(1, "walletToken").as_deref(),
        Some(wallet.expose())
    );
    assert_eq!(server.counts().refreshed, 2);
}
