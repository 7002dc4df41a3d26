//! What a payment link sells.

use serde_json::{Map, Value, json};

use super::kept_lines;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{price_amounts, prices, products};

/// The checked lines of a new link.
#[derive(Debug)]
pub struct Lines {
    /// As the link keeps them: line id, price id, quantity and how it may be adjusted.
    pub kept: Vec<Value>,
    pub currency: String,
    /// Whether any price recurs: the link then sells a subscription.
    pub recurring: bool,
}

/// Checks the lines of a new link, and makes the prices that are given in place.
pub fn make(call: &mut Call<'_>, args: &Args) -> Outcome<Lines> {
    let mut lines = Lines { kept: Vec::new(), currency: String::new(), recurring: false };
    for (index, given) in args.list("line_items").into_iter().flatten().enumerate() {
        let given = Args(given.as_object().cloned().unwrap_or_default());
        let name = format!("line_items[{index}]");
        let price = match (given.text("price"), given.object("price_data")) {
            (Some(_), Some(_)) => {
                let (price, data) = (format!("{name}[price]"), format!("{name}[price_data]"));
                return Err(Refusal::exclusive(&price, &data).into());
            }
            (Some(id), None) => sellable(call, id, &format!("{name}[price]"))?,
            (None, Some(data)) => inline_price(call, &Args(data.clone()), &format!("{name}[price_data]"))?,
            (None, None) => return Err(Refusal::missing(format!("{name}[price]")).into()),
        };
        match (price.body["recurring"]["usage_type"] == "metered", given.has("quantity")) {
            (true, true) => {
                let message = format!(
                    "Quantity should not be specified where usage_type is `metered`. Remove quantity from \
                     `{name}`"
                );
                return Err(Refusal::invalid(message).param(format!("{name}[quantity]")).into());
            }
            (false, false) => return Err(Refusal::missing(format!("{name}[quantity]")).into()),
            _ => {}
        }
        let currency = settle_currency(&price, args.text("currency"), &name)?;
        if !lines.currency.is_empty() && lines.currency != currency {
            let message = "All prices must have the same currency.";
            return Err(Refusal::invalid(message).param(format!("{name}[price]")).into());
        }
        lines.currency = currency;
        lines.recurring |= price.body["type"] == "recurring";
        lines.kept.push(json!({
            "id": ids::object("li"),
            "price": price.id,
            "quantity": given.or_null("quantity"),
            "adjustable_quantity": adjustable(given.given("adjustable_quantity")),
        }));
    }
    Ok(lines)
}

/// The price of a line or an optional item: it and its product must be active.
fn sellable(call: &Call<'_>, id: &str, param: &str) -> Outcome<Object> {
    let price = call.refer(Kind::Price, id, param)?;
    let product = call.db.get(Kind::Product, price.body["product"].as_str().unwrap_or_default())?;
    let product_active = product.is_some_and(|product| product.body["active"] == true);
    if price.body["active"] != true || !product_active {
        let message = "The price specified is inactive. This field only accepts active prices.";
        return Err(Refusal::invalid(message).param(param).into());
    }
    Ok(price)
}

/// Makes a price for this link alone: it is in no list of prices.
fn inline_price(call: &mut Call<'_>, data: &Args, name: &str) -> Outcome<Object> {
    let product = match (data.text("product"), data.object("product_data")) {
        (Some(id), None) => call.refer(Kind::Product, id, &format!("{name}[product]"))?.id,
        (None, Some(product)) => products::make(call, &Args(product.clone()))?.id,
        (Some(_), Some(_)) => return Err(Refusal::exclusive("product", "product_data").into()),
        (None, None) => return Err(Refusal::missing(format!("{name}[product]")).into()),
    };
    let mut price = prices::build(call, data, &product, name)?;
    price.hidden.insert("inline".to_owned(), json!(true));
    prices::store(call, price)
}

/// The currency that a price is sold in: its own, or the one asked for if it has it.
fn settle_currency(price: &Object, wanted: Option<&str>, name: &str) -> Result<String, Refusal> {
    let own = price.body["currency"].as_str().unwrap_or_default();
    match wanted {
        None => Ok(own.to_owned()),
        Some(wanted) if wanted == own => Ok(own.to_owned()),
        Some(wanted) => {
            let options = price.hidden.get("currency_options").and_then(Value::as_object);
            if options.is_some_and(|options| options.contains_key(wanted)) {
                return Ok(wanted.to_owned());
            }
            let message = format!("The price `{}` has no amount in `{wanted}`.", price.id);
            Err(Refusal::invalid(message).param(format!("{name}[price]")))
        }
    }
}

