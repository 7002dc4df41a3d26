//! Webhooks: signatures made and checked, events received, stored, applied and passed on, whatever goes wrong.

mod arrival; // an event that arrives, and one that is refused
#[cfg(unix)]
mod crash; // killed, stopped, and without room on its disk
mod forward; // passed on, byte for byte
mod hostile; // what strangers send
#[cfg(unix)]
mod poll; // read from Stripe, where no webhook gets to
mod signatures; // `events sign` and `events verify`, as a person meets them
mod strangers; // the official SDKs, where the proofs run them
pub mod world; // a listener, and events signed for it
