//! Items: which price a subscription charges, how many of it, and for which period.

use serde_json::{Map, Value, json};

use super::params::MOST_ITEMS;
use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::check::merge_metadata;
use crate::emulator::database::Object;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::discounts::{self, Holder};
use crate::emulator::resources::{price_amounts, prices};

/// The items of a subscription.
pub fn of(subscription: &Value) -> Vec<Value> {
    subscription["items"]["data"].as_array().cloned().unwrap_or_default()
}

/// `items` of a subscription.
pub fn list(subscription: &str, items: Vec<Value>) -> Value {
    json!({
        "object": "list",
        "data": items,
        "has_more": false,
        "url": format!("/v1/subscription_items?subscription={subscription}"),
    })
}

/// The earliest end of a current period, in seconds.
pub fn first_end(subscription: &Value) -> Option<i64> {
    of(subscription).iter().filter_map(|item| item["current_period_end"].as_i64()).min()
}

/// The latest end of a current period, in seconds.
pub fn last_end(subscription: &Value) -> Option<i64> {
    of(subscription).iter().filter_map(|item| item["current_period_end"].as_i64()).max()
}

/// Whether usage decides what an item costs, so that it is billed after its period.
pub fn is_metered(item: &Value) -> bool {
    item["price"]["recurring"]["usage_type"] == "metered"
}

/// What an item costs for a whole period, in minor units of the subscription's currency.
///
/// # Errors
/// SQLite's.
pub fn amount(call: &Call<'_>, item: &Value, currency: &str) -> Outcome<i64> {
    match is_metered(item) {
        true => Ok(0),
        false => amount_of(call, item, currency, item["quantity"].as_i64().unwrap_or(1)),
    }
}

/// What a quantity of an item costs, in minor units of the subscription's currency.
///
/// # Errors
/// SQLite's.
pub fn amount_of(call: &Call<'_>, item: &Value, currency: &str, quantity: i64) -> Outcome<i64> {
    let id = item["price"]["id"].as_str().unwrap_or_default();
    // Of a plan that was deleted there is what the item has kept.
    let kept =
        || Object { kind: Kind::Price, id: id.to_owned(), body: item["price"].clone(), hidden: Map::new() };
    let price = call.db.get(Kind::Price, id)?.unwrap_or_else(kept);
    Ok(price_amounts::total_in(&price, currency, quantity))
}

/// The name of what an item sells.
///
/// # Errors
/// SQLite's.
pub fn product_name(call: &Call<'_>, price: &Value) -> Outcome<String> {
    let product = call.db.get(Kind::Product, price["product"].as_str().unwrap_or_default())?;
    Ok(product.and_then(|product| product.body["name"].as_str().map(str::to_owned)).unwrap_or_default())
}

/// The recurring price that an item's parameters name or describe; `None` where they do neither.
///
/// # Errors
/// 400 for an unknown, inactive or one-time price, or for several at once.
pub fn price(call: &mut Call<'_>, given: &Args, place: &str) -> Outcome<Option<Object>> {
    let named: Vec<&str> =
        ["price", "price_data", "plan"].into_iter().filter(|name| given.has(name)).collect();
    let param = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}[{name}]") };
    let price = match named.as_slice() {
        [] => return Ok(None),
        ["price_data"] => {
            let data = Args(given.object("price_data").cloned().unwrap_or_default());
            inline(call, &data, &param("price_data"))?
        }
        [name] => {
            let param = param(name);
            let price = call.refer(Kind::Price, given.text(name).unwrap_or_default(), &param)?;
            let product = call.db.get(Kind::Product, price.body["product"].as_str().unwrap_or_default())?;
            if price.body["active"] != true || product.is_none_or(|product| product.body["active"] != true) {
                let message = "The price specified is inactive. This field only accepts active prices.";
                return Err(Refusal::invalid(message).param(param).into());
            }
            if price.body["type"] != "recurring" {
                let message = "The price specified is set to `type=one_time` but this field only accepts prices \
                               with `type=recurring`.";
                return Err(Refusal::invalid(message).param(param).into());
            }
            price
        }
        [first, second, ..] => return Err(Refusal::exclusive(&param(first), &param(second)).into()),
    };
    Ok(Some(price))
}

/// Makes a price for one subscription or invoice alone: it is in no list of prices.
///
/// # Errors
/// 400 for an unknown product, or for amounts that don't fit together.
pub fn inline(call: &mut Call<'_>, data: &Args, place: &str) -> Outcome<Object> {
    let product =
        call.refer(Kind::Product, data.text("product").unwrap_or_default(), &format!("{place}[product]"))?;
    let mut price = prices::build(call, data, &product.id, place)?;
    price.hidden.insert("inline".to_owned(), json!(true));
    prices::store(call, price)
}

/// The quantity of an item; `None` where usage decides.
///
/// # Errors
/// 400 for a quantity of a metered price.
pub fn quantity(given: &Args, price: &Value, default: i64, place: &str) -> Outcome<Option<i64>> {
    let metered = price["recurring"]["usage_type"] == "metered";
    match (metered, given.integer("quantity")) {
        (true, Some(_)) => {
            let message = format!(
                "Quantity should not be specified where usage_type is `metered`. Remove quantity from `{place}`"
            );
            Err(Refusal::invalid(message).param(format!("{place}[quantity]")).into())
        }
        (true, None) => Ok(None),
        (false, quantity) => Ok(Some(quantity.unwrap_or(default))),
    }
}

