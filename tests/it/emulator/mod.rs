//! The emulator over raw HTTP, as any client that speaks Stripe's API meets it.

mod auth;
mod catalog;
mod checkout;
mod cli_listen;
mod command;
mod deliveries;
mod delivery_faults;
mod durability;
mod errors;
mod events;
mod expand;
mod faults;
mod forms;
mod idempotency;
mod lists;
mod model;
mod paying;
mod payments;
mod receiver;
mod search;
mod selling;
mod state;
mod subscriptions;
mod time;
mod world;
