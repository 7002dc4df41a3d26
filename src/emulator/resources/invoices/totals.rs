//! What an invoice sums up to: discounts, the customer's balance, and what is due.

use serde_json::{Value, json};

use crate::emulator::database::Object;

/// A discount that an invoice or some of its lines have, with its coupon.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    pub discount: String,
    pub coupon: Object,
}

impl Applied {
    /// Whether the coupon is for this line's product.
    fn covers(&self, line: &Value) -> bool {
        let Some(products) =
            self.coupon.hidden.get("applies_to").and_then(|limits| limits["products"].as_array())
        else {
            return true;
        };
        products.contains(&line["pricing"]["price_details"]["product"])
    }
}

/// Sets the discounts of all lines and every sum of a draft. `discounts` are those of the invoice and of its lines;
/// `balance` is the customer's: negative is credit that pays, positive is owed and comes on top.
///
/// A percentage is taken off each line, rounded half up. An amount is spread over the lines that it covers, by their
/// amounts, and the last one takes what rounding leaves.
pub fn settle(invoice: &mut Value, discounts: &[Applied], balance: i64) {
    let own = invoice["discounts"].clone();
    let mut lines = invoice["lines"]["data"].as_array().cloned().unwrap_or_default();
    let mut left: Vec<i64> = lines.iter().map(|line| line["amount"].as_i64().unwrap_or_default()).collect();
    let subtotal: i64 = left.iter().sum();
    for line in &mut lines {
        line["discount_amounts"] = json!([]);
    }
    let mut sums = Vec::new();
    for applied in discounts {
        let on_invoice = holds(&own, &applied.discount);
        let covered: Vec<bool> = lines
            .iter()
            .zip(&left)
            .map(|(line, left)| {
                let named = on_invoice || holds(&line["discounts"], &applied.discount);
                named && *left > 0 && line["discountable"] == true && applied.covers(line)
            })
            .collect();
        let amounts = reductions(&applied.coupon.body, invoice["currency"].as_str(), &left, &covered);
        for ((line, left), amount) in lines.iter_mut().zip(&mut left).zip(&amounts) {
            if *amount > 0 {
                *left -= amount;
                push(&mut line["discount_amounts"], json!({"amount": amount, "discount": applied.discount}));
            }
        }
        sums.push(json!({"amount": amounts.iter().sum::<i64>(), "discount": applied.discount}));
    }
    let total: i64 = left.iter().sum();
    invoice["lines"]["data"] = Value::Array(lines);
    invoice["subtotal"] = json!(subtotal);
    invoice["subtotal_excluding_tax"] = json!(subtotal);
    invoice["total"] = json!(total);
    invoice["total_excluding_tax"] = json!(total);
    invoice["total_discount_amounts"] = Value::Array(sums);
    invoice["starting_balance"] = json!(balance);
    let due = (total + balance).max(0);
    invoice["amount_due"] = json!(due);
    invoice["amount_remaining"] = json!(due);
}

/// The customer's balance after an invoice of this total: credit is used up, and what the invoice gives back is kept.
pub fn ending_balance(total: i64, balance: i64) -> i64 {
    (total + balance).min(0)
}

fn holds(list: &Value, id: &str) -> bool {
    list.as_array().is_some_and(|ids| ids.iter().any(|each| each == id))
}

fn push(list: &mut Value, value: Value) {
    if let Some(list) = list.as_array_mut() {
        list.push(value);
    }
}

/// What a coupon takes off each covered line, given what is left of the lines.
fn reductions(coupon: &Value, currency: Option<&str>, left: &[i64], covered: &[bool]) -> Vec<i64> {
    let lines = || left.iter().zip(covered).map(|(left, covered)| if *covered { *left } else { 0 });
    if let Some(percent) = coupon["percent_off"].as_number() {
        let hundredths_of_percent = ten_thousandths(&percent.to_string());
        return lines().map(|amount| share(amount, hundredths_of_percent, 1_000_000)).collect();
    }
    let sum: i64 = lines().sum();
    let off = match coupon["currency"].as_str() == currency {
        true => coupon["amount_off"].as_i64().unwrap_or_default().min(sum),
        false => 0,
    };
    let last = covered.iter().rposition(|covered| *covered);
    let mut spread = 0;
    let mut amounts = Vec::with_capacity(left.len());
    for (index, amount) in lines().enumerate() {
        let part = if Some(index) == last { off - spread } else { share(amount, off, sum.max(1)) };
        spread += part;
        amounts.push(part);
    }
    amounts
}

/// A percentage of at most four decimals as a whole number of ten thousandths.
fn ten_thousandths(percent: &str) -> i64 {
    let (whole, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    format!("{whole}{fraction:0<4}").parse().unwrap_or(0)
}

/// `amount × part ÷ whole`, rounded half away from zero. `whole` is positive.
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(amount) * i128::from(part);
    let (whole, half) = (i128::from(whole), i128::from(whole) / 2);
    let rounded = (product.abs() + half) / whole;
    i64::try_from(if product < 0 { -rounded } else { rounded }).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::kind::Kind;
    use serde_json::Map;

    fn check(coupon: Value, amounts: &[i64], balance: i64, discounts: &[i64], due: i64) {
        let lines: Vec<Value> = amounts
            .iter()
            .map(|amount| json!({"amount": amount, "discountable": true, "discounts": []}))
            .collect();
        let mut invoice = json!({"currency": "usd", "discounts": ["di_1"], "lines": {"data": lines}});
        let coupon = Object { kind: Kind::Coupon, id: "c".to_owned(), body: coupon, hidden: Map::new() };
        settle(&mut invoice, &[Applied { discount: "di_1".to_owned(), coupon }], balance);
        let taken: Vec<i64> = invoice["lines"]["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["discount_amounts"][0]["amount"].as_i64().unwrap_or(0))
            .collect();
        assert_eq!((taken.as_slice(), &invoice["amount_due"]), (discounts, &json!(due)));
    }

    #[test]
    fn percentages_are_taken_off_each_line_and_amounts_are_spread() {
        check(json!({"percent_off": 50.0}), &[999, 1], 0, &[500, 1], 499);
        check(json!({"percent_off": 33.3333}), &[10000], 0, &[3333], 6667);
        check(
            json!({"amount_off": 100, "currency": "usd", "percent_off": null}),
            &[100, 100, 100],
            0,
            &[33, 33, 34],
            200,
        );
        check(
            json!({"amount_off": 500, "currency": "usd", "percent_off": null}),
            &[100, 200],
            0,
            &[100, 200],
            0,
        );
        check(json!({"amount_off": 500, "currency": "eur", "percent_off": null}), &[100], 0, &[0], 100);
    }

    #[test]
    fn a_balance_pays_and_what_is_owed_comes_on_top() {
        check(json!({"percent_off": 10}), &[1000], -300, &[100], 600);
        check(json!({"percent_off": 10}), &[1000], 250, &[100], 1150);
        check(json!({"percent_off": 10}), &[1000], -5000, &[100], 0);
        assert_eq!((ending_balance(900, -300), ending_balance(900, -5000)), (0, -4100));
        assert_eq!((ending_balance(-400, 0), ending_balance(-400, 100)), (-400, -300));
    }
}
