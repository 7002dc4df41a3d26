//! Everything about a request that can be checked without the state.

use super::args::Args;
use super::check;
use super::dispatch::Incoming;
use super::endpoint::{Answers, Endpoint, Matched, Method};
use super::engine::{self, Request};
use super::expand;
use super::faults::Fault;
use super::form::{self, Form};
use super::refusal::Refusal;
use super::spec::{self, Param};
use super::version::{self, Version};

/// Longest idempotency key.
const LONGEST_KEY: usize = 255;

/// The parameters of a request: query and body together, or under `/v2` a JSON body.
pub fn decode(incoming: &Incoming) -> Result<Form, Refusal> {
    let is_json = incoming.content_type.as_deref().is_some_and(|kind| kind.starts_with("application/json"));
    if incoming.path.starts_with("/v2/") && incoming.method == "POST" {
        return match (is_json, incoming.body.is_empty()) {
            (_, true) => Ok(Form::new()),
            (true, false) => form::decode_json(&incoming.body).map_err(|bad| Refusal::status(400, bad.0)),
            (false, false) => Err(Refusal::status(
                400,
                "Invalid request. Endpoints under /v2 take JSON. Set the Content-Type to `application/json`.",
            )),
        };
    }
    if is_json && !incoming.body.is_empty() {
        return Err(Refusal::status(
            400,
            "Invalid request. This endpoint takes form-encoded parameters, and was sent a JSON body. Set the \
             Content-Type to `application/x-www-form-urlencoded`.",
        ));
    }
    let text = match (incoming.query.is_empty(), incoming.body.is_empty()) {
        (_, true) => incoming.query.clone(),
        (true, false) => incoming.body.clone(),
        (false, false) => format!("{}&{}", incoming.query, incoming.body),
    };
    form::decode(&text).map_err(|bad| Refusal::status(400, bad.0))
}

/// Everything about a request that can be checked without the state.
pub fn prepare(
    incoming: &Incoming,
    matched: Result<Matched, Refusal>,
    form: &Form,
    fault: Option<Fault>,
    request_id: &str,
) -> Result<Request, Refusal> {
    let Version { lenient, .. } = version::read(incoming.version.as_deref())?;
    let Matched { endpoint, ids } = matched?;
    if let Some(other) = incoming.stripe_account.as_deref() {
        return Err(Refusal::status(
            403,
            format!(
                "The provided key does not have access to account '{other}' (or that account does not exist). \
                 Application access may have been revoked."
            ),
        )
        .code("account_invalid"));
    }
    let idempotency_key = incoming.idempotency_key.clone().filter(|_| endpoint.method == Method::Post);
    if idempotency_key.as_deref().is_some_and(|key| key.chars().count() > LONGEST_KEY || key.is_empty()) {
        return Err(Refusal::status(
            400,
            format!("Idempotency keys must be between 1 and {LONGEST_KEY} characters long."),
        ));
    }
    let args = check::check(&parameters(endpoint), form, lenient)?;
    let args = Args(args);
    let (kind, list) = match endpoint.answers {
        Answers::One(kind) => (Some(kind), false),
        Answers::Many(kind) => (Some(kind), true),
        Answers::Other | Answers::Stub => (None, false),
    };
    let expand = expand::paths(&args.texts("expand"), kind, list)?;
    Ok(Request {
        endpoint,
        path: incoming.path.clone(),
        ids,
        expand,
        args,
        lenient,
        request_id: request_id.to_owned(),
        fingerprint: if idempotency_key.is_some() { engine::fingerprint(form) } else { Vec::new() },
        idempotency_key,
        fail: matches!(fault, Some(Fault::ErrorKept)),
    })
}

/// An endpoint's own parameters and `expand`, which all take but those that delete.
fn parameters(endpoint: &Endpoint) -> Vec<&'static [Param]> {
    const EXPAND: &[Param] = &[spec::EXPAND];
    let mut parameters = endpoint.params.to_vec();
    if endpoint.answers != Answers::Stub {
        parameters.push(EXPAND);
    }
    parameters
}
