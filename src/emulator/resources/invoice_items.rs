//! `/v1/invoiceitems`: what waits to be billed with a customer's next invoice, or is on one already.

use serde_json::{Value, json};

use super::discounts::{self, DISCOUNTS, Holder};
use super::fields::{set, set_metadata};
use super::invoices::{self, Line, Origin};
use super::subscriptions::items;
use super::subscriptions::params::ONE_TIME_PRICE_DATA;
use super::{price_amounts, test_clocks};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{COUNT, ID, MAX_AMOUNT, PAGE, Param, TEXT, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/invoiceitems",
        params: &[COMMON, CREATE],
        answers: Answers::One(Kind::InvoiceItem),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/invoiceitems",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::InvoiceItem),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/invoiceitems/{id}",
        params: &[],
        answers: Answers::One(Kind::InvoiceItem),
        handler: |call, _| call.fetch(Kind::InvoiceItem).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoiceitems/{id}",
        params: &[COMMON],
        answers: Answers::One(Kind::InvoiceItem),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/invoiceitems/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: delete,
    },
];

const SIGNED: Type = Type::Integer { min: -MAX_AMOUNT, max: MAX_AMOUNT };

const COMMON: &[Param] = &[
    optional("amount", SIGNED),
    optional("description", TEXT),
    optional("discountable", Type::Flag),
    emptyable("discounts", DISCOUNTS),
    optional("metadata", Type::Metadata),
    optional("period", Type::Object(&[required("end", Type::Time), required("start", Type::Time)])),
    optional("price_data", ONE_TIME_PRICE_DATA),
    optional("pricing", Type::Object(&[optional("price", ID)])),
    optional("quantity", COUNT),
];

const CREATE: &[Param] = &[
    optional("currency", Type::Currency),
    required("customer", ID),
    optional("invoice", ID),
    optional("subscription", ID),
];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("customer", ID),
    optional("invoice", ID),
    optional("pending", Type::Flag),
];

/// What an item charges: price, amount of all and currency.
struct Charge {
    price: Option<Object>,
    amount: i64,
    currency: String,
}

/// # Errors
/// 400 for no amount or several, an unknown or recurring price, or an amount without its currency.
fn charge(call: &mut Call<'_>, args: &Args, quantity: i64) -> Outcome<Charge> {
    let named = args.object("pricing").and_then(|pricing| pricing.get("price")).and_then(Value::as_str);
    let price = match (named.or(args.text("price")), args.object("price_data"), args.has("amount")) {
        (Some(id), None, false) => {
            let param = if named.is_some() { "pricing[price]" } else { "price" };
            let price = call.refer(Kind::Price, id, param)?;
            if price.body["active"] != true {
                let message = "The price specified is inactive. This field only accepts active prices.";
                return Err(Refusal::invalid(message).param(param).into());
            }
            if price.body["type"] != "one_time" {
                let message = "The price specified is set to `type=recurring` but this field only accepts prices \
                               with `type=one_time`.";
                return Err(Refusal::invalid(message).param(param).into());
            }
            price
        }
        (None, Some(data), false) => items::inline(call, &Args(data.clone()), "price_data")?,
        (None, None, true) => {
            let Some(currency) = args.text("currency") else {
                return Err(Refusal::missing("currency").into());
            };
            let amount = args.integer("amount").unwrap_or_default();
            return Ok(Charge { price: None, amount, currency: currency.to_owned() });
        }
        (None, None, false) => return Err(Refusal::missing("amount").into()),
        (Some(_), _, _) => return Err(Refusal::exclusive("pricing", "amount").into()),
        (None, Some(_), true) => return Err(Refusal::exclusive("price_data", "amount").into()),
    };
    let currency = args.text("currency").or(price.body["currency"].as_str()).unwrap_or_default().to_owned();
    let amount = price_amounts::total_in(&price, &currency, quantity);
    Ok(Charge { price: Some(price), amount, currency })
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = call.refer(Kind::Customer, args.text("customer").unwrap_or_default(), "customer")?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let subscription = match args.text("subscription") {
        Some(id) => Some(call.refer(Kind::Subscription, id, "subscription")?.id),
        None => None,
    };
    let invoice = match args.text("invoice") {
        Some(id) => {
            let invoice = call.refer(Kind::Invoice, id, "invoice")?;
            invoices::require_editable(&invoice)?;
            Some(invoice)
        }
        None => None,
    };
    let item = build(call, args, &customer, subscription.as_deref(), now)?;
    if let Some(invoice) = &invoice
        && invoice.body["currency"] != item.body["currency"]
    {
        let message = "The currency of an invoice item must be that of its invoice.";
        return Err(Refusal::invalid(message).param("currency").into());
    }
    let item = call.create(item)?;
    let item = match invoice {
        Some(invoice) => {
            invoices::add_item(call, &invoice, &item)?;
            call.db.get(Kind::InvoiceItem, &item.id)?.unwrap_or(item)
        }
        None => item,
    };
    Ok(Answer::Object(item))
}

