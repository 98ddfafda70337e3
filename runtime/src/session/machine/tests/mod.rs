//! The machine by itself: one rule a test, and random interleavings of several machines.

mod calls;
mod driven;
mod edits;
mod policy;
mod simulation;
mod trouble;
mod world;
