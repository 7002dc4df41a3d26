//! The embedded Stripe: a server on loopback that speaks Stripe's HTTP API and keeps its own state in SQLite.
//!
//! The rest of billctl reaches it by URL like the real one. It reads forms, checks parameters and shapes answers with
//! code of its own, so that a mistake in the client cannot cancel out against the same mistake here.
//!
//! A request passes `server` (HTTP) → `dispatch` (key, limits, faults, parameters) → `engine` (one
//! thread, one transaction for all that wait) → a handler in `resources`, and back through `expand`. Events that a
//! handler makes leave through `delivery`. A person's browser is served by `pages`, which ask the engine the same way.

mod args;
mod auth;
mod call;
mod check;
mod control;
mod database;
mod delivery;
mod dispatch;
mod due;
mod endpoint;
mod engine;
mod event;
mod event_types;
mod expand;
mod faults;
mod form;
mod ids;
mod in_flight;
mod kind;
mod limiter;
mod list;
mod log;
mod options;
mod own;
mod pages;
mod period;
mod prepare;
mod record;
mod refusal;
mod resources;
mod search;
mod server;
mod socket;
mod spec;
mod state;
mod version;
mod wording;

pub use delivery::reach;
pub use faults::{BadRule, FaultPlan, RULE_HINT};
pub use options::{Clock, Limits, Options, RETRY_AFTER_MS, Sending, USUAL_PORT, system_clock};
pub use server::{Server, serve};
pub use state::{
    Attached, Running, Started, attach_or_serve, counts, database, delivery_counts, reset, running, start,
    unreached, webhook_secrets,
};
