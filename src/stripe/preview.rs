//! Invoice previews: a POST that changes nothing, so that it is on the side that reads.

use serde_json::Value;

use super::error::StripeError;
use super::form;
use super::path::Method;
use super::reader::{Reader, unsendable};
use super::wire::{Body, Outgoing};

const PATH: &str = "/v1/invoices/create_preview";

/// Stripe's word for a customer or subscription that will be billed for nothing.
const NOTHING_COMES: &str = "invoice_upcoming_none";

impl Reader {
    /// What a change of a subscription would cost, or what its next invoice will be; none where nothing will be billed.
    ///
    /// # Errors
    /// [`StripeError`]; a change that can't be made is refused as the change itself would be.
    pub async fn preview_invoice(&self, params: &Value) -> Result<Option<Value>, StripeError> {
        let body = form::encode(params).map_err(|why| unsendable(PATH, why.into()))?;
        let outgoing = Outgoing {
            method: Method::Post,
            path: PATH.to_owned(),
            query: String::new(),
            body: Some(Body::Form(body)),
            // Sent twice, it answers twice and keeps nothing.
            idempotency: None,
            session: None,
        };
        match self.send(&outgoing).await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if error.code() == Some(NOTHING_COMES) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
