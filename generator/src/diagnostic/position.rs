//! Turns bytes into lines and columns, as editors count them.

use std::ops::Range;

use super::Label;

/// Where a label begins and ends. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Position {
    /// The line of the first character.
    pub line: usize,
    /// The column of the first character.
    pub column: usize,
    /// The line of the end.
    pub end_line: usize,
    /// The column after the last character.
    pub end_column: usize,
}

impl Label {
    /// Where it is.
    pub fn position(&self) -> Position {
        let text = &self.file.text;
        let (line, column) = point(text, self.start);
        let (end_line, end_column) = point(text, self.end.max(self.start));
        Position {
            line,
            column,
            end_line,
            end_column,
        }
    }
}

fn point(text: &str, at: usize) -> (usize, usize) {
    let line = line_at(text, at);
    let before = text.get(line.start..at.min(line.end)).unwrap_or_default();
    (line_number(text, line.start), before.chars().count() + 1)
}

/// The bytes of the line that this one is in, without its line break.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let start = bytes[..at]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let length = bytes[start..]
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len() - start);
    let end = start + length;
    let has_return = length > 0 && bytes[end - 1] == b'\r';
    start..end - usize::from(has_return)
}

/// The number of the line that begins at this byte.
pub(super) fn line_number(text: &str, start: usize) -> usize {
    text.get(..start).unwrap_or_default().matches('\n').count() + 1
}
