//! A payment as Stripe has it now: what is about to be changed is never taken from the mirror.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::billing::backfill::route_of_one;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::mirror::{Mirror, Page};
use crate::stripe::lists::Found;
use crate::stripe::{Reader, segment};

/// A payment, with the charge that matters and the invoice that it pays.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// None for a charge that has no intent, and for an invoice that nobody has to pay.
    pub intent: Option<Value>,
    /// The last attempt, or the charge that was named.
    pub charge: Option<Value>,
    pub invoice: Option<Value>,
}

impl Live {
    /// Reads the payment that an id means.
    ///
    /// # Errors
    /// `Failed` where Stripe has none; else what Stripe says.
    pub async fn read(reader: &Reader, id: &str) -> anyhow::Result<Live> {
        if id.starts_with("in_") {
            let invoice = read(reader, "/v1/invoices", id, &Value::Null).await?;
            let links = reader.list("/v1/invoice_payments", &json!({"invoice": id})).await?;
            let intent = match intent_of(&links) {
                Some(intent) => Some(read(reader, "/v1/payment_intents", intent, &with_charge()).await?),
                None => None,
            };
            let charge = charge_of(intent.as_ref());
            return Ok(Live { intent, charge, invoice: Some(invoice) });
        }
        let named = match id.starts_with("pi_") {
            true => None,
            false => Some(read(reader, "/v1/charges", id, &Value::Null).await?),
        };
        let intent = match &named {
            None => Some(id.to_owned()),
            Some(charge) => charge.get("payment_intent").and_then(Value::as_str).map(str::to_owned),
        };
        let Some(intent) = intent else { return Ok(Live { intent: None, charge: named, invoice: None }) };
        let intent = read(reader, "/v1/payment_intents", &intent, &with_charge()).await?;
        let charge = named.or_else(|| charge_of(Some(&intent)));
        let payment = json!({"payment": {"type": "payment_intent", "payment_intent": intent.get("id")}});
        let links = reader.list("/v1/invoice_payments", &payment).await?;
        let invoice = match links.first().and_then(|link| id_at(link, "/invoice")) {
            Some(invoice) => Some(read(reader, "/v1/invoices", invoice, &Value::Null).await?),
            None => None,
        };
        Ok(Live { intent: Some(intent), charge, invoice })
    }

    /// The id that the payment goes by.
    pub fn id(&self) -> &str {
        let own = self.intent.as_ref().or(self.charge.as_ref()).or(self.invoice.as_ref());
        own.and_then(|object| id_at(object, "/id")).unwrap_or_default()
    }

    pub fn customer(&self) -> Option<&str> {
        let all = [self.intent.as_ref(), self.charge.as_ref(), self.invoice.as_ref()];
        all.into_iter().flatten().find_map(|object| id_at(object, "/customer"))
    }

    pub fn invoice_id(&self) -> Option<&str> {
        self.invoice.as_ref().and_then(|invoice| id_at(invoice, "/id"))
    }
}

fn with_charge() -> Value {
    json!({"expand": ["latest_charge"]})
}

/// What paid an invoice, or else what is to pay it.
fn intent_of(links: &[Value]) -> Option<&str> {
    let with_status =
        |status: &str| links.iter().find(|link| link.get("status").and_then(Value::as_str) == Some(status));
    let link = with_status("paid").or_else(|| with_status("open")).or(links.last())?;
    id_at(link, "/payment/payment_intent")
}

fn charge_of(intent: Option<&Value>) -> Option<Value> {
    intent.and_then(|intent| intent.get("latest_charge")).filter(|charge| charge.is_object()).cloned()
}

/// The id at a place that holds one, or the object in its place.
pub fn id_at<'a>(object: &'a Value, place: &str) -> Option<&'a str> {
    let found = object.pointer(place)?;
    found.as_str().or_else(|| found.get("id").and_then(Value::as_str))
}

async fn read(reader: &Reader, route: &str, id: &str, params: &Value) -> anyhow::Result<Value> {
    match reader.get(&format!("{route}/{}", segment(id)), params).await {
        Ok(object) => Ok(object),
        Err(error) if error.is_missing() => Err(fail(
            Kind::Failed,
            format!("Stripe has no payment {id} in this account and mode"),
            "See what there is with `billctl payment list`; `billctl doctor` says which account and mode it is",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Reads an object into the mirror, so that what was just done shows before its event comes. What can't be read now comes
/// with its event: then there is a warning, and no object.
pub async fn remember(
    ctx: &Context,
    reader: &Reader,
    books: &Books,
    mirror: &mut Mirror,
    (kind, id): (&'static str, &str),
) -> Option<Value> {
    match remember_one(reader, books, mirror, kind, id).await {
        Ok(object) => object,
        Err(error) => {
            ctx.ui()
                .warn(&format!("{id} could not be read back ({error:#}); `billctl events pull` brings it"));
            None
        }
    }
}

/// Reads which payments pay an invoice into the mirror: Stripe tells of that by an event only once one has paid it.
///
/// # Errors
/// What Stripe refuses.
pub async fn remember_links(
    ctx: &Context,
    reader: &Reader,
    books: &Books,
    mirror: &mut Mirror,
    invoice: &str,
) -> anyhow::Result<()> {
    for link in reader.list("/v1/invoice_payments", &json!({"invoice": invoice})).await? {
        if let Some(id) = id_at(&link, "/id") {
            remember(ctx, reader, books, mirror, ("invoice_payment", id)).await;
        }
    }
    Ok(())
}

async fn remember_one(
    reader: &Reader,
    books: &Books,
    mirror: &mut Mirror,
    kind: &'static str,
    id: &str,
) -> anyhow::Result<Option<Value>> {
    let Some(route) = route_of_one(kind) else { return Ok(None) };
    let dated = reader.find(&route, id).await?;
    let Found::Object(object) = dated.value else { return Ok(None) };
    if let Some(fetched_at) = dated.at.and_then(|at| Timestamp::from_second(at).ok()) {
        let objects = std::slice::from_ref(&object);
        mirror.put_snapshots(books, Page { kind, objects, fetched_at, cursor: None })?;
    }
    Ok(Some(object))
}
