//! What went wrong between billctl and Stripe, kept whole.

use std::fmt;

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::form::FormError;
use super::path::Method;
use crate::error::Kind;

/// A call that failed.
///
/// It becomes an `anyhow::Error` by `?`; `error::kind_of` and `error::fix_of` find its kind and next step there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StripeError {
    /// Stripe answered, and said no.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No whole answer came.
    #[error(transparent)]
    Transport(Box<TransportError>),
    /// An answer came that is not Stripe's.
    #[error(transparent)]
    Answer(Box<AnswerError>),
    /// The request could not be written; nothing was sent.
    #[error(transparent)]
    Request(Box<RequestError>),
}

/// The method and path of a call: `POST /v1/prices`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: Method,
    pub path: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Whether a failed call changed anything in Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It changed nothing: it only read, or Stripe refused it for certain.
    NotDone,
    /// It may or may not have been carried out. Only reading again tells.
    Unknown,
}

/// An error that Stripe answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub call: Call,
    pub status: u16,
    /// Stripe's `type`: `invalid_request_error`, `card_error`, `idempotency_error` or `api_error`.
    pub error_type: Option<String>,
    pub code: Option<String>,
    /// The parameter that the error is about, as Stripe spells it: `line_items[0][price]`.
    pub param: Option<String>,
    pub message: Option<String>,
    pub decline_code: Option<String>,
    pub doc_url: Option<String>,
    /// `req_…`: what Stripe's support and the dashboard's log ask for.
    pub request_id: Option<String>,
    /// The answer to an earlier request under the same idempotency key.
    pub replayed: bool,
    /// How often the request was sent.
    pub attempts: u32,
    pub outcome: Outcome,
    /// The answer's body as it came, the key masked.
    pub raw: String,
}

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No connection: nothing was sent.
    Connect,
    /// The other side speaks no TLS, or its certificate was not accepted: nothing was sent.
    Tls,
    /// No whole answer in time.
    Timeout,
    /// The connection ended before the whole answer had come.
    Cut,
}

/// A call that got no whole answer, in its last attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    pub call: Call,
    pub fault: Fault,
    /// What the network said, cause by cause.
    pub detail: String,
    /// How often the request was sent, or tried to be.
    pub attempts: u32,
    pub outcome: Outcome,
}

/// An answer that Stripe's API does not give: something else answered, or the API changed beyond knowing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{call} got an answer that is not Stripe's (HTTP {status}{}): {why}", request_suffix(.request_id.as_deref()))]
pub struct AnswerError {
    pub call: Call,
    pub status: u16,
    pub request_id: Option<String>,
    pub why: String,
    pub attempts: u32,
    pub outcome: Outcome,
    /// The beginning of the body, the key masked.
    pub raw: String,
}

/// A request that could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{call} cannot be sent: {why}")]
pub struct RequestError {
    pub call: Call,
    #[source]
    pub why: Unsendable,
}

/// Why a request could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unsendable {
    #[error(transparent)]
    Form(#[from] FormError),
    #[error("the path is empty at one place, or leads out of Stripe's API")]
    Path,
    #[error("`{0}` cannot be combined with reading a whole list")]
    Paging(&'static str),
}

fn request_suffix(request_id: Option<&str>) -> String {
    request_id.map_or_else(String::new, |id| format!(", request {id}"))
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status, self.error_type.as_deref()) {
            (429, _) => write!(f, "Stripe still limits {} after {}: ", self.call, tries(self.attempts))?,
            (500.., _) => write!(f, "Stripe failed at {}: ", self.call)?,
            (401, _) => write!(f, "Stripe did not accept the key for {}: ", self.call)?,
            (403, _) => write!(f, "The key may not do {}: ", self.call)?,
            (402, Some("card_error")) => write!(f, "The card was declined at {}: ", self.call)?,
            _ => write!(f, "Stripe refused {}: ", self.call)?,
        }
        f.write_str(self.message.as_deref().unwrap_or("it gave no message"))?;
        write!(f, " (HTTP {}", self.status)?;
        for (name, value) in [
            ("", &self.code),
            ("param ", &self.param),
            ("decline code ", &self.decline_code),
            ("request ", &self.request_id),
        ] {
            if let Some(value) = value {
                write!(f, ", {name}{value}")?;
            }
        }
        f.write_str(")")
    }
}

impl std::error::Error for ApiError {}

impl ApiError {
    /// Stripe's own words for a program that reads errors: `{"status", "type", "code", "param", "request_id", …}`,
    /// without the message, which is shown already, and without what Stripe left out.
    pub fn document(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("status".to_owned(), json!(self.status));
        for (name, value) in [
            ("type", &self.error_type),
            ("code", &self.code),
            ("param", &self.param),
            ("decline_code", &self.decline_code),
            ("request_id", &self.request_id),
            ("doc_url", &self.doc_url),
        ] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        Value::Object(fields)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Connect => "could not connect",
            Fault::Tls => "could not make a secure connection",
            Fault::Timeout => "got no answer in time",
            Fault::Cut => "lost the connection before the whole answer had come",
        };
        write!(f, "{} {what} ({}): {}", self.call, tries(self.attempts), self.detail)
    }
}

