//! Events on their way to whoever wants them: webhook endpoints, the URLs of `--forward-to`, and `stripe listen`.
//!
//! The engine notes deliveries in the same transaction as their event (`outbox`), so that none is lost; once that is
//! durable the `courier` is told. It has a `line` for each receiver: in the order of the events, unless a receiver
//! takes its time or a fault is asked for. What is not answered with success is sent again, and what a server has not
//! sent when it ends is sent by the next one. `session` is the official CLI's way of listening.

mod courier;
mod line;
mod outbox;
mod parcel;
mod queue;
mod reach;
pub mod session;

pub use courier::{Courier, Running};
pub use outbox::{Outbox, outbox};
pub use parcel::Poster;
pub use reach::reach;
pub use session::Sessions;

/// Who gets an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Receiver {
    /// A webhook endpoint, by its id.
    Endpoint(String),
    /// A URL that everything is forwarded to.
    Forward(String),
    /// A session of `stripe listen`.
    Session(u64),
}

/// An event that is to be sent to one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub receiver: Receiver,
    pub event: String,
    pub event_type: String,
    /// The number that the database keeps it under; a session's is not kept.
    pub seq: Option<i64>,
}
