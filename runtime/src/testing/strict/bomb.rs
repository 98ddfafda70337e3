//! A compressed body that grows: what a client that unpacks without a limit chokes on.

/// So many zeros and a few more, as gzip (RFC 1952) around one block with fixed codes (RFC 1951, section 3.2.6).
pub(super) fn gzip(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block; fixed codes.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    // Codes go in with their highest bit first: a zero byte, then "258 more of the byte before", over and over.
    bits.push_code(0b0011_0000, 8);
    for _ in 0..length / 258 {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0b0_0000, 5);
    }
    // The end of the block.
    bits.push_code(0, 7);
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(bits.bytes);
    // Checksum and length come last: whoever looks at them has unpacked everything.
    out.extend([0; 8]);
    out
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// The lowest bit first.
    fn push(&mut self, value: u32, count: u32) {
        for index in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut()
                && value >> index & 1 == 1
            {
                *last |= 1 << (self.used % 8);
            }
            self.used += 1;
        }
    }

    fn push_code(&mut self, code: u32, count: u32) {
        for index in (0..count).rev() {
            self.push(code >> index & 1, 1);
        }
    }
}
