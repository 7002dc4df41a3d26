//! What the portal shows a customer.

use serde_json::{Map, Value, json};

use super::SECRET;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::invoices::preview;
use crate::emulator::resources::{payment_methods, subscriptions};
use crate::emulator::spec::{ID, Param, Type, optional};

/// An address is good for an hour after its session was made.
const GOOD_FOR: i64 = 60 * 60;
/// The most invoices that are shown.
const MOST_INVOICES: usize = 24;
/// Hidden in a portal configuration: the products that may be changed to.
const PRODUCTS: &str = "features.subscription_update.products";

/// A change that the customer looks at before making it.
pub const CHANGE: &[Param] = &[
    optional("item", ID),
    optional("price", ID),
    optional("quantity", Type::Integer { min: 1, max: 999_999 }),
    optional("subscription", ID),
];

pub static SHOW: Endpoint = Endpoint {
    method: Method::Get,
    route: "/p/session/{secret}",
    params: &[],
    answers: Answers::Other,
    handler: |call, _| {
        let visit = Visit::open(call)?;
        visit.view(call, Value::Null).map(Answer::Plain)
    },
};

/// What a change would cost. Nothing is stored, but it is tried out, so it counts as a write.
pub static PREVIEW: Endpoint = Endpoint {
    method: Method::Post,
    route: "/p/session/{secret}/preview",
    params: &[CHANGE],
    answers: Answers::Other,
    handler: |call, args| {
        let visit = Visit::open(call)?;
        let subscription = visit.subscription(call, args.text("subscription").unwrap_or_default())?;
        let change = visit.change(call, &subscription, args)?;
        let preview = visit.preview(call, &subscription, &change)?;
        visit.view(call, preview).map(Answer::Plain)
    },
};

/// A customer at an address that is still good.
pub struct Visit {
    pub session: Object,
    pub configuration: Object,
    pub customer: Object,
}

/// Whether a configuration has a feature on.
pub fn is_on(configuration: &Object, feature: &str) -> bool {
    configuration.body["features"][feature]["enabled"] == true
}

/// Whether a configuration lets customers change to a price.
pub fn allowed_price(configuration: &Object, price: &str) -> bool {
    products(configuration).iter().any(|product| {
        product["prices"].as_array().is_some_and(|prices| prices.iter().any(|one| one == price))
    })
}

fn products(configuration: &Object) -> Vec<Value> {
    configuration.hidden.get(PRODUCTS).and_then(Value::as_array).cloned().unwrap_or_default()
}

impl Visit {
    /// # Errors
    /// 404 for an address that was never given out; 410 for one that is too old.
    pub fn open(call: &Call<'_>) -> Outcome<Visit> {
        let secret = call.id();
        let found = call.db.with_key(Kind::PortalSession, SECRET, secret)?.into_iter().next();
        let session = found.ok_or_else(|| Refusal::status(404, "There is no such page."))?;
        if session.body["created"].as_i64().unwrap_or_default() + GOOD_FOR < call.now {
            return Err(Refusal::status(410, "This page has expired.").into());
        }
        let named = |field: &str| session.body[field].as_str().unwrap_or_default().to_owned();
        let configuration = call.db.get(Kind::PortalConfiguration, &named("configuration"))?;
        let customer = call.db.get(Kind::Customer, &named("customer"))?;
        match (configuration, customer) {
            (Some(configuration), Some(customer)) => Ok(Visit { session, configuration, customer }),
            _ => Err(Refusal::status(410, "This page has expired.").into()),
        }
    }

    /// One of the customer's own subscriptions that has not ended.
    ///
    /// # Errors
    /// 404 for any other.
    pub fn subscription(&self, call: &Call<'_>, id: &str) -> Outcome<Object> {
        let found = call.db.get(Kind::Subscription, id)?;
        let own = found.filter(|found| {
            found.body["customer"] == self.customer.id.as_str() && !subscriptions::has_ended(&found.body)
        });
        Ok(own.ok_or_else(|| Refusal::status(404, "There is no such subscription."))?)
    }

