//! billctl: billing on Stripe from the terminal. This list is the map, in reading order.

pub mod billing; // PURE: money, the catalog and its plan; values in, values out
pub mod commands; // what a person can type: a folder a noun, a file a verb
pub mod emulator; // the offline Stripe, reached by URL only
pub mod error; // kinds of failure, their exit codes, and the fix that goes with an error
