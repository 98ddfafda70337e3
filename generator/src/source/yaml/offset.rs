//! Turns the parser's positions, which count characters, into bytes.

/// One in so many characters has its byte noted.
const STRIDE: usize = 64;

/// Where the characters of a text stand.
#[derive(Debug)]
pub(super) struct Offsets<'a> {
    text: &'a str,
    /// The byte of each [`STRIDE`]th character; empty where every character is one byte.
    notes: Vec<usize>,
}

impl<'a> Offsets<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let notes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STRIDE)
                .map(|(byte, _)| byte)
                .collect()
        };
        Self { text, notes }
    }

    /// The byte at which this character starts; the text's end for one beyond it.
    pub(super) fn byte(&self, character: usize) -> usize {
        if self.notes.is_empty() {
            return character.min(self.text.len());
        }
        let Some(&start) = self.notes.get(character / STRIDE) else {
            return self.text.len();
        };
        self.text[start..]
            .char_indices()
            .nth(character % STRIDE)
            .map_or(self.text.len(), |(byte, _)| start + byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_many_bytes_are_counted() {
        let text = "aé€𝄞".repeat(100);
        let offsets = Offsets::new(&text);
        for (index, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(offsets.byte(index), byte);
        }
        assert_eq!(offsets.byte(100_000), text.len());
    }

    #[test]
    fn ascii_needs_no_notes() {
        let offsets = Offsets::new("abc");
        assert!(offsets.notes.is_empty());
        assert_eq!((offsets.byte(2), offsets.byte(9)), (2, 3));
    }
}
