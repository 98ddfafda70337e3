//! Which crate and which stage may use what: the edges of docs/ARCHITECTURE.md, read from manifests and sources.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::{files_under, read, root};

/// The packages that a manifest names in these tables.
fn dependencies(manifest: &str, tables: &[&str]) -> BTreeSet<String> {
    let text = read(&root().join(manifest));
    let mut is_wanted = false;
    let mut names = BTreeSet::new();
    for line in text.lines() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            is_wanted = tables.contains(&table);
        } else if is_wanted && let Some((name, _)) = line.split_once('=') {
            let name = name.trim().trim_end_matches(".workspace");
            names.insert(name.to_owned());
        }
    }
    names
}

const EVERY_TABLE: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

#[test]
fn generator_and_runtime_do_not_know_each_other() {
    let generator = dependencies("generator/Cargo.toml", EVERY_TABLE);
    assert!(
        generator.contains("openapiv3"),
        "the manifest is read: {generator:?}"
    );
    assert!(
        !generator.contains("token-refresh-runtime"),
        "{generator:?}"
    );
    let runtime = dependencies("runtime/Cargo.toml", EVERY_TABLE);
    assert!(
        runtime.contains("http"),
        "the manifest is read: {runtime:?}"
    );
    assert!(!runtime.contains("token-refresh-generator"), "{runtime:?}");
}

#[test]
fn the_program_does_not_know_the_clients() {
    let program = dependencies("Cargo.toml", &["dependencies", "build-dependencies"]);
    assert!(program.contains("token-refresh-generator"), "{program:?}");
    assert!(!program.contains("token-refresh-clients"), "{program:?}");
}

#[test]
fn the_clients_need_the_runtime_and_nothing_else_of_ours() {
    let clients = dependencies("generated/Cargo.toml", EVERY_TABLE);
    assert!(clients.contains("token-refresh-runtime"), "{clients:?}");
    assert!(!clients.contains("token-refresh-generator"), "{clients:?}");
    assert!(!clients.contains("token-refresh"), "{clients:?}");
}

#[test]
fn the_examples_need_the_clients_alone() {
    let examples = dependencies("examples/Cargo.toml", EVERY_TABLE);
    assert!(examples.contains("token-refresh-clients"), "{examples:?}");
    // One dependency is enough for an application.
    assert!(!examples.contains("token-refresh-runtime"), "{examples:?}");
    assert!(
        !examples.contains("token-refresh-generator"),
        "{examples:?}"
    );
}

/// A word of Rust source, and the only places under a folder that may use it.
struct Fence {
    word: &'static str,
    /// Paths below the folder; each stands for the file or for everything in the folder of that name.
    allowed: &'static [&'static str],
    reason: &'static str,
}

const GENERATOR: &[Fence] = &[
    Fence {
        word: "openapiv3",
        allowed: &["source", "document", "lower"],
        reason: "behind `lower` there is only the model",
    },
    Fence {
        word: "serde_yaml",
        allowed: &["source/yaml"],
        reason: "it has no releases any more and must be easy to replace",
    },
    Fence {
        word: "saphyr_parser",
        allowed: &["source/yaml"],
        reason: "one module reads YAML",
    },
    Fence {
        word: "quote",
        allowed: &["emit", "render"],
        reason: "Rust is written by the emitters",
    },
    Fence {
        word: "syn",
        allowed: &["emit", "render"],
        reason: "Rust is written by the emitters",
    },
    Fence {
        word: "prettyplease",
        allowed: &["emit", "render"],
        reason: "the layout is made in one place",
    },
    Fence {
        word: "fs",
        allowed: &["source", "output", "build"],
        reason: "`source` reads files and `output` writes them",
    },
    Fence {
        word: "env",
        allowed: &["build"],
        reason: "the same specs give the same bytes everywhere; a build script alone asks cargo where to write",
    },
    Fence {
        word: "println",
        allowed: &["build"],
        reason: "the library returns data; a build script alone talks to cargo",
    },
    Fence {
        word: "eprintln",
        allowed: &["build"],
        reason: "the library returns data",
    },
    Fence {
        word: "now",
        allowed: &[],
        reason: "no clock in the generator",
    },
    Fence {
        word: "net",
        allowed: &[],
        reason: "no network in the generator",
    },
];

#[test]
fn the_stages_of_the_generator_keep_to_their_tools() {
    keep("generator/src", GENERATOR);
}

#[test]
fn the_runtime_reads_no_yaml_and_writes_no_rust() {
    let none: &[&str] = &[];
    for word in ["openapiv3", "serde_yaml", "quote", "syn"] {
        let reason = "the runtime is built by every user";
        keep(
            "runtime/src",
            &[Fence {
                word,
                allowed: none,
                reason,
            }],
        );
    }
}

#[test]
fn a_read_takes_no_lock() {
    let lock = |word| Fence {
        word,
        allowed: &[],
        reason: "readers wait for nobody",
    };
    let fences = ["Mutex", "RwLock", "Condvar", "LazyLock", "OnceLock"].map(lock);
    keep("runtime/src/session/cell", &fences);
}

fn keep(folder: &str, fences: &[Fence]) {
    let folder = root().join(folder);
    let mut offences = Vec::new();
    let mut files = files_under(&folder);
    files.retain(|file| {
        file.extension().is_some_and(|ending| ending == "rs") && !file.ends_with("tests.rs")
    });
    assert!(files.len() > 3, "the folder is read: {files:?}");
    for file in &files {
        let place = file.strip_prefix(&folder).unwrap().with_extension("");
        let text = code(&read(file));
        for fence in fences {
            let is_allowed = fence
                .allowed
                .iter()
                .any(|allowed| place.starts_with(Path::new(allowed)));
            if !is_allowed && has_word(&text, fence.word) {
                offences.push(format!(
                    "{} uses `{}`: {}",
                    place.display(),
                    fence.word,
                    fence.reason
                ));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// The text without comments, string literals and unit tests.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .map(|line| line.split('"').step_by(2).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n")
        // What cargo says of the package while it is compiled is no environment.
        .replace("env!", "")
}

/// Whether the text names a crate, module, macro or type of this name: `word::`, `word!` or `::word`.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let stands_alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        let is_path = after.starts_with("::") || after.starts_with('!') || before.ends_with("::");
        stands_alone && (is_path || word.starts_with(char::is_uppercase))
    })
}

#[test]
fn a_word_is_found_only_where_it_is_used() {
    assert!(has_word("use std::fs;", "fs"));
    assert!(has_word("fs::read(path)", "fs"));
    assert!(has_word("let x = quote! { };", "quote"));
    assert!(has_word("map: HashMap<u8, u8>", "HashMap"));
    assert!(!has_word("let fs = 1;", "fs"));
    assert!(!has_word("my_quote!()", "quote"));
    assert!(!has_word(
        &code("// use syn::Type;\nlet a = \"syn::Type\";"),
        "syn"
    ));
}
