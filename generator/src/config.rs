//! What the caller of the generator decides: which specs, which of them to write, and into what.

use std::path::PathBuf;

/// What to generate, and from what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Folders of specs, or single files.
    pub specs: Vec<PathBuf>,
    /// The ids of the providers to write; empty: all of them. Files that are about all providers still are.
    pub only: Vec<String>,
    /// What comes out.
    pub layout: Layout,
}

/// What comes out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Layout {
    /// A crate of its own.
    Crate(Package),
    /// One file, `token_refresh_clients.rs`, with a module for each provider, for `include!`.
    File,
}

/// The crate that comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Package {
    /// The lines of the manifest's `[package]` table, which belong to the crate's owner.
    pub table: String,
    /// Where the runtime is, beside its version; `None`: on crates.io.
    pub runtime_path: Option<String>,
    /// Whether the crate has tests.
    pub tests: bool,
}

impl Config {
    /// All of the specs in this folder, or this one file, as a crate.
    pub fn new(specs: impl Into<PathBuf>) -> Self {
        Self {
            specs: vec![specs.into()],
            only: Vec::new(),
            layout: Layout::Crate(Package::default()),
        }
    }

    /// Only the providers of these ids.
    #[must_use]
    pub fn only(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.only = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Another layout.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }
}

impl Default for Package {
    fn default() -> Self {
        Self::named("token-refresh-clients")
    }
}

impl Package {
    /// A new crate of this name, not to be published until its owner says under what licence.
    pub fn named(name: &str) -> Self {
        let table = format!(
            "name = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"{}\"\n\
             description = \"Typed clients that refresh third-party tokens\"\npublish = false\n",
            env!("CARGO_PKG_RUST_VERSION"),
        );
        Self {
            table,
            runtime_path: None,
            tests: true,
        }
    }

    /// The package as its manifest has it: its owner's `[package]` table stays, and so does where the
    /// runtime is. `None` where there is no such table with a name.
    pub fn from_manifest(manifest: &str) -> Option<Self> {
        let table = section(manifest, "[package]")?;
        let package = Self {
            table,
            runtime_path: runtime_path(manifest),
            tests: true,
        };
        package.name().is_some().then_some(package)
    }

    /// The package's name, as the manifest has it.
    pub fn name(&self) -> Option<&str> {
        self.table.lines().find_map(|line| {
            let value = line
                .trim()
                .strip_prefix("name")?
                .trim_start()
                .strip_prefix('=')?;
            value.trim().strip_prefix('"')?.split('"').next()
        })
    }

    /// The crate's name as Rust has it.
    pub(crate) fn krate(&self) -> String {
        self.name()
            .unwrap_or("token_refresh_clients")
            .replace('-', "_")
    }
}

/// The lines of a table, up to the next one, without blank lines at its end.
fn section(manifest: &str, header: &str) -> Option<String> {
    let mut lines = manifest.lines();
    lines.find(|line| line.trim() == header)?;
    let table: Vec<_> = lines.take_while(|line| !line.starts_with('[')).collect();
    let text = table.join("\n");
    Some(format!("{}\n", text.trim_matches('\n')))
}

fn runtime_path(manifest: &str) -> Option<String> {
    let dependencies = section(manifest, "[dependencies]")?;
    let line = dependencies
        .lines()
        .find(|line| line.starts_with("token-refresh-runtime"))?;
    let (_, value) = line.split_once("path")?;
    let value = value
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .strip_prefix('"')?;
    value.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_manifest_keeps_the_package_and_the_path() {
        let manifest = "# @generated\n[package]\nname = \"acme-clients\"\nlicense = \"MIT\"\n\n[dependencies]\n\
             token-refresh-runtime = { version = \"0.1\", path = \"../runtime\", default-features = false }\n";
        let package = Package::from_manifest(manifest).unwrap();
        assert_eq!(
            package.table,
            "name = \"acme-clients\"\nlicense = \"MIT\"\n"
        );
        assert_eq!(package.name(), Some("acme-clients"));
        assert_eq!(package.krate(), "acme_clients");
        assert_eq!(package.runtime_path.as_deref(), Some("../runtime"));
    }

    #[test]
    fn a_manifest_without_a_name_is_none() {
        assert_eq!(
            Package::from_manifest("[package]\nversion = \"1.0.0\"\n"),
            None
        );
        assert_eq!(Package::from_manifest("[workspace]\n"), None);
    }
}
