//! Puts the files of all providers together: a crate, or one file to include.

use crate::check::Checked;
use crate::config::{Config, Layout, Package};
use crate::model::{Model, Provider};
use crate::output::OutputTree;
use crate::{emit, render};

/// The name of the file of [`Layout::File`].
pub(crate) const FILE: &str = "token_refresh_clients.rs";

pub(crate) fn tree(model: &Checked<Model>, config: &Config) -> OutputTree {
    let chosen = chosen(model, config);
    let mut tree = OutputTree::default();
    match &config.layout {
        Layout::Crate(package) => crate_files(model, &chosen, package, &mut tree),
        Layout::File => single_file(&chosen, &mut tree),
    }
    if !config.only.is_empty() {
        tree.limit_to(
            chosen
                .iter()
                .map(|provider| provider.module.clone())
                .collect(),
        );
    }
    tree
}

/// The providers asked for. An id that is none's is the caller's to complain of.
fn chosen<'a>(model: &'a Model, config: &Config) -> Vec<&'a Provider> {
    let is_chosen =
        |provider: &&Provider| config.only.is_empty() || config.only.contains(&provider.id);
    model.providers.iter().filter(is_chosen).collect()
}

fn crate_files(model: &Model, chosen: &[&Provider], package: &Package, tree: &mut OutputTree) {
    let krate = package.krate();
    for provider in chosen {
        let mut take = |file: emit::File<'_>| {
            let path = file.path.clone();
            tree.insert(path, Some(&provider.id), render::file(file));
        };
        emit::provider(provider, Some(&krate), &mut take);
        if package.tests {
            emit::tests::provider(provider, &krate, &mut take);
        }
    }
    if package.tests {
        let main = emit::tests::main(model);
        tree.insert(main.path.clone(), None, render::file(main));
    }
    let library = emit::library(model, package);
    tree.insert(library.path.clone(), None, render::file(library));
    let manifest = emit::manifest(model, package);
    let header = render::header(None, "#");
    tree.insert(
        "Cargo.toml".to_owned(),
        None,
        format!("{header}\n{manifest}"),
    );
    let readme = emit::readme(model, package);
    let header = render::header(None, "<!--");
    let header = header.trim_end();
    tree.insert(
        "README.md".to_owned(),
        None,
        format!("{header} -->\n\n{readme}"),
    );
}

fn single_file(chosen: &[&Provider], tree: &mut OutputTree) {
    let mut text = render::header(None, "//");
    for provider in chosen {
        // The provider's own file comes first, and its operations' modules end up inside it.
        let mut inside = String::new();
        let mut take = |file: emit::File<'_>| {
            let operation = file.operation.map(str::to_owned);
            let part = render::inside(file);
            match operation {
                Some(name) => render::module(&name, &part, &mut inside),
                None => inside = part,
            }
        };
        emit::provider(provider, None, &mut take);
        render::module(&provider.module, &inside, &mut text);
    }
    tree.insert(FILE.to_owned(), None, text);
}
