//! `/v1/refunds`.

use serde_json::json;

use super::balance_transactions::{self, Movement};
use super::fields::set_metadata;
use super::{payment_methods, test_clocks};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::due;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{COUNT, ID, PAGE, Param, Type, emptyable, optional};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/refunds",
        params: &[CREATE],
        answers: Answers::One(Kind::Refund),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/refunds",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Refund),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/refunds/{id}",
        params: &[],
        answers: Answers::One(Kind::Refund),
        handler: |call, _| call.fetch(Kind::Refund).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/refunds/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::Refund),
        handler: update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/refunds/{id}/cancel",
        params: &[],
        answers: Answers::One(Kind::Refund),
        handler: cancel,
    },
];

const CREATE: &[Param] = &[
    optional("amount", COUNT),
    optional("charge", ID),
    emptyable("metadata", Type::Metadata),
    optional("payment_intent", ID),
    optional("reason", Type::Choice(&["duplicate", "fraudulent", "requested_by_customer"])),
];
const UPDATE: &[Param] = &[optional("metadata", Type::Metadata)];
const LIST: &[Param] =
    &[optional("charge", ID), optional("created", Type::Range), optional("payment_intent", ID)];

/// How long it takes until the bank sends back a refund that fails.
const FAILURE_SECONDS: i64 = 3;

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let charge = refunded(call, args)?;
    let (captured, before) = (amount(&charge, "amount_captured"), amount(&charge, "amount_refunded"));
    let left = captured - before;
    if charge.body["refunded"] == true || left == 0 {
        let message = format!("Charge {} has already been refunded.", charge.id);
        return Err(Refusal::invalid(message).code("charge_already_refunded").into());
    }
    let wanted = args.integer("amount").unwrap_or(left);
    if wanted > left {
        let message =
            format!("Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})");
        return Err(Refusal::invalid(message).param("amount").into());
    }
    let mut refund = record(call, &charge, wanted, args)?;
    refund.body["balance_transaction"] = json!(book(call, &charge, &refund, -wanted, "refund")?.id);
    if fails(call, &charge)? {
        due::set(&mut refund, Some(call.now + FAILURE_SECONDS));
    }
    let mut after = charge.clone();
    after.body["amount_refunded"] = json!(before + wanted);
    after.body["refunded"] = json!(before + wanted == captured);
    let after = call.store(&charge, after)?;
    let previous = event::previous_attributes(&charge.body, &after.body);
    event::emit(call, "charge.refunded", &after.body, Some(previous))?;
    let refund = call.create(refund)?;
    Ok(Answer::Object(refund))
}

/// The charge to refund: named itself, or by its payment.
fn refunded(call: &Call<'_>, args: &Args) -> Outcome<Object> {
    let charge = match (args.text("charge"), args.text("payment_intent")) {
        (Some(_), Some(_)) => return Err(Refusal::exclusive("charge", "payment_intent").into()),
        (None, None) => {
            let message =
                "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(Refusal::parameter("charge", message).code("parameter_missing").into());
        }
        (Some(id), None) => call.refer(Kind::Charge, id, "charge")?,
        (None, Some(id)) => {
            let intent = call.refer(Kind::PaymentIntent, id, "payment_intent")?;
            let charge = match intent.body["latest_charge"].as_str() {
                Some(charge) => call.db.get(Kind::Charge, charge)?,
                None => None,
            };
            let paid = charge.filter(|charge| charge.body["paid"] == true);
            paid.ok_or_else(|| {
                let message =
                    format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
                Refusal::invalid(message).param("payment_intent")
            })?
        }
    };
    if charge.body["paid"] != true {
        let message = format!("Charge {} has not been paid and can't be refunded.", charge.id);
        return Err(Refusal::invalid(message).param("charge").into());
    }
    if charge.body["captured"] != true {
        let message = format!(
            "Charge {} has not been captured. Cancel its PaymentIntent to release what is held.",
            charge.id
        );
        return Err(Refusal::invalid(message).param("charge").into());
    }
    Ok(charge)
}

fn amount(charge: &Object, field: &str) -> i64 {
    charge.body[field].as_i64().unwrap_or(0)
}