    /// # Errors
    /// 403 for what the configuration has off.
    pub fn require(&self, feature: &str) -> Result<(), Refusal> {
        if is_on(&self.configuration, feature) {
            return Ok(());
        }
        Err(Refusal::status(403, "This can't be changed here. Ask the seller."))
    }

    /// The parameters of a change of plan or quantity that the configuration allows.
    ///
    /// # Errors
    /// 400 for what it does not allow.
    pub fn change(&self, call: &Call<'_>, subscription: &Object, args: &Args) -> Outcome<Args> {
        self.require("subscription_update")?;
        let settings = &self.configuration.body["features"]["subscription_update"];
        let allows = |what: &str| {
            settings["default_allowed_updates"]
                .as_array()
                .is_some_and(|list| list.iter().any(|one| one == what))
        };
        let id = args.text("item").unwrap_or_default();
        let items = subscription.body["items"]["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let item = items.iter().find(|item| item["id"] == id);
        let item = item.ok_or_else(|| Refusal::parameter("item", "There is no such item."))?;
        let mut change = json!({"id": id, "quantity": item["quantity"]});
        if let Some(price) = args.text("price").filter(|price| item["price"]["id"] != *price) {
            if !allows("price") || !allowed_price(&self.configuration, price) {
                return Err(Refusal::parameter("price", "This plan can't be chosen here.").into());
            }
            change["price"] = json!(price);
        }
        if let Some(quantity) = args.integer("quantity").filter(|quantity| item["quantity"] != *quantity) {
            let price = args.text("price").or(item["price"]["id"].as_str()).unwrap_or_default();
            if !allows("quantity") || !self.takes(price, quantity) {
                return Err(Refusal::parameter("quantity", "This quantity can't be chosen here.").into());
            }
            change["quantity"] = json!(quantity);
        }
        let is_trial = subscription.body["status"] == "trialing";
        let mut params = json!({"items": [change], "proration_behavior": settings["proration_behavior"]});
        if let Some(anchor) = settings["billing_cycle_anchor"].as_str() {
            params["billing_cycle_anchor"] = json!({"type": anchor});
        }
        if is_trial && settings["trial_update_behavior"] == "end_trial" {
            params["trial_end"] = json!("now");
        }
        if let Some(discounts) = self.offered_discounts(subscription, call)? {
            params["discounts"] = discounts;
        }
        Ok(Args(params.as_object().cloned().unwrap_or_default()))
    }

    /// Whether a change comes into force with the next period only: one to less money or to a shorter interval, where the
    /// configuration says so.
    ///
    /// # Errors
    /// SQLite's.
    pub fn waits_for_period_end(
        &self,
        call: &Call<'_>,
        subscription: &Object,
        change: &Map<String, Value>,
    ) -> Outcome<bool> {
        let settings = &self.configuration.body["features"]["subscription_update"]["schedule_at_period_end"];
        let waits_for = |kind: &str| {
            settings["conditions"].as_array().is_some_and(|list| list.iter().any(|one| one["type"] == kind))
        };
        let item = change.get("items").map(|items| items[0].clone()).unwrap_or_default();
        let items = subscriptions::items::of(&subscription.body);
        let Some(old) = items.into_iter().find(|old| old["id"] == item["id"]) else { return Ok(false) };
        let mut new = old.clone();
        new["quantity"] = item["quantity"].clone();
        if let Some(id) = item["price"].as_str()
            && let Some(price) = call.db.get(Kind::Price, id)?
        {
            new["price"] = price.body;
        }
        let currency = subscription.body["currency"].as_str().unwrap_or_default();
        let (before, after) = (
            subscriptions::items::amount(call, &old, currency)?,
            subscriptions::items::amount(call, &new, currency)?,
        );
        let length = |item: &Value| Every::read(&item["price"]["recurring"]).counted_from(0, 1);
        let is_shorter = length(&new) < length(&old);
        let is_less = after < before && length(&new) == length(&old);
        Ok(waits_for("decreasing_item_amount") && is_less || waits_for("shortening_interval") && is_shorter)
    }

    /// The items of the phase that a planned change brings.
    pub fn phase_items(&self, subscription: &Object, changes: &[Value]) -> Vec<Value> {
        let change = |item: &Value| {
            let changed = changes.iter().find(|change| change["id"] == item["id"]);
            let price = changed.and_then(|change| change["price"].as_str()).or(item["price"]["id"].as_str());
            let quantity = changed.map_or(&item["quantity"], |change| &change["quantity"]);
            let mut planned = json!({"price": price});
            if !quantity.is_null() {
                planned["quantity"] = quantity.clone();
            }
            planned
        };
        subscriptions::items::of(&subscription.body).iter().map(change).collect()
    }

    /// Whether so many of a price may be chosen: its product says from where to where.
    fn takes(&self, price: &str, quantity: i64) -> bool {
        let product = products(&self.configuration).into_iter().find(|product| {
            product["prices"].as_array().is_some_and(|prices| prices.iter().any(|one| one == price))
        });
        let Some(bounds) = product.map(|product| product["adjustable_quantity"].clone()) else {
            return false;
        };
        let least = bounds["minimum"].as_i64().unwrap_or(1);
        let most = bounds["maximum"].as_i64().unwrap_or(i64::MAX);
        bounds["enabled"] == true && (least..=most).contains(&quantity)
    }

    /// The discounts that come with the change which the session was made for.
    fn offered_discounts(&self, subscription: &Object, call: &Call<'_>) -> Outcome<Option<Value>> {
        let confirm = &self.session.body["flow"]["subscription_update_confirm"];
        let offered = confirm["discounts"].as_array().filter(|list| !list.is_empty());
        let Some(offered) = offered.filter(|_| confirm["subscription"] == subscription.id.as_str()) else {
            return Ok(None);
        };
        let mut discounts = Vec::new();
        for one in offered {
            for (name, kind) in [("coupon", Kind::Coupon), ("promotion_code", Kind::PromotionCode)] {
                if let Some(id) = one[name].as_str() {
                    discounts.push(json!({(name): call.refer(kind, id, "discounts")?.id}));
                }
            }
        }
        Ok(Some(Value::Array(discounts)))
    }

    /// What a change would bring on the next invoice, or at once.
    fn preview(&self, call: &mut Call<'_>, subscription: &Object, change: &Args) -> Outcome<Value> {
        let mut details = change.0.clone();
        let discounts = details.shift_remove("discounts");
        let item = details.get("items").map(|items| items[0].clone()).unwrap_or_default();
        let at_once = details.get("proration_behavior") == Some(&json!("always_invoice"))
            || details.contains_key("trial_end")
            || details.get("billing_cycle_anchor") == Some(&json!({"type": "now"}));
        let mut params = Map::new();
        params.insert("subscription".to_owned(), json!(subscription.id));
        params.insert("subscription_details".to_owned(), Value::Object(details));
        if let Some(discounts) = discounts {
            params.insert("discounts".to_owned(), discounts);
        }
        let waits = self.waits_for_period_end(call, subscription, &change.0)?;
        let invoice = match preview::invoice(call, &Args(params)) {
            _ if waits => Value::Null,
            Ok(invoice) => invoice.body,
            // Nothing follows a subscription that ends.
            Err(Failure::Refused(refusal)) if refusal.code == Some("invoice_upcoming_none") => Value::Null,
            Err(other) => return Err(other),
        };
        let price = item["price"].as_str();
        let price = match price {
            Some(id) => call.db.get(Kind::Price, id)?.map(|price| price.body),
            None => None,
        };
        Ok(json!({
            "subscription": subscription.id,
            "item": item,
            "price": price,
            "name": match &price {
                Some(price) => json!(subscriptions::items::product_name(call, price)?),
                None => Value::Null,
            },
            "invoice": invoice,
            "at_once": at_once,
            "from": waits.then(|| subscriptions::items::last_end(&subscription.body)),
        }))
    }

    /// All that the pages show.
    ///
    /// # Errors
    /// SQLite's.
    pub fn view(&self, call: &Call<'_>, preview: Value) -> Outcome<Value> {
        let Visit { session, configuration, customer } = self;
        let subscriptions = call.db.with_key(Kind::Subscription, "customer", &customer.id)?;
        let default = payment_methods::default_of(call, &customer.body)?.map(|method| method.id);
        let methods = call.db.with_key(Kind::PaymentMethod, "customer", &customer.id)?;
        let methods = methods.into_iter().map(|method| {
            let pays = |subscription: &Object| {
                subscription.body["default_payment_method"] == method.id.as_str()
                    && !subscriptions::has_ended(&subscription.body)
            };
            let is_default = Some(&method.id) == default.as_ref() || subscriptions.iter().any(pays);
            json!({"id": method.id, "card": method.body["card"], "type": method.body["type"], "is_default": is_default})
        });
        let methods: Vec<Value> = methods.collect();
        let mut running = Vec::new();
        for subscription in &subscriptions {
            if !subscriptions::has_ended(&subscription.body) && subscription.body["status"] != "incomplete" {
                running.push(self.subscribed(call, subscription)?);
            }
        }
        let mut invoices = call.db.with_key(Kind::Invoice, "customer", &customer.id)?;
        invoices.retain(|invoice| invoice.body["status"] != "draft");
        invoices.sort_by_key(|invoice| std::cmp::Reverse(invoice.body["created"].as_i64()));
        let invoices = invoices.iter().take(MOST_INVOICES).map(|invoice| {
            let fields = ["number", "created", "total", "currency", "status", "amount_remaining"];
            let shown = fields.map(|field| (field.to_owned(), invoice.body[field].clone()));
            Value::Object(shown.into_iter().collect())
        });
        Ok(json!({
            "session": session.body,
            "features": configuration.body["features"],
            "headline": configuration.body["business_profile"]["headline"],
            "customer": customer.body,
            "subscriptions": running,
            "methods": methods,
            "invoices": invoices.collect::<Vec<Value>>(),
            "choices": self.choices(call)?,
            "preview": preview,
        }))
    }

    fn subscribed(&self, call: &Call<'_>, subscription: &Object) -> Outcome<Value> {
        let mut items = Vec::new();
        for item in subscriptions::items::of(&subscription.body) {
            items.push(json!({
                "id": item["id"],
                "name": subscriptions::items::product_name(call, &item["price"])?,
                "price": item["price"],
                "quantity": item["quantity"],
            }));
        }
        Ok(json!({
            "id": subscription.id,
            "status": subscription.body["status"],
            "items": items,
            "ends": subscriptions::items::last_end(&subscription.body),
            "cancel_at": subscription.body["cancel_at"],
            "trial_end": subscription.body["trial_end"],
            "currency": subscription.body["currency"],
        }))
    }

    /// The plans that may be changed to, with their names.
    fn choices(&self, call: &Call<'_>) -> Outcome<Vec<Value>> {
        let mut choices = Vec::new();
        for product in products(&self.configuration) {
            let name = call.db.get(Kind::Product, product["product"].as_str().unwrap_or_default())?;
            let name = name.map_or(Value::Null, |product| product.body["name"].clone());
            for id in product["prices"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if let Some(price) = call.db.get(Kind::Price, id)? {
                    let bounds = &product["adjustable_quantity"];
                    choices.push(json!({"name": name, "price": price.body, "adjustable_quantity": bounds}));
                }
            }
        }
        Ok(choices)
    }
}
