//! The Stripe client against a server that answers by script.

mod emulator;
mod events;
mod exactly_once;
mod fake;
mod lists;
mod log;
mod network;
mod retries;
mod webhook;
mod wire;

use std::time::Duration;

use billctl::stripe::{Client, IdempotencyKey, Options, SecretKey};

use fake::Fake;

pub const KEY: &str = "sk_test_billctl_0123456789abcd";

/// Options that retry as ever, with pauses too short to notice.
pub fn options(fake: &Fake) -> Options {
    Options {
        backoff_base: Duration::from_millis(1),
        timeout: Duration::from_millis(500),
        ..Options::new(fake.url.clone(), SecretKey::parse(KEY).unwrap())
    }
}

pub fn client(fake: &Fake) -> Client {
    Client::new(options(fake)).unwrap()
}

pub fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap()
}
