//! What the stores on other machines share: every call runs on the library's background runtime, for a bounded time.

use std::time::Duration;

use super::StoreError;
use crate::session::background;

/// Does the work on the background runtime, whatever becomes of the caller. Connections live there too: they must
/// not end with the runtime of whoever happened to ask first.
pub(super) async fn run<T: Send + 'static>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let runtime = background::handle().map_err(|error| {
        StoreError::unavailable("the background runtime does not start").caused_by(error)
    })?;
    let task = runtime.spawn(async move { tokio::time::timeout(limit, work).await });
    match task.await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(StoreError::unavailable(format!(
            "no answer came within {} ms",
            limit.as_millis()
        ))),
        // The panic's message is not passed on: it may hold anything.
        Err(_) => Err(StoreError::unavailable("the call ended before its answer")),
    }
}

/// A lease's time for a server: whole milliseconds, rounded up, a hundred years at most.
pub(super) fn millis(hold: Duration) -> i64 {
    const CENTURY: u128 = 100 * 365 * 86_400_000;
    let millis = hold.as_nanos().div_ceil(1_000_000).min(CENTURY);
    i64::try_from(millis).unwrap_or(i64::MAX)
}
