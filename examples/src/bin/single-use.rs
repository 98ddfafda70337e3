//! A wallet token that is good for one operation: taken by value, spent once, followed by the next.

use token_refresh_clients::runtime::testing::StrictServer;
use token_refresh_clients::session::{MemoryStore, TokenSource};
use token_refresh_clients::xellar::{Authentication, Client, TokenSet, WalletToken};
use token_refresh_examples::{Failed, call_api, http};

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let vendor = StrictServer::for_provider::<Client>();
    let client = Client::builder()
        .base_url(&vendor.url())?
        .authentication(Authentication::ClientSecret("s3cr3t".into()))
        .build()?;

    let wallet = TokenSource::new(client, MemoryStore::new(), "wallet-7");
    let signed_in = vendor.sign_in();
    wallet
        .insert(TokenSet {
            wallet_token: Some(signed_in.token()),
            refresh_token: signed_in.token(),
        })
        .await?;

    for operation in 1..=3 {
        let wallet_token = wallet.take().await?;
        let status = send_transaction(&vendor.api_url(), wallet_token).await?;
        println!("operation {operation}: the API answers {status}");
        // A second `send_transaction(wallet_token)` would not compile: it was given away.
    }
    println!("spent twice {}", vendor.counts().reused);
    wallet.shutdown().await;
    Ok(())
}

/// Takes the token by value: whoever calls this has it no longer.
async fn send_transaction(api: &str, token: WalletToken) -> Result<u16, Failed> {
    let mut header = reqwest::header::HeaderValue::from_str(&format!(
        "Bearer {}",
        token.into_secret().expose()
    ))?;
    header.set_sensitive(true);
    Ok(call_api(&http()?, api, header).await?)
}
