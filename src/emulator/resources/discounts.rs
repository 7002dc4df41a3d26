//! Discounts: coupons at work on a subscription, an item or an invoice.

use serde_json::{Map, Value, json};

use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{coupons, promotion_codes};
use crate::emulator::spec::{ID, Param, Type, optional};

/// A `discounts` parameter.
pub const DISCOUNTS: Type = Type::List { of: &Type::Object(DISCOUNT), max: 20 };

const DISCOUNT: &[Param] =
    &[optional("coupon", ID), optional("discount", ID), optional("promotion_code", ID)];

/// What a discount is for.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    pub customer: &'a str,
    pub subscription: Option<&'a str>,
    pub subscription_item: Option<&'a str>,
    pub invoice: Option<&'a str>,
    pub invoice_item: Option<&'a str>,
    /// The time of the customer, in seconds since 1970.
    pub now: i64,
}

/// Makes the discounts of a `discounts` parameter, and gives their ids. Those that are named by their own id stay.
///
/// # Errors
/// 400 for unknown, expired or used-up coupons and codes, and for elements that name none or several.
pub fn make(call: &mut Call<'_>, given: &Value, param: &str, holder: Holder<'_>) -> Outcome<Value> {
    let mut ids = Vec::new();
    for (index, element) in given.as_array().into_iter().flatten().enumerate() {
        let place = format!("{param}[{index}]");
        let named: Vec<(&str, &str)> = ["coupon", "discount", "promotion_code"]
            .into_iter()
            .filter_map(|name| Some((name, element[name].as_str()?)))
            .collect();
        let id = match named.as_slice() {
            [("discount", id)] => call.refer(Kind::Discount, id, &format!("{place}[discount]"))?.id,
            [("coupon", id)] => {
                let coupon = redeemable(call, id, &format!("{place}[coupon]"), holder.now)?;
                add(call, &coupon, None, holder)?
            }
            [(_, id)] => {
                let code = promotion_code(call, id, &format!("{place}[promotion_code]"), holder)?;
                let coupon = code.body["promotion"]["coupon"].as_str().unwrap_or_default().to_owned();
                let coupon = redeemable(call, &coupon, &format!("{place}[promotion_code]"), holder.now)?;
                add(call, &coupon, Some(&code), holder)?
            }
            [] => return Err(Refusal::missing(format!("{place}[coupon]")).into()),
            [(first, _), (second, _), ..] => {
                return Err(
                    Refusal::exclusive(&format!("{place}[{first}]"), &format!("{place}[{second}]")).into()
                );
            }
        };
        ids.push(json!(id));
    }
    Ok(Value::Array(ids))
}

fn redeemable(call: &Call<'_>, id: &str, param: &str, now: i64) -> Outcome<Object> {
    let coupon = call.refer(Kind::Coupon, id, param)?;
    let mut shown = coupon.body.clone();
    coupons::refresh(&mut shown, now);
    if shown["valid"] != true {
        let message = format!("The coupon `{id}` is expired or was redeemed as often as it can be.");
        return Err(Refusal::invalid(message).code("coupon_expired").param(param).into());
    }
    Ok(coupon)
}

fn promotion_code(call: &Call<'_>, id: &str, param: &str, holder: Holder<'_>) -> Outcome<Object> {
    let code = call.refer(Kind::PromotionCode, id, param)?;
    let mut shown = code.body.clone();
    promotion_codes::refresh(&mut shown, holder.now);
    if shown["active"] != true {
        let message = "This promotion code is inactive: it has expired, was redeemed as often as it can be, or was \
                       turned off.";
        return Err(Refusal::invalid(message).param(param).into());
    }
    if code.body["customer"].as_str().is_some_and(|customer| customer != holder.customer) {
        let message = "This promotion code is for another customer.";
        return Err(Refusal::invalid(message).param(param).into());
    }
    Ok(code)
}

fn add(call: &mut Call<'_>, coupon: &Object, code: Option<&Object>, holder: Holder<'_>) -> Outcome<String> {
    let Holder { customer, subscription, subscription_item, invoice, invoice_item, now } = holder;
    let month = Every::read(&json!({"interval": "month"}));
    let end = coupon.body["duration_in_months"].as_i64().map(|months| month.counted_from(now, months));
    let mut discount = call.new_object(Kind::Discount);
    discount.body = json!({
        "id": discount.id,
        "object": "discount",
        "checkout_session": null,
        "customer": customer,
        "customer_account": null,
        "end": end,
        "invoice": invoice,
        "invoice_item": invoice_item,
        "promotion_code": code.map(|code| code.id.as_str()),
        "source": {"coupon": coupon.id, "type": "coupon"},
        "start": now,
        "subscription": subscription,
        "subscription_item": subscription_item,
    });
    // It goes on as it is if the coupon is deleted.
    discount.hidden.insert("coupon".to_owned(), coupon.body.clone());
    discount.hidden.insert("coupon_hidden".to_owned(), Value::Object(coupon.hidden.clone()));
    redeem(call, coupon, code)?;
    call.create(discount).map(|discount| discount.id)
}

