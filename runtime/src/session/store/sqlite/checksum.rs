//! A checksum for each session: SQLite has none for its pages, and a token with one wrong bit ends a session.

/// FNV-1a of 64 bits over the parts, each with its length before it. It finds accidents, not forgeries: who can write
/// the file can write the checksum too; encryption is for that.
pub(super) fn of(parts: &[&[u8]]) -> i64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for part in parts {
        part.len().to_le_bytes().into_iter().for_each(&mut take);
        part.iter().copied().for_each(&mut take);
    }
    sum.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn one_bit_and_one_border_make_a_difference() {
        let sum = of(&[b"customer", b"42"]);
        assert_eq!(sum, of(&[b"customer", b"42"]));
        assert_ne!(sum, of(&[b"customer", b"43"]));
        assert_ne!(sum, of(&[b"customer4", b"2"]));
    }
}