fn record(call: &Call<'_>, charge: &Object, amount: i64, args: &Args) -> Outcome<Object> {
    let kind = charge.body["payment_method_details"]["type"].as_str().unwrap_or("card").to_owned();
    let mut refund = call.new_object(Kind::Refund);
    refund.body = json!({
        "id": refund.id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": null,
        "charge": charge.id,
        "created": test_clocks::time_of_customer(call, &charge.body)?,
        "currency": charge.body["currency"],
        "customer": charge.body["customer"],
        "customer_account": null,
        "destination_details": {"type": kind},
        "metadata": args.new_metadata(),
        "payment_intent": charge.body["payment_intent"],
        "payment_method": charge.body["payment_method"],
        "reason": args.or_null("reason"),
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    });
    if kind == "card" {
        refund.body["destination_details"]["card"] = json!({
            "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund",
        });
    }
    Ok(refund)
}

fn book(
    call: &mut Call<'_>,
    charge: &Object,
    refund: &Object,
    amount: i64,
    kind: &'static str,
) -> Outcome<Object> {
    let description = match charge.body["description"].as_str() {
        Some(description) if kind == "refund" => format!("REFUND FOR CHARGE ({description})"),
        _ if kind == "refund" => "REFUND FOR CHARGE".to_owned(),
        _ => "REFUND FAILURE".to_owned(),
    };
    balance_transactions::book(
        call,
        &Movement {
            amount,
            currency: charge.body["currency"].as_str().unwrap_or_default(),
            description: &json!(description),
            source: &refund.id,
            kind,
            at_once: false,
            now: test_clocks::time_of_customer(call, &charge.body)?,
        },
    )
}

/// Whether the customer's bank will send a refund back.
fn fails(call: &Call<'_>, charge: &Object) -> Outcome<bool> {
    let id = charge.body["payment_method"].as_str().unwrap_or_default();
    match call.db.get(Kind::PaymentMethod, id)? {
        Some(method) => Ok(payment_methods::behaviour(&method)?.refunds_fail),
        None => Ok(false),
    }
}

/// The customer's bank sends a refund back: the money is the account's again.
///
/// # Errors
/// SQLite's.
pub fn fail(call: &mut Call<'_>, before: &Object) -> Outcome<()> {
    let id = before.body["charge"].as_str().unwrap_or_default();
    let charge = call.db.get(Kind::Charge, id)?.ok_or_else(Refusal::internal)?;
    let amount = amount(before, "amount");
    let returned = book(call, &charge, before, amount, "refund_failure")?;
    let mut refund = before.clone();
    due::set(&mut refund, None);
    refund.body["failure_balance_transaction"] = json!(returned.id);
    refund.body["failure_reason"] = json!("expired_or_canceled_card");
    refund.body["status"] = json!("failed");
    let refund = call.update(before, refund)?;
    call.tell("refund.failed", &refund)?;
    let mut after = charge.clone();
    after.body["amount_refunded"] = json!(self::amount(&charge, "amount_refunded") - amount);
    after.body["refunded"] = json!(false);
    call.update_as(&charge, after, Some("charge.updated"))?;
    tell_older(call, before, &refund)
}

/// `charge.refund.updated` came before `refund.updated`, and is still sent.
fn tell_older(call: &Call<'_>, before: &Object, after: &Object) -> Outcome<()> {
    let previous = event::previous_attributes(&before.body, &after.body);
    if previous.is_empty() {
        return Ok(());
    }
    event::emit(call, "charge.refund.updated", &after.body, Some(previous))
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Refund)?;
    let mut after = before.clone();
    set_metadata(&mut after.body, args)?;
    let after = call.update(&before, after)?;
    tell_older(call, &before, &after)?;
    Ok(Answer::Object(after))
}

/// Only what waits for the customer can be canceled, and no refund to a card or a debited account does.
fn cancel(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let refund = call.fetch(Kind::Refund)?;
    let status = refund.body["status"].as_str().unwrap_or_default();
    let message = format!(
        "You cannot cancel this refund because it has a status of {status}. Only a refund with a status of \
         requires_action may be canceled."
    );
    Err(Refusal::invalid(message).into())
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for (param, kind) in [("charge", Kind::Charge), ("payment_intent", Kind::PaymentIntent)] {
        if let Some(id) = args.text(param) {
            call.refer(kind, id, param)?;
        }
    }
    let filters: Vec<Filter> = [
        list::created(args),
        list::key(args, "charge", "charge"),
        list::key(args, "payment_intent", "payment_intent"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::Refund, &filters)
}
