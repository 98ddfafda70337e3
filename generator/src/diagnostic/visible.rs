//! Turns text of a spec into text that is safe to show: nothing in it steers a terminal or reorders the line.

/// The text with control characters and those that change the direction of writing made visible.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => shown.push(' '),
            '\t' => shown.push_str("    "),
            c if c.is_control() || is_invisible(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// The lines of a file with the same characters each replaced by one, so that columns stay.
pub(super) fn shown(lines: &str) -> String {
    let replaced = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() || is_invisible(c) => '\u{fffd}',
        c => c,
    };
    lines.chars().map(replaced).collect()
}

/// Marks, isolates and overrides of direction, joiners, tags and other characters that take no room.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}
