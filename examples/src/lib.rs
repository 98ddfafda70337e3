//! What the example programs share: an HTTP client for the vendor's API, and the vendor, who is played by the strict test server.
//!
//! | program | shows |
//! |:--|:--|
//! | `one-process` | a session in a SQLite file: sign-in, steady state, a restart, a 401, a new sign-in |
//! | `fleet` | three worker processes that share one session in PostgreSQL |
//! | `single-use` | a wallet token that is taken, spent once, and followed by the next |
//!
//! Each runs without the internet: `cargo run -p token-refresh-examples --bin one-process`.

use std::error::Error;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use token_refresh_clients::runtime::testing::StrictServer;
use token_refresh_clients::vault_ist;

pub mod refused;

/// The README's examples are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// What an example may fail with.
pub type Failed = Box<dyn Error + Send + Sync>;

/// The application's own client for the vendor's API.
///
/// # Errors
/// TLS cannot be set up.
pub fn http() -> Result<reqwest::Client, Failed> {
    // The first one in a process counts; a second attempt finds it there.
    drop(rustls::crypto::ring::default_provider().install_default());
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

/// A client of the vendor that is found at this address.
///
/// # Errors
/// The address is none.
pub fn client(vendor: &str) -> Result<vault_ist::Client, Failed> {
    let client = vault_ist::Client::builder().base_url(vendor)?;
    Ok(client.partner_id(4711).build()?)
}

/// The tokens that the vendor gives a user who signs in. Elsewhere this is a form, a redirect, a code by e-mail.
pub fn sign_in(vendor: &StrictServer) -> vault_ist::TokenSet {
    let signed_in = vendor.sign_in();
    vault_ist::TokenSet {
        access_token: Some(signed_in.token()),
        refresh_token: signed_in.token(),
    }
}

/// One call of the vendor's API.
///
/// # Errors
/// There was no answer.
pub async fn call_api(
    http: &reqwest::Client,
    url: &str,
    token: HeaderValue,
) -> reqwest::Result<u16> {
    let request = http.get(url).header(AUTHORIZATION, token);
    Ok(request.send().await?.status().as_u16())
}
