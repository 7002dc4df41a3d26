//! The only door to Stripe, and the only user of reqwest.
//!
//! A [`Client`] is opened from [`Options`] and hands out two sides of different types: a [`Reader`], all that
//! planning is ever given, and a [`Writer`], which only applying builds. Both go through one `send`, which
//! paces, retries what is safe to retry, and says of every failed write whether it may have been carried out.

pub mod catalog; // the read side of the catalog
pub mod client; // opened once, shared by all: the one `send`
pub mod error; // what went wrong, kept whole
pub mod events; // /v1/events from a second on, oldest slice first
pub mod form; // nested values as `a[b][0]=c`
pub mod key; // secret keys: kind, mode, and a mask for showing
pub mod limiter; // pacing that adapts to what Stripe says
pub mod lists; // a page of any list, a single object of any kind, each with the second it was true
pub mod meter_stream; // meter events by the hundred
pub mod options; // where to, as whom, how fast
pub mod paging; // from one page of a list to the next
pub mod path; // ids in paths, and the route a path belongs to
pub mod preview; // what a change of a subscription would cost
pub mod reader; // GET: single objects, whole lists, page by page
pub mod retry; // what is tried again, and when
pub mod stats; // what was sent, counted
pub mod webhook; // an application's webhook endpoint, posted to as Stripe does
pub mod writer; // POST and DELETE, under idempotency keys

mod judge; // how an attempt ended
mod whole; // the rest of lists within an object
mod wire; // one request, one answer

pub use client::Client;
pub use error::StripeError;
pub use key::SecretKey;
pub use options::{AppInfo, Limits, Options, is_loopback};
pub use path::segment;
pub use reader::{Fetched, Greeting, Pages, Reader};
pub use writer::{IdempotencyKey, Reply, Writer};

/// The API version that every request names, so that an account's own default never changes an answer's shape.
pub const API_VERSION: &str = "2026-10-28.endive";
