//! One process, one session in a SQLite file: from the sign-in to the steady state, over a restart and a 401, to the next sign-in.

use token_refresh_clients::runtime::testing::StrictServer;
use token_refresh_clients::session::{SqliteStore, TokenSource};
use token_refresh_clients::vault_ist;
use token_refresh_examples::{Failed, call_api, client, http, sign_in};

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let vendor = StrictServer::for_provider::<vault_ist::Client>();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("tokens.db");
    let (http, api) = (http()?, vendor.api_url());

    // Once, after the user signed in.
    let store = SqliteStore::open(&file).await?;
    let tokens = TokenSource::new(client(&vendor.url())?, store, "customer-42");
    tokens.insert(sign_in(&vendor)).await?;

    // From then on, whenever the API is called.
    let status = call_api(&http, &api, tokens.token().await?).await?;
    println!("the API answers {status}");

    // The process ends and begins anew: the tokens are in the file.
    tokens.shutdown().await;
    drop(tokens);
    let store = SqliteStore::open(&file).await?;
    let tokens = TokenSource::new(client(&vendor.url())?, store, "customer-42");
    let status = call_api(&http, &api, tokens.token().await?).await?;
    println!("after a restart it answers {status}");

    // The vendor gives the access token up before its time: one 401, one refresh.
    vendor.revoke_access(1);
    let token = tokens.token().await?;
    let status = call_api(&http, &api, token.clone()).await?;
    println!("to a token that was given up it answers {status}");
    tokens.invalidate(&token).await;
    let status = call_api(&http, &api, tokens.token().await?).await?;
    println!("to the next one it answers {status}");

    // The vendor ends the session: nothing but a new sign-in helps, and the error says so.
    vendor.revoke(1);
    tokens.invalidate(&tokens.token().await?).await;
    match tokens.token().await {
        Err(error) if error.needs_reauthentication() => {
            println!(
                "the session is over: {}",
                error.how().how.unwrap_or("sign in again")
            );
        }
        other => println!("unexpected: {other:?}"),
    }
    tokens.insert(sign_in(&vendor)).await?;
    let status = call_api(&http, &api, tokens.token().await?).await?;
    println!("after a new sign-in it answers {status}");

    let counts = vendor.counts();
    println!(
        "refreshed {}, spent twice {}",
        counts.refreshed, counts.reused
    );
    Ok(())
}