/// A pending item of a customer, not stored.
fn build(
    call: &mut Call<'_>,
    args: &Args,
    customer: &Object,
    subscription: Option<&str>,
    now: i64,
) -> Outcome<Object> {
    let quantity = args.integer("quantity").unwrap_or(1);
    let Charge { price, amount, currency } = charge(call, args, quantity)?;
    if let Some(other) = customer.body["currency"].as_str().filter(|other| *other != currency) {
        return Err(Refusal::invalid(format!(
            "You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or \
             invoice item with currency {other}."
        ))
        .into());
    }
    let name = match &price {
        Some(price) => Some(items::product_name(call, &price.body)?),
        None => None,
    };
    let mut item = call.new_object(Kind::InvoiceItem);
    let id = item.id.clone();
    let holder = Holder {
        customer: &customer.id,
        subscription,
        subscription_item: None,
        invoice: None,
        invoice_item: Some(&id),
        now,
    };
    let discounts = match args.given("discounts") {
        Some(list) => discounts::make(call, list, "discounts", holder)?,
        None => json!([]),
    };
    item.body = json!({
        "id": id,
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency,
        "customer": customer.id,
        "customer_account": null,
        "date": now,
        "description": args.or("description", json!(name)),
        "discountable": args.or("discountable", amount >= 0),
        "discounts": discounts,
        "invoice": null,
        "livemode": false,
        "metadata": args.new_metadata(),
        "net_amount": amount,
        "parent": parent(subscription, None),
        "period": args.or("period", json!({"end": now, "start": now})),
        "pricing": invoices::pricing(price.as_ref().map(|price| &price.body), amount, quantity),
        "proration": false,
        "quantity": quantity,
        "quantity_decimal": quantity.to_string(),
        "tax_rates": [],
        "test_clock": customer.body["test_clock"],
    });
    Ok(item)
}

fn parent(subscription: Option<&str>, item: Option<&str>) -> Value {
    let Some(subscription) = subscription else { return Value::Null };
    let mut details = json!({"subscription": subscription});
    if let Some(item) = item {
        details["subscription_item"] = json!(item);
    }
    json!({"subscription_details": details, "type": "subscription_details"})
}

/// Adds the `add_invoice_items` of a subscription: they wait for its next invoice.
///
/// # Errors
/// 400 as for items of their own.
pub fn add(
    call: &mut Call<'_>,
    args: &Args,
    customer: &Object,
    subscription: Option<&str>,
    now: i64,
) -> Outcome<()> {
    for given in args.list("add_invoice_items").into_iter().flatten() {
        let item = Args(given.as_object().cloned().unwrap_or_default());
        let item = build(call, &item, customer, subscription, now)?;
        call.create(item)?;
    }
    Ok(())
}

/// Keeps a line of a subscription's change as an item of its next invoice.
///
/// # Errors
/// SQLite's.
pub fn keep(call: &mut Call<'_>, subscription: &Value, line: Line, now: i64) -> Outcome<()> {
    let mut item = call.new_object(Kind::InvoiceItem);
    let Origin::SubscriptionItem(subscription_item) = &line.origin else { return Ok(()) };
    let parent = parent(subscription["id"].as_str(), Some(subscription_item));
    item.body = json!({
        "id": item.id,
        "object": "invoiceitem",
        "amount": line.amount,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "customer_account": null,
        "date": now,
        "description": line.description,
        "discountable": line.discountable,
        "discounts": line.discounts,
        "invoice": null,
        "livemode": false,
        "metadata": line.metadata,
        "net_amount": line.amount,
        "parent": parent,
        "period": {"end": line.period.1, "start": line.period.0},
        "pricing": invoices::pricing(line.price.as_ref(), line.amount, line.quantity),
        "proration": line.proration,
        "proration_details": {"credited_items": null, "discount_amounts": []},
        "quantity": line.quantity,
        "quantity_decimal": line.quantity.to_string(),
        "tax_rates": [],
        "test_clock": subscription["test_clock"],
    });
    call.create(item)?;
    Ok(())
}

/// The lines of what waits for an invoice: of a subscription, or of the customer alone. Oldest first.
///
/// # Errors
/// SQLite's.
pub fn pending_lines(
    call: &Call<'_>,
    customer: &str,
    subscription: Option<&str>,
    currency: &str,
) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for item in call.db.with_key(Kind::InvoiceItem, "pending", customer)?.into_iter().rev() {
        let own = item.body["parent"]["subscription_details"]["subscription"].as_str();
        let fits = own.is_none() || own == subscription;
        if fits && item.body["currency"] == currency {
            lines.push(line(&item));
        }
    }
    Ok(lines)
}

