//! Golden requests are what the client would send: the request is built from the model and `given`, and
//! compared by meaning.

mod build;
mod compare;
mod expected;
mod given;

use self::build::Builder;
use self::given::Given;
use super::scope::Scope;
use crate::diagnostic::Sink;

pub(super) fn check(scope: &Scope<'_>, sink: &mut Sink) {
    for example in &scope.operation.wire {
        let given = Given::of(scope, example);
        if !given.check(sink) {
            continue;
        }
        let mut builder = Builder::new(scope, &given);
        let expected = builder.request();
        // What cannot be built cannot be compared.
        if !builder.report_missing(example, sink) {
            compare::compare(&expected, example, sink);
        }
    }
}
