//! What is served: a file a resource, with its endpoints, their parameters and their handlers.

mod account;
pub mod authenticate;
mod balance_transactions;
mod charges;
pub mod checkout;
mod core_events;
mod coupons;
mod credit_balance;
mod credit_grants;
mod customer_balance;
mod customer_methods;
mod customers;
mod discounts;
mod entitlements;
mod events;
mod features;
mod fields;
mod invoice_items;
mod invoice_payments;
mod invoices;
mod meter_events;
mod meter_streams;
mod meters;
mod payment_intents;
pub mod payment_links;
mod payment_methods;
mod plans;
mod portal;
pub mod portal_sessions;
mod price_amounts;
mod prices;
mod product_features;
mod products;
mod promotion_codes;
mod refunds;
mod schedules;
mod setup_intents;
mod stripecli;
mod subscription_items;
mod subscriptions;
mod tax_rates;
mod test_clocks;
mod webhook_endpoints;

use serde_json::{Map, Value};

use super::call::{Call, Outcome};
use super::database::Object;
use super::endpoint::Endpoint;
use super::kind::Kind;
use super::pages;

/// All endpoints. Where a fixed name and an id could both match, the fixed name comes first.
pub fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    [
        prices::ENDPOINTS,
        plans::ENDPOINTS,
        products::ENDPOINTS,
        product_features::ENDPOINTS,
        meters::ENDPOINTS,
        meter_events::ENDPOINTS,
        meter_streams::ENDPOINTS,
        credit_grants::ENDPOINTS,
        credit_balance::ENDPOINTS,
        features::ENDPOINTS,
        coupons::ENDPOINTS,
        promotion_codes::ENDPOINTS,
        tax_rates::ENDPOINTS,
        portal::ENDPOINTS,
        portal_sessions::ENDPOINTS,
        webhook_endpoints::ENDPOINTS,
        payment_links::ENDPOINTS,
        customers::ENDPOINTS,
        customer_balance::ENDPOINTS,
        customer_methods::ENDPOINTS,
        payment_methods::ENDPOINTS,
        payment_intents::ENDPOINTS,
        checkout::ENDPOINTS,
        setup_intents::ENDPOINTS,
        charges::ENDPOINTS,
        refunds::ENDPOINTS,
        balance_transactions::ENDPOINTS,
        subscriptions::ENDPOINTS,
        subscription_items::ENDPOINTS,
        schedules::ENDPOINTS,
        invoices::ENDPOINTS,
        invoice_items::ENDPOINTS,
        invoice_payments::ENDPOINTS,
        entitlements::ENDPOINTS,
        test_clocks::ENDPOINTS,
        events::ENDPOINTS,
        core_events::ENDPOINTS,
        stripecli::ENDPOINTS,
        account::ENDPOINTS,
    ]
    .into_iter()
    .flatten()
}

/// Whether objects of a kind look different later, so that [`refresh`] must see them.
pub fn changes_with_time(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Coupon
            | Kind::PromotionCode
            | Kind::BalanceTransaction
            | Kind::CheckoutSession
            | Kind::PaymentLink
    )
}

/// Brings up to date what follows from the time, and from where the emulator is served now.
pub fn refresh(call: &Call<'_>, kind: Kind, body: &mut Value) {
    match kind {
        Kind::Coupon => coupons::refresh(body, call.now),
        Kind::PromotionCode => promotion_codes::refresh(body, call.now),
        Kind::BalanceTransaction => balance_transactions::refresh(body, call.now),
        Kind::CheckoutSession | Kind::PaymentLink => pages::refresh(call.pages_at, body),
        _ => {}
    }
}

/// Does what an object waited for until this moment, and has it wait for the next.
///
/// # Errors
/// SQLite's.
pub fn run_due(call: &mut Call<'_>, object: Object, moment: i64) -> Outcome<()> {
    match object.kind {
        Kind::TestClock => test_clocks::run_due(call, object),
        Kind::PaymentIntent => payment_intents::finish_processing(call, &object).map(drop),
        Kind::Refund => refunds::fail(call, &object),
        Kind::CheckoutSession => checkout::end(call, &object).map(drop),
        Kind::SubscriptionSchedule => schedules::run_due(call, &object, moment),
        Kind::Subscription => subscriptions::run_due(call, &object, moment),
        Kind::Invoice => invoices::states::run_due(call, &object),
        Kind::CreditGrant => credit_grants::lapse(call, &object, moment),
        _ => {
            tracing::error!(id = object.id, moment, "nothing of this kind waits for anything");
            Ok(())
        }
    }
}

/// Adds fields that are left out unless expanded. `hidden` is what the object keeps of them.
///
/// # Errors
/// SQLite's.
pub fn reveal(
    call: &Call<'_>,
    kind: Kind,
    id: &str,
    body: &mut Value,
    hidden: &Map<String, Value>,
    fields: &[String],
) -> Outcome<()> {
    for field in fields {
        match (kind, field.as_str()) {
            (Kind::Price, "currency_options") => {
                body["currency_options"] = prices::currency_options(body, hidden);
            }
            (Kind::PaymentLink, "line_items") => {
                let currency = body["currency"].as_str().unwrap_or_default();
                body["line_items"] = payment_links::line_items(call, id, currency, hidden)?;
            }
            (Kind::CheckoutSession, "line_items") => {
                body["line_items"] = checkout::line_items(call, id, hidden)?
            }
            (Kind::Invoice, field) => invoices::reveal(call, id, body, field)?,
            (Kind::Charge, "refunds") => body["refunds"] = charges::refunds(call, id)?,
            (Kind::PortalConfiguration, _) => portal::reveal_products(body, hidden),
            (Kind::PromotionCode, "restrictions.currency_options") => {
                if let Some(options) = hidden.get("currency_options") {
                    body["restrictions"]["currency_options"] = options.clone();
                }
            }
            (_, field) => {
                if let Some(value) = hidden.get(field) {
                    body[field] = value.clone();
                }
            }
        }
    }
    Ok(())
}

/// One of those fields as it would be shown; `None` where the object has none.
pub fn revealed(object: &Object, field: &str) -> Option<Value> {
    match (object.kind, field) {
        (Kind::Price, "currency_options") => Some(prices::currency_options(&object.body, &object.hidden)),
        _ => object.hidden.get(field).cloned(),
    }
}
