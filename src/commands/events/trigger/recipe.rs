//! What makes each event happen: the requests, one after the other, as an application would send them.
//!
//! Texts in `{ }` stand for what an earlier step was answered: `{customer/id}` is the `id` of the step called `customer`.
//! They are worked off in test mode too, so they use what Stripe has there: its test cards (`pm_card_…`), and the page
//! behind a checkout, which its own CLI completes the same way.

use serde_json::{Value, json};

/// An event type, and how it comes about.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub event_type: &'static str,
    /// What happens, in a few words.
    pub does: &'static str,
    steps: &'static [Make],
}

impl Recipe {
    /// The requests in their order.
    pub fn steps(&self) -> Vec<Step> {
        self.steps.iter().map(|make| make()).collect()
    }
}

type Make = fn() -> Step;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What later steps call its answer.
    pub name: &'static str,
    pub call: Call,
    pub path: &'static str,
    pub params: Value,
}

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// POST that makes an object, which is marked in its metadata.
    Make,
    /// POST that makes an object that has no metadata; its name marks it.
    MakePlain,
    /// POST to an object that is there.
    Change,
    /// POST that makes an object, or fails to, because a card is declined: that is what is wanted.
    Decline,
    Get,
    Delete,
}

impl Call {
    pub fn method(self) -> &'static str {
        match self {
            Call::Make | Call::MakePlain | Call::Change | Call::Decline => "POST",
            Call::Get => "GET",
            Call::Delete => "DELETE",
        }
    }
}

/// The recipe for an event type.
pub fn find(event_type: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.event_type == event_type)
}

/// All of them, by event type.
pub const RECIPES: &[Recipe] = &[
    recipe("billing.meter.created", "makes a meter", &[meter]),
    recipe("charge.failed", "a card is declined", &[declined_payment]),
    recipe("charge.refunded", "a payment is given back", &[payment, refund]),
    recipe("charge.succeeded", "a card is charged", &[payment]),
    recipe(
        "checkout.session.completed",
        "a checkout is paid",
        &[product, one_off_price, checkout, card, checkout_page, pay_checkout],
    ),
    recipe(
        "checkout.session.expired",
        "a checkout is left",
        &[product, one_off_price, checkout, expire_checkout],
    ),
    recipe("coupon.created", "makes a coupon", &[coupon]),
    recipe("customer.created", "makes a customer", &[customer]),
    recipe("customer.deleted", "a customer is deleted", &[customer, delete_customer]),
    recipe("customer.updated", "a customer changes", &[customer, change_customer]),
    recipe(
        "customer.subscription.created",
        "a customer subscribes",
        &[paying_customer, product, price, subscription],
    ),
    recipe(
        "customer.subscription.deleted",
        "a subscription is canceled at once",
        &[paying_customer, product, price, subscription, cancel_subscription],
    ),
    recipe(
        "customer.subscription.trial_will_end",
        "a trial begins that ends within three days",
        &[paying_customer, product, price, trial],
    ),
    recipe(
        "customer.subscription.updated",
        "a subscription is to end with its period",
        &[paying_customer, product, price, subscription, end_subscription],
    ),
    recipe("invoice.created", "a subscription is billed", &[paying_customer, product, price, subscription]),
    recipe("invoice.finalized", "a subscription is billed", &[paying_customer, product, price, subscription]),
    recipe(
        "invoice.paid",
        "a subscription is billed and paid",
        &[paying_customer, product, price, subscription],
    ),
    recipe(
        "invoice.payment_failed",
        "a subscription is billed, and its card declined",
        &[declining_customer, product, price, unpaid_subscription],
    ),
    recipe(
        "invoice.payment_succeeded",
        "a subscription is billed and paid",
        &[paying_customer, product, price, subscription],
    ),
    recipe("payment_intent.canceled", "a payment is begun and given up", &[open_payment, cancel_payment]),
    recipe("payment_intent.created", "a payment is begun", &[open_payment]),
    recipe("payment_intent.payment_failed", "a card is declined", &[declined_payment]),
    recipe("payment_intent.succeeded", "a card is charged", &[payment]),
    recipe("price.created", "makes a price", &[product, price]),
    recipe("price.updated", "a price changes", &[product, price, change_price]),
    recipe("product.created", "makes a product", &[product]),
    recipe("product.deleted", "a product is deleted", &[product, delete_product]),
    recipe("product.updated", "a product changes", &[product, change_product]),
    recipe("refund.created", "a payment is given back", &[payment, refund]),
];

