//! The customer portal: what a customer subscribes to, how it pays, what it has paid, and what it may change.

use serde_json::Value;

use super::checkout::{card_fields, test_cards};
use super::html::{Element, classed, element, page};
use super::parts::{Field, Wrong, badge, complaint, form, hidden, link, submit, text};
use super::plan_change;
use super::{PORTAL, Page, Visit, ask, missing, plain};
use crate::emulator::dispatch::Shared;
use crate::emulator::endpoint::Endpoint;
use crate::emulator::form::Form;
use crate::emulator::resources::portal_sessions::acts::{
    CANCEL, CARD, DETAILS, PAUSE, RENEW, RESUME, UPDATE,
};
use crate::emulator::resources::portal_sessions::page::{PREVIEW, SHOW};
use crate::emulator::wording::{day, interval, money};

/// Why customers leave, as Stripe words it.
const REASONS: [(&str, &str); 8] = [
    ("too_expensive", "It's too expensive"),
    ("missing_features", "Some features are missing"),
    ("switched_service", "I'm switching to another service"),
    ("unused", "I don't use it enough"),
    ("customer_service", "Customer service was less than expected"),
    ("low_quality", "Quality was less than expected"),
    ("too_complex", "Ease of use was less than expected"),
    ("other", "Another reason"),
];

/// The portal at one address, with what it holds.
pub struct Portal<'a> {
    /// `/p/session/SECRET`.
    pub path: &'a str,
    pub view: &'a Value,
}

/// Serves the portal; `rest` is its secret and what is done there.
pub async fn serve(shared: &Shared, visit: &Visit<'_>, rest: &str) -> Page {
    let (secret, verb) = rest.split_once('/').unwrap_or((rest, ""));
    let path = format!("{PORTAL}{secret}");
    let filled = if visit.method == "POST" { visit.form() } else { visit.query() };
    let (status, view) = ask(shared, &SHOW, secret, &Form::new()).await;
    if status != 200 {
        return gone(status);
    }
    let portal = Portal { path: &path, view: &view };
    match visit.method {
        "GET" | "HEAD" => look(shared, &portal, secret, verb, &filled).await,
        "POST" => match act(verb) {
            Some(endpoint) => {
                let (status, answer) = ask(shared, endpoint, secret, &filled).await;
                match status {
                    200 => Page::GoTo(portal.after(verb)),
                    _ => {
                        shown(
                            shared,
                            &portal,
                            &Look { secret, verb, filled: &filled, status, wrong: Wrong::read(&answer) },
                        )
                        .await
                    }
                }
            }
            None => missing(),
        },
        _ => missing(),
    }
}

fn act(verb: &str) -> Option<&'static Endpoint> {
    Some(match verb {
        "card" => &CARD,
        "cancel" => &CANCEL,
        "renew" => &RENEW,
        "update" => &UPDATE,
        "pause" => &PAUSE,
        "resume" => &RESUME,
        "details" => &DETAILS,
        _ => return None,
    })
}

fn gone(status: u16) -> Page {
    match status {
        410 => plain(
            410,
            "This page has expired",
            "Go back to where you came from and open it again: it is good for an hour.",
        ),
        _ => missing(),
    }
}

/// Shows a page: the first one, or the one on which something is done.
async fn look(shared: &Shared, portal: &Portal<'_>, secret: &str, verb: &str, query: &Form) -> Page {
    if verb.is_empty() && portal.view["session"]["flow"].is_object() && query.get("home").is_none() {
        return Page::GoTo(portal.flow());
    }
    shown(shared, portal, &Look { secret, verb, filled: query, status: 200, wrong: Wrong::default() }).await
}

/// What page it is, and what was filled in on it.
struct Look<'a> {
    secret: &'a str,
    verb: &'a str,
    filled: &'a Form,
    status: u16,
    wrong: Wrong,
}

