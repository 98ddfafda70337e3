//! Three worker processes that share one session in PostgreSQL: whoever finds it due refreshes it, the others take over what came.
//!
//! The database is that of `DATABASE_URL`; without it, one is started for the occasion where PostgreSQL is installed. Where it is
//! not, the program says what to do, and fails.

use std::process::Stdio;
use std::time::Duration;

use token_refresh_clients::runtime::testing::StrictServer;
use token_refresh_clients::session::{PostgresStore, TokenSource};
use token_refresh_clients::vault_ist;
use token_refresh_examples::{Failed, call_api, client, http, sign_in};
use tokio::process::Command;

#[path = "../../../runtime/tests/support/servers/mod.rs"]
mod servers;

const WORKERS: usize = 3;
const CALLS: usize = 40;
const SUBJECT: &str = "customer-42";
const NO_DATABASE: &str = "install postgresql, or `docker compose up --wait` and set \
     DATABASE_URL=postgres://tokens:tokens@localhost:5432/tokens";

#[tokio::main]
async fn main() -> Result<(), Failed> {
    match std::env::args().collect::<Vec<_>>().as_slice() {
        [_, word, vendor, api] if word == "worker" => work(vendor, api).await,
        _ => lead().await,
    }
}

/// Plays the vendor, signs the user in, and starts the workers.
async fn lead() -> Result<(), Failed> {
    let database = match std::env::var("DATABASE_URL") {
        Ok(url) => url,
        Err(_) => servers::postgres().ok_or(NO_DATABASE)?.url(),
    };
    // Tokens that live for two seconds, and a vendor who ends the session when a refresh token is shown twice.
    let vendor = StrictServer::builder(&vault_ist::LIFECYCLE)
        .strict()
        .lifetime("accessToken", Duration::from_secs(2))
        .start();
    let store = PostgresStore::connect(&database).await?;
    let tokens = TokenSource::new(client(&vendor.url())?, store, SUBJECT);
    tokens.insert(sign_in(&vendor)).await?;

    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let mut worker = Command::new(std::env::current_exe()?);
        worker.args(["worker", &vendor.url(), &vendor.api_url()]);
        // Not among the arguments, which everyone on the machine can see: the URL may hold a password.
        worker.env("DATABASE_URL", &database);
        worker.stdin(Stdio::null()).kill_on_drop(true);
        workers.push(worker.spawn()?);
    }
    for worker in &mut workers {
        if !worker.wait().await?.success() {
            return Err("a worker failed".into());
        }
    }
    tokens.forget().await?;
    let counts = vendor.counts();
    println!(
        "{WORKERS} workers, {} calls of the API let in, {} refreshes, spent twice {}",
        counts.admitted, counts.refreshed, counts.reused
    );
    Ok(())
}

/// Calls the API again and again with the token that the fleet shares.
async fn work(vendor: &str, api: &str) -> Result<(), Failed> {
    let store = PostgresStore::connect(&std::env::var("DATABASE_URL")?).await?;
    let tokens = TokenSource::new(client(vendor)?, store, SUBJECT);
    let http = http()?;
    for _ in 0..CALLS {
        loop {
            let token = tokens.token().await?;
            match call_api(&http, api, token.clone()).await? {
                401 => tokens.invalidate(&token).await,
                _ => break,
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokens.shutdown().await;
    Ok(())
}
