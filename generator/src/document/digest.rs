//! Turns the contents of the files that took part into the digest that generated headers carry.

use std::collections::BTreeSet;

use crate::source::{FileId, SourceSet};

/// FNV-1a's offset basis and prime for 128 bits. A change is to be noticed, not an attack.
const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A digest that depends on the contents alone: not on the files' names or order, nor on how lines end.
pub(super) fn digest(sources: &SourceSet, files: &BTreeSet<FileId>) -> String {
    let mut parts: Vec<u128> = files
        .iter()
        .filter_map(|file| sources.get(*file))
        .map(|file| fold(BASIS, file.text.as_bytes()))
        .collect();
    parts.sort_unstable();
    let whole = match parts.as_slice() {
        [only] => *only,
        parts => parts
            .iter()
            .fold(BASIS, |sum, part| fold(sum, &part.to_be_bytes())),
    };
    format!("{whole:032x}")
}

fn fold(start: u128, bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .filter(|byte| **byte != b'\r')
        .fold(start, |sum, byte| {
            (sum ^ u128::from(*byte)).wrapping_mul(PRIME)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn of(texts: &[&str]) -> String {
        let mut sources = SourceSet::default();
        let file = |text: &&str| SourceFile {
            path: String::new(),
            location: "".into(),
            text: (*text).into(),
        };
        let files = texts.iter().map(|text| sources.add(file(text))).collect();
        digest(&sources, &files)
    }

    #[test]
    fn a_known_value() {
        // From the reference code of the algorithm's authors: FNV-1a 128 of "foobar".
        assert_eq!(of(&["foobar"]), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn contents_count_and_nothing_else() {
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_eq!(of(&["a\r\nb"]), of(&["a\nb"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }
}