fn adjustable(given: Option<&Value>) -> Value {
    match given {
        Some(given @ Value::Object(_)) => json!({
            "enabled": given["enabled"],
            "maximum": given["maximum"],
            "minimum": given["minimum"],
        }),
        _ => Value::Null,
    }
}

/// Items that a customer can add; they are kept as they are shown.
pub fn optional_items(call: &Call<'_>, given: &Value) -> Outcome<Value> {
    let Some(items) = given.as_array() else { return Ok(Value::Null) };
    let mut shown = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let id = item["price"].as_str().unwrap_or_default();
        sellable(call, id, &format!("optional_items[{index}][price]"))?;
        shown.push(json!({
            "adjustable_quantity": adjustable(item.get("adjustable_quantity")),
            "price": id,
            "quantity": item["quantity"],
        }));
    }
    Ok(Value::Array(shown))
}

/// Changes quantities of a link's lines.
pub fn change(link: &mut Object, changes: &[Value]) -> Result<(), Refusal> {
    let mut lines = kept_lines(&link.hidden);
    for (index, change) in changes.iter().enumerate() {
        let id = change["id"].as_str().unwrap_or_default();
        let Some(line) = lines.iter_mut().find(|line| line["id"] == id) else {
            return Err(Refusal::no_such("line item", id, format!("line_items[{index}][id]")));
        };
        if let Some(quantity) = change.get("quantity") {
            line["quantity"] = quantity.clone();
        }
        if change.get("adjustable_quantity").is_some() {
            line["adjustable_quantity"] = adjustable(change.get("adjustable_quantity"));
        }
    }
    link.hidden.insert("lines".to_owned(), Value::Array(lines));
    Ok(())
}

/// How many items stand in the link itself: "the first handful", in Stripe's words, which is a page of a list.
const EXPANDED: usize = 10;

/// `line_items` of a link as shown when expanded.
pub fn line_items(call: &Call<'_>, id: &str, currency: &str, hidden: &Map<String, Value>) -> Outcome<Value> {
    let mut lines = shown(call, currency, hidden)?;
    let has_more = lines.len() > EXPANDED;
    lines.truncate(EXPANDED);
    Ok(json!({
        "object": "list",
        "data": lines,
        "has_more": has_more,
        "url": format!("/v1/payment_links/{id}/line_items"),
    }))
}

fn shown(call: &Call<'_>, currency: &str, hidden: &Map<String, Value>) -> Outcome<Vec<Value>> {
    let mut shown = Vec::new();
    for line in kept_lines(hidden) {
        let id = line["price"].as_str().unwrap_or_default();
        let Some(price) = call.db.get(Kind::Price, id)? else { continue };
        let product = call.db.get(Kind::Product, price.body["product"].as_str().unwrap_or_default())?;
        let total = price_amounts::total_in(&price, currency, line["quantity"].as_i64().unwrap_or(1));
        shown.push(json!({
            "id": line["id"],
            "object": "item",
            "adjustable_quantity": line["adjustable_quantity"],
            "amount_discount": 0,
            "amount_subtotal": total,
            "amount_tax": 0,
            "amount_total": total,
            "currency": currency,
            "description": product.map(|product| product.body["name"].clone()),
            "metadata": {},
            "price": price.body,
            "quantity": line["quantity"],
        }));
    }
    Ok(shown)
}

/// A page of a link's lines, in their own order.
pub fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let link = call.fetch(Kind::PaymentLink)?;
    let currency = link.body["currency"].as_str().unwrap_or_default();
    let lines = shown(call, currency, &link.hidden)?;
    page(call, args, &lines)
}

/// A page of lines that are shown in their own order.
pub fn page(call: &Call<'_>, args: &Args, lines: &[Value]) -> Outcome<Answer> {
    let place = |param: &str| -> Result<Option<usize>, Refusal> {
        let Some(id) = args.text(param) else { return Ok(None) };
        let found = lines.iter().position(|line| line["id"] == id);
        found.map(Some).ok_or_else(|| Refusal::no_such("line item", id, param))
    };
    let (after, before) = (place("starting_after")?, place("ending_before")?);
    let limit = list::limit(args);
    let (start, end) = match (after, before) {
        (Some(_), Some(_)) => return Err(Refusal::exclusive("starting_after", "ending_before").into()),
        (Some(after), None) => (after + 1, (after + 1 + limit).min(lines.len())),
        (None, Some(before)) => (before.saturating_sub(limit), before),
        (None, None) => (0, limit.min(lines.len())),
    };
    let has_more = if before.is_some() { start > 0 } else { end < lines.len() };
    let data = lines.get(start..end).unwrap_or_default();
    Ok(Answer::Plain(json!({"object": "list", "data": data, "has_more": has_more, "url": call.path})))
}