/// Counts that a coupon was redeemed, with a code or without.
///
/// # Errors
/// SQLite's.
pub fn redeem(call: &mut Call<'_>, coupon: &Object, code: Option<&Object>) -> Outcome<()> {
    for redeemed in [Some(coupon), code].into_iter().flatten() {
        let mut after = redeemed.clone();
        after.body["times_redeemed"] =
            json!(redeemed.body["times_redeemed"].as_i64().unwrap_or_default() + 1);
        call.update(redeemed, after)?;
    }
    Ok(())
}

/// The coupon of a discount, as it was when the discount was made; `None` where there is no such discount.
///
/// # Errors
/// SQLite's.
pub fn coupon_of(call: &Call<'_>, discount: &str) -> Outcome<Option<Object>> {
    let Some(mut discount) = call.db.get(Kind::Discount, discount)? else { return Ok(None) };
    let Some(body) = discount.hidden.shift_remove("coupon") else { return Ok(None) };
    let hidden = match discount.hidden.shift_remove("coupon_hidden") {
        Some(Value::Object(hidden)) => hidden,
        _ => Map::new(),
    };
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    Ok(Some(Object { kind: Kind::Coupon, id, body, hidden }))
}

/// Of these discounts, those that still hold for an invoice of a period that starts at `moment`. One whose coupon is good
/// for one invoice has been used if it is older.
///
/// # Errors
/// SQLite's.
pub fn still_on(call: &Call<'_>, ids: &Value, moment: i64) -> Outcome<Value> {
    let mut on = Vec::new();
    for id in ids.as_array().into_iter().flatten() {
        let Some(discount) = call.db.get(Kind::Discount, id.as_str().unwrap_or_default())? else { continue };
        let Some(coupon) = coupon_of(call, &discount.id)? else { continue };
        let ended = discount.body["end"].as_i64().is_some_and(|end| end <= moment);
        let used = coupon.body["duration"] == "once" && discount.hidden.contains_key("used");
        if !ended && !used {
            on.push(id.clone());
        }
    }
    Ok(Value::Array(on))
}

/// Of these discounts, those that held for the invoice of a period that started at `moment`, those it used up among them.
///
/// # Errors
/// SQLite's.
pub fn held(call: &Call<'_>, ids: &Value, moment: i64) -> Outcome<Value> {
    let mut held = Vec::new();
    for id in ids.as_array().into_iter().flatten() {
        let Some(discount) = call.db.get(Kind::Discount, id.as_str().unwrap_or_default())? else { continue };
        let begun = discount.body["start"].as_i64().is_none_or(|start| start <= moment);
        let ended = discount.body["end"].as_i64().is_some_and(|end| end <= moment);
        if begun && !ended {
            held.push(id.clone());
        }
    }
    Ok(Value::Array(held))
}

/// Notes that an invoice has used discounts: those for one invoice only are used up.
///
/// # Errors
/// SQLite's.
pub fn use_up(call: &Call<'_>, ids: &Value) -> Outcome<()> {
    for id in ids.as_array().into_iter().flatten() {
        if let Some(before) = call.db.get(Kind::Discount, id.as_str().unwrap_or_default())? {
            let mut after = before.clone();
            after.hidden.insert("used".to_owned(), json!(true));
            call.db.update(&before, &after)?;
        }
    }
    Ok(())
}

/// Ends discounts that `after` has no more, of those that `before` had.
///
/// # Errors
/// SQLite's.
pub fn end_others(call: &mut Call<'_>, before: &Value, after: &Value) -> Outcome<()> {
    let kept = after.as_array().cloned().unwrap_or_default();
    for id in before.as_array().into_iter().flatten().filter(|id| !kept.contains(id)) {
        if let Some(discount) = call.db.get(Kind::Discount, id.as_str().unwrap_or_default())? {
            crate::emulator::event::emit(call, "customer.discount.deleted", &discount.body, None)?;
        }
    }
    Ok(())
}
