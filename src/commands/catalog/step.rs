//! One step of a sync: sent until it is known to be done, and never done twice.

use std::sync::PoisonError;

use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::apply::Ids;
use crate::billing::plan::account::{Account, Object};
use crate::billing::plan::diff::differences;
use crate::billing::plan::field::{self, Field};
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::payment_link::REPLACES_TAG;
use crate::billing::plan::steps::{Guard, Id, Method, Step};
use crate::billing::plan::wanted::Resource;
use crate::stripe::{IdempotencyKey, Reader, StripeError, Writer, segment};

/// Stripe repeats a failure for as long as it keeps the key: a step may fail afresh this often, each time under
/// another key.
const MOST_FAILURES: u32 = 4;

/// Keys whose failures are from earlier runs are passed over, up to this many.
const MOST_KEYS: u32 = 64;

/// What a step is given.
#[derive(Debug)]
pub struct Outfit {
    pub reader: Reader,
    pub writer: Writer,
    pub ids: Ids,
    /// The resource that the step belongs to.
    pub wanted: Option<Resource>,
    /// The journal's idempotency key; `None` where it follows from the request.
    pub key: Option<String>,
}

/// A step that is done.
#[derive(Debug)]
pub struct Done {
    /// The object, as Stripe answered it.
    pub answer: Value,
}

/// Carries a step out.
///
/// A creation whose answer is lost, stored as a failure, or refused because there is one already, is looked up by
/// its identity before anything is sent under another key.
///
/// # Errors
/// [`StripeError`]: the same step, sent by the next run, finishes it.
pub async fn carry_out(step: &Step, outfit: &Outfit) -> Result<Done, StripeError> {
    let path = path(step, &outfit.ids);
    if step.method == Method::Delete {
        return match outfit.writer.delete(&path).await {
            Ok(reply) => Ok(Done { answer: reply.body }),
            Err(error) if error.is_missing() => Ok(Done { answer: Value::Null }),
            Err(error) => Err(error),
        };
    }
    let params = params(step, &outfit.ids);
    let creates = step.makes || matches!(step.guard, Guard::Transition { .. });
    let mut generation = 0;
    let mut failures = 0;
    loop {
        let key = idempotency_key(step, outfit, &path, &params, generation);
        let another_key = generation + 1 < MOST_KEYS;
        generation += 1;
        match outfit.writer.post(&path, &params, &key).await {
            Ok(reply) => {
                // A repeated answer may be one from before: of an object that has been deleted since, or of a change
                // that somebody has undone. A change by value can be sent again without harm.
                let stale = match (reply.replayed && another_key, creates) {
                    (false, _) => false,
                    (true, true) => is_undone(&outfit.reader, step, &reply.body).await?,
                    (true, false) => step.path.after.is_empty(),
                };
                if !stale {
                    return Ok(Done { answer: reply.body });
                }
            }
            Err(error) => {
                let Some(refusal) = error.api() else { return Err(error) };
                let failed = refusal.status >= 500;
                if creates
                    && (failed || refusal.status == 400)
                    && let Some(answer) = find(step, outfit, &params).await?
                {
                    return Ok(Done { answer });
                }
                // The key of a stopped run may stand for the same wish with other ids.
                let misfit = refusal.error_type.as_deref() == Some("idempotency_error");
                let from_before = refusal.replayed && refusal.attempts == 1;
                if failed && !from_before {
                    failures += 1;
                }
                if !(failed || misfit) || failures >= MOST_FAILURES || !another_key {
                    return Err(error);
                }
            }
        }
    }
}

fn id_of(ids: &Ids, address: &Address) -> Option<String> {
    ids.read().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
}

fn path(step: &Step, ids: &Ids) -> String {
    let id = match &step.path.id {
        None => String::new(),
        Some(Id::Known(id)) => segment(id).to_string(),
        // What a step needs is done before it begins, so the id is there; an empty one is refused by the client.
        Some(Id::Of(address)) => segment(&id_of(ids, address).unwrap_or_default()).to_string(),
    };
    format!("{}{id}{}", step.path.before, step.path.after)
}

