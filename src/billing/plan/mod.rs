//! What sync would change: the catalog held against what Stripe has. Deciding only; nothing here can write.

pub mod account; // what Stripe has, as its list calls answer
pub mod body; // the JSON of an object, kept small
pub mod change; // what a plan says, and what Stripe can change
pub mod diff; // wanted against account → plan
pub mod field; // values of fields in one canonical form
pub mod kind; // the kinds of resources and their addresses
pub mod matching; // which object is which resource
pub mod observed; // Stripe's objects → canonical fields
pub mod payment_link; // links of a replaced price
pub mod saved; // a reviewed plan, kept
pub mod steps; // plan → requests in order
pub mod wanted; // the catalog → canonical fields

pub use diff::{Choices, Plan};