async fn shown(shared: &Shared, portal: &Portal<'_>, look: &Look<'_>) -> Page {
    let Look { secret, verb, filled, status, wrong } = look;
    let id = filled.get("subscription").and_then(Value::as_str).unwrap_or_default();
    let html = match *verb {
        "card" => portal.card(filled, wrong),
        "details" => portal.details(wrong),
        "done" => portal.done(),
        "cancel" => match portal.subscription(id) {
            Some(subscription) => portal.cancel(subscription, wrong),
            None => return missing(),
        },
        "update" => match portal.subscription(id) {
            Some(subscription) if filled.contains_key("item") => {
                let (preview_status, previewed) = ask(shared, &PREVIEW, secret, filled).await;
                match preview_status {
                    200 => {
                        let portal = Portal { path: portal.path, view: &previewed };
                        plan_change::confirm(&portal, subscription, wrong)
                    }
                    _ => plan_change::choose(portal, subscription, &Wrong::read(&previewed)),
                }
            }
            Some(subscription) => plan_change::choose(portal, subscription, wrong),
            None => return missing(),
        },
        "" | "renew" | "pause" | "resume" => portal.home(wrong),
        _ => return missing(),
    };
    Page::Shown { status: *status, html }
}

impl Portal<'_> {
    fn session(&self, field: &str) -> &str {
        self.view["session"][field].as_str().unwrap_or_default()
    }

    fn flow_type(&self) -> &str {
        text(self.view, "/session/flow/type")
    }

    fn is_on(&self, feature: &str) -> bool {
        self.view["features"][feature]["enabled"] == true
    }

    fn subscription(&self, id: &str) -> Option<&Value> {
        self.view["subscriptions"].as_array()?.iter().find(|subscription| subscription["id"] == id)
    }

    /// Where a session begins that is for one thing.
    fn flow(&self) -> String {
        let kind = self.flow_type();
        let about = &self.view["session"]["flow"][kind];
        let id = about["subscription"].as_str().unwrap_or_default();
        let path = self.path;
        match kind {
            "payment_method_update" => format!("{path}/card"),
            "customer_update" => format!("{path}/details"),
            "subscription_cancel" => format!("{path}/cancel?subscription={id}"),
            "subscription_update" => format!("{path}/update?subscription={id}"),
            "subscription_update_confirm" => {
                let item = &about["items"][0];
                let mut url = format!("{path}/update?subscription={id}&item={}", text(item, "/id"));
                if let Some(price) = item["price"].as_str() {
                    url.push_str(&format!("&price={price}"));
                }
                if let Some(quantity) = item["quantity"].as_i64() {
                    url.push_str(&format!("&quantity={quantity}"));
                }
                url
            }
            _ => format!("{path}?home=1"),
        }
    }

    /// Where it goes when something was done: back to the first page, or to where the session's one thing leads.
    fn after(&self, verb: &str) -> String {
        let path = self.path;
        let after = &self.view["session"]["flow"]["after_completion"];
        let is_the_flow = match self.flow_type() {
            "payment_method_update" => verb == "card",
            "customer_update" => verb == "details",
            "subscription_cancel" => verb == "cancel",
            "subscription_pause" => verb == "pause",
            "subscription_update" | "subscription_update_confirm" => verb == "update",
            _ => false,
        };
        match after["type"].as_str().filter(|_| is_the_flow) {
            Some("redirect") => text(after, "/redirect/return_url").to_owned(),
            Some("hosted_confirmation") => format!("{path}/done"),
            _ => format!("{path}?home=1"),
        }
    }

    /// A page with the portal's head around it.
    pub fn page(&self, title: &str, back: Option<&str>, parts: impl IntoIterator<Item = Element>) -> String {
        let back = match back {
            Some(path) => Some(classed("a", "back").with("href", path).text("← Back")),
            None => link("back", self.session("return_url"), "← Return"),
        };
        let top = classed("div", "top").all(back).add(badge());
        let headline = text(self.view, "/headline");
        let headline = (!headline.is_empty()).then(|| classed("p", "quiet").text(headline));
        let main = classed("main", "single").add(top).all(headline).add(element("h2").text(title)).all(parts);
        page(title, element("body").add(main))
    }

    pub fn home_path(&self) -> String {
        format!("{}?home=1", self.path)
    }

    fn home(&self, wrong: &Wrong) -> String {
        let mut parts: Vec<Element> = complaint(wrong, &[]).into_iter().collect();
        let running = self.view["subscriptions"].as_array().map(Vec::as_slice).unwrap_or_default();
        if running.is_empty() {
            parts.push(classed("section", "card").add(element("p").text("You have no subscription.")));
        }
        parts.extend(running.iter().map(|subscription| self.subscribed(subscription)));
        parts.push(self.methods());
        if self.is_on("customer_update") {
            parts.push(self.person());
        }
        if self.is_on("invoice_history") {
            parts.push(self.invoices());
        }
        self.page("Your plan and payments", None, parts)
    }

    fn subscribed(&self, subscription: &Value) -> Element {
        let id = text(subscription, "/id");
        let items = subscription["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names: Vec<Element> = items
            .iter()
            .map(|item| {
                let words = price_words(&item["price"], item["quantity"].as_i64());
                element("div")
                    .add(element("b").text(text(item, "/name")))
                    .add(classed("p", "quiet").text(words))
            })
            .collect();
        let row = classed("div", "row").add(element("div").all(names)).add(status_tag(subscription));
        let section =
            classed("section", "card").add(row).add(classed("p", "quiet").text(next_words(subscription)));
        section.add(classed("div", "actions").all(self.actions(subscription, id)))
    }

    fn actions(&self, subscription: &Value, id: &str) -> Vec<Element> {
        let mut actions = Vec::new();
        let go = |verb: &str, class: &'static str, words: &str| {
            classed("a", class).with("href", format!("{}/{verb}?subscription={id}", self.path)).text(words)
        };
        let post = |verb: &str, words: &str| {
            form(&format!("{}/{verb}", self.path)).add(hidden("subscription", id)).add(submit("", words))
        };
        let ends = subscription["cancel_at"].is_i64();
        let is_paused = subscription["status"] == "paused";
        let one_item = subscription["items"].as_array().is_some_and(|items| items.len() == 1);
        if self.is_on("subscription_update") && !ends && !is_paused && one_item {
            actions.push(go("update", "button main", "Change plan"));
        }
        if self.is_on("subscription_pause") {
            actions.push(if is_paused { post("resume", "Resume") } else { post("pause", "Pause") });
        }
        if self.is_on("subscription_cancel") {
            actions.push(if ends {
                post("renew", "Don't cancel")
            } else {
                go("cancel", "button", "Cancel plan")
            });
        }
        actions
    }

    fn methods(&self) -> Element {
        let methods = self.view["methods"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut section = titled("Payment methods");
        if methods.is_empty() {
            section = section.add(element("p").text("There is no payment method yet."));
        }
        for method in methods {
            let card = &method["card"];
            let words = match method["type"].as_str() {
                Some("card") => format!(
                    "{} •••• {}, expires {:02} / {}",
                    brand(text(card, "/brand")),
                    text(card, "/last4"),
                    card["exp_month"].as_i64().unwrap_or(0),
                    card["exp_year"].as_i64().unwrap_or(0)
                ),
                _ => "Bank account".to_owned(),
            };
            let tag = (method["is_default"] == true).then(|| classed("span", "tag good").text("Default"));
            section = section.add(classed("div", "row").add(element("div").text(words)).all(tag));
        }
        if !self.is_on("payment_method_update") {
            return section;
        }
        let add =
            classed("a", "button").with("href", format!("{}/card", self.path)).text("Pay with another card");
        section.add(classed("div", "actions").add(add))
    }

    fn person(&self) -> Element {
        let customer = &self.view["customer"];
        let row = |name: &str, value: &str| {
            classed("div", "row").add(element("div").text(name)).add(element("div").text(value))
        };
        let change =
            classed("a", "button").with("href", format!("{}/details", self.path)).text("Change details");
        titled("Your details")
            .add(row("Name", text(customer, "/name")))
            .add(row("Email", text(customer, "/email")))
            .add(classed("div", "actions").add(change))
    }

    fn invoices(&self) -> Element {
        let invoices = self.view["invoices"].as_array().map(Vec::as_slice).unwrap_or_default();
        let section = titled("Invoices");
        if invoices.is_empty() {
            return section.add(element("p").text("There are no invoices yet."));
        }
        section.all(invoices.iter().map(|invoice| {
            let status = text(invoice, "/status");
            let class = match status {
                "paid" => "tag good",
                "open" => "tag warn",
                "uncollectible" => "tag bad",
                _ => "tag",
            };
            let sum = money(invoice["total"].as_i64().unwrap_or(0), text(invoice, "/currency"));
            let created = day(invoice["created"].as_i64().unwrap_or(0));
            classed("div", "row")
                .add(
                    element("div")
                        .add(element("b").text(format!("{created} · {sum}")))
                        .add(classed("p", "quiet").text(text(invoice, "/number"))),
                )
                .add(classed("span", class).text(status))
        }))
    }

    fn card(&self, filled: &Form, wrong: &Wrong) -> String {
        let name = filled.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_else(|| text(self.view, "/customer/name"));
        let fields = ["number", "expiry", "cvc", "name"];
        let form = form(&format!("{}/card", self.path))
            .all(card_fields(name, wrong))
            .add(submit("main wide", "Use this card"));
        let parts = complaint(wrong, &fields).into_iter().chain([form, test_cards()]);
        self.page("Pay with another card", Some(&self.home_path()), parts)
    }

    fn details(&self, wrong: &Wrong) -> String {
        let allowed = &self.view["features"]["customer_update"]["allowed_updates"];
        let known = [
            ("name", "Name", "name", "text"),
            ("email", "Email", "email", "email"),
            ("phone", "Phone number", "tel", "tel"),
        ];
        let fields = known
            .into_iter()
            .filter(|(name, ..)| allowed.as_array().is_some_and(|list| list.iter().any(|one| one == name)))
            .map(|(name, label, autocomplete, kind)| {
                let value = self.view["customer"][name].as_str().unwrap_or_default();
                Field { name, label, autocomplete, kind, value, required: false, ..Field::PLAIN }.shown(wrong)
            });
        let form = form(&format!("{}/details", self.path)).all(fields).add(submit("main", "Save"));
        self.page("Your details", Some(&self.home_path()), complaint(wrong, &[]).into_iter().chain([form]))
    }

    /// Asks whether it is meant, and why; a session may offer something to stay.
    fn cancel(&self, subscription: &Value, wrong: &Wrong) -> String {
        let settings = &self.view["features"]["subscription_cancel"];
        let id = text(subscription, "/id");
        let name = text(subscription, "/items/0/name");
        let when = match settings["mode"].as_str() {
            Some("immediately") => format!("{name} ends at once, and is not renewed."),
            _ => {
                let end = day(subscription["ends"].as_i64().unwrap_or(0));
                format!("{name} stays yours until {end}, and is not renewed then.")
            }
        };
        let mut cancel = form(&format!("{}/cancel", self.path)).add(hidden("subscription", id));
        if settings["cancellation_reason"]["enabled"] == true {
            let wanted = settings["cancellation_reason"]["options"].as_array();
            let is_wanted =
                |name: &str| wanted.is_none_or(|list| list.is_empty() || list.iter().any(|one| one == name));
            let choices = REASONS.into_iter().filter(|(name, _)| is_wanted(name)).map(|(name, words)| {
                classed("label", "choice")
                    .add(element("input").with("type", "radio").with("name", "feedback").with("value", name))
                    .add(element("span").text(words))
            });
            let comment = Field {
                name: "comment",
                label: "Anything else? (optional)",
                required: false,
                ..Field::PLAIN
            };
            cancel = cancel
                .add(
                    element("fieldset")
                        .add(element("legend").text("Why do you cancel? (optional)"))
                        .all(choices),
                )
                .add(comment.shown(wrong));
        }
        let keep = classed("a", "button").with("href", self.home_path()).text("Keep it");
        cancel = cancel.add(classed("div", "actions").add(submit("danger", "Cancel plan")).add(keep));
        let parts = complaint(wrong, &[]).into_iter().chain([element("p").text(when)]);
        self.page("Cancel your plan", Some(&self.home_path()), parts.chain(self.offer(id)).chain([cancel]))
    }

    fn offer(&self, id: &str) -> Option<Element> {
        let retention = &self.view["session"]["flow"]["subscription_cancel"]["retention"];
        retention.is_object().then(|| {
            form(&format!("{}/cancel", self.path))
                .add(hidden("subscription", id))
                .add(hidden("accept_offer", "true"))
                .add(
                    classed("div", "note good")
                        .add(element("p").text("Stay, and get a discount on what comes next."))
                        .add(classed("div", "actions").add(submit("", "Stay with the discount"))),
                )
        })
    }

    fn done(&self) -> String {
        let message = text(self.view, "/session/flow/after_completion/hosted_confirmation/custom_message");
        let words = if message.is_empty() { "Your change was made." } else { message };
        let back = link("button main", self.session("return_url"), "Return");
        self.page("Done", None, [element("p").text(words), classed("div", "actions").all(back)])
    }
}

