//! A shop whose books and mirror hold what a test says: objects of Stripe's, and events.

use billctl::billing::event::Event;
use billctl::store::books::{Books, NewEvent, Source};
use billctl::store::mirror::{Mirror, Page};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::second;
use crate::support::Shop;

/// When the shop looks at it, for every command.
pub const NOW: &str = "2026-11-16T12:00:00Z";

pub struct Till {
    pub shop: Shop,
    pub books: Books,
    pub mirror: Mirror,
}

impl Till {
    pub fn new() -> Till {
        let mut shop = Shop::new();
        shop.set("BILLCTL_NOW", NOW);
        let folder = shop.folder().join(".billctl/emulator");
        let books = Books::open(&folder.join("books.db")).unwrap();
        let mirror = Mirror::open(&folder.join("mirror.db"), true).unwrap();
        Till { shop, books, mirror }
    }

    /// Keeps objects as a backfill that has just ended would.
    pub fn fetch(&mut self, objects: &[Value]) {
        let fetched_at: Timestamp = NOW.parse().unwrap();
        self.mirror.put_snapshots(&self.books, Page { kind: "", objects, fetched_at, cursor: None }).unwrap();
    }

    /// Stores events and applies them, in this order.
    pub fn receive(&mut self, events: &[Value]) {
        let now: Timestamp = NOW.parse().unwrap();
        let bodies: Vec<Vec<u8>> = events.iter().map(|event| event.to_string().into_bytes()).collect();
        let read: Vec<Event> = bodies.iter().map(|body| Event::read(body).unwrap()).collect();
        let new: Vec<NewEvent<'_>> = read
            .iter()
            .zip(&bodies)
            .map(|(event, body)| NewEvent { event, body, received_at: now, source: Source::Webhook })
            .collect();
        self.books.add_events(&new).unwrap();
        while self.mirror.apply_pending(&self.books, 100, now).unwrap().more {}
    }

    /// A question to the raw JSON of the mirror's objects.
    pub fn ask<T: rusqlite::types::FromSql>(&self, sql: &str) -> Vec<T> {
        let connection = Connection::open(self.mirror.path()).unwrap();
        let books = self.shop.folder().join(".billctl/emulator/books.db");
        connection.execute("ATTACH ?1 AS books", [books.to_str().unwrap()]).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    pub fn report(&self, line: &str) -> Value {
        self.shop.billctl(&format!("report {line} -o json")).exits(0).json()
    }
}

pub fn charge(id: &str, at: &str, amount: i64, currency: &str) -> Value {
    json!({"id": id, "object": "charge", "status": "succeeded", "captured": true, "paid": true, "amount": amount,
        "amount_captured": amount, "amount_refunded": 0, "currency": currency, "customer": "cus_1",
        "payment_intent": format!("pi_{id}"), "created": second(at)})
}

/// A charge that failed, with the bank's code.
pub fn failed(id: &str, at: &str, code: &str) -> Value {
    let mut charge = charge(id, at, 4_900, "usd");
    charge["status"] = json!("failed");
    charge["paid"] = json!(false);
    charge["captured"] = json!(false);
    charge["amount_captured"] = json!(0);
    charge["failure_code"] = json!("card_declined");
    charge["outcome"] = json!({"reason": code});
    charge
}

pub fn refund(id: &str, charge: &str, at: &str, amount: i64, currency: &str, status: &str) -> Value {
    json!({"id": id, "object": "refund", "charge": charge, "status": status, "amount": amount,
        "currency": currency, "created": second(at)})
}

pub fn product(id: &str, key: Option<&str>) -> Value {
    let metadata = key.map_or_else(|| json!({}), |key| json!({"billctl_key": key}));
    json!({"id": id, "object": "product", "name": id.to_uppercase(), "active": true, "metadata": metadata, "created": 1})
}

/// A subscription with one item, from a day on.
pub fn subscription(id: &str, customer: &str, from: &str, status: &str, monthly: i64) -> Value {
    json!({"id": id, "object": "subscription", "customer": customer, "status": status, "currency": "usd",
        "start_date": second(from), "created": second(from), "pause_collection": null,
        "items": {"object": "list", "data": [item(id, monthly)]}})
}

pub fn item(subscription: &str, monthly: i64) -> Value {
    json!({"id": format!("si_{subscription}"), "object": "subscription_item", "quantity": 1, "price": {
        "id": format!("price_{monthly}"), "product": format!("prod_{monthly}"), "currency": "usd",
        "unit_amount": monthly, "unit_amount_decimal": monthly.to_string(),
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}})
}

/// The same, as it was when it had ended.
pub fn ended(subscription: &Value, at: &str) -> Value {
    let mut ended = subscription.clone();
    ended["status"] = json!("canceled");
    ended["ended_at"] = json!(second(at));
    ended["canceled_at"] = json!(second(at));
    ended
}

pub fn event(id: &str, event_type: &str, at: &str, object: &Value, previous: Value) -> Value {
    let mut data = json!({"object": object});
    if !previous.is_null() {
        data["previous_attributes"] = previous;
    }
    json!({"id": id, "object": "event", "api_version": "2026-10-28.endive", "created": second(at), "data": data,
        "livemode": false, "pending_webhooks": 1, "request": null, "type": event_type})
}
