//! `check [PATH…]`: judges specs and shows what is wrong with them.

use crate::arguments::{CheckArguments, DiagnosticFormat};
use crate::console::{self, Console, count, status};
use crate::failure::{Failure, Outcome};
use crate::pipeline::{self, Examined};
use crate::progress::Progress;
use crate::report;

/// Shows every problem of the specs. Warnings alone are no reason to fail.
pub(crate) fn run(arguments: &CheckArguments, console: &mut Console) -> Result<Outcome, Failure> {
    for path in &arguments.paths {
        super::must_exist(path, "PATH")?;
    }
    let examined = {
        let _progress = Progress::start("Checking specs".to_owned());
        pipeline::examine(&arguments.paths)
    };
    console.print(&report::show(&examined.diagnostics, arguments.format))?;
    if arguments.format == DiagnosticFormat::Human {
        console::complain(&verdict(&examined));
    }
    Ok(match examined.errors() {
        0 => Outcome::Clean,
        _ => Outcome::Problems,
    })
}

/// `     Checked  5 specs: no problems`
fn verdict(examined: &Examined) -> String {
    let found = match (examined.errors(), examined.warnings()) {
        (0, 0) => format!("{}: no problems", count(examined.specs, "spec")),
        (0, warnings) => format!(
            "{}: {}",
            count(examined.specs, "spec"),
            count(warnings, "warning")
        ),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    format!("{}  {found}\n", status("Checked"))
}
