//! What the lines of a session cost, with its discount.

use serde_json::{Map, Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{coupons, price_amounts, promotion_codes};

/// One line with its price; amounts in minor units.
struct Line {
    kept: Value,
    price: Object,
    subtotal: i64,
    discount: i64,
}

/// What a session comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    pub subtotal: i64,
    pub discount: i64,
}

/// What is due when a session is completed.
///
/// # Errors
/// SQLite's.
pub fn total(call: &Call<'_>, hidden: &Map<String, Value>) -> Outcome<Total> {
    let lines = lines(call, hidden)?;
    Ok(Total {
        subtotal: lines.iter().map(|line| line.subtotal).sum(),
        discount: lines.iter().map(|line| line.discount).sum(),
    })
}

/// The lines as the API shows them.
///
/// # Errors
/// SQLite's.
pub fn shown(call: &Call<'_>, hidden: &Map<String, Value>) -> Outcome<Vec<Value>> {
    let mut shown = Vec::new();
    for Line { kept, price, subtotal, discount } in lines(call, hidden)? {
        let product = call.db.get(Kind::Product, price.body["product"].as_str().unwrap_or_default())?;
        shown.push(json!({
            "id": kept["id"],
            "object": "item",
            "adjustable_quantity": kept["adjustable_quantity"],
            "amount_discount": discount,
            "amount_subtotal": subtotal,
            "amount_tax": 0,
            "amount_total": subtotal - discount,
            "currency": hidden.get("currency"),
            "description": product.map(|product| product.body["name"].clone()),
            "metadata": {},
            "price": price.body,
            "quantity": kept["quantity"],
        }));
    }
    Ok(shown)
}

fn lines(call: &Call<'_>, hidden: &Map<String, Value>) -> Outcome<Vec<Line>> {
    let currency = hidden.get("currency").and_then(Value::as_str).unwrap_or_default();
    let trial = hidden.get("trial") == Some(&json!(true));
    let mut lines = Vec::new();
    for kept in hidden.get("lines").and_then(Value::as_array).into_iter().flatten() {
        let id = kept["price"].as_str().unwrap_or_default();
        let Some(price) = call.db.get(Kind::Price, id)? else { continue };
        // Usage is paid later, and so is what a trial is for.
        let later = kept["quantity"].is_null() || (trial && price.body["type"] == "recurring");
        let quantity = kept["quantity"].as_i64().unwrap_or(0);
        let subtotal = if later { 0 } else { price_amounts::total_in(&price, currency, quantity) };
        lines.push(Line { kept: kept.clone(), price, subtotal, discount: 0 });
    }
    if let Some(id) = hidden.get("coupon").and_then(Value::as_str)
        && let Some(coupon) = call.db.get(Kind::Coupon, id)?
    {
        discount(&mut lines, &coupon, currency);
    }
    Ok(lines)
}

/// Spreads a coupon over the lines that it applies to, by what they cost; what rounding leaves goes to the last.
fn discount(lines: &mut [Line], coupon: &Object, currency: &str) {
    let products = coupon.hidden.get("applies_to").and_then(|applies| applies["products"].as_array());
    let applies =
        |line: &Line| products.is_none_or(|products| products.contains(&line.price.body["product"]));
    let base: i64 = lines.iter().filter(|line| applies(line)).map(|line| line.subtotal).sum();
    let mut left = amount_off(coupon, currency, base).min(base);
    let (off, mut rest) = (left, base);
    for line in lines.iter_mut().filter(|line| applies(line) && line.subtotal > 0) {
        rest -= line.subtotal;
        line.discount = if rest == 0 { left } else { share(off, line.subtotal, base) };
        left -= line.discount;
    }
}

/// `off` × `part` / `whole`, rounded down.
fn share(off: i64, part: i64, whole: i64) -> i64 {
    let share = i128::from(off) * i128::from(part) / i128::from(whole.max(1));
    i64::try_from(share).unwrap_or(off)
}

fn amount_off(coupon: &Object, currency: &str, base: i64) -> i64 {
    if coupon.body["percent_off"].is_number() {
        return percent_of(base, &coupon.body["percent_off"].to_string());
    }
    let option = coupon.hidden.get("currency_options").and_then(|options| options.get(currency));
    match (coupon.body["currency"] == currency, option) {
        (true, _) => coupon.body["amount_off"].as_i64().unwrap_or(0),
        (false, Some(option)) => option["amount_off"].as_i64().unwrap_or(0),
        (false, None) => 0,
    }
}

/// A percentage of at most four places, half a unit rounded up.
fn percent_of(base: i64, percent: &str) -> i64 {
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    let parts: i128 = format!("{whole}{fraction:0<4}").parse().unwrap_or(0);
    let off = (i128::from(base) * parts + 500_000) / 1_000_000;
    i64::try_from(off).unwrap_or(base)
}

/// The discount of a new session: as it shows it, and the coupon behind it.
///
/// # Errors
/// 400 for an unknown or spent coupon or code, and for an element that names none or both.
pub fn named_discount(call: &Call<'_>, args: &Args) -> Outcome<Option<(Value, String)>> {
    let Some(given) = args.list("discounts").and_then(|list| list.first()) else { return Ok(None) };
    let (coupon, code) = match (given["coupon"].as_str(), given["promotion_code"].as_str()) {
        (Some(_), Some(_)) => {
            return Err(Refusal::exclusive("discounts[0][coupon]", "discounts[0][promotion_code]").into());
        }
        (None, None) => return Err(Refusal::missing("discounts[0][coupon]").into()),
        (Some(id), None) => (call.refer(Kind::Coupon, id, "discounts[0][coupon]")?, None),
        (None, Some(id)) => {
            const PARAM: &str = "discounts[0][promotion_code]";
            let mut code = call.refer(Kind::PromotionCode, id, PARAM)?;
            promotion_codes::refresh(&mut code.body, call.now);
            if code.body["active"] != true {
                let message = "This promotion code is inactive.";
                return Err(Refusal::invalid(message).param(PARAM).into());
            }
            let coupon = code.body["promotion"]["coupon"].as_str().unwrap_or_default();
            (call.refer(Kind::Coupon, coupon, PARAM)?, Some(code.id))
        }
    };
    let mut shown = coupon.body.clone();
    coupons::refresh(&mut shown, call.now);
    if shown["valid"] != true {
        let message = format!("Coupon {} is expired and cannot be applied.", coupon.id);
        return Err(Refusal::invalid(message).code("coupon_expired").param("discounts").into());
    }
    let named = match &code {
        Some(code) => json!({"coupon": null, "promotion_code": code}),
        None => json!({"coupon": coupon.id, "promotion_code": null}),
    };
    Ok(Some((named, coupon.id)))
}
