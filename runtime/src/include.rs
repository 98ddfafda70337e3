//! Takes clients that a build script made into the application's own crate.

/// Includes the clients that `token_refresh_generator::Build` wrote, a module for each provider.
///
/// ```ignore
/// token_refresh_runtime::include_clients!();
/// ```
#[macro_export]
macro_rules! include_clients {
    () => {
        include!(concat!(env!("OUT_DIR"), "/token_refresh_clients.rs"));
    };
}