impl std::error::Error for TransportError {}

/// `1 attempt`, `4 attempts`
fn tries(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}

impl Fault {
    /// Says whether the request may have reached the other side.
    pub(super) fn is_ambiguous(self) -> bool {
        match self {
            Fault::Connect | Fault::Tls => false,
            Fault::Timeout | Fault::Cut => true,
        }
    }
}

/// The fields of `{"error": {…}}`, if a body is that.
pub(super) fn error_fields(body: &Value) -> Option<&Map<String, Value>> {
    body.get("error")?.as_object()
}

impl StripeError {
    /// Says whether the call may have changed something: then only reading again tells.
    pub fn outcome(&self) -> Outcome {
        match self {
            StripeError::Api(error) => error.outcome,
            StripeError::Transport(error) => error.outcome,
            StripeError::Answer(error) => error.outcome,
            StripeError::Request(_) => Outcome::NotDone,
        }
    }

    /// The HTTP status of the last answer, if one came.
    pub fn status(&self) -> Option<u16> {
        match self {
            StripeError::Api(error) => Some(error.status),
            StripeError::Answer(error) => Some(error.status),
            StripeError::Transport(_) | StripeError::Request(_) => None,
        }
    }

    /// Stripe's own error, if it answered with one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            StripeError::Api(error) => Some(error),
            StripeError::Transport(_) | StripeError::Answer(_) | StripeError::Request(_) => None,
        }
    }

    /// Stripe's `code`: `resource_missing`, `parameter_unknown`, …
    pub fn code(&self) -> Option<&str> {
        self.api()?.code.as_deref()
    }

    pub fn request_id(&self) -> Option<&str> {
        match self {
            StripeError::Api(error) => error.request_id.as_deref(),
            StripeError::Answer(error) => error.request_id.as_deref(),
            StripeError::Transport(_) | StripeError::Request(_) => None,
        }
    }

    /// Says whether the object that the path names does not exist.
    pub fn is_missing(&self) -> bool {
        self.status() == Some(404) && self.code() == Some("resource_missing")
    }

    /// What kind of failure this is to a caller's script.
    pub fn kind(&self) -> Kind {
        match self {
            StripeError::Api(error) => match (error.status, error.code.as_deref()) {
                (401 | 403, _) => Kind::Refused,
                (429 | 500.., _) | (400, Some("rate_limit")) => Kind::Unreachable,
                _ => Kind::Failed,
            },
            StripeError::Transport(_) => Kind::Unreachable,
            StripeError::Answer(error) if error.status >= 500 => Kind::Unreachable,
            StripeError::Answer(_) | StripeError::Request(_) => Kind::Failed,
        }
    }

    /// The next step for the person who reads the message, where there is one.
    pub fn fix(&self) -> Option<&'static str> {
        let fix = match self {
            StripeError::Api(error) => match (error.status, error.error_type.as_deref()) {
                (401, _) => {
                    "Check that the profile's key is whole, not revoked and not expired; keys are listed at https://dashboard.stripe.com/apikeys"
                }
                (403, _) => {
                    "Give the restricted key this permission at https://dashboard.stripe.com/apikeys, or use a key that has it"
                }
                (429, _) => "Wait a minute and run the same command again, with fewer requests at once",
                (500.., _) => OUTAGE_FIX,
                (_, Some("idempotency_error")) => {
                    "Something else has used this idempotency key: run the command again, it chooses new keys"
                }
                _ if error.outcome == Outcome::Unknown => UNKNOWN_FIX,
                _ => return None,
            },
            StripeError::Transport(error) => match (error.fault, error.outcome) {
                (_, Outcome::Unknown) => UNKNOWN_FIX,
                (Fault::Connect, Outcome::NotDone) => {
                    "Check the network, the base URL and the proxy (HTTPS_PROXY, NO_PROXY)"
                }
                (Fault::Tls, Outcome::NotDone) => {
                    "Check the base URL, the clock and the machine's CA certificates; a proxy that decrypts must have its CA installed"
                }
                (Fault::Timeout | Fault::Cut, Outcome::NotDone) => {
                    "Check the network, and run the same command again"
                }
            },
            StripeError::Answer(error) => match error.outcome {
                Outcome::Unknown => UNKNOWN_FIX,
                Outcome::NotDone if error.status >= 500 => OUTAGE_FIX,
                Outcome::NotDone => {
                    "Check that the base URL is Stripe's, and that no proxy or login page answers in its place"
                }
            },
            StripeError::Request(_) => return None,
        };
        Some(fix)
    }
}

const UNKNOWN_FIX: &str = "Whether Stripe carried it out is not known: look before you do it again; `billctl catalog sync` looks by itself";
const OUTAGE_FIX: &str =
    "Look at https://status.stripe.com and try later; `billctl catalog sync` picks up where it stopped";
