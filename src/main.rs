//! The command-line program: reads its arguments, runs one command, says how it went by exit code.

mod arguments;
mod catalogue;
mod commands;
mod console;
mod facts;
mod failure;
mod pipeline;
mod progress;
mod report;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// A generator allocates all the time and frees little: a third of what a run took went into the system's
/// allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return say_usage(&error),
    };
    let mut console = Console::default();
    let result = run(arguments.command, &mut console).and_then(|outcome| {
        console.flush()?;
        Ok(outcome)
    });
    match result {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Problems) => ExitCode::from(1),
        Err(failure) => {
            failure.say();
            ExitCode::from(2)
        }
    }
}

fn run(command: Command, console: &mut Console) -> Result<Outcome, Failure> {
    match command {
        Command::Generate(arguments) => commands::generate::run(&arguments, console),
        Command::Check(arguments) => commands::check::run(&arguments, console),
        Command::List(arguments) => commands::list::run(&arguments, console),
        Command::Explain(arguments) => commands::explain::run(&arguments, console),
    }
}

/// Help and the version are no misuse; a closed pipe on the way is nobody's fault.
fn say_usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}