const fn recipe(event_type: &'static str, does: &'static str, steps: &'static [Make]) -> Recipe {
    Recipe { event_type, does, steps }
}

fn step(name: &'static str, call: Call, path: &'static str, params: Value) -> Step {
    Step { name, call, path, params }
}

fn customer() -> Step {
    step("customer", Call::Make, "/v1/customers", json!({"name": "Made by billctl events trigger"}))
}

fn paying_customer() -> Step {
    customer_with("pm_card_visa")
}

/// Its card can be saved, and is declined when it is charged.
fn declining_customer() -> Step {
    customer_with("pm_card_chargeCustomerFail")
}

fn customer_with(card: &str) -> Step {
    let params = json!({
        "name": "Made by billctl events trigger",
        "payment_method": card,
        "invoice_settings": {"default_payment_method": card},
    });
    step("customer", Call::Make, "/v1/customers", params)
}

fn change_customer() -> Step {
    step(
        "change",
        Call::Change,
        "/v1/customers/{customer/id}",
        json!({"name": "Changed by billctl events trigger"}),
    )
}

fn delete_customer() -> Step {
    step("deletion", Call::Delete, "/v1/customers/{customer/id}", Value::Null)
}

fn product() -> Step {
    step("product", Call::Make, "/v1/products", json!({"name": "Made by billctl events trigger"}))
}

fn change_product() -> Step {
    step(
        "change",
        Call::Change,
        "/v1/products/{product/id}",
        json!({"name": "Changed by billctl events trigger"}),
    )
}

fn delete_product() -> Step {
    step("deletion", Call::Delete, "/v1/products/{product/id}", Value::Null)
}

fn price() -> Step {
    let params = json!({
        "product": "{product/id}",
        "currency": "usd",
        "unit_amount": 1500,
        "recurring": {"interval": "month"},
    });
    step("price", Call::Make, "/v1/prices", params)
}

fn one_off_price() -> Step {
    let params = json!({"product": "{product/id}", "currency": "usd", "unit_amount": 3000});
    step("price", Call::Make, "/v1/prices", params)
}

fn change_price() -> Step {
    step(
        "change",
        Call::Change,
        "/v1/prices/{price/id}",
        json!({"nickname": "Changed by billctl events trigger"}),
    )
}

fn subscription() -> Step {
    subscription_with(json!({}))
}

/// Stripe tells of the end of a trial three days before it, and at once of one that is shorter.
fn trial() -> Step {
    subscription_with(json!({"trial_period_days": 2}))
}

/// The subscription is there and waits for its first payment, which failed.
fn unpaid_subscription() -> Step {
    subscription_with(json!({"payment_behavior": "allow_incomplete"}))
}

fn subscription_with(more: Value) -> Step {
    let mut params = json!({"customer": "{customer/id}", "items": [{"price": "{price/id}"}]});
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    step("subscription", Call::Make, "/v1/subscriptions", params)
}

fn end_subscription() -> Step {
    let path = "/v1/subscriptions/{subscription/id}";
    step("change", Call::Change, path, json!({"cancel_at_period_end": true}))
}

fn cancel_subscription() -> Step {
    step("deletion", Call::Delete, "/v1/subscriptions/{subscription/id}", Value::Null)
}

fn payment() -> Step {
    step("payment_intent", Call::Make, "/v1/payment_intents", confirmed("pm_card_visa"))
}

