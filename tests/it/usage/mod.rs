//! Usage: recorded once, counted right, and never over a limit that is held.

mod commands;
mod model;
mod plan_change;
mod races;