/// An item as a line of an invoice.
pub fn line(item: &Object) -> Line {
    let body = &item.body;
    let details = &body["parent"]["subscription_details"];
    let origin = match details["subscription_item"].as_str() {
        Some(subscription_item) => Origin::Proration {
            subscription_item: subscription_item.to_owned(),
            invoice_item: item.id.clone(),
        },
        None => Origin::InvoiceItem(item.id.clone()),
    };
    let moment = |name: &str| body["period"][name].as_i64().unwrap_or_default();
    let price = &body["pricing"]["price_details"];
    let price = price["price"].is_string().then(|| {
        json!({
            "id": price["price"],
            "product": price["product"],
            "unit_amount_decimal": body["pricing"]["unit_amount_decimal"],
        })
    });
    Line {
        amount: body["amount"].as_i64().unwrap_or_default(),
        description: body["description"].as_str().unwrap_or_default().to_owned(),
        discountable: body["discountable"] == true,
        discounts: body["discounts"].clone(),
        metadata: body["metadata"].clone(),
        origin,
        period: (moment("start"), moment("end")),
        price,
        proration: body["proration"] == true,
        quantity: body["quantity"].as_i64().unwrap_or(1),
        subscription: details["subscription"].as_str().map(str::to_owned),
    }
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for (param, kind) in [("customer", Kind::Customer), ("invoice", Kind::Invoice)] {
        if let Some(id) = args.text(param) {
            call.refer(kind, id, param)?;
        }
    }
    let mut filters: Vec<Filter> =
        [list::created(args), list::key(args, "customer", "customer"), list::key(args, "invoice", "invoice")]
            .into_iter()
            .flatten()
            .collect();
    match args.flag("pending") {
        Some(true) => filters.push(Filter::Without { name: "invoice" }),
        Some(false) => filters.push(Filter::Without { name: "pending" }),
        None => {}
    }
    list::page(call, args, Kind::InvoiceItem, &filters)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::InvoiceItem)?;
    let invoice = invoice_of(call, &before)?;
    let mut after = before.clone();
    let quantity = args.integer("quantity").or(before.body["quantity"].as_i64()).unwrap_or(1);
    let is_priced = ["amount", "pricing", "price_data"].iter().any(|name| args.has(name));
    if is_priced || args.has("quantity") {
        let mut given = args.0.clone();
        given.insert("currency".to_owned(), before.body["currency"].clone());
        if !is_priced {
            match before.body["pricing"]["price_details"]["price"].as_str() {
                Some(price) => given.insert("pricing".to_owned(), json!({"price": price})),
                None => given.insert("amount".to_owned(), before.body["amount"].clone()),
            };
        }
        let Charge { price, amount, .. } = charge(call, &Args(given), quantity)?;
        after.body["amount"] = json!(amount);
        after.body["net_amount"] = json!(amount);
        after.body["quantity"] = json!(quantity);
        after.body["quantity_decimal"] = json!(quantity.to_string());
        after.body["pricing"] = invoices::pricing(price.as_ref().map(|price| &price.body), amount, quantity);
    }
    set(&mut after.body, args, &["description", "discountable", "period"]);
    set_metadata(&mut after.body, args)?;
    if let Some(list) = args.given("discounts") {
        let customer = before.body["customer"].as_str().unwrap_or_default();
        let now = test_clocks::time_of(call, &before.body)?;
        let holder = Holder {
            customer,
            subscription: None,
            subscription_item: None,
            invoice: None,
            invoice_item: Some(&before.id),
            now,
        };
        after.body["discounts"] = discounts::make(call, list, "discounts", holder)?;
    }
    let after = call.update_as(&before, after, None)?;
    if let Some(invoice) = invoice {
        invoices::add_item(call, &invoice, &after)?;
    }
    Ok(Answer::Object(after))
}

/// The invoice that an item is on; it can be changed only while that is a draft.
fn invoice_of(call: &Call<'_>, item: &Object) -> Outcome<Option<Object>> {
    let Some(id) = item.body["invoice"].as_str() else { return Ok(None) };
    let invoice = call.db.get(Kind::Invoice, id)?;
    if let Some(invoice) = &invoice {
        invoices::require_editable(invoice)?;
    }
    Ok(invoice)
}

fn delete(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let item = call.fetch(Kind::InvoiceItem)?;
    let invoice = invoice_of(call, &item)?;
    let stub = json!({"id": item.id, "object": "invoiceitem", "deleted": true});
    call.db.delete(Kind::InvoiceItem, &item.id, &stub)?;
    event::emit(call, "invoiceitem.deleted", &item.body, None)?;
    if let Some(invoice) = invoice {
        invoices::remove_item(call, &invoice, &item.id)?;
    }
    Ok(Answer::Plain(stub))
}

/// Lets the items of a draft that is deleted wait for another invoice.
///
/// # Errors
/// SQLite's.
pub fn release(call: &Call<'_>, ids: &[String]) -> Outcome<()> {
    for id in ids {
        if let Some(before) = call.db.get(Kind::InvoiceItem, id)? {
            let mut after = before.clone();
            after.body["invoice"] = Value::Null;
            call.db.update(&before, &after)?;
        }
    }
    Ok(())
}
