//! Thin events resolved: the object that one names, fetched, and the event that tells the same in full.

use serde_json::{Value, json};

use crate::billing::event::{Content, Event, Form};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Added, Books, NewEvent, Source};
use crate::store::mirror::{Mirror, Page};
use crate::stripe::{Fetched, StripeError, segment};

/// How many events are applied in one transaction.
const BATCH: usize = 1_000;

/// What a thin event led to.
pub struct Resolved {
    /// The event as Stripe tells it, with the `data` and `changes` that it was sent without; null if Stripe no longer has
    /// it.
    pub event: Value,
    /// The object as it is now; null if the event names none, or Stripe no longer has it.
    pub object: Value,
    /// Whether the event names an object.
    pub names_object: bool,
    /// Whether the mirror has the object now.
    pub is_kept: bool,
    /// The snapshot event that tells the same, and whether it is new here; none where the event names none, or where
    /// Stripe no longer has it.
    pub snapshot: Option<(String, bool)>,
}

impl Resolved {
    pub fn json(&self) -> Value {
        json!({
            "event": self.event,
            "object": self.object,
            "snapshot_event": self.snapshot.as_ref().map(|(id, _)| id),
        })
    }

    /// What changed of the object, as far as the event tells it.
    pub fn changes(&self) -> Option<Content> {
        let (before, after) = (self.event.pointer("/changes/before")?, self.event.pointer("/changes/after")?);
        Some(Content { object: after.clone(), previous_attributes: before.as_object()?.clone() })
    }

    pub fn words(&self) -> String {
        let object = match (&self.object, self.names_object) {
            (Value::Null, false) if self.event.is_null() => {
                "Stripe no longer has the event, which names no object"
            }
            (Value::Null, false) => "The event was fetched; it names no object",
            (Value::Null, true) => "Stripe no longer has the object",
            _ if self.is_kept => "The object was fetched, and the mirror has it",
            _ => "The object was fetched",
        };
        match &self.snapshot {
            Some((id, true)) => format!("{object}; {id} tells the same in full, and is stored now"),
            Some((id, false)) => format!("{object}; {id} tells the same in full, and was stored already"),
            None => object.to_owned(),
        }
    }
}

/// Fetches a thin event with all that it tells, and what it names, and keeps the latter.
///
/// # Errors
/// `Usage` for an event that is whole already, and what Stripe refuses.
pub async fn resolve(
    ctx: &Context,
    event: &Event,
    body: &[u8],
    books: &mut Books,
    mirror: &mut Mirror,
) -> anyhow::Result<Resolved> {
    if event.form != Form::Thin {
        let fix = "Leave `--resolve` out; `billctl mirror verify` compares what the mirror has with Stripe";
        return Err(fail(Kind::Usage, format!("`{}` holds its object already", event.id), fix));
    }
    let reader = ctx.stripe().await?.reader();
    let told = if_there(reader.fetch_object(&format!("/v2/core/events/{}", segment(&event.id))).await)?;
    let path = related_path(body);
    let fetched = match &path {
        Some(path) => if_there(reader.fetch_object(path).await)?,
        None => None,
    };
    let snapshot = match &event.snapshot_event {
        Some(id) => if_there(reader.fetch_object(&format!("/v1/events/{}", segment(id))).await)?,
        None => None,
    };
    let mut keep = Keep { ctx, books, mirror };
    let snapshot = match snapshot {
        Some(fetched) => Some(keep.event(fetched.bytes.trim_ascii())?),
        None => None,
    };
    let (object, is_kept) = match fetched {
        Some(fetched) => keep.object(event, fetched)?,
        None => (Value::Null, false),
    };
    let event = told.map_or(Value::Null, |told| told.object);
    Ok(Resolved { event, object, names_object: path.is_some(), is_kept, snapshot })
}

/// What was fetched; none for what Stripe no longer has.
fn if_there(fetched: Result<Fetched, StripeError>) -> Result<Option<Fetched>, StripeError> {
    match fetched {
        Ok(fetched) => Ok(Some(fetched)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The path of the object that a thin event names. What follows a `?` is left out: the whole object is wanted.
fn related_path(body: &[u8]) -> Option<String> {
    let whole: Value = serde_json::from_slice(body).ok()?;
    let url = whole.pointer("/related_object/url")?.as_str()?;
    let path = url.split('?').next().unwrap_or(url);
    (path.starts_with("/v1/") || path.starts_with("/v2/")).then(|| path.to_owned())
}

struct Keep<'a> {
    ctx: &'a Context,
    books: &'a mut Books,
    mirror: &'a mut Mirror,
}

impl Keep<'_> {
    /// Stores and applies a snapshot event; its id, and whether it is new.
    fn event(&mut self, body: &[u8]) -> anyhow::Result<(String, bool)> {
        let event = Event::read(body)?;
        if self.ctx.settings().dry_run {
            let is_new = self.books.event(&event.id)?.is_none();
            return Ok((event.id, is_new));
        }
        let received_at = self.ctx.clock().now();
        let new = NewEvent { event: &event, body, received_at, source: Source::Pull };
        let added = self.books.add_events(&[new])?;
        self.mirror.apply_pending(self.books, BATCH, received_at)?;
        Ok((event.id, matches!(added.as_slice(), [Added::Stored { .. }])))
    }

    /// Brings the mirror up to date with a fetched object, unless it has no id or this is a dry run; whether it did.
    fn object(&mut self, event: &Event, fetched: Fetched) -> anyhow::Result<(Value, bool)> {
        let Fetched { object, at, bytes: _ } = fetched;
        let about = event.about.as_ref().filter(|_| !self.ctx.settings().dry_run);
        let Some(about) = about else { return Ok((object, false)) };
        let fetched_at = at.unwrap_or_else(|| self.ctx.clock().now());
        let objects = std::slice::from_ref(&object);
        self.mirror
            .put_snapshots(self.books, Page { kind: &about.kind, objects, fetched_at, cursor: None })?;
        Ok((object, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_stripe_is_followed() {
        let check = |url: &str, expected: Option<&str>| {
            let body = json!({"related_object": {"url": url}}).to_string();
            assert_eq!(related_path(body.as_bytes()).as_deref(), expected, "{url}");
        };
        check("/v1/customers/cus_1", Some("/v1/customers/cus_1"));
        check("/v1/customers/cus_1?expand[]=x", Some("/v1/customers/cus_1"));
        check("https://evil.example/v1/customers/cus_1", None);
        check("//evil.example/v1/x", None);
        assert_eq!(related_path(b"{}"), None);
    }
}
