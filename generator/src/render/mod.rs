//! Turns files of items into text: order, formatting, spacing, imports, header.

mod enums;
mod imports;
mod lexer;
mod spacing;

use crate::emit::File;
use crate::model::Provider;

/// What every generated file carries in its first lines.
pub(crate) const MARK: &str = "@generated";

/// The text of a file of a crate.
pub(crate) fn file(file: File<'_>) -> String {
    let mut text = header(file.provider, "//");
    let docs = docs(&file.docs);
    if !docs.is_empty() {
        text.push('\n');
        text.push_str(&docs);
    }
    if !file.modules.is_empty() {
        text.push('\n');
    }
    for module in &file.modules {
        text.extend(["pub mod ", module, ";\n"]);
    }
    let body = body(file);
    if !body.is_empty() {
        text.reserve_exact(body.len() + 1);
        text.push('\n');
        text.push_str(&body);
    }
    text
}

/// A file without its header, as the inside of a module.
pub(crate) fn inside(file: File<'_>) -> String {
    let mut inside = docs(&file.docs);
    if !inside.is_empty() {
        inside.push('\n');
    }
    inside.push_str(&body(file));
    inside
}

/// Adds a module to a text, for `include!`, which takes no inner attribute at the top.
pub(crate) fn module(name: &str, inside: &str, text: &mut String) {
    text.push_str("\npub mod ");
    text.push_str(name);
    text.push_str(" {\n");
    for line in inside.lines() {
        if !line.is_empty() {
            text.push_str("    ");
            text.push_str(line);
        }
        text.push('\n');
    }
    text.push_str("}\n");
}

/// The first line: what wrote the file, and from what.
pub(crate) fn header(provider: Option<&Provider>, comment: &str) -> String {
    let from = match provider {
        Some(provider) => {
            let path: String = provider.path.chars().filter(|c| !c.is_control()).collect();
            let digest = provider.digest.get(..16).unwrap_or(&provider.digest);
            format!(" from {path} ({digest})")
        }
        None => String::new(),
    };
    format!("{comment} {MARK} by `token-refresh generate`{from}. Edits are lost.\n")
}

fn docs(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str("//!");
        if !line.is_empty() {
            text.push(' ');
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

fn body(file: File<'_>) -> String {
    if file.items.is_empty() {
        return String::new();
    }
    let imports = file.imports;
    let items = spacing::space(&prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: file.items,
    }));
    let mut text = imports::uses(&items, &imports);
    if !text.is_empty() {
        text.push('\n');
    }
    text.reserve_exact(items.len());
    text.push_str(&items);
    text
}
