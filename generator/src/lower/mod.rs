//! Turns a [`crate::document::Document`] into the [`crate::model`], for the checks and the emitters.

pub mod documented;
pub mod extension;
