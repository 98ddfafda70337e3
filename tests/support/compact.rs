//! Turns `Debug` output into text that can be reviewed: no places, nothing that is absent, one line where one will do.

const WIDTH: usize = 110;

/// A value as `Debug` wrote it.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// A name, number or string.
    Atom(String),
    /// `Name { field: value }`, `Name(value)`, `[value]`; the parts have a name in a struct only.
    Group {
        head: String,
        open: char,
        parts: Vec<(Option<String>, Value)>,
    },
}

/// The compact text of a value's `{:?}`.
pub(crate) fn compact(debug: &str) -> String {
    let mut reader = Reader { rest: debug };
    let value = reader.value();
    assert!(reader.rest.is_empty(), "not read: {}", reader.rest);
    let mut text = String::new();
    write(&prune(value), 0, &mut text);
    text.push('\n');
    text
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self) -> Value {
        let head = self.atom();
        self.blanks();
        match self.rest.chars().next() {
            Some(open @ ('{' | '(' | '[')) => {
                self.skip(1);
                Value::Group {
                    head,
                    open,
                    parts: self.parts(closing(open)),
                }
            }
            _ => Value::Atom(head),
        }
    }

    fn parts(&mut self, close: char) -> Vec<(Option<String>, Value)> {
        let mut parts = Vec::new();
        loop {
            self.blanks();
            if self.rest.starts_with(close) {
                self.skip(1);
                return parts;
            }
            let first = self.value();
            self.blanks();
            if self.rest.starts_with(':') {
                self.skip(1);
                self.blanks();
                let Value::Atom(name) = first else {
                    panic!("a field's name before {}", self.rest)
                };
                parts.push((Some(name), self.value()));
            } else {
                parts.push((None, first));
            }
            self.blanks();
            if self.rest.starts_with(',') {
                self.skip(1);
            }
        }
    }

    fn atom(&mut self) -> String {
        let end = if self.rest.starts_with('"') {
            end_of_string(self.rest)
        } else {
            self.rest
                .find(|c: char| c.is_whitespace() || "{}()[],:".contains(c))
                .unwrap_or(self.rest.len())
        };
        let (atom, rest) = self.rest.split_at(end);
        self.rest = rest;
        atom.to_owned()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }
}

/// One past the quote that ends a string.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    panic!("a string without an end: {text}")
}

fn closing(open: char) -> char {
    match open {
        '{' => '}',
        '(' => ')',
        _ => ']',
    }
}

/// Takes out places and what is absent, and the wrappers that are then empty words.
fn prune(value: Value) -> Value {
    let Value::Group { head, open, parts } = value else {
        return value;
    };
    let mut parts: Vec<_> = parts
        .into_iter()
        .filter(|(_, part)| !is_span(part))
        .map(|(name, part)| (name, prune(part)))
        .filter(|(name, part)| name.is_none() || !is_absent(part))
        .collect();
    if let ("Name", [(_, Value::Atom(wire)), (_, Value::Atom(rust))]) =
        (head.as_str(), parts.as_slice())
    {
        return Value::Atom(format!("{wire} as {}", rust.trim_matches('"')));
    }
    let is_wrapper = matches!(head.as_str(), "Spanned" | "Some");
    if is_wrapper && parts.len() == 1 {
        return parts.remove(0).1;
    }
    Value::Group { head, open, parts }
}

fn is_span(value: &Value) -> bool {
    matches!(value, Value::Group { head, .. } if head == "Span")
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Atom(atom) => ["None", "false", "\"\""].contains(&atom.as_str()),
        Value::Group { head, open, parts } => head.is_empty() && *open == '[' && parts.is_empty(),
    }
}

fn write(value: &Value, indent: usize, text: &mut String) {
    let line = one_line(value);
    let used = text.len() - text.rfind('\n').map_or(0, |newline| newline + 1);
    match value {
        Value::Group { head, open, parts } if used + line.len() > WIDTH => {
            text.push_str(head);
            if *open == '{' {
                text.push(' ');
            }
            text.push(*open);
            for (name, part) in parts {
                text.push('\n');
                text.push_str(&"  ".repeat(indent + 1));
                if let Some(name) = name {
                    text.push_str(name);
                    text.push_str(": ");
                }
                write(part, indent + 1, text);
            }
            text.push('\n');
            text.push_str(&"  ".repeat(indent));
            text.push(closing(*open));
        }
        _ => text.push_str(&line),
    }
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Atom(atom) => atom.clone(),
        Value::Group { head, open, parts } => {
            let parts: Vec<_> = parts
                .iter()
                .map(|(name, part)| match name {
                    Some(name) => format!("{name}: {}", one_line(part)),
                    None => one_line(part),
                })
                .collect();
            let (open, close) = match open {
                '{' => (" { ".to_owned(), " }".to_owned()),
                other => (other.to_string(), closing(*other).to_string()),
            };
            format!("{head}{open}{}{close}", parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[derive(Debug)]
    #[allow(dead_code, reason = "read by Debug")]
    struct Span {
        start: u32,
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "read by Debug")]
    struct Thing {
        origin: Span,
        name: &'static str,
        absent: Option<u8>,
        present: Option<u8>,
        list: Vec<(u8, Span)>,
    }

    #[test]
    fn leaves_out_places_and_what_is_absent() {
        let thing = Thing {
            origin: Span { start: 7 },
            name: "a \"b\\\", c: {d}",
            absent: None,
            present: Some(3),
            list: vec![(1, Span { start: 9 })],
        };
        let text = "Thing { name: \"a \\\"b\\\\\\\", c: {d}\", present: 3, list: [(1)] }\n";
        assert_eq!(compact(&format!("{thing:?}")), text);
    }
}
