//! The command line: what may be said, and the help that says so.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "Exit codes: 0 clean, 1 problems found, 2 wrong arguments or a file that cannot be read or written.";

const EXAMPLES: &str = "Examples:
  token-refresh check                  Judge every spec in specs/
  token-refresh generate               Bring generated/ up to date with specs/
  token-refresh generate --check       Say whether it is, for CI
  token-refresh list                   Show what the built-in providers spend, and when
  token-refresh explain TR101          Show the page of a diagnostic";

const GENERATE_EXAMPLES: &str = "Examples:
  token-refresh generate
          specs/ to generated/; files that did not change are not touched
  token-refresh generate --specs vendors --out clients
          A whole crate of your own, tests included
  token-refresh generate --check
          Writes nothing; exits with 1 and shows a diff where generated/ is behind
  token-refresh generate --print xellar
          Shows the file of one provider";

const CHECK_EXAMPLES: &str = "Examples:
  token-refresh check
  token-refresh check vendors/acme.yaml
  token-refresh check --format json | jq -r '.[] | \"\\(.file):\\(.line) \\(.message)\"'
  token-refresh check --format github  In a workflow: problems appear beside the changed lines

JSON is an array of {code, severity, message, file, line, column, end_line, end_column, help}.
Lines and columns count from 1, columns in characters; the end is one past the last character.
Warnings alone exit with 0.";

const LIST_EXAMPLES: &str = "Examples:
  token-refresh list
  token-refresh list --format json | jq -r '.[].id'";

const EXPLAIN_EXAMPLES: &str = "Examples:
  token-refresh explain TR101
  token-refresh explain 101";

/// Typed Rust clients for token-refresh endpoints, out of OpenAPI.
#[derive(Debug, Parser)]
#[command(name = "token-refresh", version, after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the Rust clients of the specs
    #[command(after_help = format!("{GENERATE_EXAMPLES}\n\n{EXIT_CODES}"))]
    Generate(GenerateArguments),
    /// Judge specs and show what is wrong with them
    #[command(after_help = format!("{CHECK_EXAMPLES}\n\n{EXIT_CODES}"))]
    Check(CheckArguments),
    /// Show the built-in providers: what each spends, window, lifetimes, rotation
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArguments),
    /// Show the page of a diagnostic
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),
}

/// What `generate` takes.
#[derive(Args, Debug)]
pub(crate) struct GenerateArguments {
    /// The folder with one YAML file a provider
    #[arg(long, value_name = "DIR", default_value = "specs")]
    pub(crate) specs: PathBuf,
    /// The folder of the crate that is written
    #[arg(long, value_name = "DIR", default_value = "generated")]
    pub(crate) out: PathBuf,
    /// Write nothing; exit with 1 and show a diff where the crate is behind its specs
    #[arg(long, conflicts_with = "print")]
    pub(crate) check: bool,
    /// Write nothing; show the files on standard output
    #[arg(long)]
    pub(crate) print: bool,
    /// Only these providers, by file name without its ending, and those that the crate has already
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
}

/// What `check` takes.
#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// Spec files, or folders with spec files
    #[arg(value_name = "PATH", default_value = "specs")]
    pub(crate) paths: Vec<PathBuf>,
    /// How problems are shown
    #[arg(long, value_enum, default_value_t = DiagnosticFormat::Human)]
    pub(crate) format: DiagnosticFormat,
}

/// How `check` shows problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnosticFormat {
    /// A picture with the line at fault
    Human,
    /// An array of objects
    Json,
    /// Workflow commands of GitHub Actions
    Github,
}

/// What `list` takes.
#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    /// How providers are shown
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

/// How `list` shows providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table
    Human,
    /// An array of objects
    Json,
}

/// What `explain` takes.
#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// The code, such as TR101
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
}
