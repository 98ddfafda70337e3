//! Turns a vendor's `CommonMark` into lines of documentation: paragraphs and lists wrapped anew, code
//! marked as text so that it is never run, and nothing that could break out.

use super::inline::{is_unprintable, words};

/// Where a line is wrapped, counted without the comment's own marks.
const WIDTH: usize = 92;

/// The lines of a vendor's text; none where it is blank.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut reader = Reader::default();
    for line in text.lines() {
        let line = line.replace('\t', "    ");
        let line: String = line.chars().filter(|c| !is_unprintable(*c)).collect();
        reader.line(&line);
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    lines: Vec<String>,
    paragraph: String,
    marker: String,
    fence: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(fence) = &self.fence {
            let text = line.trim();
            let mark = fence.chars().next().unwrap_or('`');
            if text.len() >= fence.len() && text.chars().all(|c| c == mark) {
                self.close_fence();
            } else {
                self.lines.push(line.trim_end().to_owned());
            }
            return;
        }
        let text = line.trim_start_matches([' ', '>']).trim_end();
        if let Some(fence) = opening_fence(text) {
            self.separate();
            self.lines.push(format!("{fence}text"));
            self.fence = Some(fence);
        } else if text.is_empty() || is_rule(text) {
            self.separate();
        } else if let Some(title) = heading(text) {
            self.separate();
            if !title.is_empty() {
                let title = title.replace('*', "");
                self.paragraph = format!("**{}**", title.trim());
            }
            self.separate();
        } else if text.starts_with('|') {
            self.table_row(text);
        } else if let Some((marker, item)) = list_item(text) {
            self.flush();
            if self.lines.last().is_some_and(|last| !last.is_empty()) && !self.is_in_list() {
                self.lines.push(String::new());
            }
            self.marker = marker;
            item.clone_into(&mut self.paragraph);
        } else {
            if !self.paragraph.is_empty() {
                self.paragraph.push(' ');
            }
            self.paragraph.push_str(text);
        }
    }

    fn table_row(&mut self, text: &str) {
        let row = words(text).join(" ");
        let follows_row = self.paragraph.is_empty()
            && self.lines.last().is_some_and(|last| last.starts_with('|'));
        if !follows_row {
            self.separate();
        }
        self.lines.push(row);
    }

    /// Whether the last line is an item of a list, to which the next item may come close.
    fn is_in_list(&self) -> bool {
        self.lines
            .last()
            .is_some_and(|last| last.starts_with(' ') || list_item(last).is_some())
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let marker = std::mem::take(&mut self.marker);
        let words = words(&text);
        if !words.is_empty() {
            wrap(&words, &marker, &mut self.lines);
        }
    }

    fn separate(&mut self) {
        self.flush();
        if self.lines.last().is_some_and(|last| !last.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn close_fence(&mut self) {
        if let Some(fence) = self.fence.take() {
            self.lines.push(fence);
            self.lines.push(String::new());
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.flush();
        self.close_fence();
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines
    }
}

fn wrap(words: &[String], marker: &str, lines: &mut Vec<String>) {
    let indent = " ".repeat(marker.len());
    let mut line = marker.to_owned();
    let mut is_start = true;
    for word in words {
        let word = if is_start {
            line_start(word)
        } else {
            word.clone()
        };
        if !is_start && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            line.push_str(&line_start(&word));
            continue;
        }
        if !is_start {
            line.push(' ');
        }
        line.push_str(&word);
        is_start = false;
    }
    lines.push(line);
}

/// Wraps a paragraph of ours, which needs no care beyond that.
pub(super) fn wrap_ours(text: &str, lines: &mut Vec<String>) {
    if text.len() <= WIDTH {
        lines.push(text.to_owned());
        return;
    }
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

/// A word as it may stand at the start of a line without opening a list, a heading, a quote or code.
fn line_start(word: &str) -> String {
    let is_number = word
        .strip_suffix(['.', ')'])
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    if is_number {
        let (number, mark) = word.split_at(word.len() - 1);
        return format!("{number}\\{mark}");
    }
    let is_mark = word.starts_with(['#', '>', '=', '~', '|']) || matches!(word, "-" | "+" | "*");
    let is_rule = is_rule(word);
    if is_mark || is_rule {
        return format!("\\{word}");
    }
    word.to_owned()
}

fn opening_fence(text: &str) -> Option<String> {
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = text.trim_start_matches(mark);
    let length = text.len() - info.len();
    // A line such as "```code``` is the field" is a code span, not a fence.
    (length >= 3 && !info.contains('`')).then(|| mark.to_string().repeat(length))
}

/// A thematic break or the underline of a heading.
fn is_rule(text: &str) -> bool {
    let marks: String = text.chars().filter(|c| *c != ' ').collect();
    let first = marks.chars().next();
    first.is_some_and(|first| {
        let same = marks.chars().all(|c| c == first);
        same && match first {
            '=' => true,
            '-' | '*' | '_' => marks.len() >= 2,
            _ => false,
        }
    })
}

fn heading(text: &str) -> Option<&str> {
    let title = text.trim_start_matches('#');
    let level = text.len() - title.len();
    let is_heading = (1..=6).contains(&level) && (title.is_empty() || title.starts_with(' '));
    is_heading.then(|| title.trim().trim_end_matches('#').trim_end())
}

fn list_item(text: &str) -> Option<(String, &str)> {
    let (marker, item) = text.split_once(' ')?;
    let is_bullet = matches!(marker, "-" | "*" | "+");
    let number = marker.strip_suffix(['.', ')']);
    let is_number =
        number.is_some_and(|n| (1..=9).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()));
    let item = item.trim_start();
    match (is_bullet, is_number, item.is_empty()) {
        (_, _, true) => None,
        (true, ..) => Some(("- ".to_owned(), item)),
        (_, true, _) => Some((format!("{marker} "), item)),
        _ => None,
    }
}
