//! billctl: billing on Stripe from the terminal. This list is the map, in reading order.

// The emulator writes objects of up to sixty fields with `json!`.
#![recursion_limit = "256"]

pub mod billing; // PURE: money, the catalog and its plan; values in, values out
pub mod cli; // the global flags
pub mod commands; // what a person can type: a folder a noun, a file a verb
pub mod context; // what a command works with: settings, clock, terminal, Stripe when asked for
pub mod emulator; // the offline Stripe, reached by URL only
pub mod error; // kinds of failure, their exit codes, and the fix that goes with an error
pub mod intake; // files of rows that people give: CSV, JSON lines
pub mod listen; // the webhook receiver: verified, durable, answered, then applied
pub mod render; // value → view → table, JSON, JSON lines, CSV
pub mod settings; // flags + environment + file → one resolved answer
pub mod store; // what is kept on disk beside the catalog
pub mod stripe; // the only door to Stripe: read side and write side are different types
pub mod ui; // stdout = data, stderr = status; progress and prompts
