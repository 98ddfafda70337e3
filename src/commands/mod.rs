//! One file a command, and what they share.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod list;

use std::path::Path;

use crate::failure::Failure;

/// A path that is not there was misspelt, or said in the wrong folder.
fn must_exist(path: &Path, option: &str) -> Result<(), Failure> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => {
            let message = format!("there is no file or folder `{}`", path.display());
            Err(Failure::new(message).help(format!(
                "name another one with {option}, or go to the folder that has it"
            )))
        }
        Err(error) => Err(Failure::file("read", path, &error)),
    }
}
