//! The webhook receiver.
//!
//! An event passes `server` (connections, within limits) → `receive` (body, signature, envelope, mode) → `ingest`
//! (one thread, one transaction for all that wait), and only then is answered 200. `apply` brings what is stored into
//! the mirror and `forward` passes it on; both go on from what is on disk, and neither is waited for.

mod apply; // what is stored, brought into the mirror
mod body; // a body, read within its limits
mod forward; // passed on, byte for byte, until it is accepted
mod ingest; // one thread that makes all that wait durable at once
mod keeping; // the books, their log folded by another thread
mod metrics; // counts for Prometheus
mod options; // what a receiver is started with
mod posting; // passed on, though no request brought it
mod receive; // one request
mod secrets; // signing secrets, which may change while it runs
mod server; // connections

pub use apply::{Applier, Failed, Wake};
pub use forward::{Forward, Queueing};
pub use ingest::{Arrival, Kept, Sink};
pub use keeping::Keeping;
pub use metrics::Metrics;
pub use options::{Clock, Limits, Notice, Options, Taken};
pub use posting::Posting;
pub use secrets::{Refresh, Secrets};
pub use server::{Listener, listen};
