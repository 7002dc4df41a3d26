//! An application's webhook endpoint, to which events are posted as Stripe posts them.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use super::error::Fault;
use super::wire::{Broken, build, connections};
use crate::error::{Kind, fail};

/// What Stripe calls itself when it posts an event.
pub const USER_AGENT: &str = "Stripe/1.0 (+https://stripe.com/docs/webhooks)";

/// How much of an answer is kept, in bytes. Stripe reads its status only; the rest helps a person.
const KEPT_OF_ANSWER: usize = 2_000;

/// Where events are posted to.
#[derive(Debug, Clone)]
pub struct Endpoint {
    http: reqwest::Client,
    url: Url,
}

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// The beginning of its body, as text.
    pub text: String,
}

impl Answered {
    /// Whether the endpoint took the event; to Stripe a redirect is a failure too.
    pub fn is_accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the same event may be taken at a later time, as a refusal for what it is will not.
    pub fn may_pass(&self) -> bool {
        matches!(self.status, 408 | 409 | 425 | 429 | 500..)
    }
}

/// Why an endpoint gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {detail}", words(.fault))]
pub struct Unanswered {
    pub fault: Fault,
    pub detail: String,
}

fn words(fault: &Fault) -> &'static str {
    match fault {
        Fault::Connect => "could not connect",
        Fault::Tls => "could not make a secure connection",
        Fault::Timeout => "got no answer in time",
        Fault::Cut => "the connection ended without an answer",
    }
}

impl Endpoint {
    /// Opens an endpoint; nothing is sent yet. `timeout` is for one event, from connecting to the end of the answer.
    ///
    /// # Errors
    /// Kind `Usage` for a URL that is no web address, `Failed` if the machine's CA certificates or proxy settings
    /// cannot be used.
    pub fn open(url: &Url, timeout: Duration) -> anyhow::Result<Endpoint> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(fail(
                Kind::Usage,
                format!("`{}:…` is no address that events can be posted to", url.scheme()),
                "Write it like `http://localhost:3000/webhook`",
            ));
        }
        let http = build(connections(url).timeout(timeout))?;
        Ok(Endpoint { http, url: url.clone() })
    }

    /// Where it is, to be shown: see [`shown`].
    pub fn shown(&self) -> String {
        shown(&self.url)
    }

    /// Posts a body once, with these headers.
    ///
    /// # Errors
    /// [`Unanswered`]: whether the endpoint got the event is then not known, unless no connection was made.
    pub async fn post(&self, headers: &[(String, Vec<u8>)], body: Vec<u8>) -> Result<Answered, Unanswered> {
        let mut request = self.http.post(self.url.clone()).body(body);
        for (name, value) in headers {
            request = request.header(name, value.as_slice());
        }
        let mut response = request.send().await.map_err(Broken::from)?;
        let status = response.status().as_u16();
        let mut text = Vec::new();
        while text.len() < KEPT_OF_ANSWER
            && let Some(chunk) = response.chunk().await.map_err(Broken::from)?
        {
            text.extend_from_slice(&chunk);
        }
        text.truncate(KEPT_OF_ANSWER);
        Ok(Answered { status, text: String::from_utf8_lossy(&text).into_owned() })
    }
}

/// An address as it may be shown and logged: without user, password and query, in which there may be tokens.
pub fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Neither can fail for an address with a host, and others are no endpoints.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    if shown.query().is_some() {
        shown.set_query(Some("…"));
    }
    shown.set_fragment(None);
    shown.to_string().replace("%E2%80%A6", "…")
}

impl From<Broken> for Unanswered {
    fn from(broken: Broken) -> Unanswered {
        let Broken { fault, detail } = broken;
        Unanswered { fault, detail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_token_is_not_shown() {
        let check = |url: &str, expected: &str| assert_eq!(shown(&Url::parse(url).unwrap()), expected);
        check("http://localhost:3000/webhook", "http://localhost:3000/webhook");
        check("https://me:hunter2@example.com/hook?token=hunter2#hunter2", "https://example.com/hook?…");
        check("https://hunter2@example.com/", "https://example.com/");
    }
}
