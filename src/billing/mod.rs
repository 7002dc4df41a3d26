//! PURE: values in, values out; no file, socket, clock, randomness or terminal.

pub mod alerts; // thresholds of billing.toml
pub mod backfill; // how the mirror is filled from Stripe's lists, and what differs
pub mod calendar; // stretches of time in a zone: their days, weeks and months, and what came before
pub mod catalog; // what should be in Stripe, read from billing.toml
pub mod credits; // the ledger's rules: entries, lots, their order and their chain
pub mod currency; // Stripe's currencies and their exponents
pub mod decline; // why a payment was declined, in plain words
pub mod entitlement; // which plan and limits hold for a subject now, and why
pub mod env_file; // files of KEY=value lines
pub mod event; // Stripe's events: envelope, what changed, patterns over their types
pub mod link; // links back into the application, from templates
pub mod metrics; // revenue, recurring revenue and its movements, churn
pub mod money; // an integer of minor units plus a currency, and decimals below it
pub mod offer; // which prices of the catalog a sale is for
pub mod payment; // how payments stand, which requests mean the same, what may go back
pub mod plan; // what sync would change, and the steps to it
pub mod projection; // Stripe's objects as rows, and which of two versions holds
pub mod pull; // an account → the text of a catalog that plans to nothing
pub mod signature; // webhook signatures: made and checked
pub mod subscription; // how one stands, what a change of it costs, what of it was not used
pub mod usage; // what is counted, over which time, and what it costs
