//! The page on which a checkout session is paid.

use serde_json::{Value, json};

use super::html::{Element, classed, element, page};
use super::parts::{Field, Wrong, badge, complaint, form, hidden, id_of, labelled, link, submit, text};
use super::{Page, Visit, ask, missing};
use crate::emulator::dispatch::Shared;
use crate::emulator::form::Form;
use crate::emulator::resources::checkout::page::{BANK, ORDER, PAY, SHOW};
use crate::emulator::wording::{day, interval, money};

/// What stands for the session's id in the address that it leads to.
const ID_PLACEHOLDER: &str = "{CHECKOUT_SESSION_ID}";

/// The fields that tell themselves what was wrong with them.
const FIELDS: [&str; 12] = [
    "city",
    "country",
    "cvc",
    "email",
    "expiry",
    "line1",
    "name",
    "number",
    "phone",
    "postal_code",
    "promotion_code",
    "quantity",
];

/// Cards that a newcomer can try.
const CARDS: [(&str, &str); 6] = [
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0000 0000 0069", "has expired"),
    ("4000 0000 0000 0127", "has another security code"),
    ("4000 0027 6000 3184", "has a bank that asks the customer"),
];

/// Serves the page of a session; `rest` is its id and what is done there.
pub async fn serve(shared: &Shared, visit: &Visit<'_>, rest: &str) -> Page {
    let (id, verb) = rest.split_once('/').unwrap_or((rest, ""));
    let endpoint = match (visit.method, verb) {
        ("GET" | "HEAD", "") => &SHOW,
        ("POST", "order") => &ORDER,
        ("POST", "pay") => &PAY,
        ("POST", "bank") => &BANK,
        _ => return missing(),
    };
    let filled = visit.form();
    let (status, answer) = ask(shared, endpoint, id, &filled).await;
    if status == 200 {
        let is_complete = answer["session"]["status"] == "complete";
        return match visit.method {
            "POST" if is_complete => after_completion(&answer),
            "POST" if answer["failure"].is_null() => Page::GoTo(format!("{}{id}", super::CHECKOUT)),
            _ => {
                let message = text(&answer, "/failure").to_owned();
                shown(200, &answer, &Form::new(), &Wrong { field: None, message })
            }
        };
    }
    let (found, view) = ask(shared, &SHOW, id, &Form::new()).await;
    if found != 200 {
        return missing();
    }
    shown(status, &view, &filled, &Wrong::read(&answer))
}

/// The application's own address, exactly as it was given, or the page that says thanks.
fn after_completion(view: &Value) -> Page {
    match success_url(view) {
        Some(url) => Page::GoTo(url),
        None => Page::GoTo(format!("{}{}", super::CHECKOUT, text(view, "/session/id"))),
    }
}

fn success_url(view: &Value) -> Option<String> {
    let url = view["session"]["success_url"].as_str()?;
    Some(url.replace(ID_PLACEHOLDER, text(view, "/session/id")))
}

fn shown(status: u16, view: &Value, filled: &Form, wrong: &Wrong) -> Page {
    match text(view, "/session/status") {
        "open" if view["waits_for_bank"] == true => Page::Shown { status: 200, html: at_the_bank(view) },
        "open" => Page::Shown { status, html: to_pay(view, filled, wrong) },
        "complete" => Page::Shown { status: 200, html: complete(view) },
        _ => Page::Shown { status: 200, html: expired(view) },
    }
}

/// Where a form of this page is posted to.
fn action(view: &Value, verb: &str) -> String {
    format!("{}{}/{verb}", super::CHECKOUT, text(view, "/session/id"))
}

fn amount(view: &Value, value: &Value) -> String {
    money(value.as_i64().unwrap_or(0), text(view, "/session/currency"))
}

/// `$99.00 per month`.
fn recurring(view: &Value) -> Option<String> {
    let sum = amount(view, &view["recurring"]["amount"]);
    let every = view["recurring"]["every"].as_str()?;
    let word = if every.starts_with(char::is_numeric) { "every" } else { "per" };
    Some(format!("{sum} {word} {every}"))
}

