//! `generate`: writes the Rust clients of the specs, shows them, or says how far behind they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use token_refresh_generator::config::{Config, Layout};
use token_refresh_generator::diagnostic::{Diagnostic, Sink, nearest::nearest};
use token_refresh_generator::generate;
use token_refresh_generator::output::{self, Drift, OutputFile, OutputTree, Report};
use token_refresh_generator::source::{self, Root};

use crate::arguments::GenerateArguments;
use crate::console::{self, Console, bold, count, status};
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::report;
use crate::report::diff::diff;

/// What is about all providers is shown under this name.
const SHARED: &str = "the crate";

/// Makes the clients and does with them what was asked.
pub(crate) fn run(
    arguments: &GenerateArguments,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    super::must_exist(&arguments.specs, "--specs")?;
    let tree = match make(arguments)? {
        Ok(tree) => tree,
        Err(diagnostics) => {
            console::complain(&report::drawn(&diagnostics));
            return Ok(Outcome::Problems);
        }
    };
    console::complain(&report::drawn(&tree.warnings));
    if arguments.print {
        print(&tree, arguments, console)
    } else if arguments.check {
        check(&tree, arguments, console)
    } else {
        write(&tree, &arguments.out, console)
    }
}

/// The files, or what is wrong with the specs.
fn make(arguments: &GenerateArguments) -> Result<Result<OutputTree, Vec<Diagnostic>>, Failure> {
    let package = output::package(&arguments.out)
        .map_err(|error| Failure::new(format!("cannot read {error}")))?
        .unwrap_or_default();
    let mut config = Config::new(&arguments.specs).layout(Layout::Crate(package));
    if !arguments.ids.is_empty() {
        config.specs = named(arguments)?;
    }
    let _progress = Progress::start("Generating clients".to_owned());
    Ok(generate(&config))
}

/// The specs of the providers that are named and of those that the crate has already: together they are a crate.
fn named(arguments: &GenerateArguments) -> Result<Vec<PathBuf>, Failure> {
    // What is wrong with the specs is found once more, and shown, when the clients are made.
    let mut sink = Sink::default();
    let (sources, roots) = source::load(std::slice::from_ref(&arguments.specs), &mut sink);
    let ids: Vec<_> = roots.iter().map(|root| root.id.as_str()).collect();
    if let Some(id) = arguments.ids.iter().find(|id| !ids.contains(&id.as_str())) {
        return Err(unknown(id, &ids, &arguments.specs));
    }
    let is_there = |id: &str| {
        let module = arguments.out.join("src").join(id.replace('-', "_"));
        module.with_extension("rs").exists() || module.join("mod.rs").exists()
    };
    let wanted = roots
        .iter()
        .filter(|root| arguments.ids.contains(&root.id) || is_there(&root.id));
    let location = |root: &Root| sources.get(root.file).map(|file| file.location.clone());
    Ok(wanted.filter_map(location).collect())
}

fn unknown(id: &str, ids: &[&str], specs: &Path) -> Failure {
    let help = match nearest(id, ids.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if ids.is_empty() => "run `token-refresh check` to see why there is none".to_owned(),
        None => format!("there are {}", ids.join(", ")),
    };
    Failure::new(format!("no spec in `{}` is named `{id}`", specs.display())).help(help)
}

fn print(
    tree: &OutputTree,
    arguments: &GenerateArguments,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let is_named = |id: &String| arguments.ids.contains(id);
    let is_wanted = |file: &OutputFile| {
        arguments.ids.is_empty() || file.provider.as_ref().is_some_and(is_named)
    };
    for (path, file) in tree.files() {
        if is_wanted(file) {
            console.print(&bold(&format!("==> {path} <==")))?;
            console.print(&format!("\n{}\n", file.contents))?;
        }
    }
    Ok(Outcome::Clean)
}

fn check(
    tree: &OutputTree,
    arguments: &GenerateArguments,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let drifts = output::drift(tree, &arguments.out)
        .map_err(|error| Failure::new(format!("cannot read {error}")))?;
    if drifts.is_empty() {
        return Ok(Outcome::Clean);
    }
    for Drift {
        path,
        expected,
        found,
        ..
    } in &drifts
    {
        console.print(&diff(path, found.as_deref(), expected.as_deref()))?;
    }
    let files = count(drifts.len(), "file");
    let (out, specs) = (arguments.out.display(), arguments.specs.display());
    let behind = Failure::new(format!("`{out}` is not what `{specs}` says: {files}"));
    behind.help(format!("run `{}`", command(arguments))).say();
    Ok(Outcome::Problems)
}

/// The command that brings the crate up to date.
fn command(arguments: &GenerateArguments) -> String {
    let mut command = "token-refresh generate".to_owned();
    for (option, path, default) in [
        ("--specs", &arguments.specs, "specs"),
        ("--out", &arguments.out, "generated"),
    ] {
        if path != Path::new(default) {
            let _ = write!(command, " {option} {}", path.display());
        }
    }
    for id in &arguments.ids {
        let _ = write!(command, " {id}");
    }
    command
}

fn write(tree: &OutputTree, out: &Path, console: &mut Console) -> Result<Outcome, Failure> {
    let report =
        output::write(tree, out).map_err(|error| Failure::new(format!("cannot write {error}")))?;
    console.print(&said(tree, &report))?;
    Ok(Outcome::Clean)
}

/// One line for each provider that has something new, one for all that have not, one for what went.
fn said(tree: &OutputTree, report: &Report) -> String {
    let mut written: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for file in report.generated.iter().filter_map(|path| tree.get(path)) {
        let (files, lines) = written.entry(owner(file)).or_default();
        *files += 1;
        *lines += file.contents.lines().count();
    }
    let width = written.keys().map(|name| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, (files, lines)) in &written {
        let (files, lines) = (count(*files, "file"), count(*lines, "line"));
        let _ = writeln!(
            text,
            "{}  {name:width$}  {files}, {lines}",
            status("Generated")
        );
    }
    let unchanged: BTreeSet<&str> = tree
        .files()
        .map(|(_, file)| owner(file))
        .filter(|name| *name != SHARED && !written.contains_key(name))
        .collect();
    for (word, names) in [
        ("Unchanged", unchanged.into_iter().collect::<Vec<_>>()),
        (
            "Removed",
            report.removed.iter().map(String::as_str).collect(),
        ),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "{}  {}", status(word), names.join(", "));
        }
    }
    text
}

/// The provider that a file is of.
fn owner(file: &OutputFile) -> &str {
    file.provider.as_deref().unwrap_or(SHARED)
}
