//! `list`: the built-in providers, what each spends, when, for how long, and whether the grant rotates.

use std::fmt::Write as _;

use crate::arguments::{ListArguments, ListFormat};
use crate::catalogue;
use crate::console::{Console, bold};
use crate::facts::{Facts, Rotation, TokenFacts};
use crate::failure::{Failure, Outcome};

const HEADINGS: [&str; 5] = ["PROVIDER", "SPENDS", "WINDOW", "ROTATION", "LIFETIMES"];

/// Prints the providers.
pub(crate) fn run(arguments: &ListArguments, console: &mut Console) -> Result<Outcome, Failure> {
    let providers = catalogue::providers();
    let text = match arguments.format {
        ListFormat::Human => table(&providers),
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(&providers)
                .expect("the facts are text and numbers, which JSON has");
            format!("{json}\n")
        }
    };
    console.print(&text)?;
    Ok(Outcome::Clean)
}

fn table(providers: &[Facts]) -> String {
    let rows: Vec<_> = providers.iter().flat_map(lines).collect();
    let mut widths = HEADINGS.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let heading = line(&HEADINGS.map(str::to_owned), &widths);
    let mut text = format!("{}\n", bold(&heading));
    for row in &rows {
        let _ = writeln!(text, "{}", line(row, &widths));
    }
    text
}

fn line(cells: &[String; 5], widths: &[usize; 5]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(line, "{cell:width$}  ");
    }
    line.trim_end().to_owned()
}

/// One line a token; the first has the provider's cells too.
fn lines(facts: &Facts) -> Vec<[String; 5]> {
    let mut own = [
        facts.id.clone(),
        spends(facts),
        window(facts),
        rotation(facts.rotation).to_owned(),
    ];
    let line = |token| {
        let [id, spends, window, rotation] = std::mem::take(&mut own);
        [id, spends, window, rotation, lifetime(token)]
    };
    facts.tokens.iter().map(line).collect()
}

fn spends(facts: &Facts) -> String {
    if facts.spends.is_empty() {
        "client credentials".to_owned()
    } else {
        facts.spends.join(" + ")
    }
}

fn window(facts: &Facts) -> String {
    match (facts.window.from.as_str(), &facts.window.until) {
        ("issue", None) => "any time".to_owned(),
        ("issue", Some(until)) => format!("until {until}"),
        (from, None) => format!("from {from}"),
        (from, Some(until)) => format!("from {from} until {until}"),
    }
}

fn rotation(rotation: Rotation) -> &'static str {
    match rotation {
        Rotation::Always => "always",
        Rotation::Sometimes => "sometimes",
        Rotation::Never => "never",
        Rotation::NothingSpent => "-",
    }
}

/// `walletToken: its JWT's word, else 1d; 1 use`
fn lifetime(token: &TokenFacts) -> String {
    let words = |source: &String| match source.as_str() {
        "stated" => "as stated".to_owned(),
        "jwt" => "its JWT's word".to_owned(),
        other => other.to_owned(),
    };
    let sources: Vec<_> = token.lifetime.iter().map(words).collect();
    let uses = match token.uses {
        None => String::new(),
        Some(1) => "; 1 use".to_owned(),
        Some(uses) => format!("; {uses} uses"),
    };
    format!("{}: {}{uses}", token.name, sources.join(", else "))
}
