//! The Lua scripts: each is one step that nobody else sees half of.

use redis::Script;

/// The scripts, with their digests.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) write: Script,
    pub(super) remove: Script,
    pub(super) acquire: Script,
    pub(super) renew: Script,
    pub(super) release: Script,
    pub(super) claim: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        const NUMBER: &str = include_str!("scripts/number.lua");
        let numbered = |text: &str| Script::new(&format!("{NUMBER}{text}"));
        Self {
            write: numbered(include_str!("scripts/write.lua")),
            remove: Script::new(include_str!("scripts/remove.lua")),
            acquire: numbered(include_str!("scripts/acquire.lua")),
            renew: Script::new(include_str!("scripts/renew.lua")),
            release: Script::new(include_str!("scripts/release.lua")),
            claim: Script::new(include_str!("scripts/claim.lua")),
        }
    }
}
