//! Stripe's error envelope: what a request that is not served gets.

use serde_json::{Map, Value, json};

/// A refused request: status and the fields of Stripe's `error` object.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub kind: &'static str,
    pub code: Option<&'static str>,
    pub message: String,
    pub param: Option<String>,
    /// Further fields of the error, such as what a declined payment has.
    pub extra: Option<Box<Map<String, Value>>>,
    /// Whether execution had begun, so that the answer is kept for the request's idempotency key. Failed
    /// checks of the parameters alone are not kept.
    pub kept: bool,
}

impl Refusal {
    /// A 400 for what the current state doesn't allow.
    pub fn invalid(message: impl Into<String>) -> Refusal {
        Refusal {
            status: 400,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            extra: None,
            kept: true,
        }
    }

    /// A 400 for parameters that are wrong whatever the state is.
    pub fn parameter(param: impl Into<String>, message: impl Into<String>) -> Refusal {
        Refusal { param: Some(param.into()), kept: false, ..Refusal::invalid(message) }
    }

    /// A required parameter is absent.
    pub fn missing(param: impl Into<String>) -> Refusal {
        let param = param.into();
        let message = format!("Missing required param: {param}.");
        Refusal::parameter(param, message).code("parameter_missing")
    }

    /// Two parameters that exclude each other.
    pub fn exclusive(param: &str, other: &str) -> Refusal {
        let message = format!("You may only specify one of these parameters: {param}, {other}.");
        Refusal::parameter(param, message).code("parameters_exclusive")
    }

    /// An unknown id in the path: 404.
    pub fn not_found(what: &str, id: &str) -> Refusal {
        Refusal { status: 404, ..Refusal::no_such(what, id, "id") }
    }

    /// An unknown id in a parameter: 400.
    pub fn no_such(what: &str, id: &str, param: impl Into<String>) -> Refusal {
        Refusal::invalid(format!("No such {what}: '{id}'")).code("resource_missing").param(param)
    }

    /// Stripe's own failure: 500.
    pub fn internal() -> Refusal {
        Refusal {
            status: 500,
            kind: "api_error",
            code: None,
            message: "An unknown error occurred".to_owned(),
            param: None,
            extra: None,
            kept: false,
        }
    }

    /// A refusal with a status of its own, decided before execution.
    pub fn status(status: u16, message: impl Into<String>) -> Refusal {
        Refusal { status, kept: false, ..Refusal::invalid(message) }
    }

    /// Another request holds the object for too long: 429 `lock_timeout`.
    pub fn locked() -> Refusal {
        Refusal::status(
            429,
            "This object cannot be accessed right now because another API request or Stripe process is currently \
             accessing it. If you see this error intermittently, retry the request.",
        )
        .code("lock_timeout")
    }

    pub fn code(self, code: &'static str) -> Refusal {
        Refusal { code: Some(code), ..self }
    }

    pub fn param(self, param: impl Into<String>) -> Refusal {
        Refusal { param: Some(param.into()), ..self }
    }

    /// Adds a further field to the error.
    pub fn with(mut self, name: &str, value: Value) -> Refusal {
        self.extra.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// The answer's body. `doc_url` goes with a code, as Stripe has it.
    pub fn body(&self, request_id: &str) -> Value {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".to_owned(), json!(code));
            error.insert(
                "doc_url".to_owned(),
                json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))),
            );
        }
        error.insert("message".to_owned(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), json!(param));
        }
        error.insert(
            "request_log_url".to_owned(),
            json!(format!("https://dashboard.stripe.com/test/logs/{request_id}")),
        );
        error.insert("type".to_owned(), json!(self.kind));
        if let Some(extra) = &self.extra {
            error.extend(extra.as_ref().clone());
        }
        json!({ "error": error })
    }
}
