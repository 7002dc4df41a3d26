//! Payments: how one stands, which requests mean the same, and what may go back.

mod once; // the keys under which a request is carried out once
mod refund; // what of a payment can go back
mod status; // pending, succeeded, failed, canceled

pub use once::{charge_key, idempotency_key};
pub use refund::{PRORATED, Refundable};
pub use status::PaymentStatus;
