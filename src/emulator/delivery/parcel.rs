//! One event as it is sent: signed, with Stripe's headers, as one POST.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::billing::signature;
use crate::emulator::version;

pub const CONTENT_TYPE: &str = "application/json; charset=utf-8";
pub const USER_AGENT: &str = "Stripe/1.0 (+https://stripe.com/docs/webhooks)";
/// How long a receiver may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// As much of an answer is read as lets the connection be used again.
const MAX_ANSWER: usize = 1 << 20;

/// The sender of POSTs; connections are kept open.
#[derive(Debug, Clone)]
pub struct Poster(Client<HttpConnector, Body>);

impl Poster {
    pub fn new() -> Poster {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(TIMEOUT));
        connector.set_nodelay(true);
        Poster(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// Sends an event; how that went, with an error for anything but an answer of 200 to 299.
    pub async fn post(&self, address: &Uri, body: String, signature: &str) -> Result<String, String> {
        let request = Request::post(address)
            .header("content-type", CONTENT_TYPE)
            .header("user-agent", USER_AGENT)
            .header("stripe-signature", signature)
            .body(Body::from(body))
            .map_err(|error| error.to_string())?;
        match tokio::time::timeout(TIMEOUT, self.send(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no answer in {} s", TIMEOUT.as_secs())),
        }
    }

    async fn send(&self, request: Request<Body>) -> Result<String, String> {
        let answer = self.0.request(request).await.map_err(|error| {
            let cause = std::error::Error::source(&error);
            cause.map_or_else(|| error.to_string(), |cause| innermost(cause).to_string())
        })?;
        let status = answer.status();
        // The status says it all; what is left unread only costs the connection.
        let _ = axum::body::to_bytes(Body::new(answer.into_body()), MAX_ANSWER).await;
        if status.is_success() { Ok(status.to_string()) } else { Err(status.to_string()) }
    }
}

fn innermost<'a>(mut error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    while let Some(cause) = error.source() {
        error = cause;
    }
    error
}

/// The `Stripe-Signature` header of a body, at a time in seconds.
pub fn sign(secret: &str, now: i64, body: &str) -> String {
    signature::header(&[secret], now, body.as_bytes())
}

/// An event as an endpoint of another API version gets it: under that version's name, in the pinned version's shape.
pub fn under_version(body: String, api_version: Option<&str>) -> String {
    match api_version {
        Some(name) if name != version::PINNED => {
            let own = format!(r#""api_version":"{}""#, version::PINNED);
            body.replacen(&own, &format!(r#""api_version":"{name}""#), 1)
        }
        _ => body,
    }
}
