//! What does not compile: each example here fails for the reason that stands in it.
//!
//! A single-use token cannot be shared: there is no `token()`.
//!
//! ```compile_fail,E0599
//! use token_refresh_clients::{session::TokenSource, xellar::Client};
//!
//! async fn read(wallet: &TokenSource<Client>) {
//!     let _ = wallet.token().await;
//! }
//! ```
//!
//! A shared one is not taken: there is no `take()`.
//!
//! ```compile_fail,E0599
//! use token_refresh_clients::{session::TokenSource, vault_ist::Client};
//!
//! async fn read(tokens: &TokenSource<Client>) {
//!     let _ = tokens.take().await;
//! }
//! ```
//!
//! A token that was taken is used once.
//!
//! ```compile_fail,E0382
//! use token_refresh_clients::session::{SessionError, TokenSource};
//! use token_refresh_clients::xellar::{Client, WalletToken};
//!
//! fn send_transaction(_: WalletToken) {}
//!
//! async fn pay(wallet: &TokenSource<Client>) -> Result<(), SessionError> {
//!     let wallet_token = wallet.take().await?;
//!     send_transaction(wallet_token);
//!     send_transaction(wallet_token);
//!     Ok(())
//! }
//! ```
//!
//! A client whose own credentials are the grant has nothing to put in: there is no `insert()`.
//!
//! ```compile_fail,E0599
//! use token_refresh_clients::{session::TokenSource, transak_partner::Client};
//!
//! async fn begin(tokens: &TokenSource<Client>) {
//!     let _ = tokens.insert(()).await;
//! }
//! ```
//!
//! The rest of these examples compiles, so that they fail for nothing else:
//!
//! ```
//! use token_refresh_clients::session::{SessionError, TokenSource};
//! use token_refresh_clients::{transak_partner, vault_ist, xellar};
//!
//! async fn all(
//!     wallet: &TokenSource<xellar::Client>,
//!     tokens: &TokenSource<vault_ist::Client>,
//!     own: &TokenSource<transak_partner::Client>,
//! ) -> Result<xellar::WalletToken, SessionError> {
//!     tokens.insert(vault_ist::RefreshToken::new("r3fr3sh")).await?;
//!     let _ = tokens.token().await?;
//!     let _ = own.token().await?;
//!     wallet.take().await
//! }
//! ```
