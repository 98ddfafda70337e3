//! The bytes of a record: numbers of variable length, fields with a tag and a length, and a checksum.

use std::io;

use zeroize::Zeroizing;

/// The first byte of a record that is encrypted: no version of a plain one comes that far.
pub(in crate::session) const SEALED: u8 = 0xe1;

/// Writes bytes into a buffer that is wiped, also when it grows.
pub(in crate::session) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub(in crate::session) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    pub(in crate::session) fn finish(mut self) -> Zeroizing<Vec<u8>> {
        let sum = checksum(&self.0);
        self.bytes(&sum.to_le_bytes());
        self.0
    }

    pub(in crate::session) fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    pub(in crate::session) fn bytes(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// A vector that grows by itself leaves its old buffer behind unwiped.
    fn reserve(&mut self, more: usize) {
        let wanted = self.0.len() + more;
        if wanted > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(wanted.max(2 * self.0.capacity())));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
    }

    /// Seven bits a byte, the lowest first.
    pub(in crate::session) fn number(&mut self, number: u64) {
        self.reserve(10);
        put_number(&mut self.0, number);
    }

    /// A number that may be negative and mostly is near zero; whole thousands, as of seconds, are shorter.
    pub(in crate::session) fn millis(&mut self, millis: i64) {
        if millis % 1000 == 0 {
            self.number(zigzag(millis / 1000) << 1 | 1);
        } else {
            self.number(zigzag(millis) << 1);
        }
    }

    /// Text with its length.
    pub(in crate::session) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    /// A tag, the length of what `write` writes, and that.
    pub(in crate::session) fn field(&mut self, tag: u8, write: impl FnOnce(&mut Self)) {
        self.byte(tag);
        let mut content = Self::with_capacity(64);
        write(&mut content);
        self.number(content.0.len() as u64);
        self.bytes(&content.0);
    }
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads what a [`Writer`] wrote. `None` is what cannot be so.
pub(in crate::session) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(in crate::session) fn of(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// What stands before the checksum, where that is right.
    pub(in crate::session) fn checked(bytes: &'b [u8]) -> Option<Self> {
        let (content, sum) = bytes.split_last_chunk::<4>()?;
        (checksum(content).to_le_bytes() == *sum).then_some(Self(content))
    }

    pub(in crate::session) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::session) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(in crate::session) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(in crate::session) fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    pub(in crate::session) fn millis(&mut self) -> Option<i64> {
        let number = self.number()?;
        let value = unzigzag(number >> 1);
        if number & 1 == 1 {
            value.checked_mul(1000)
        } else {
            Some(value)
        }
    }

    pub(in crate::session) fn bytes(&mut self, length: usize) -> Option<&'b [u8]> {
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(first)
    }

    pub(in crate::session) fn text(&mut self) -> Option<&'b str> {
        let length = self.number()?.try_into().ok()?;
        std::str::from_utf8(self.bytes(length)?).ok()
    }

    /// All that is left.
    pub(in crate::session) fn rest(&mut self) -> &'b [u8] {
        std::mem::take(&mut self.0)
    }

    pub(in crate::session) fn rest_as_text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.rest()).ok()
    }

    /// The next field: its tag and its content.
    pub(in crate::session) fn field(&mut self) -> Option<(u8, Reader<'b>)> {
        let tag = self.byte()?;
        let length = self.number()?.try_into().ok()?;
        Some((tag, Reader(self.bytes(length)?)))
    }
}

/// Seven bits a byte, the lowest first.
pub(in crate::session) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_byte(number));
}

/// How many bytes that takes.
pub(in crate::session) fn number_of_bytes(number: u64) -> usize {
    let bits = u64::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

fn low_byte(number: u64) -> u8 {
    (number & 0x7f) as u8
}

#[expect(clippy::cast_sign_loss, reason = "the sign goes into the lowest bit")]
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

#[expect(clippy::cast_possible_wrap, reason = "the inverse of the above")]
fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// CRC-32 (the one of zlib), half a byte at a time: a flipped bit in a token would look like a token that the provider
/// does not know, and end the session.
fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = table();
    let step = |sum: u32, bits: u32| (sum >> 4) ^ TABLE[((sum ^ bits) & 0xf) as usize];
    let sum = bytes.iter().fold(!0_u32, |sum, byte| {
        let byte = u32::from(*byte);
        step(step(sum, byte), byte >> 4)
    });
    !sum
}

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut index = 0_u32;
    while index < 16 {
        let mut sum = index;
        let mut bit = 0;
        while bit < 4 {
            let carry = if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
            sum = (sum >> 1) ^ carry;
            bit += 1;
        }
        table[index as usize] = sum;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_zlib() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum(b""), 0);
    }

    #[test]
    fn numbers_come_back() {
        let numbers = [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            u64::from(u32::MAX),
            u64::MAX,
        ];
        let spans = [
            0,
            1,
            -1,
            999,
            1000,
            -3_600_000,
            1_700_000_000_123,
            -62_135_596_800_000,
        ];
        let mut writer = Writer::with_capacity(0);
        for number in numbers {
            writer.number(number);
        }
        for span in spans {
            writer.millis(span);
        }
        let bytes = writer.finish();
        let mut reader = Reader::checked(&bytes).unwrap();
        for number in numbers {
            assert_eq!(reader.number(), Some(number));
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            assert_eq!(bytes.len(), number_of_bytes(number));
        }
        for span in spans {
            assert_eq!(reader.millis(), Some(span));
        }
        assert!(reader.is_empty());
    }

    #[test]
    fn a_number_of_more_than_64_bits_is_none() {
        assert_eq!(Reader(&[0xff; 11]).number(), None);
        assert_eq!(
            Reader(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).number(),
            None
        );
        assert_eq!(Reader(&[0x80]).number(), None);
    }
}
