//! One attempt's end, judged: carried out, refused, or in doubt.

use std::time::Duration;

use serde_json::Value;

use super::error::{AnswerError, ApiError, Call, Outcome, StripeError, TransportError, error_fields};
use super::key::SecretKey;
use super::limiter::{Reason, Refusal};
use super::meter_stream::METER_STREAM;
use super::path::Method;
use super::retry::Seen;
use super::wire::{Broken, Heard};

/// How much of a body that is not Stripe's is kept, in bytes.
const KEPT_OF_STRANGE_BODY: usize = 2_000;

/// What Stripe answered to a request that it carried out.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Value,
    /// The body as it came.
    pub(super) bytes: Vec<u8>,
    pub(super) replayed: bool,
    pub(super) request_id: Option<String>,
    /// A DELETE found nothing, after an attempt whose end is not known.
    pub(super) already_gone: bool,
    /// `Date`, as it came.
    pub(super) date: Option<String>,
    /// How long the attempt took that was answered.
    pub(super) took: Duration,
    /// The API version that shaped the answer.
    pub(super) version: Option<String>,
}

/// An attempt that did not end well.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: StripeError,
    /// The answer, its body taken out, if one came.
    heard: Option<Box<Heard>>,
}

/// What is known about an attempt before its answer is read.
pub(super) struct Attempt<'a> {
    pub(super) call: &'a Call,
    pub(super) key: &'a SecretKey,
    /// How often the request was sent, this time included.
    pub(super) attempts: u32,
    /// An earlier attempt ended so that Stripe may have carried it out.
    pub(super) in_doubt: bool,
}

impl Failure {
    /// What the retry policy has to know.
    pub(super) fn seen(&self) -> Seen<'_> {
        match (&self.heard, &self.error) {
            (Some(heard), _) => Seen::Answer {
                status: heard.status,
                code: self.error.code(),
                should_retry: heard.should_retry,
                retry_after: heard.retry_after,
                replayed: heard.replayed,
            },
            (None, StripeError::Transport(error)) => Seen::Fault(error.fault),
            (None, StripeError::Api(_) | StripeError::Answer(_) | StripeError::Request(_)) => {
                unreachable!("an attempt without an answer is a transport error")
            }
        }
    }

    pub(super) fn was_answered(&self) -> bool {
        self.heard.is_some()
    }

    /// What the limiter has to know of a rate-limited answer.
    pub(super) fn refusal(&self) -> Refusal {
        let heard = self.heard.as_deref();
        Refusal {
            reason: Reason::read(heard.and_then(|heard| heard.limited_reason.as_deref()), self.error.code()),
            retry_after: heard.and_then(|heard| heard.retry_after),
        }
    }
}

impl Attempt<'_> {
    /// Reads how an attempt ended.
    pub(super) fn judge(&self, heard: Result<Heard, Broken>) -> Result<Answer, Failure> {
        let mut heard = match heard {
            Ok(heard) => heard,
            Err(Broken { fault, detail }) => {
                let error = TransportError {
                    call: self.call.clone(),
                    fault,
                    detail: self.key.redact(&detail),
                    attempts: self.attempts,
                    outcome: self.outcome(fault.is_ambiguous() || self.in_doubt),
                };
                return Err(Failure { error: StripeError::Transport(Box::new(error)), heard: None });
            }
        };
        let bytes = std::mem::take(&mut heard.body);
        let parsed = serde_json::from_slice::<Value>(&bytes);
        let error = match (heard.status, parsed) {
            (200..300, Ok(body @ Value::Object(_))) => {
                return Ok(self.answer(body, bytes, heard, false));
            }
            // The stream takes events without a word.
            (200..300, Err(_)) if bytes.is_empty() && self.call.path == METER_STREAM => {
                return Ok(self.answer(Value::Null, bytes, heard, false));
            }
            (400.., Ok(body)) if error_fields(&body).is_some() => {
                let error = self.api_error(&body, &heard, &bytes);
                if error.status == 404 && self.call.method == Method::Delete && self.in_doubt {
                    return Ok(self.answer(body, bytes, heard, true));
                }
                StripeError::Api(Box::new(error))
            }
            (status, parsed) => {
                let why = match parsed {
                    _ if (300..400).contains(&status) => {
                        "a redirect, which Stripe's API never gives".to_owned()
                    }
                    Ok(_) => "JSON of another shape".to_owned(),
                    Err(error) => format!("no JSON ({error})"),
                };
                StripeError::Answer(Box::new(self.strange(why, &heard, &bytes)))
            }
        };
        Err(Failure { error, heard: Some(Box::new(heard)) })
    }

    fn answer(&self, body: Value, bytes: Vec<u8>, heard: Heard, already_gone: bool) -> Answer {
        let Heard { replayed, request_id, date, version, .. } = heard;
        Answer { body, bytes, replayed, request_id, already_gone, date, took: Duration::ZERO, version }
    }

    fn api_error(&self, body: &Value, heard: &Heard, bytes: &[u8]) -> ApiError {
        let field = |name: &str| {
            error_fields(body)
                .and_then(|fields| fields.get(name))
                .and_then(Value::as_str)
                .map(|text| self.key.redact(text))
        };
        let code = field("code");
        let in_doubt = match (heard.status, code.as_deref()) {
            // The first request under this key is still at work.
            (409, Some("idempotency_key_in_use")) | (500.., _) => true,
            // These are decided before Stripe looks at the idempotency key, so they say nothing of before.
            (401 | 403 | 409 | 429, _) | (400, Some("rate_limit")) => self.in_doubt,
            // Had an earlier attempt been carried out, this one would have got its answer.
            _ => false,
        };
        ApiError {
            call: self.call.clone(),
            status: heard.status,
            error_type: field("type"),
            code,
            param: field("param"),
            message: field("message"),
            decline_code: field("decline_code"),
            doc_url: field("doc_url"),
            request_id: heard.request_id.clone(),
            replayed: heard.replayed,
            attempts: self.attempts,
            outcome: self.outcome(in_doubt),
            raw: self.key.redact(&String::from_utf8_lossy(bytes)),
        }
    }

    fn strange(&self, why: String, heard: &Heard, bytes: &[u8]) -> AnswerError {
        // Behind a 2xx or 5xx the request may have come through; the others were stopped on the way.
        let in_doubt = self.in_doubt || matches!(heard.status, 200..300 | 500..);
        let text = self.key.redact(&String::from_utf8_lossy(bytes));
        AnswerError {
            call: self.call.clone(),
            status: heard.status,
            request_id: heard.request_id.clone(),
            why: self.key.redact(&why),
            attempts: self.attempts,
            outcome: self.outcome(in_doubt),
            raw: text.chars().take(KEPT_OF_STRANGE_BODY).collect(),
        }
    }

    fn outcome(&self, in_doubt: bool) -> Outcome {
        match self.call.method {
            Method::Get => Outcome::NotDone,
            Method::Post | Method::Delete if in_doubt => Outcome::Unknown,
            Method::Post | Method::Delete => Outcome::NotDone,
        }
    }
}
