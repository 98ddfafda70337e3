//! The runtime of the library's own, on which refreshes and store calls run: whoever asked may drop its future, or its
//! whole runtime, and nothing is lost.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::runtime::{Builder, Handle};

static HANDLE: OnceLock<Handle> = OnceLock::new();
/// Held while the thread is started, so that it is started once.
static STARTING: Mutex<()> = Mutex::new(());

/// The handle of the background runtime: one thread named `token-refresh`, started on first use, for as long as the
/// process lives.
///
/// # Errors
/// Where the system gives no thread, or nothing to wait for sockets with. The next call tries again.
pub(crate) fn handle() -> io::Result<Handle> {
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("token-refresh".to_owned())
        // Nothing ever wakes this future: the thread drives what is spawned.
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(HANDLE.get_or_init(|| handle).clone())
}
