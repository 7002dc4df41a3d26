//! A payment's client secret, handed over once: whoever has it can pay, and see what is paid.
//!
//! That it was handed over is noted on the payment in Stripe before it is shown, so that of two that ask at once, on
//! however many machines, one is given it.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::live::id_at;
use crate::commands::once::explain;
use crate::commands::secret_out::SecretOut;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::stripe::{IdempotencyKey, Writer, segment};

/// The metadata key that says so.
const TAG: &str = "billctl_client_secret";

/// Where the secret goes.
#[derive(Debug)]
pub enum Handover {
    /// Nobody asked for it.
    No,
    /// To stderr: a result is often kept.
    Shown,
    /// To a file that only its owner can read.
    File(SecretOut),
}

impl Handover {
    /// Opens the file, before anything is sent.
    ///
    /// # Errors
    /// `Usage` if it can't be opened, or if others can read it.
    pub fn new(shown: bool, file: Option<&Path>) -> anyhow::Result<Handover> {
        match (file, shown) {
            (Some(path), _) => SecretOut::open(path).map(Handover::File),
            (None, true) => Ok(Handover::Shown),
            (None, false) => Ok(Handover::No),
        }
    }

    /// Hands over the client secret of a payment intent, if that was asked for and never done.
    ///
    /// # Errors
    /// `Failed` where it was handed over before; what Stripe or the disk refuses.
    pub async fn carry_out(self, ctx: &Context, writer: &Writer, intent: &Value) -> anyhow::Result<()> {
        if matches!(self, Handover::No) {
            return Ok(());
        }
        let id = id_at(intent, "/id").unwrap_or_default();
        let secret = intent.get("client_secret").and_then(Value::as_str).map(SecretString::from);
        let Some(secret) = secret else {
            return Err(fail(
                Kind::Failed,
                format!("Stripe did not say the client secret of {id}"),
                "Restricted keys are not told it: use one that may write payment intents",
            ));
        };
        if !note(writer, id, intent).await? {
            return Err(fail(
                Kind::Failed,
                format!("The client secret of {id} was handed over before, and is not shown again"),
                "Use the one that was given out; if it is lost, make another payment under a key of its own: `--key TEXT`",
            ));
        }
        match self {
            Handover::No => {}
            Handover::Shown => {
                ctx.ui().say(&format!("Client secret of {id}, shown this once: {}", secret.expose_secret()));
            }
            Handover::File(mut file) => {
                let path = file.path().to_owned();
                file.write(&[("STRIPE_CLIENT_SECRET".to_owned(), &secret)]).explain(
                    Kind::Failed,
                    || format!("Cannot keep the client secret of {id}"),
                    "Make another payment under a key of its own, with a `--secret-out FILE` that can be written",
                )?;
                ctx.ui().status(&format!("Wrote the client secret of {id} to {}", path.display()));
            }
        }
        Ok(())
    }
}

/// Notes on the payment that its secret is handed over now. False if that was noted before, or is by another process at
/// the same time: that one sends the same idempotency key with another note, and Stripe takes the first.
async fn note(writer: &Writer, id: &str, intent: &Value) -> anyhow::Result<bool> {
    let place = format!("/metadata/{TAG}");
    if intent.pointer(&place).is_some() {
        return Ok(false);
    }
    let note = format!("handed over, {:016x}", fastrand::u64(..));
    let path = format!("/v1/payment_intents/{}", segment(id));
    let key = IdempotencyKey::new(format!("billctl-client-secret-{id}"))?;
    match writer.post(&path, &json!({"metadata": {TAG: note}}), &key).await {
        Ok(reply) => Ok(reply.body.pointer(&place).and_then(Value::as_str) == Some(&note)),
        Err(error) => match error.api().and_then(|api| api.error_type.as_deref()) {
            Some("idempotency_error") => Ok(false),
            Some(_) | None => Err(explain(error, "the note that the secret is handed over")),
        },
    }
}
