//! A state as the bytes of a record, and back: short, checked, and readable by the version before and after.
//!
//! A record is a version, a base for its times, fields (a tag, a length, the content) and a checksum. How later versions
//! may differ, so that this one can read theirs and write them back after a downgrade:
//!
//! - They add fields of new tags. What stands in a field of a known tag never changes, and new fields do not count
//!   from the record's base.
//! - A new field is kept as it is; one whose tag has [`OF_THIS_GENERATION`] set goes when the tokens are replaced.
//! - Only two versions later may a record look otherwise: that one is refused.

mod decode;
mod encode;

use std::fmt;

use zeroize::Zeroizing;

const VERSION: u8 = 1;

const TOKEN: u8 = 1;
const INPUT: u8 = 2;
const EXTRA: u8 = 3;
const GENERATION: u8 = 4;
const INTENT: u8 = 5;
const FAILED: u8 = 6;
const DEAD: u8 = 7;
const CALLS: u8 = 8;
const LIFETIME: u8 = 9;

/// Set in the tag of a field that says something about the present tokens only.
const OF_THIS_GENERATION: u8 = 0x40;

/// Names that most records have, as one byte: their index. Only ever append.
const NAMES: &[&str] = &[
    "accessToken",
    "refreshToken",
    "idToken",
    "walletToken",
    "clientToken",
    "partnerToken",
    "sessionToken",
    "token",
    "apiDomain",
    "scope",
];
const SPELT_OUT: u8 = 0x3f;
/// Set beside the index where a variant follows.
const WITH_VARIANT: u8 = 0x80;

const HAS_ISSUED: u8 = 1;
const ENDS: u8 = 2;
const NEVER_ENDS: u8 = 4;
const DOCUMENTED: u8 = 8;

/// What a later version wrote: its number, and the fields that this one does not know.
#[derive(Clone, Default)]
pub(crate) struct Later {
    version: u8,
    fields: Vec<(u8, Zeroizing<Vec<u8>>)>,
}

impl Later {
    /// Lets go of what was said about the tokens that are replaced.
    pub(super) fn begin_generation(&mut self) {
        self.fields.retain(|(tag, _)| tag & OF_THIS_GENERATION == 0);
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tags: Vec<u8> = self.fields.iter().map(|(tag, _)| *tag).collect();
        formatter
            .debug_struct("Later")
            .field("version", &self.version)
            .field("tags", &tags)
            .finish()
    }
}

#[cfg(test)]
mod tests;
