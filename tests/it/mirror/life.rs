//! Random life cycles of customers: the events of each in their true order, and what is true in the end.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::world::{changed, event};

/// What happened, and how it ended.
pub struct Lives {
    /// In the order in which it happened.
    pub events: Vec<Value>,
    /// Objects as they were fetched, at the end of a second: kind, second, object.
    pub fetched: Vec<(String, i64, Value)>,
    /// The objects that there are in the end, by kind and id; null for what was deleted.
    pub truth: BTreeMap<(String, String), Value>,
}

struct Life<'a> {
    rng: &'a mut Rng,
    lives: &'a mut Lives,
    now: i64,
    /// Numbers ids and values, so that no value ever comes back.
    count: u64,
    name: String,
}

/// Lives of some customers, side by side.
pub fn lives(seed: u64, customers: usize) -> Lives {
    let mut rng = Rng::with_seed(seed);
    let mut lives = Lives { events: Vec::new(), fetched: Vec::new(), truth: BTreeMap::new() };
    for number in 0..customers {
        let now = 1_000 + rng.i64(0..100);
        Life { rng: &mut rng, lives: &mut lives, now, count: 0, name: number.to_string() }.live();
    }
    lives
}

impl Life<'_> {
    fn live(mut self) {
        let customer = self.make(
            "customer",
            "customer.created",
            "cus",
            json!({"name": "first", "email": null, "metadata": {}}),
        );
        if self.rng.u8(0..4) == 0 {
            self.sell_and_withdraw();
        }
        for _ in 0..self.rng.u8(0..4) {
            self.subscribe(&customer);
            self.rename(&customer);
        }
        if self.rng.u8(0..3) == 0 {
            self.pass();
            let last = self.lives.truth.insert(key("customer", &customer), Value::Null).unwrap();
            self.tell("customer.deleted", last, Value::Null);
        }
    }

    /// A product whose id is chosen: it can come back.
    fn sell_and_withdraw(&mut self) {
        let id = format!("pro_{}", self.name);
        for _ in 0..self.rng.u8(1..4) {
            let name = self.fresh("product");
            let product = json!({"id": id, "object": "product", "name": name, "active": true});
            self.lives.truth.insert(key("product", &id), product.clone());
            self.tell("product.created", product.clone(), Value::Null);
            self.now += 1;
            if self.rng.bool() {
                self.lives.truth.insert(key("product", &id), Value::Null);
                self.tell("product.deleted", product, Value::Null);
                self.now += 1;
            } else {
                return;
            }
        }
    }

    fn subscribe(&mut self, customer: &str) {
        let price = self.fresh("price");
        let items = json!({"data": [{"id": self.fresh("si"), "object": "subscription_item", "quantity": 1,
            "price": {"id": price, "object": "price", "product": "prod_1"}, "current_period_end": self.now + 100}]});
        let id = self.make(
            "subscription",
            "customer.subscription.created",
            "sub",
            json!({"customer": customer, "status": "incomplete", "items": items, "metadata": {}}),
        );
        self.pay(customer, &id);
        for _ in 0..self.rng.u8(0..4) {
            self.pass();
            let status = self.rng.choice(["active", "past_due", "unpaid", "trialing"]).unwrap();
            self.next_second();
            self.update("subscription", "customer.subscription.updated", &id, json!({"status": status}));
            if self.rng.bool() {
                self.back_and_forth(&id);
            }
            let note = self.fresh("note");
            self.update(
                "subscription",
                "customer.subscription.updated",
                &id,
                json!({"metadata": {"note": note}}),
            );
            if status == "active" {
                self.pay(customer, &id);
            }
        }
        if self.rng.bool() {
            self.update(
                "subscription",
                "customer.subscription.updated",
                &id,
                json!({"cancel_at_period_end": true}),
            );
            self.update(
                "subscription",
                "customer.subscription.deleted",
                &id,
                json!({"status": "canceled", "ended_at": self.now}),
            );
        }
    }

    /// Within one second a status comes back, now and then more than once.
    fn back_and_forth(&mut self, subscription: &str) {
        self.next_second();
        for _ in 0..self.rng.u8(1..3) {
            let status = self.lives.truth[&key("subscription", subscription)]["status"].clone();
            for status in [json!("incomplete_expired"), status] {
                self.update(
                    "subscription",
                    "customer.subscription.updated",
                    subscription,
                    json!({"status": status}),
                );
            }
            if self.rng.bool() {
                let quantity = self.fresh("quantity");
                let patch = json!({"metadata": {"quantity": quantity}});
                self.update("subscription", "customer.subscription.updated", subscription, patch);
            }
        }
        self.next_second();
    }

    fn pay(&mut self, customer: &str, subscription: &str) {
        let lines = json!({"data": [{"id": self.fresh("il"), "object": "line_item", "amount": 500, "currency": "usd"}]});
        let parent =
            json!({"type": "subscription_details", "subscription_details": {"subscription": subscription}});
        let invoice = self.make(
            "invoice",
            "invoice.created",
            "in",
            json!({"customer": customer, "status": "draft",
            "amount_paid": 0, "attempt_count": 0, "lines": lines, "parent": parent}),
        );
        self.update("invoice", "invoice.finalized", &invoice, json!({"status": "open"}));
        let intent = self.make("payment_intent", "payment_intent.created", "pi",
            json!({"customer": customer, "status": "requires_payment_method", "amount": 500, "currency": "usd"}));
        for attempt in 1..=self.rng.i64(1..4) {
            self.pass();
            self.update("invoice", "invoice.payment_failed", &invoice, json!({"attempt_count": attempt}));
        }
        self.pass();
        self.update("payment_intent", "payment_intent.succeeded", &intent, json!({"status": "succeeded"}));
        let charge = self.make(
            "charge",
            "charge.succeeded",
            "ch",
            json!({"payment_intent": intent, "status": "succeeded", "amount": 500, "amount_refunded": 0}),
        );
        self.update("invoice", "invoice.updated", &invoice, json!({"amount_paid": 500, "status": "paid"}));
        self.update("invoice", "invoice.paid", &invoice, json!({}));
        if subscription_is(self.lives, subscription, "incomplete") {
            self.update(
                "subscription",
                "customer.subscription.updated",
                subscription,
                json!({"status": "active"}),
            );
        }
        if self.rng.u8(0..3) == 0 {
            for refunded in [200, 500] {
                self.update("charge", "charge.refunded", &charge, json!({"amount_refunded": refunded}));
            }
        }
    }

    fn rename(&mut self, customer: &str) {
        for _ in 0..self.rng.u8(0..3) {
            let name = self.fresh("name");
            self.update("customer", "customer.updated", customer, json!({"name": name}));
        }
    }

    /// Often no time at all.
    fn pass(&mut self) {
        if self.rng.bool() {
            self.next_second();
        }
    }

    fn next_second(&mut self) {
        if self.rng.u8(0..3) == 0 {
            self.fetch();
        }
        self.now += self.rng.i64(1..5);
    }

    /// Something is fetched, in the second in which it is thus at the end.
    fn fetch(&mut self) {
        let own: Vec<_> =
            self.lives.truth.iter().filter(|((_, id), _)| id.ends_with(&format!("_{}", self.name))).collect();
        let ((kind, id), object) = self.rng.choice(own).unwrap();
        let object = match object {
            Value::Null => json!({"id": id, "object": kind, "deleted": true}),
            object => object.clone(),
        };
        let fetched = (kind.clone(), self.now, object);
        self.lives.fetched.push(fetched);
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}_{}_{}", self.count, self.name)
    }

    fn make(&mut self, kind: &str, event_type: &str, prefix: &str, mut object: Value) -> String {
        let id = self.fresh(prefix);
        object["id"] = json!(id);
        object["object"] = json!(kind);
        object["created"] = json!(self.now);
        self.lives.truth.insert(key(kind, &id), object.clone());
        self.tell(event_type, object, Value::Null);
        id
    }

    fn update(&mut self, kind: &str, event_type: &str, id: &str, patch: Value) {
        let object = self.lives.truth.get_mut(&key(kind, id)).unwrap();
        let mut previous = Map::new();
        for (name, new) in patch.as_object().unwrap() {
            let old = object.get(name).cloned().unwrap_or(Value::Null);
            // Stripe tells of metadata only the keys that changed, those that are gone among them.
            let told = match (new.as_object(), old.as_object()) {
                (Some(new), Some(before)) => {
                    let changed =
                        new.keys().chain(before.keys()).filter(|key| new.get(*key) != before.get(*key));
                    changed.map(|key| (key.clone(), old[key].clone())).collect::<Map<_, _>>().into()
                }
                _ => old.clone(),
            };
            if old != *new {
                previous.insert(name.clone(), told);
            }
            object[name] = new.clone();
        }
        let object = object.clone();
        let tells = event_type.ends_with(".updated");
        self.tell(event_type, object, if tells { previous.into() } else { Value::Null });
    }

    fn tell(&mut self, event_type: &str, object: Value, previous: Value) {
        // Ids say nothing of the order.
        let id = format!("evt_{:016x}", self.rng.u64(..));
        self.lives.events.push(match previous {
            Value::Null => event(&id, event_type, self.now, object),
            previous => changed(&id, event_type, self.now, object, previous),
        });
    }
}

fn subscription_is(lives: &Lives, id: &str, status: &str) -> bool {
    lives.truth[&key("subscription", id)]["status"] == status
}

fn key(kind: &str, id: &str) -> (String, String) {
    (kind.to_owned(), id.to_owned())
}
