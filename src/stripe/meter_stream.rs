//! The stream of meter events: by the hundred, in a session of a quarter of an hour, looked at afterwards.

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::error::{AnswerError, Call, Outcome, StripeError};
use super::path::Method;
use super::writer::{IdempotencyKey, Writer};

pub(super) const METER_STREAM: &str = "/v2/billing/meter_event_stream";

/// Most events of one request. Source: the Node SDK's types.
pub const MOST_EVENTS: usize = 100;

const SESSIONS: &str = "/v2/billing/meter_event_session";

/// How often a session that was just opened may be over already.
const SESSIONS_IN_VAIN: u32 = 3;

/// A stream of meter events. It opens sessions as it needs them.
#[derive(Debug)]
pub struct MeterStream {
    writer: Writer,
    token: Mutex<Option<SecretString>>,
}

impl MeterStream {
    pub fn new(writer: Writer) -> MeterStream {
        MeterStream { writer, token: Mutex::new(None) }
    }

    /// Sends up to [`MOST_EVENTS`] events, as `/v2` has them.
    ///
    /// # Errors
    /// [`StripeError`]; what is wrong with an event is no error here: Stripe reports it afterwards.
    pub async fn send(&self, events: &[Value], key: &IdempotencyKey) -> Result<(), StripeError> {
        let body = json!({ "events": events });
        let mut sessions = 0;
        loop {
            let token = self.token(sessions > 0).await?;
            match self.writer.stream(&body, &token, key).await {
                Err(error) if is_over(&error) && sessions < SESSIONS_IN_VAIN => sessions += 1,
                sent => return sent,
            }
        }
    }

    /// The token of the session that is open; of a new one, if that is over.
    async fn token(&self, is_over: bool) -> Result<SecretString, StripeError> {
        let mut known = self.token.lock().await;
        match &*known {
            Some(token) if !is_over => Ok(token.clone()),
            Some(_) | None => {
                let token = self.open().await?;
                *known = Some(token.clone());
                Ok(token)
            }
        }
    }

    async fn open(&self) -> Result<SecretString, StripeError> {
        let strange = |request_id: Option<String>| {
            StripeError::Answer(Box::new(AnswerError {
                call: Call { method: Method::Post, path: SESSIONS.to_owned() },
                status: 200,
                request_id,
                why: "a session without a token".to_owned(),
                attempts: 1,
                outcome: Outcome::NotDone,
                raw: String::new(),
            }))
        };
        // Each session is a new one, so its key is too.
        let key = format!("billctl-session-{:032x}", fastrand::u128(..));
        let Ok(key) = IdempotencyKey::new(key) else { return Err(strange(None)) };
        let reply = self.writer.post(SESSIONS, &json!({}), &key).await?;
        match reply.body["authentication_token"].as_str() {
            Some(token) => Ok(SecretString::from(token.to_owned())),
            None => Err(strange(reply.request_id)),
        }
    }
}

/// The session was open for its quarter of an hour.
fn is_over(error: &StripeError) -> bool {
    error.api().is_some_and(|api| api.error_type.as_deref() == Some("temporary_session_expired"))
}
