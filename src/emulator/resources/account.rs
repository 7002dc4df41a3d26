//! `/v1/account`: whose keys these are.

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::refusal::Refusal;

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/account",
        params: &[],
        answers: Answers::Other,
        handler: |call, _| Ok(Answer::Plain(account(call))),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/accounts/{id}",
        params: &[],
        answers: Answers::Other,
        handler: retrieve,
    },
];

fn retrieve(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    if call.id() == call.account.id {
        return Ok(Answer::Plain(account(call)));
    }
    let message = format!(
        "The provided key does not have access to account '{}' (or that account does not exist). Application \
         access may have been revoked.",
        call.id()
    );
    Err(Refusal { status: 403, ..Refusal::invalid(message) }.code("account_invalid").into())
}

/// An account that can do everything, in test mode.
fn account(call: &Call<'_>) -> Value {
    json!({
        "id": call.account.id,
        "object": "account",
        "business_profile": {
            "annual_revenue": null,
            "estimated_worker_count": null,
            "mcc": null,
            "minority_owned_business_designation": null,
            "name": "billctl emulator",
            "product_description": null,
            "specified_commercial_transactions_act_url": null,
            "support_address": null,
            "support_email": null,
            "support_phone": null,
            "support_url": null,
            "url": null,
        },
        "business_type": null,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": true,
        "controller": {"type": "account"},
        "country": "US",
        "created": call.account.created,
        "default_currency": "usd",
        "details_submitted": true,
        "email": "emulator@example.com",
        "metadata": {},
        "payouts_enabled": true,
        "type": "standard",
    })
}