/// Makes an item for a period, from the parameters of its creation.
///
/// # Errors
/// 400 for what its price, quantity or discounts don't allow.
pub fn new(call: &mut Call<'_>, given: &Args, place: &str, holder: Holder<'_>) -> Outcome<(Value, Object)> {
    let Some(price) = price(call, given, place)? else {
        return Err(Refusal::missing(format!("{place}[price]")).into());
    };
    let quantity = quantity(given, &price.body, 1, place)?;
    let id = ids::dated("si", call.now);
    let holder = Holder { subscription_item: Some(&id), ..holder };
    let discounts = match given.given("discounts") {
        Some(list) => discounts::make(call, list, &format!("{place}[discounts]"), holder)?,
        None => json!([]),
    };
    let mut item = json!({
        "id": id,
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": holder.now,
        "current_period_end": holder.now,
        "current_period_start": holder.now,
        "current_trial": null,
        "discounts": discounts,
        "metadata": given.new_metadata(),
        "plan": prices::plan(&price.body),
        "price": price.body,
        "quantity": quantity,
        "subscription": holder.subscription,
        "tax_rates": [],
    });
    without_quantity(&mut item, quantity);
    Ok((item, price))
}

/// A metered item has no quantity at all.
fn without_quantity(item: &mut Value, quantity: Option<i64>) {
    match (quantity, item.as_object_mut()) {
        (None, Some(fields)) => drop(fields.shift_remove("quantity")),
        (quantity, _) => item["quantity"] = json!(quantity),
    }
}

/// Changes an item. A new price resets the quantity to 1, unless one is given.
///
/// # Errors
/// 400 for what its price, quantity or discounts don't allow.
pub fn change(
    call: &mut Call<'_>,
    item: &mut Value,
    given: &Args,
    place: &str,
    holder: Holder<'_>,
) -> Outcome<()> {
    let moved = price(call, given, place)?.filter(|price| item["price"]["id"] != price.id.as_str());
    if let Some(price) = &moved {
        item["price"] = price.body.clone();
        item["plan"] = json!(prices::plan(&price.body));
    }
    if moved.is_some() || given.has("quantity") {
        let quantity = quantity(given, &item["price"], 1, place)?;
        without_quantity(item, quantity);
    }
    if let Some(list) = given.given("discounts") {
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        let holder = Holder { subscription_item: Some(&id), ..holder };
        item["discounts"] = discounts::make(call, list, &format!("{place}[discounts]"), holder)?;
    }
    if let (Some(change), Some(current)) = (given.given("metadata"), item["metadata"].as_object_mut()) {
        merge_metadata(current, change)?;
    }
    Ok(())
}

/// Applies an `items` parameter: elements with an id change or remove that item, others add one. All items as they are
/// then; a new one has no period yet.
///
/// # Errors
/// 400 for unknown ids, two items of one price, other currencies, none left or too many.
pub fn apply(
    call: &mut Call<'_>,
    subscription: &Object,
    changes: &[Value],
    holder: Holder<'_>,
) -> Outcome<Vec<Value>> {
    let mut items = of(&subscription.body);
    for (index, change_of) in changes.iter().enumerate() {
        let place = format!("items[{index}]");
        let given = Args(change_of.as_object().cloned().unwrap_or_default());
        let Some(id) = given.text("id") else {
            items.push(new(call, &given, &place, holder)?.0);
            continue;
        };
        let Some(position) = items.iter().position(|item| item["id"] == id) else {
            return Err(Refusal::no_such("subscription item", id, format!("{place}[id]")).into());
        };
        if given.flag("deleted") == Some(true) {
            items.remove(position);
        } else if let Some(item) = items.get_mut(position) {
            change(call, item, &given, &place, holder)?;
        }
    }
    check(&items, subscription.body["currency"].as_str().unwrap_or_default())?;
    Ok(items)
}

/// Checks items together.
///
/// # Errors
/// 400 for none, too many, two of one price, or one without an amount in the currency.
pub fn check(items: &[Value], currency: &str) -> Result<(), Refusal> {
    if items.is_empty() {
        return Err(Refusal::invalid("A subscription must have at least one active item.").param("items"));
    }
    if items.len() > MOST_ITEMS {
        let message = format!("A subscription can have at most {MOST_ITEMS} items.");
        return Err(Refusal::invalid(message).param("items"));
    }
    for (index, item) in items.iter().enumerate() {
        let earlier = items.iter().take(index);
        if earlier.clone().any(|other| other["price"]["id"] == item["price"]["id"]) {
            let message = format!(
                "Cannot add multiple subscription items with the same price: {}",
                item["price"]["id"].as_str().unwrap_or_default()
            );
            return Err(Refusal::invalid(message).param(format!("items[{index}][price]")));
        }
        if item["price"]["currency"] != currency {
            let message = format!(
                "The price specified only supports `{}`. This doesn't match the expected currency: `{currency}`.",
                item["price"]["currency"].as_str().unwrap_or_default()
            );
            return Err(Refusal::invalid(message).param(format!("items[{index}][price]")));
        }
    }
    Ok(())
}

/// An item as its own endpoints answer with it.
pub fn object(item: Value) -> Object {
    let id = item["id"].as_str().unwrap_or_default().to_owned();
    Object { kind: Kind::SubscriptionItem, id, body: item, hidden: Map::new() }
}