fn names(view: &Value) -> String {
    let mut names: Vec<&str> = Vec::new();
    for line in view["lines"].as_array().into_iter().flatten() {
        let name = text(line, "/description");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => "your order".to_owned(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn title(view: &Value) -> String {
    match text(view, "/session/mode") {
        "subscription" => format!("Subscribe to {}", names(view)),
        "setup" => "Save a card".to_owned(),
        _ => format!("Pay for {}", names(view)),
    }
}

fn to_pay(view: &Value, filled: &Form, wrong: &Wrong) -> String {
    let top =
        classed("div", "top").all(link("back", text(view, "/session/cancel_url"), "← Back")).add(badge());
    let summary = classed("section", "summary")
        .with("aria-label", "Your order")
        .add(element("div").add(top).add(headline(view)).all(order(view, wrong)));
    let paying = classed("main", "paying").add(element("div").add(payment(view, filled, wrong)));
    page(&title(view), element("body").add(classed("div", "columns").add(summary).add(paying)))
}

/// What it is, what it costs now, and what later.
fn headline(view: &Value) -> Element {
    let head = element("div").add(element("h1").text(title(view)));
    if view["session"]["mode"] == "setup" {
        return head.add(element("p").text("Nothing is charged. Your card is kept for later payments."));
    }
    let total = amount(view, &view["session"]["amount_total"]);
    let trial = view["trial_end"].as_i64().map(|end| format!("Free until {}", day(end)));
    let (now, later) = match (trial, recurring(view)) {
        (Some(trial), Some(later)) => (trial, format!("Then {later}. {total} is due today.")),
        (None, Some(later)) if view["recurring"]["amount"] == view["session"]["amount_total"] => {
            (total, format!("{later}, until you cancel."))
        }
        (_, Some(later)) => (total, format!("due today. Then {later}, until you cancel.")),
        (_, None) => (total, String::new()),
    };
    head.add(classed("p", "amount").text(now)).add(classed("p", "quiet").text(later))
}

/// The lines, what is off, and the sum.
fn order(view: &Value, wrong: &Wrong) -> Vec<Element> {
    let lines = view["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        return Vec::new();
    }
    let session = &view["session"];
    let total = |name: &str, sum: String| {
        classed("div", "total").add(element("span").text(name)).add(element("span").text(sum))
    };
    let off = session["total_details"]["amount_discount"].as_i64().unwrap_or(0);
    let mut parts = vec![classed("ul", "lines").all(lines.iter().map(|line| line_of(view, line, wrong)))];
    let code = text(view, "/code");
    if off > 0 || !code.is_empty() {
        parts.push(total("Subtotal", amount(view, &session["amount_subtotal"])));
        parts.push(total(&format!("Discount {code}"), amount(view, &json!(-off))));
    }
    if session["allow_promotion_codes"] == true {
        parts.push(promotion(view, code, wrong));
    }
    parts.push(
        classed("div", "total due")
            .add(element("span").text("Total due today"))
            .add(element("span").text(amount(view, &session["amount_total"]))),
    );
    parts
}

fn line_of(view: &Value, line: &Value, wrong: &Wrong) -> Element {
    let name = text(line, "/description");
    let id = text(line, "/id");
    let every = interval(&line["price"]["recurring"]);
    let each = match (line["price"]["unit_amount"].as_i64(), &every) {
        (Some(unit), Some(every)) => format!("{} / {every}", money(unit, text(view, "/session/currency"))),
        (Some(unit), None) => format!("{} each", money(unit, text(view, "/session/currency"))),
        (None, _) => String::new(),
    };
    let quantity = line["quantity"].as_i64();
    let detail = match quantity {
        None => "Billed by what you use".to_owned(),
        Some(1) if every.is_none() => String::new(),
        Some(1) => each,
        Some(count) => format!("{count} × {each}"),
    };
    let mut left = element("div").add(element("b").text(name)).add(classed("span", "quiet").text(detail));
    if line["adjustable_quantity"]["enabled"] == true {
        let field = format!("quantity[{id}]");
        let bounds = &line["adjustable_quantity"];
        let input = element("input")
            .with("id", id_of(&field))
            .with("name", &field)
            .with("type", "number")
            .with("min", bounds["minimum"].as_i64().unwrap_or(1).max(1).to_string())
            .with("max", bounds["maximum"].as_i64().unwrap_or(99).to_string())
            .with("value", quantity.unwrap_or(1).to_string());
        let told = wrong.field.as_deref() == Some("quantity");
        left = left.add(
            form(&action(view, "order"))
                .add(
                    classed("div", "apply")
                        .add(
                            classed("div", "short")
                                .add(
                                    element("label")
                                        .with("for", id_of(&field))
                                        .text(format!("Quantity of {name}")),
                                )
                                .add(input),
                        )
                        .add(submit("", "Update")),
                )
                .all(told.then(|| classed("p", "error").with("role", "alert").text(&wrong.message))),
        );
    }
    let sum = match quantity {
        None => String::new(),
        Some(_) => amount(view, &line["amount_subtotal"]),
    };
    element("li").add(left).add(classed("div", "sum").text(sum))
}

/// The field for a code, or the applied one with a way to remove it.
fn promotion(view: &Value, code: &str, wrong: &Wrong) -> Element {
    let post = form(&action(view, "order"));
    if !code.is_empty() {
        return post
            .add(hidden("remove_code", "true"))
            .add(classed("div", "actions").add(submit("", &format!("Remove the code {code}"))));
    }
    let field = Field { name: "promotion_code", label: "Promotion code", ..Field::PLAIN };
    post.add(classed("div", "apply").add(field.shown(wrong)).add(submit("", "Apply")))
}

/// What a customer fills in.
fn payment(view: &Value, filled: &Form, wrong: &Wrong) -> Element {
    let session = &view["session"];
    let kept = |name: &str| filled.get(name).and_then(Value::as_str).unwrap_or_default();
    let shown_fields: Vec<String> =
        FIELDS.iter().map(|name| (*name).to_owned()).chain(custom_names(session)).collect();
    let shown_fields: Vec<&str> = shown_fields.iter().map(String::as_str).chain(["terms"]).collect();
    let mut form = form(&action(view, "pay"))
        .add(hidden("expected_amount", &session["amount_total"].as_i64().unwrap_or(0).to_string()));
    form = match view["email"].as_str() {
        Some(known) => {
            form.add(classed("div", "field").add(element("b").text("Email")).add(element("p").text(known)))
        }
        None => form.add(
            Field {
                name: "email",
                label: "Email",
                kind: "email",
                autocomplete: "email",
                value: if kept("email").is_empty() { text(view, "/prefilled_email") } else { kept("email") },
                ..Field::PLAIN
            }
            .shown(wrong),
        ),
    };
    if session["phone_number_collection"]["enabled"] == true {
        form = form.add(
            Field {
                name: "phone",
                label: "Phone number",
                kind: "tel",
                autocomplete: "tel",
                value: kept("phone"),
                ..Field::PLAIN
            }
            .shown(wrong),
        );
    }
    if view["needs_card"] == true {
        form = form.all(card_fields(kept("name"), wrong));
        if session["billing_address_collection"] == "required" {
            form = form.all(address_fields(filled, wrong));
        }
    }
    form = form.all(custom_fields(session, filled, wrong));
    if session["consent_collection"]["terms_of_service"] == "required" {
        let told = (wrong.field.as_deref() == Some("terms"))
            .then(|| classed("p", "error").with("role", "alert").text(&wrong.message));
        form = form
            .add(
                classed("label", "choice")
                    .add(
                        element("input")
                            .with("type", "checkbox")
                            .with("name", "terms")
                            .with("value", "true")
                            .flag("required", true),
                    )
                    .add(element("span").text("I agree to the terms of service.")),
            )
            .all(told);
    }
    let note = text(session, "/custom_text/submit/message");
    let note = (!note.is_empty()).then(|| classed("p", "quiet").text(note));
    let heading = if view["needs_card"] == true { "Pay with card" } else { "Your details" };
    element("div")
        .add(element("h2").text(heading))
        .all(complaint(wrong, &shown_fields))
        .add(form.add(submit("main wide", &button(view))).all(note))
        .all((view["needs_card"] == true).then(test_cards))
}

/// What the main button says.
fn button(view: &Value) -> String {
    let session = &view["session"];
    let sum = amount(view, &session["amount_total"]);
    match (text(session, "/mode"), text(session, "/submit_type")) {
        ("setup", _) => "Save card".to_owned(),
        ("subscription", _) if view["trial_end"].is_i64() => "Start trial".to_owned(),
        ("subscription", _) => format!("Subscribe for {sum}"),
        (_, "book") => format!("Book for {sum}"),
        (_, "donate") => format!("Donate {sum}"),
        _ => format!("Pay {sum}"),
    }
}

/// The card; what was typed is never sent back to the browser.
pub fn card_fields(name: &str, wrong: &Wrong) -> [Element; 3] {
    let number = Field {
        name: "number",
        label: "Card number",
        autocomplete: "cc-number",
        placeholder: "1234 1234 1234 1234",
        digits: true,
        ..Field::PLAIN
    };
    let expiry = Field {
        name: "expiry",
        label: "Expiry date",
        autocomplete: "cc-exp",
        placeholder: "MM / YY",
        digits: true,
        ..Field::PLAIN
    };
    let cvc = Field {
        name: "cvc",
        label: "Security code",
        autocomplete: "cc-csc",
        placeholder: "CVC",
        digits: true,
        ..Field::PLAIN
    };
    let holder =
        Field { name: "name", label: "Name on card", autocomplete: "cc-name", value: name, ..Field::PLAIN };
    [
        number.shown(wrong),
        classed("div", "pair").add(expiry.shown(wrong)).add(cvc.shown(wrong)),
        holder.shown(wrong),
    ]
}

fn address_fields(filled: &Form, wrong: &Wrong) -> Vec<Element> {
    let fields = [
        ("line1", "Street and number", "billing address-line1"),
        ("city", "City", "billing address-level2"),
        ("postal_code", "Postal code", "billing postal-code"),
        ("country", "Country, as two letters", "billing country"),
    ];
    fields
        .into_iter()
        .map(|(name, label, autocomplete)| {
            let value = filled.get(name).and_then(Value::as_str).unwrap_or_default();
            Field { name, label, autocomplete, value, ..Field::PLAIN }.shown(wrong)
        })
        .collect()
}

fn custom_names(session: &Value) -> impl Iterator<Item = String> {
    let fields = session["custom_fields"].as_array().into_iter().flatten();
    fields.map(|field| format!("custom[{}]", text(field, "/key")))
}

fn custom_fields(session: &Value, filled: &Form, wrong: &Wrong) -> Vec<Element> {
    let fields = session["custom_fields"].as_array().into_iter().flatten();
    fields
        .map(|field| {
            let (key, kind) = (text(field, "/key"), text(field, "/type"));
            let is_optional = field["optional"] == true;
            let name = format!("custom[{key}]");
            let label = match is_optional {
                true => format!("{} (optional)", text(field, "/label/custom")),
                false => text(field, "/label/custom").to_owned(),
            };
            let default = field[kind]["default_value"].as_str().unwrap_or_default();
            let value = filled.get("custom").and_then(|given| given[key].as_str()).unwrap_or(default);
            if kind != "dropdown" {
                let field = Field {
                    name: &name,
                    label: &label,
                    value,
                    required: !is_optional,
                    digits: kind == "numeric",
                    ..Field::PLAIN
                };
                return field.shown(wrong);
            }
            let none = element("option").with("value", "").text("Choose one");
            let options = field[kind]["options"].as_array().into_iter().flatten().map(|option| {
                let own = text(option, "/value");
                element("option")
                    .with("value", own)
                    .flag("selected", own == value)
                    .text(text(option, "/label"))
            });
            let select = element("select")
                .with("id", id_of(&name))
                .with("name", &name)
                .flag("required", !is_optional)
                .add(none)
                .all(options);
            labelled(&name, &label, select, wrong)
        })
        .collect()
}

pub fn test_cards() -> Element {
    let rows = CARDS
        .map(|(number, does)| element("tr").add(element("td").text(number)).add(element("td").text(does)));
    element("details")
        .add(element("summary").text("Test cards"))
        .add(
            element("p")
                .text("No money moves here. Any expiry date that is ahead and any security code will do."),
        )
        .add(element("table").add(element("tbody").all(rows)))
}

/// The bank's own page.
fn at_the_bank(view: &Value) -> String {
    let answer = |outcome: &str, class: &'static str, words: &str| {
        form(&action(view, "bank")).add(hidden("outcome", outcome)).add(submit(class, words))
    };
    let sum = amount(view, &view["session"]["amount_total"]);
    let what = match text(view, "/session/mode") {
        "setup" => "Your bank asks you to confirm that this card may be kept for later payments.".to_owned(),
        _ => format!("Your bank asks you to confirm this payment of {sum}."),
    };
    let main = classed("main", "single")
        .add(classed("div", "top").add(element("h2").text("Confirm with your bank")).add(badge()))
        .add(element("p").text(what))
        .add(
            classed("div", "actions")
                .add(answer("pass", "main", "Confirm"))
                .add(answer("fail", "", "Refuse")),
        );
    page("Confirm with your bank", element("body").add(main))
}

fn complete(view: &Value) -> String {
    let said = view["message"].as_str().map(str::to_owned);
    let said = said.unwrap_or_else(|| match text(view, "/session/mode") {
        "setup" => "Your card is saved.".to_owned(),
        "subscription" => format!("You are subscribed to {}.", names(view)),
        _ => format!("Your payment of {} was received.", amount(view, &view["session"]["amount_total"])),
    });
    let back = success_url(view).and_then(|url| link("button main", &url, "Go on"));
    let main = classed("main", "single")
        .add(classed("div", "top").add(element("h2").text("Thank you")).add(badge()))
        .add(element("p").text(said))
        .add(classed("div", "actions").all(back));
    page("Thank you", element("body").add(main))
}

fn expired(view: &Value) -> String {
    let back = link("button", text(view, "/session/cancel_url"), "← Back");
    let main = classed("main", "single")
        .add(classed("div", "top").add(element("h2").text("This page has expired")).add(badge()))
        .add(element("p").text("Nothing was paid. Go back and start again to get a new page."))
        .add(classed("div", "actions").all(back));
    page("This page has expired", element("body").add(main))
}
