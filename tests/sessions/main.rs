//! Each founding provider's whole life against the strict server: sign-in, steady state, refresh, every class of failure.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bare;
mod keeper;
mod support;

mod berbix;
mod transak_partner;
mod transak_user;
mod vault_ist;
mod xellar;
