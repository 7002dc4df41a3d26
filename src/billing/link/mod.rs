//! Links back into the application: templates with `{variables}`, and parts in `[ ]` that are left out when a variable in
//! them has no value.

mod fill; // a template and values → an address
mod template; // a template's parts

pub use fill::{Unfilled, fill, is_web_address};
pub use template::{Broken, Part, parse};

/// What Stripe replaces itself, in a success address only.
pub const SESSION_ID: &str = "CHECKOUT_SESSION_ID";

/// Variables that always have a meaning: where the application is, the subject, and what it buys.
pub const BUILT_IN: [&str; 4] = ["base_url", "subject", "plan", "price"];
