//! Judges a [`Model`] by every rule: what would compile and then fail at run time is found here.
//!
//! One rule a file. Each looks at one operation through a `Scope` and reports to the sink; none changes
//! anything, none depends on another, and the order does not matter, for the sink sorts.

mod access;
pub mod codes;
mod condition;
mod constants;
mod due;
mod error_code;
mod examples;
mod fields;
mod hidden;
mod inputs;
mod lifetime;
mod lists;
mod pointers;
mod present;
mod rotation;
mod scope;
mod status;
mod url;
mod window;
mod wire;

#[cfg(test)]
mod tests;

use self::scope::Scope;
use crate::diagnostic::Sink;
use crate::model::Model;

/// Something that has passed the checks. There is no other way to one than [`check`].
#[derive(Clone, Debug, PartialEq)]
pub struct Checked<T>(T);

impl<T> std::ops::Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Checked<T> {
    /// What was checked.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Applies every rule. There is an answer when the sink has no errors.
pub fn check(model: Model, sink: &mut Sink) -> Option<Checked<Model>> {
    for provider in &model.providers {
        for operation in &provider.operations {
            check_operation(&Scope::new(provider, operation), sink);
        }
    }
    (!sink.has_errors()).then_some(Checked(model))
}

fn check_operation(scope: &Scope<'_>, sink: &mut Sink) {
    // What is sent and received.
    access::check(scope, sink);
    pointers::check(scope, sink);
    lists::check(scope, sink);
    fields::check(scope, sink);
    inputs::check(scope, sink);
    constants::check(scope, sink);
    present::check(scope, sink);
    url::check(scope, sink);

    // The life of the tokens.
    lifetime::check(scope, sink);
    if window::check(scope, sink) {
        due::check(scope, sink);
    }
    rotation::check(scope, sink);

    // What failures mean.
    status::check(scope, sink);
    error_code::check(scope, sink);
    condition::check(scope, sink);
    hidden::check(scope, sink);

    // What the spec shows.
    examples::check(scope, sink);
    wire::check(scope, sink);
}
