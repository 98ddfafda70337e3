//! What the rules say of whole specs.
