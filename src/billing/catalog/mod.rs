//! The catalog: what should be in Stripe, and what plans allow.

pub mod file; // the types of billing.toml, as a person writes them
pub mod model; // the catalog as everything after it reads it: resolved, with its defaults
