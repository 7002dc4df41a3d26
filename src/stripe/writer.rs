//! The side that writes: POST and DELETE, under idempotency keys.

use std::fmt;

use secrecy::SecretString;
use serde_json::Value;
use thiserror::Error;

use super::client::Client;
use super::error::{Call, RequestError, StripeError};
use super::form;
use super::meter_stream::METER_STREAM;
use super::path::Method;
use super::wire::{Body, Outgoing};

/// Stripe's limit on an idempotency key, in characters.
const LONGEST_KEY: usize = 255;

/// Names one intended write, so that sending it twice carries it out once.
///
/// Stripe remembers a key and its answer for at least 24 hours. Choose the key before the first request and keep
/// it until the answer is known. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// Why a text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an idempotency key has 1 to {LONGEST_KEY} visible ASCII characters")]
pub struct BadIdempotencyKey;

impl IdempotencyKey {
    /// # Errors
    /// If the text is empty, longer than 255 characters, or has a character that a header cannot carry.
    pub fn new(text: impl Into<String>) -> Result<IdempotencyKey, BadIdempotencyKey> {
        let text = text.into();
        if text.is_empty() || text.len() > LONGEST_KEY || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadIdempotencyKey);
        }
        Ok(IdempotencyKey(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Stripe's answer to a write that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The object, as it was when the write was first carried out.
    pub body: Value,
    /// Stripe had carried out this write before, under the same key, and repeated its answer.
    pub replayed: bool,
    /// A retried DELETE found nothing: an earlier attempt, whose answer was lost, most likely deleted it. `body`
    /// is Stripe's 404 then.
    pub already_gone: bool,
    /// `req_…`
    pub request_id: Option<String>,
}

/// The side of Stripe that writes. Only applying a plan or a command that writes makes one.
#[derive(Debug, Clone)]
pub struct Writer {
    client: Client,
}

impl Writer {
    pub(super) fn new(client: Client) -> Writer {
        Writer { client }
    }

    /// Sends a POST, as a form under `/v1` and as JSON under `/v2`, again and again under the same key until an
    /// answer settles it.
    ///
    /// # Errors
    /// [`StripeError`]; its `outcome` says whether the write may have been carried out all the same.
    pub async fn post(&self, path: &str, params: &Value, key: &IdempotencyKey) -> Result<Reply, StripeError> {
        let body = if path.starts_with("/v2/") {
            Body::Json(params.to_string())
        } else {
            let encoded = form::encode(params).map_err(|why| {
                let call = Call { method: Method::Post, path: path.to_owned() };
                StripeError::Request(Box::new(RequestError { call, why: why.into() }))
            })?;
            Body::Form(encoded)
        };
        self.send(Method::Post, path, String::new(), Some(body), Some(key.clone())).await
    }

    /// Sends a DELETE, again and again until an answer settles it.
    ///
    /// # Errors
    /// [`StripeError`], a 404 among them, unless an earlier attempt of this very call may have deleted the object:
    /// see [`Reply::already_gone`].
    pub async fn delete(&self, path: &str) -> Result<Reply, StripeError> {
        self.delete_with(path, &Value::Null).await
    }

    /// The same with parameters, which stand in the query (`null` for none).
    ///
    /// # Errors
    /// As [`Writer::delete`].
    pub async fn delete_with(&self, path: &str, params: &Value) -> Result<Reply, StripeError> {
        let query = form::encode(params).map_err(|why| {
            let call = Call { method: Method::Delete, path: path.to_owned() };
            StripeError::Request(Box::new(RequestError { call, why: why.into() }))
        })?;
        self.send(Method::Delete, path, query, None, None).await
    }

    /// Sends a request to the stream of meter events, which takes a session's token in place of the key.
    pub(super) async fn stream(
        &self,
        body: &Value,
        token: &SecretString,
        key: &IdempotencyKey,
    ) -> Result<(), StripeError> {
        let outgoing = Outgoing {
            method: Method::Post,
            path: METER_STREAM.to_owned(),
            query: String::new(),
            body: Some(Body::Json(body.to_string())),
            idempotency: Some(key.clone()),
            session: Some(token.clone()),
        };
        self.client.send(&outgoing).await.map(drop)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: String,
        body: Option<Body>,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Reply, StripeError> {
        let outgoing = Outgoing { method, path: path.to_owned(), query, body, idempotency, session: None };
        let answer = self.client.send(&outgoing).await?;
        Ok(Reply {
            body: answer.body,
            replayed: answer.replayed,
            already_gone: answer.already_gone,
            request_id: answer.request_id,
        })
    }
}
