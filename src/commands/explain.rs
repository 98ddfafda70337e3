//! `explain CODE`: the page of a diagnostic, as it was when the program was built.

use token_refresh_generator::diagnostic::nearest::nearest;

use crate::arguments::ExplainArguments;
use crate::catalogue::{self, Page};
use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// Prints the page.
pub(crate) fn run(arguments: &ExplainArguments, console: &mut Console) -> Result<Outcome, Failure> {
    let page = find(&arguments.code)?;
    console.print(page.text)?;
    Ok(Outcome::Clean)
}

fn find(asked: &str) -> Result<&'static Page, Failure> {
    let code = full(asked);
    let is_it = |page: &&Page| page.code == code;
    catalogue::PAGES.iter().find(is_it).ok_or_else(|| {
        let codes = catalogue::PAGES.iter().map(|page| page.code);
        let help = match nearest(&code, codes) {
            Some(near) => format!("did you mean {near}?"),
            None => "codes look like TR101; the folder docs/diagnostics has them all".to_owned(),
        };
        Failure::new(format!("there is no diagnostic `{asked}`")).help(help)
    })
}

/// `tr7`, `7` and `TR007` are the same.
fn full(asked: &str) -> String {
    let upper = asked.trim().to_ascii_uppercase();
    let digits = upper.strip_prefix("TR").unwrap_or(&upper);
    match digits.parse::<u16>() {
        Ok(number) => format!("TR{number:03}"),
        Err(_) => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::full;

    #[test]
    fn reads_a_code_as_people_write_it() {
        for asked in ["TR007", "tr007", "7", "007", " tr7 "] {
            assert_eq!(full(asked), "TR007", "{asked}");
        }
        assert_eq!(full("E0382"), "E0382");
    }
}
