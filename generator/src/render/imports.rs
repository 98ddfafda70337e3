//! Writes the `use` lines of exactly the names that a file's items mention.

use std::collections::BTreeMap;

use super::lexer;

/// Where the names that generated code mentions come from. Sorted; `lower` gives none of them to a schema.
const NAMES: &[(&str, &str)] = &[
    ("Arc", "std::sync"),
    ("BTreeMap", "std::collections"),
    ("BaseUrl", RUNTIME),
    ("BuildError", RUNTIME),
    ("ClockFormat", RUNTIME),
    ("Comparison", RUNTIME),
    ("Condition", RUNTIME),
    ("Decode", RUNTIME),
    ("Duration", "std::time"),
    ("Encode", RUNTIME),
    ("Expression", RUNTIME),
    ("ExtraRule", RUNTIME),
    ("Failure", RUNTIME),
    ("FailureRule", RUNTIME),
    ("InstantFormat", RUNTIME),
    ("Json", RUNTIME),
    ("Keep", RUNTIME),
    ("Kept", RUNTIME),
    ("Lifecycle", RUNTIME),
    ("Lifetime", RUNTIME),
    ("Limit", RUNTIME),
    ("LimitScope", RUNTIME),
    ("Literal", RUNTIME),
    ("Location", RUNTIME),
    ("Mismatch", RUNTIME),
    ("Missing", RUNTIME),
    ("Moment", RUNTIME),
    ("Object", RUNTIME),
    ("ObjectWriter", RUNTIME),
    ("Operand", RUNTIME),
    ("Presentation", RUNTIME),
    ("Previous", RUNTIME),
    ("Provider", RUNTIME),
    ("ReadRefusal", RUNTIME),
    ("ReadTokens", RUNTIME),
    ("Reauthentication", RUNTIME),
    ("Reply", RUNTIME),
    ("Request", RUNTIME),
    ("RequestBuilder", RUNTIME),
    ("RequestError", RUNTIME),
    ("Role", RUNTIME),
    ("Secret", RUNTIME),
    ("SharedTransport", RUNTIME),
    ("SignIn", RUNTIME),
    ("StatusRange", RUNTIME),
    ("Token", RUNTIME),
    ("TokenRule", RUNTIME),
    ("Window", RUNTIME),
    ("default_transport", RUNTIME),
    ("generate", RUNTIME),
    ("integer_enum", RUNTIME),
    ("json", RUNTIME),
    ("server_enum", RUNTIME),
    ("shared_token", RUNTIME),
    ("single_use_token", RUNTIME),
    ("string_enum", RUNTIME),
];

const RUNTIME: &str = "token_refresh_runtime";

/// The `use` lines; `own` are further names and the modules they are in.
pub(super) fn uses(items: &str, own: &[(String, String)]) -> String {
    // About one word in so many bytes could be a name.
    let mut names: Vec<&str> = Vec::with_capacity(items.len() / 32);
    lexer::words(items, |word| names.push(word));
    names.sort_unstable();
    names.dedup();
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for word in names {
        if let Some((name, module)) = known(word, own) {
            used.entry(module).or_default().push(name);
        }
    }
    let mut text = String::new();
    let mut before = None;
    let mut modules: Vec<_> = used.into_iter().collect();
    modules.sort_by_key(|(module, _)| (group(module), *module));
    for (module, names) in modules {
        if before.is_some_and(|before| before != group(module)) {
            text.push('\n');
        }
        before = Some(group(module));
        text.push_str(&line(module, &names));
    }
    text
}

/// The standard library, then other crates, then this one.
fn group(module: &str) -> u8 {
    match module {
        "super" => 2,
        _ if module.starts_with("std::") => 0,
        _ => 1,
    }
}

fn known<'a>(word: &str, own: &'a [(String, String)]) -> Option<(&'a str, &'a str)> {
    if let Ok(at) = NAMES.binary_search_by_key(&word, |(name, _)| name) {
        return Some(NAMES[at]);
    }
    let (name, module) = own.iter().find(|(name, _)| name == word)?;
    Some((name, module))
}

/// One `use`, wrapped as rustfmt does it.
fn line(module: &str, names: &[&str]) -> String {
    const WIDTH: usize = 100;
    if let [name] = names {
        return format!("use {module}::{name};\n");
    }
    let flat = format!("use {module}::{{{}}};\n", names.join(", "));
    if flat.len() <= WIDTH + 1 {
        return flat;
    }
    let mut text = format!("use {module}::{{\n");
    let mut line = String::from("   ");
    for name in names {
        if line.len() + name.len() + 2 > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(name);
        line.push(',');
    }
    text.push_str(&line);
    text.push_str("\n};\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn names_in_strings_comments_and_paths_are_not_imported() {
        let text = "/// Arc\npub struct A(Json, Self::Token, &'static str);\nconst B: &str = \"Duration \\\" Arc\";";
        assert_eq!(uses(text, &[]), "use token_refresh_runtime::Json;\n");
    }

    #[test]
    fn raw_strings_end_where_their_hashes_do() {
        let text = "fn a(r#type: Json) { b(r##\"Duration \"# Arc\"##, r\"Role\", Secret) }";
        let used = "use token_refresh_runtime::{Json, Secret};\n";
        assert_eq!(uses(text, &[]), used);
    }

    #[test]
    fn a_field_called_like_a_module_is_no_module() {
        assert_eq!(uses("struct A { generate: u8 }", &[]), "");
        let used = "use token_refresh_runtime::generate;\n";
        assert_eq!(uses("fn a() { generate::uuid() }", &[]), used);
    }

    #[test]
    fn a_method_called_like_a_macro_or_a_function_is_neither() {
        let text = "impl A { fn json(self, json: u8) {} fn default_transport() {} }";
        assert_eq!(uses(text, &[]), "");
    }

    #[test]
    fn own_names_come_last() {
        let own = [("Client".to_owned(), "super".to_owned())];
        let text = "struct A { a: Arc<Client>, b: Json, c: Secret }";
        let used = "use std::sync::Arc;\n\nuse token_refresh_runtime::{Json, Secret};\n\nuse super::Client;\n";
        assert_eq!(uses(text, &own), used);
    }
}
