//! The catalog: what should be in Stripe, and what plans allow.
//!
//! Reading goes file → document → shape → meaning: `include` reads TOML and merges files, `overrides` lays a
//! profile over them, `structure` checks the shape with the schema of the types in `file`, `check` checks the
//! meaning and makes the `model`. Whatever is wrong is found at once, each with its place.

mod check; // the meaning, checked and made into the model
pub mod file; // the types of billing.toml, as a person writes them
mod include; // files read, included and merged
mod load; // from files to a catalog, or to all that is wrong with them
pub mod mask; // keys pasted into a file or onto the command line, hidden
pub mod model; // the catalog as everything after it reads it: resolved, with its defaults
pub mod nearest; // the word that was probably meant
mod overrides; // a profile's values laid over the file's
pub mod path; // where a value stands: products.pro.prices.monthly
mod places; // from a path to a line and column
pub mod problem; // what is wrong, and where
pub mod schema; // the JSON Schema made from the types
mod size; // how large a catalog is, and how large it may be
pub mod source; // a file's text, and places in it
mod structure; // the shape, checked with the schema

pub use include::ReadFile;
pub use load::{Document, Loaded, load};
pub use size::{MAX_BYTES, MAX_RESOURCES};