/// The parameters with every reference as an id. One that has none stays as its key, which Stripe refuses by name.
fn params(step: &Step, ids: &Ids) -> Value {
    let known = |address: &Address| Some(id_of(ids, address).unwrap_or_else(|| address.key.clone()));
    field::wire(&step.params, &known).unwrap_or(Value::Null)
}

fn idempotency_key(
    step: &Step,
    outfit: &Outfit,
    path: &str,
    params: &Value,
    generation: u32,
) -> IdempotencyKey {
    let base = match &outfit.key {
        Some(key) => plain_key(key.clone()),
        None => content_key(step, path, params),
    };
    later_key(&base, generation)
}

/// The key that takes the place of the first one after so many failures that Stripe repeats.
fn later_key(first: &IdempotencyKey, generation: u32) -> IdempotencyKey {
    if generation == 0 { first.clone() } else { plain_key(format!("{first}-{generation}")) }
}

/// The key of a step that Stripe would do a second time: of what is sent and of what it follows on.
fn content_key(step: &Step, path: &str, params: &Value) -> IdempotencyKey {
    let content = json!([step.name, path, params, step.guard]).to_string();
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    plain_key(format!("billctl-{}", digest.get(..48).unwrap_or(&digest)))
}

fn plain_key(text: String) -> IdempotencyKey {
    IdempotencyKey::new(text).unwrap_or_else(|_| unreachable!("digests and nonces are plain ASCII"))
}

/// Whether what an answer speaks of is no longer there, or has been archived since, or has lost its lookup key: a
/// price that was rolled back by hand must not pass for the one that takes its place again.
async fn is_undone(reader: &Reader, step: &Step, answer: &Value) -> Result<bool, StripeError> {
    let Some(id) = answer.get("id").and_then(Value::as_str) else { return Ok(false) };
    if step.address.kind == Kind::ProductFeature {
        return Ok(false);
    }
    let path = format!("{}/{}", step.path.before.trim_end_matches('/'), segment(id));
    let now = match reader.get(&path, &Value::Null).await {
        Ok(now) => now,
        Err(error) if error.is_missing() => return Ok(true),
        Err(error) => return Err(error),
    };
    let is = |object: &Value, name: &str| object.get(name).and_then(Value::as_bool) == Some(true);
    // A portal is archived by a later step of its own, perhaps that of another run.
    let archived = step.address.kind != Kind::Portal && is(answer, "active") && !is(&now, "active");
    let renamed = answer.get("lookup_key") != now.get("lookup_key");
    Ok(is(&now, "deleted") || archived || renamed)
}

