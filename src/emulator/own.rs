//! What the emulator does beside Stripe's API, run by the engine like a request of it: a customer's bank, the pages that
//! a person clicks.

use serde_json::Value;

use super::args::Args;
use super::check;
use super::dispatch::Shared;
use super::endpoint::Endpoint;
use super::engine::Request;
use super::form::Form;
use super::ids;
use super::refusal::Refusal;

/// Runs an endpoint that the API does not have; status and body.
pub async fn ask(shared: &Shared, endpoint: &'static Endpoint, id: &str, form: &Form) -> (u16, Value) {
    let request_id = ids::object("req");
    let refused = |refusal: Refusal| (refusal.status, refusal.body(&request_id));
    let args = match check::check(endpoint.params, form, false) {
        Ok(args) => Args(args),
        Err(refusal) => return refused(refusal),
    };
    let request = Request {
        endpoint,
        path: endpoint.route.to_owned(),
        ids: vec![id.to_owned()],
        args,
        expand: Vec::new(),
        request_id: request_id.clone(),
        lenient: false,
        idempotency_key: None,
        fingerprint: Vec::new(),
        fail: false,
    };
    match shared.engine.run(request).await {
        Some(reply) => (reply.status, serde_json::from_str(&reply.body).unwrap_or(Value::Null)),
        None => refused(Refusal::internal()),
    }
}
