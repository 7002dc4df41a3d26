//! Records exchanges, so that they can be checked against the types of Stripe's own SDKs.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::form::{self, Form};

/// A file of exchanges, one JSON document a line. The key that the caller sent is not among what it holds.
#[derive(Debug)]
pub struct Recorder(Mutex<fs_err::File>);

/// One request and its answer.
#[derive(Debug)]
pub struct Exchange<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub params: &'a Form,
    pub version: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub status: u16,
    pub response: &'a str,
}

impl Recorder {
    /// Opens the file, to append to it.
    ///
    /// # Errors
    /// If it can't be opened or made.
    pub fn open(path: &Path) -> anyhow::Result<Recorder> {
        let file = fs_err::OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Recorder(Mutex::new(file)))
    }

    /// Appends one exchange, in one write.
    pub fn add(&self, exchange: &Exchange<'_>) {
        let line = json!({
            "method": exchange.method,
            "path": exchange.path,
            "query": exchange.query,
            "params": form::as_json(&Value::Object(exchange.params.clone())),
            "version": exchange.version,
            "idempotency_key": exchange.idempotency_key,
            "user_agent": exchange.user_agent,
            "status": exchange.status,
            "response": serde_json::from_str::<Value>(exchange.response).unwrap_or(Value::Null),
        });
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            tracing::warn!(%error, "the emulator could not record an exchange");
        }
    }
}