/// Looks for what a creation was to make, by what identifies it in Stripe. It counts only if it is what the catalog
/// wants: another one of the same name is left for the error to tell.
async fn find(step: &Step, outfit: &Outfit, params: &Value) -> Result<Option<Value>, StripeError> {
    let reader = &outfit.reader;
    let follows = match &step.guard {
        Guard::Transition { follows } => follows.as_str(),
        Guard::Run => "",
    };
    if !step.makes {
        let links = reader.list("/v1/payment_links", &json!({"active": true})).await?;
        let pointer = format!("/metadata/{REPLACES_TAG}");
        return Ok(links
            .into_iter()
            .find(|link| link.pointer(&pointer).and_then(Value::as_str) == Some(follows)));
    }
    let Some(wanted) = &outfit.wanted else { return Ok(None) };
    let kind = step.address.kind;
    let natural_key = wanted.natural_key.as_deref().unwrap_or_default();
    let one = |object: Result<Value, StripeError>| match object {
        Ok(object) => Ok(vec![object]),
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let candidates = match kind {
        Kind::Product => {
            one(reader.get(&format!("/v1/products/{}", segment(natural_key)), &Value::Null).await)?
        }
        Kind::Coupon => {
            let expand = json!({"expand": ["applies_to", "currency_options"]});
            one(reader.get(&format!("/v1/coupons/{}", segment(natural_key)), &expand).await)?
        }
        Kind::Price => {
            let active = params.get("active").and_then(Value::as_bool).unwrap_or(true);
            let expand = ["data.currency_options", "data.tiers"];
            let query = json!({"lookup_keys": [natural_key], "active": active, "expand": expand});
            reader.list("/v1/prices", &query).await?
        }
        Kind::Feature => {
            reader.list("/v1/entitlements/features", &json!({"lookup_key": natural_key})).await?
        }
        Kind::PromotionCode => {
            let active = params.get("active").and_then(Value::as_bool).unwrap_or(true);
            let code = params.get("code").cloned().unwrap_or_default();
            reader.list("/v1/promotion_codes", &json!({"code": code, "active": active})).await?
        }
        Kind::ProductFeature => {
            let path = path(step, &outfit.ids);
            let feature = params.get("entitlement_feature").and_then(Value::as_str);
            let attached = reader.list(&path, &Value::Null).await?;
            let same =
                |object: &Value| object.pointer("/entitlement_feature/id").and_then(Value::as_str) == feature;
            return Ok(attached.into_iter().find(same));
        }
        Kind::Portal => {
            let expand = json!({"expand": ["data.features.subscription_update.products"]});
            reader.list(kind.route(), &expand).await?
        }
        Kind::Meter | Kind::TaxRate | Kind::WebhookEndpoint => {
            reader.list(kind.route(), &Value::Null).await?
        }
    };
    let mut account = Account::default();
    account.add(kind, candidates);
    let same =
        account.objects(kind).iter().find(|object| object.id != follows && is_wanted(object, wanted, outfit));
    Ok(same.map(|object| object.json.read()))
}

/// Whether an object is the wanted one: by what Stripe keeps unique, or by our mark, and in all its fields but those
/// that are set in a later step.
fn is_wanted(object: &Object, wanted: &Resource, outfit: &Outfit) -> bool {
    let mark = |name: &str| match wanted.fields.get(&format!("metadata.{name}")) {
        Some(Field::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let project = mark(crate::billing::plan::account::PROJECT_TAG);
    let named = match &wanted.natural_key {
        Some(key) => object.natural_key.as_ref() == Some(key),
        None => object.is_ours(&project, &wanted.address.key),
    };
    let ids = outfit.ids.read().unwrap_or_else(PoisonError::into_inner);
    let refs = |kind: Kind, id: &str| {
        let address = ids.iter().find(|(address, known)| address.kind == kind && *known == id);
        address.map_or_else(|| Field::text(id), |(address, _)| Field::Ref(address.clone()))
    };
    named && differences(wanted, object, &refs).is_empty()
}

/// Sends a creation again under the keys that it may have been made under, so that Stripe repeats its answer with the
/// secret that it shows only once. `None` if Stripe no longer remembers one of them as that of the object `id`.
///
/// # Errors
/// [`StripeError`].
pub async fn ask_again(step: &Step, writer: &Writer, id: &str) -> Result<Option<SecretString>, StripeError> {
    let path = &step.path.before;
    let params = field::wire(&step.params, &|_| None).unwrap_or(Value::Null);
    let first = content_key(step, path, &params);
    for generation in 0..MOST_KEYS {
        let reply = match writer.post(path, &params, &later_key(&first, generation)).await {
            Ok(reply) => reply,
            // It failed under this key, and so was made under a later one.
            Err(error) if error.api().is_some_and(|refusal| refusal.replayed && refusal.status >= 500) => {
                continue;
            }
            Err(error) if error.status() == Some(400) => return Ok(None),
            Err(error) => return Err(error),
        };
        let answered = reply.body.get("id").and_then(Value::as_str).unwrap_or_default();
        if answered == id {
            return Ok(reply.body.get("secret").and_then(Value::as_str).map(SecretString::from));
        }
        if !reply.replayed {
            // Stripe has forgotten the key, so this has just made another one, which nobody wants.
            writer.delete(&format!("{}/{}", path.trim_end_matches('/'), segment(answered))).await?;
            return Ok(None);
        }
    }
    Ok(None)
}
