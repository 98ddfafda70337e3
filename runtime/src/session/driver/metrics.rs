//! Counters and timings through the `metrics` facade. Subjects are no labels: there are as many as there are customers.
//! The names are promised in the guide (`session::guide`).

use std::time::Duration;

use crate::session::store::StoreError;
use crate::session::{EventKind, SessionError, SessionKey};

#[cfg(feature = "metrics")]
mod on {
    use super::{Duration, EventKind, SessionKey};

    pub(super) fn event(key: &SessionKey, kind: &EventKind) {
        let outcome = match kind {
            EventKind::Refreshed { .. } => "refreshed",
            EventKind::Adopted { .. } => "adopted",
            EventKind::Failed(_) => "failed",
            EventKind::Dead(_) => "dead",
            EventKind::Superseded => "superseded",
            EventKind::NotStored(_) => "not_stored",
            EventKind::StoredAtLast => "stored_at_last",
        };
        let provider = key.provider();
        count(
            "token_refresh_refreshes_total",
            provider,
            "outcome",
            outcome,
        );
    }

    pub(super) fn count(
        name: &'static str,
        provider: &str,
        label: &'static str,
        value: &'static str,
    ) {
        let provider = provider.to_owned();
        metrics::counter!(name, "provider" => provider, label => value).increment(1);
    }

    pub(super) fn time(name: &'static str, key: &SessionKey, took: Duration) {
        let provider = key.provider().to_owned();
        metrics::histogram!(name, "provider" => provider).record(took.as_secs_f64());
    }
}

#[cfg(not(feature = "metrics"))]
mod on {
    use super::{Duration, EventKind, SessionKey};

    pub(super) fn event(_: &SessionKey, _: &EventKind) {}
    pub(super) fn count(_: &'static str, _: &str, _: &'static str, _: &'static str) {}
    pub(super) fn time(_: &'static str, _: &SessionKey, _: Duration) {}
}

pub(super) fn event(key: &SessionKey, kind: &EventKind) {
    on::event(key, kind);
}

pub(super) fn settled(key: &SessionKey, outcome: &Result<(), SessionError>) {
    let outcome = if outcome.is_ok() { "ok" } else { "error" };
    let provider = key.provider();
    on::count("token_refresh_flights_total", provider, "outcome", outcome);
}

pub(super) fn exchanged(key: &SessionKey, took: Duration) {
    on::time("token_refresh_exchange_seconds", key, took);
}

pub(super) fn waited_for_lease(key: &SessionKey, took: Duration) {
    on::time("token_refresh_lease_wait_seconds", key, took);
}

pub(super) fn store_failed(key: &SessionKey, call: &'static str, error: &StoreError) {
    tracing::debug!(session = %key, call, %error, "the store failed");
    count_failure(key.provider(), call);
}

/// The store did not say which sessions of this provider are due.
pub(in crate::session) fn claim_failed(provider: &str, error: &StoreError) {
    tracing::warn!(provider, %error, "the store does not say which sessions are due");
    count_failure(provider, "claim_due");
}

fn count_failure(provider: &str, call: &'static str) {
    on::count("token_refresh_store_failures_total", provider, "call", call);
}
