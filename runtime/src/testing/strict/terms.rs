//! What a test may choose about a provider beyond its lifecycle.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::testing::Answer;
use crate::{Failure, Json};

/// How often a refresh brings a new grant, where the grant is a token of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// With each refresh.
    #[default]
    EveryTime,
    /// Never: the grant is left out of the answer, and stays.
    Never,
    /// With each second, third, … refresh; in between it is left out.
    Every(u32),
}

/// The choices.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a choice of its own, made by a builder's method"
)]
pub(super) struct Terms {
    pub(super) lifetimes: BTreeMap<String, Duration>,
    pub(super) rotation: Rotation,
    pub(super) strict: bool,
    pub(super) window: bool,
    pub(super) limits: bool,
    pub(super) dated: bool,
    /// What a success has beside tokens and ends.
    pub(super) template: Json,
    pub(super) refusal_body: Json,
    pub(super) refusals: Vec<(Failure, Answer)>,
    pub(super) inputs: Vec<(String, Json)>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            lifetimes: BTreeMap::new(),
            rotation: Rotation::EveryTime,
            strict: false,
            window: false,
            limits: false,
            dated: false,
            template: Json::Null,
            refusal_body: Json::Null,
            refusals: Vec::new(),
            inputs: Vec::new(),
        }
    }
}