/// A part of the portal under its heading.
pub fn titled(title: &str) -> Element {
    classed("section", "card").with("aria-label", title).add(element("h3").text(title))
}

/// `$99.00 per month`, `3 × $5.00 per month`.
pub fn price_words(price: &Value, quantity: Option<i64>) -> String {
    let Some(unit) = price["unit_amount"].as_i64() else { return "Billed by what you use".to_owned() };
    let sum = money(unit, text(price, "/currency"));
    let each = match interval(&price["recurring"]) {
        Some(every) if every.starts_with(char::is_numeric) => format!("{sum} every {every}"),
        Some(every) => format!("{sum} per {every}"),
        None => sum,
    };
    match quantity {
        Some(count) if count != 1 => format!("{count} × {each}"),
        _ => each,
    }
}

fn status_tag(subscription: &Value) -> Element {
    let (class, words) = match (subscription["status"].as_str(), subscription["cancel_at"].is_i64()) {
        (_, true) => ("tag warn", "Ends"),
        (Some("trialing"), _) => ("tag good", "Trial"),
        (Some("active"), _) => ("tag good", "Active"),
        (Some("past_due" | "unpaid"), _) => ("tag bad", "Payment failed"),
        (Some("paused"), _) => ("tag warn", "Paused"),
        _ => ("tag", "Not active"),
    };
    classed("span", class).text(words)
}

/// What happens next, and when.
fn next_words(subscription: &Value) -> String {
    let on = |field: &str| subscription[field].as_i64().map(day);
    let end = on("ends").unwrap_or_default();
    match (subscription["status"].as_str(), on("cancel_at")) {
        (_, Some(cancel)) => format!("Your plan ends on {cancel}, and is not renewed."),
        (Some("trialing"), _) => format!("Your trial is free until {}.", on("trial_end").unwrap_or(end)),
        (Some("past_due" | "unpaid"), _) => {
            "Your last payment failed. Pay with another card to keep your plan.".to_owned()
        }
        (Some("paused"), _) => "Nothing is billed until you resume it.".to_owned(),
        _ => format!("Your plan is renewed on {end}."),
    }
}

fn brand(name: &str) -> String {
    match name {
        "amex" => "American Express".to_owned(),
        "jcb" => "JCB".to_owned(),
        "unionpay" => "UnionPay".to_owned(),
        other => {
            let (first, rest) = other.split_at_checked(1).unwrap_or_default();
            format!("{}{rest}", first.to_uppercase())
        }
    }
}
