//! Lays out the values of an enum one a line: prettyplease fills the arguments of macros it does not know.

/// The macros whose arguments are `Name { Variant = value, … }`.
const MACROS: &[&str] = &["string_enum!(", "integer_enum!(", "server_enum!("];

/// Whether a macro of ours begins here.
pub(super) fn begins(line: &str) -> bool {
    MACROS.iter().any(|start| line.starts_with(start))
}

/// The whole call, however it is broken, one value a line.
pub(super) fn lay_out(call: &str) -> String {
    let mut text = String::with_capacity(call.len() + 32);
    let mut is_in_string = false;
    let mut is_escaped = false;
    for c in call.chars() {
        if is_in_string {
            text.push(c);
            is_in_string = is_escaped || c != '"';
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        match c {
            '"' => {
                is_in_string = true;
                text.push(c);
            }
            '{' => text.push_str("{\n    "),
            ',' => text.push_str(",\n    "),
            '}' => {
                text.truncate(text.trim_end().len());
                text.push_str("\n}");
            }
            c if c.is_whitespace() => {
                if !text.ends_with([' ', '(']) {
                    text.push(' ');
                }
            }
            ')' => {
                text.truncate(text.trim_end().len());
                text.push(')');
            }
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_line() {
        let call = "string_enum!(\n    Code { A = \"a, } \\\" b\", B =\n    \"b\", }\n);";
        let wanted = "string_enum!(Code {\n    A = \"a, } \\\" b\",\n    B = \"b\",\n});";
        assert_eq!(lay_out(call), wanted);
        let tokens = |text: &str| {
            text.parse::<proc_macro2::TokenStream>()
                .unwrap()
                .to_string()
        };
        assert_eq!(tokens(&lay_out(call)), tokens(call));
    }

    #[test]
    fn numbers_may_be_negative() {
        let call = "integer_enum!(Level { Low = -1, });";
        assert_eq!(lay_out(call), "integer_enum!(Level {\n    Low = -1,\n});");
    }
}
