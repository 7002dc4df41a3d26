//! Stripe's events: what their envelope says, what they changed, and patterns over their types.
//!
//! Both forms are read: snapshot events (`object: "event"`, with the whole object) and thin ones
//! (`object: "v2.core.event"`, which only name it). Types and fields that are new are no error.

mod content;
mod elements;
mod glob;
mod loose;

use jiff::Timestamp;
use thiserror::Error;

pub use content::{Change, Content};
pub use elements::elements;
pub use glob::{Glob, UnknownGlob};

use loose::Loose;

/// How much an event carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The whole object is in it.
    Snapshot,
    /// It only names the object (`/v2/core/events`).
    Thin,
}

/// The object that an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The object's `object` field, such as `checkout.session`; `v2.` kinds as Stripe writes them.
    pub kind: String,
    pub id: String,
    /// The customer that it belongs to; of a customer, itself.
    pub customer: Option<String>,
}

/// The envelope of an event. Reading it walks the body once and keeps nothing of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    /// Such as `invoice.paid`.
    pub event_type: String,
    pub form: Form,
    /// When it happened, in seconds.
    pub created: i64,
    pub api_version: Option<String>,
    pub livemode: bool,
    /// The connected account that it comes from.
    pub account: Option<String>,
    /// The API request that caused it; none for what Stripe does by itself.
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
    /// Of a thin event, the snapshot event that tells the same.
    pub snapshot_event: Option<String>,
    /// None if the object has no id: an invoice that is only announced (`invoice.upcoming`), a balance.
    pub about: Option<About>,
}

/// The bytes are no event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAnEvent {
    #[error("the body is no JSON: {0}")]
    NotJson(String),
    #[error("the body is JSON, but no event: it has no `{0}`")]
    Lacks(&'static str),
}

impl Event {
    /// Reads the envelope.
    ///
    /// # Errors
    /// [`NotAnEvent`]: only for what is no JSON, or lacks `id`, `type` or `created`.
    pub fn read(body: &[u8]) -> Result<Event, NotAnEvent> {
        let whole = Loose::read(body).map_err(|error| NotAnEvent::NotJson(error.to_string()))?;
        let id = whole.text("id").ok_or(NotAnEvent::Lacks("id"))?;
        let event_type = whole.text("type").ok_or(NotAnEvent::Lacks("type"))?;
        let created = seconds(whole.get("created")).ok_or(NotAnEvent::Lacks("created"))?;
        let thin = whole.text("object").is_some_and(|name| name.starts_with("v2."));
        // Before 2017 `request` was the id itself; thin events put it into `reason`.
        let request = if thin { whole.get("reason").get("request") } else { whole.get("request") };
        Ok(Event {
            id: id.to_owned(),
            event_type: event_type.to_owned(),
            form: if thin { Form::Thin } else { Form::Snapshot },
            created,
            api_version: whole.owned("api_version"),
            livemode: whole.get("livemode").flag().unwrap_or(false),
            account: whole.owned("account").or_else(|| whole.owned("context")),
            request_id: request.own_text().or_else(|| request.owned("id")),
            idempotency_key: request.owned("idempotency_key"),
            snapshot_event: whole.owned("snapshot_event"),
            about: if thin {
                related(whole.get("related_object"))
            } else if event_type == "invoice.upcoming" {
                // A preview: whatever id it is given there will never be such an invoice.
                None
            } else {
                about(whole.get("data").get("object"))
            },
        })
    }
}

fn about(object: &Loose) -> Option<About> {
    let kind = object.text("object")?;
    let customer = object.owned("customer").or_else(|| object.get("customer").owned("id"));
    let id = object.owned("id").or_else(|| stand_in_id(kind, customer.as_deref()))?;
    let customer = if kind == "customer" { Some(id.clone()) } else { customer };
    Some(About { kind: kind.to_owned(), id, customer })
}

/// What an object without an id of its own is known by: there is one of it a customer.
pub fn stand_in_id(kind: &str, customer: Option<&str>) -> Option<String> {
    match kind {
        "entitlements.active_entitlement_summary" | "cash_balance" => customer.map(str::to_owned),
        _ => None,
    }
}

