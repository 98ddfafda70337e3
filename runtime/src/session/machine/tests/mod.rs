//! The machine by itself: a table of single cases, and random interleavings of several machines.

mod simulation;
mod world;
