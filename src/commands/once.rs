//! A write that is carried out once, however often, by how many and with what luck it is sent.
//!
//! What a request makes carries a key in its metadata, and whoever sends it has looked for that first: Stripe forgets
//! idempotency keys after a day, its lists never. Who asks at the same moment sends the same idempotency key.

use serde_json::Value;

use crate::billing::payment::idempotency_key;
use crate::billing::plan::account::KEY_TAG;
use crate::error::Note;
use crate::stripe::error::Outcome;
use crate::stripe::{IdempotencyKey, StripeError, Writer};

/// So many runs may have left a failure that Stripe keeps under their keys.
const MOST_ATTEMPTS: u32 = 10;

/// What is asked of Stripe, and how it is known again.
#[derive(Debug)]
pub struct Wish<'a> {
    /// In words, for errors: `the charge`.
    pub name: &'a str,
    /// What it does, as a part of its idempotency key.
    pub what: &'a str,
    /// Whom and what it is about, as a part of that key.
    pub about: &'a [&'a str],
    /// How often it was carried out and came to nothing.
    pub earlier: u32,
    pub path: &'a str,
    pub params: &'a Value,
}

/// What came of it.
#[derive(Debug)]
pub enum Sent {
    /// It was made.
    Now(Value),
    /// It was there already, or another process made it at the same time.
    Before(Value),
    /// It was made, and its payment declined.
    Declined(Value),
}

/// Makes it. `look` says whether it is there, where the answer doesn't.
///
/// # Errors
/// What Stripe says, with what to do where it is not known whether it was made.
pub async fn once(
    writer: &Writer,
    wish: &Wish<'_>,
    look: impl AsyncFn() -> anyhow::Result<Option<Value>>,
) -> anyhow::Result<Sent> {
    let Wish { name, what, about, earlier, path, params } = *wish;
    let mut attempt = earlier;
    loop {
        let key = IdempotencyKey::new(idempotency_key(what, about, attempt))?;
        let error = match writer.post(path, params, &key).await {
            Ok(reply) if reply.replayed => return Ok(Sent::Before(reply.body)),
            Ok(reply) => return Ok(Sent::Now(reply.body)),
            Err(error) => error,
        };
        // Whether it was made all the same, by this request, an earlier one, or one with other words under the same key.
        match look().await {
            Ok(Some(found)) if is_decline(&error) => return Ok(Sent::Declined(found)),
            Ok(Some(found)) => return Ok(Sent::Before(found)),
            Ok(None) => {}
            // Nobody can tell, and so nothing more is sent.
            Err(_) => return Err(explain(error, name)),
        }
        // An earlier run's failure, which Stripe repeats for a day, whatever was mended since: nothing was made, so the next
        // key is as good.
        let is_kept = error.api().is_some_and(|api| api.replayed && api.attempts == 1);
        attempt += 1;
        if !is_kept || attempt >= earlier + MOST_ATTEMPTS {
            return Err(explain(error, name));
        }
    }
}

/// Whether the bank or Stripe refused the payment: then the request was understood and something was made.
pub fn is_decline(error: &StripeError) -> bool {
    error.api().is_some_and(|api| api.status == 402 && api.error_type.as_deref() == Some("card_error"))
}

/// The error, with what to do where nobody knows whether it was carried out.
pub fn explain(error: StripeError, name: &str) -> anyhow::Error {
    if error.outcome() != Outcome::Unknown {
        return error.into();
    }
    let kind = error.kind();
    anyhow::Error::from(error).context(Note {
        kind,
        message: format!("Whether Stripe carried out {name} is not known"),
        fix: Some("Run the same command again: it looks first, and does it once".to_owned()),
    })
}

/// Whether an object carries a key.
pub fn has_key(object: &Value, key: &str) -> bool {
    object.pointer(&format!("/metadata/{KEY_TAG}")).and_then(Value::as_str) == Some(key)
}
