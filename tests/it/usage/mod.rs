//! Usage: recorded once, counted right, never over a limit that is held, and told to Stripe once.

mod commands;
mod import;
mod model;
mod plan_change;
mod push;
mod races;
mod reconcile;
