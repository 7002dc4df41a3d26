//! Answers that are kept for idempotency keys, and what they are the answers to.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Reply, Request};
use crate::emulator::database::Kept;
use crate::emulator::form::Form;
use crate::emulator::refusal::Refusal;

/// Stands for a request's decoded parameters, whatever order they came in.
pub fn fingerprint(form: &Form) -> Vec<u8> {
    let mut sorted = Value::Object(form.clone());
    sorted.sort_all_objects();
    Sha256::digest(sorted.to_string()).to_vec()
}

/// What a key is bound to, besides the parameters: e.g. `POST /v1/prices`.
pub(super) fn endpoint_name(request: &Request) -> String {
    format!("{} {}", request.endpoint.method.name(), request.path)
}

/// The kept answer, or Stripe's refusal where the key was used for something else.
pub(super) fn replay(request: &Request, key: &str, kept: Kept) -> Reply {
    let refuse = |message: String| {
        let refusal = Refusal { kind: "idempotency_error", ..Refusal::invalid(message) };
        Reply::refused(&refusal, &request.request_id)
    };
    if kept.endpoint != endpoint_name(request) {
        let first = kept.endpoint.split_once(' ').map_or(kept.endpoint.as_str(), |(_, path)| path);
        return refuse(format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for \
             ('{}' vs '{first}'). Try using a key other than '{key}' if you meant to execute a different \
             request.",
            request.path
        ));
    }
    if kept.fingerprint != request.fingerprint {
        return refuse(format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        ));
    }
    Reply { status: kept.status, body: kept.body, replay_of: Some(kept.request_id) }
}