fn declined_payment() -> Step {
    step("payment_intent", Call::Decline, "/v1/payment_intents", confirmed("pm_card_chargeDeclined"))
}

fn confirmed(card: &str) -> Value {
    json!({
        "amount": 2000,
        "currency": "usd",
        "payment_method": card,
        "confirm": true,
        // A page that the customer would have to be sent to is of no use here.
        "automatic_payment_methods": {"enabled": true, "allow_redirects": "never"},
    })
}

fn open_payment() -> Step {
    let params = json!({"amount": 2000, "currency": "usd", "automatic_payment_methods": {"enabled": true}});
    step("payment_intent", Call::Make, "/v1/payment_intents", params)
}

fn cancel_payment() -> Step {
    step("change", Call::Change, "/v1/payment_intents/{payment_intent/id}/cancel", Value::Null)
}

fn refund() -> Step {
    step("refund", Call::Make, "/v1/refunds", json!({"payment_intent": "{payment_intent/id}"}))
}

fn checkout() -> Step {
    let params = json!({
        "mode": "payment",
        "line_items": [{"price": "{price/id}", "quantity": 1}],
        "success_url": "https://example.com/success",
        "cancel_url": "https://example.com/cancel",
    });
    step("session", Call::Make, "/v1/checkout/sessions", params)
}

fn expire_checkout() -> Step {
    step("change", Call::Change, "/v1/checkout/sessions/{session/id}/expire", Value::Null)
}

fn card() -> Step {
    let params = json!({
        "type": "card",
        "card": {"token": "tok_visa"},
        "billing_details": {"name": "Made by billctl events trigger", "email": "trigger@example.com"},
    });
    step("card", Call::Make, "/v1/payment_methods", params)
}

fn checkout_page() -> Step {
    step("page", Call::Get, "/v1/payment_pages/{session/id}", Value::Null)
}

fn pay_checkout() -> Step {
    let params = json!({"payment_method": "{card/id}", "expected_amount": "{session/amount_total}"});
    step("paid", Call::Change, "/v1/payment_pages/{session/id}/confirm", params)
}

fn meter() -> Step {
    let params = json!({
        "display_name": "Made by billctl events trigger",
        // An account has one active meter of a name.
        "event_name": "billctl_trigger_{run}",
        "default_aggregation": {"formula": "sum"},
    });
    step("meter", Call::MakePlain, "/v1/billing/meters", params)
}

fn coupon() -> Step {
    step("coupon", Call::Make, "/v1/coupons", json!({"percent_off": 10, "duration": "once"}))
}

#[cfg(test)]
mod tests {
    use super::super::fill::fill;
    use super::*;

    #[test]
    fn every_type_has_one_recipe() {
        let mut types: Vec<&str> = RECIPES.iter().map(|recipe| recipe.event_type).collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), RECIPES.len());
    }

    #[test]
    fn a_step_refers_only_to_what_came_before_it() {
        for recipe in RECIPES {
            let mut answers = vec![("run", json!("x"))];
            for step in recipe.steps() {
                fill(&Value::String(step.path.to_owned()), &answers)
                    .and_then(|_| fill(&step.params, &answers))
                    .unwrap_or_else(|missing| panic!("{}: {missing}", recipe.event_type));
                answers.push((step.name, json!({"id": "x_1", "amount_total": 1})));
            }
        }
    }

    #[test]
    fn every_event_that_the_five_systems_name_can_be_triggered() {
        for event_type in [
            "checkout.session.completed",
            "customer.subscription.created",
            "customer.subscription.deleted",
            "customer.subscription.trial_will_end",
            "customer.subscription.updated",
            "invoice.paid",
            "invoice.payment_failed",
            "invoice.payment_succeeded",
            "payment_intent.payment_failed",
            "payment_intent.succeeded",
        ] {
            assert!(find(event_type).is_some(), "{event_type}");
        }
    }
}
