//! Changing a plan in the portal: choosing one, and looking at what that costs.

use serde_json::Value;

use super::html::{Element, classed, element};
use super::parts::{Wrong, complaint, form, hidden, id_of, submit, text};
use super::portal::{Portal, price_words, titled};
use crate::emulator::wording::{day, money};

/// The plans that can be chosen.
pub fn choose(portal: &Portal<'_>, subscription: &Value, wrong: &Wrong) -> String {
    let current = &subscription["items"][0];
    let choices = portal.view["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows = choices.iter().map(|choice| row(portal, subscription, current, choice));
    let none = choices.is_empty().then(|| element("p").text("There is no other plan to choose."));
    let list = classed("section", "card").with("aria-label", "Plans").all(rows).all(none);
    portal.page("Choose a plan", Some(&portal.home_path()), complaint(wrong, &[]).into_iter().chain([list]))
}

fn row(portal: &Portal<'_>, subscription: &Value, current: &Value, choice: &Value) -> Element {
    let price = &choice["price"];
    let id = text(price, "/id");
    let is_current = current["price"]["id"] == id;
    let bounds = &choice["adjustable_quantity"];
    let names = element("div")
        .add(element("b").text(text(choice, "/name")))
        .add(classed("p", "quiet").text(price_words(price, None)));
    let mut pick = element("form")
        .with("method", "get")
        .with("action", format!("{}/update", portal.path))
        .add(hidden("subscription", text(subscription, "/id")))
        .add(hidden("item", text(current, "/id")))
        .add(hidden("price", id));
    if bounds["enabled"] == true {
        let field = format!("quantity[{id}]");
        pick = pick.add(
            classed("div", "field").add(element("label").with("for", id_of(&field)).text("Quantity")).add(
                element("input")
                    .with("id", id_of(&field))
                    .with("name", "quantity")
                    .with("type", "number")
                    .with("min", bounds["minimum"].as_i64().unwrap_or(1).to_string())
                    .with("max", bounds["maximum"].as_i64().unwrap_or(999_999).to_string())
                    .with("value", current["quantity"].as_i64().unwrap_or(1).to_string()),
            ),
        );
    } else if is_current {
        return classed("div", "row").add(names).add(classed("span", "tag good").text("Your plan"));
    }
    let words = if is_current { "Change quantity" } else { "Choose" };
    classed("div", "row").add(names).add(pick.add(submit("", words)))
}

/// What is changed, what it costs, and when.
pub fn confirm(portal: &Portal<'_>, subscription: &Value, wrong: &Wrong) -> String {
    let preview = &portal.view["preview"];
    let current = &subscription["items"][0];
    let item = &preview["item"];
    let (name, price) = match preview["price"].is_object() {
        true => (text(preview, "/name"), &preview["price"]),
        false => (text(current, "/name"), &current["price"]),
    };
    let before = described("Now", text(current, "/name"), &current["price"], current["quantity"].as_i64());
    let after = described("Then", name, price, item["quantity"].as_i64());
    let plans = classed("section", "card").add(before).add(after);
    let mut change = form(&format!("{}/update", portal.path))
        .add(hidden("subscription", text(subscription, "/id")))
        .add(hidden("item", text(item, "/id")));
    if let Some(price) = item["price"].as_str() {
        change = change.add(hidden("price", price));
    }
    if let Some(quantity) = item["quantity"].as_i64() {
        change = change.add(hidden("quantity", &quantity.to_string()));
    }
    let back = format!("{}/update?subscription={}", portal.path, text(subscription, "/id"));
    let keep = classed("a", "button").with("href", portal.home_path()).text("Keep my plan");
    change = change.add(classed("div", "actions").add(submit("main", "Confirm the change")).add(keep));
    let parts = complaint(wrong, &[]).into_iter().chain([plans]).chain(bill(preview)).chain([change]);
    portal.page("Confirm the change", Some(&back), parts)
}

fn described(when: &str, name: &str, price: &Value, quantity: Option<i64>) -> Element {
    classed("div", "row")
        .add(element("div").add(classed("p", "quiet").text(when)).add(element("b").text(name)))
        .add(element("div").text(price_words(price, quantity)))
}

/// The lines of the invoice that the change brings, or when it comes.
fn bill(preview: &Value) -> Option<Element> {
    if let Some(from) = preview["from"].as_i64() {
        let words = format!("Your plan changes on {}. Nothing is charged today.", day(from));
        return Some(classed("p", "note").text(words));
    }
    let invoice = preview["invoice"].is_object().then(|| &preview["invoice"])?;
    let currency = text(invoice, "/currency");
    let sum = |value: &Value| money(value.as_i64().unwrap_or(0), currency);
    let lines = invoice["lines"]["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows = lines.iter().map(|line| {
        classed("div", "row")
            .add(element("div").text(text(line, "/description")))
            .add(element("div").text(sum(&line["amount"])))
    });
    let when = match (preview["at_once"] == true, invoice["next_payment_attempt"].as_i64()) {
        (true, _) | (false, None) => "Due today".to_owned(),
        (false, Some(moment)) => format!("Due on {}", day(moment)),
    };
    let due = classed("div", "total due")
        .add(element("span").text(when))
        .add(element("span").text(sum(&invoice["amount_due"])));
    Some(titled("What it costs").all(rows).add(due))
}
