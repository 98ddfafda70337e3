//! Nothing in a vendor's text becomes code, a link into ours, HTML, or a line of its own.

use super::markdown::lines;

#[test]
fn code_is_never_a_test() {
    assert_eq!(
        lines("```rust\npanic!()\n```"),
        ["```text", "panic!()", "```", ""][..3]
    );
    assert_eq!(lines("~~~\nx"), ["~~~text", "x", "~~~"]);
    // Indented code is a paragraph.
    assert_eq!(lines("a\n\n    panic!()\n"), ["a", "", "panic!()"]);
    assert_eq!(lines("> ```\n> x\n> ```")[0], "```text");
    assert_eq!(lines("- \t\t\tpanic!()"), ["- panic!()"]);
}

#[test]
fn brackets_and_tags_are_text() {
    assert_eq!(
        lines("see [Vec] <b>now</b>"),
        ["see \\[Vec\\] \\<b>now\\</b>"]
    );
    assert_eq!(
        lines("[a](https://a.example/b)"),
        ["[a](https://a.example/b)"]
    );
    assert_eq!(lines("[a](javascript:x)"), ["\\[a\\](javascript:x)"]);
    assert_eq!(
        lines("[x]: https://a.example"),
        ["\\[x\\]: <https://a.example>"]
    );
}

#[test]
fn addresses_are_links_and_names_are_code() {
    assert_eq!(
        lines("at https://a.example/b_c."),
        ["at <https://a.example/b_c>."]
    );
    assert_eq!(
        lines("the access_token, PostgreSQL"),
        ["the `access_token`, `PostgreSQL`"]
    );
    assert_eq!(
        lines("`a_b` stays, ` does not"),
        ["`a_b` stays, \\` does not"]
    );
}

#[test]
fn lines_cannot_be_broken_into_or_turned_around() {
    assert_eq!(lines("a\u{2028}b\u{202e}c\r\nd\u{0}"), ["abc d"]);
    assert_eq!(lines("# Title\ntext\n==="), ["**Title**", "", "text"]);
}

#[test]
fn paragraphs_and_items_are_wrapped_anew() {
    let text = format!("- {}\ncontinued", "word ".repeat(30));
    let wrapped = lines(&text);
    assert!(
        wrapped.len() > 1 && wrapped[1].starts_with("  word"),
        "{wrapped:?}"
    );
    let wrapped = lines(&format!("{} - no item", "word ".repeat(18)));
    assert!(
        wrapped.iter().skip(1).all(|line| !line.starts_with("- ")),
        "{wrapped:?}"
    );
}