fn related(object: &Loose) -> Option<About> {
    let (kind, id) = (object.text("type")?, object.text("id")?);
    let customer = (kind == "customer").then(|| id.to_owned());
    Some(About { kind: kind.to_owned(), id: id.to_owned(), customer })
}

/// Seconds, from a number or, in thin events, from RFC 3339.
fn seconds(created: &Loose) -> Option<i64> {
    created.integer().or_else(|| created.own_text()?.parse::<Timestamp>().ok().map(Timestamp::as_second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_event_says_what_it_is_about() {
        let body = br#"{"id":"evt_1","object":"event","api_version":"2026-10-28.endive","created":1700000000,
            "data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1","new":{"deep":[1]}},
                    "previous_attributes":{"status":"open"}},
            "livemode":true,"pending_webhooks":1,"request":{"id":"req_1","idempotency_key":"k"},"type":"invoice.paid"}"#;
        let event = Event::read(body).unwrap();
        assert_eq!(event.id, "evt_1");
        assert_eq!((event.created, event.livemode, event.form), (1_700_000_000, true, Form::Snapshot));
        assert_eq!(
            (event.request_id.as_deref(), event.idempotency_key.as_deref()),
            (Some("req_1"), Some("k"))
        );
        let about = event.about.unwrap();
        assert_eq!(
            (about.kind.as_str(), about.id.as_str(), about.customer.as_deref()),
            ("invoice", "in_1", Some("cus_1"))
        );
    }

    #[test]
    fn a_thin_event_names_its_object() {
        let body = br#"{"id":"evt_2","object":"v2.core.event","type":"v1.customer.updated","created":"2026-11-21T10:00:00.123Z",
            "livemode":false,"related_object":{"id":"cus_1","type":"customer","url":"/v1/customers/cus_1"},
            "reason":{"type":"request","request":{"id":"req_2","idempotency_key":"k2"}},"snapshot_event":"evt_1"}"#;
        let event = Event::read(body).unwrap();
        assert_eq!((event.form, event.created), (Form::Thin, 1_795_255_200));
        assert_eq!(event.snapshot_event.as_deref(), Some("evt_1"));
        assert_eq!(event.request_id.as_deref(), Some("req_2"));
        assert_eq!(event.about.unwrap().id, "cus_1");
    }

    #[test]
    fn what_is_odd_is_read_as_far_as_it_goes() {
        let expanded = br#"{"id":"evt_3","type":"made.up","created":1,"request":"req_old","data":{"object":
            {"id":"x_1","object":"new.kind","customer":{"id":"cus_9","object":"customer","email":null}}}}"#;
        let event = Event::read(expanded).unwrap();
        assert_eq!(event.request_id.as_deref(), Some("req_old"));
        assert_eq!(event.about.unwrap().customer.as_deref(), Some("cus_9"));
        let without = br#"{"id":"evt_4","type":"a.b","created":1,"data":{"object":{"object":"invoice"}}}"#;
        assert_eq!(Event::read(without).unwrap().about, None);
        let preview = br#"{"id":"evt_5","type":"invoice.upcoming","created":1,
            "data":{"object":{"id":"upcoming_in_1","object":"invoice"}}}"#;
        assert_eq!(Event::read(preview).unwrap().about, None);
    }

    #[test]
    fn what_is_no_event_says_why() {
        let check = |body: &[u8], expected: &str| {
            let error = Event::read(body).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(b"", "no JSON");
        check(b"{\"id\":", "no JSON");
        check(b"[]", "no `id`");
        check(b"{}", "no `id`");
        check(br#"{"id":"evt_1"}"#, "no `type`");
        check(br#"{"id":"evt_1","type":"a.b"}"#, "no `created`");
        check(br#"{"id":"evt_1","type":"a.b","created":1} x"#, "no JSON");
        check(&[b"[".repeat(100_000), b"]".repeat(100_000)].concat(), "no `id`");
        let deep = [&br#"{"data":"#.repeat(100_000)[..], b"1", &b"}".repeat(100_000)[..]].concat();
        check(&deep, "no JSON");
    }
}
