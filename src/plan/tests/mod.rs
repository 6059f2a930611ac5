//! Plans of small worlds made by hand, one file for each concern.

mod batches;
mod data;
mod destroy;
mod diff;
mod guests;
mod linter;
mod matching;
mod order;
mod preflight;
mod random;
mod secrets;
mod world;
