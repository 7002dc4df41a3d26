//! What is kept on disk beside the catalog.

pub mod journal; // a sync's steps and their idempotency keys, written before the first request
