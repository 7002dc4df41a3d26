//! The read side of the catalog: everything an account holds of its kinds.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::task::{JoinError, JoinSet};

use super::{Reader, StripeError, segment};
use crate::billing::plan::account::{Account, Object};
use crate::billing::plan::change::{PaymentLink, Retirement};
use crate::billing::plan::kind::Kind;
use crate::billing::plan::payment_link::REPLACES_TAG;

/// Subscribers of a price are counted up to this many: ten pages.
const MOST_SUBSCRIBERS: usize = 1000;

/// Reads what an account holds: the lists side by side, a page per 100 objects, and one call for each product
/// that `may_have_features`. A list that a restricted key may not read counts as empty if `is_needed` says so.
///
/// # Errors
/// [`StripeError`] of the first call that failed.
pub async fn fetch(
    reader: &Reader,
    is_needed: impl Fn(Kind) -> bool,
    may_have_features: impl Fn(&Object) -> bool,
) -> Result<Account, StripeError> {
    let mut lists = JoinSet::new();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ProductFeature) {
        for params in list_params(kind) {
            let reader = reader.clone();
            lists.spawn(async move { (kind, objects(&reader, kind, &params).await) });
        }
    }
    let mut account = Account::default();
    while let Some(joined) = lists.join_next().await {
        let (kind, answer) = finished(joined);
        match answer {
            Err(error) if error.status() == Some(403) && !is_needed(kind) => {}
            other => account.extend(kind, other?),
        }
    }
    // An account without features has none attached.
    let attachable = !account.objects(Kind::Feature).is_empty();
    let products: Vec<String> = account
        .objects(Kind::Product)
        .iter()
        .filter(|product| attachable && may_have_features(product))
        .map(|product| product.id.clone())
        .collect();
    let mut features = JoinSet::new();
    for product in products {
        let reader = reader.clone();
        features.spawn(async move {
            let path = format!("/v1/products/{}/features", segment(&product));
            let answer = reader.list(&path, &Value::Null).await;
            (product, answer)
        });
    }
    while let Some(joined) = features.join_next().await {
        let (product, answer) = finished(joined);
        account.add_features(&product, answer?);
    }
    Ok(account)
}

/// A whole list, page by page, so that no more than a page of it is held as trees.
async fn objects(reader: &Reader, kind: Kind, params: &Value) -> Result<Vec<Object>, StripeError> {
    let mut pages = reader.pages(kind.route(), params);
    let mut objects = Vec::new();
    while let Some(page) = pages.next().await? {
        objects.extend(page.into_iter().filter_map(|json| Object::new(kind, json)));
    }
    Ok(objects)
}

/// What a task gave. A panic in it goes on here: a list must not be missing as if the account had none.
fn finished<T>(joined: Result<T, JoinError>) -> T {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// The list calls that together give every object of a kind, archived ones included, with all that a catalog can
/// say about it.
fn list_params(kind: Kind) -> Vec<Value> {
    match kind {
        // Whether a list without `active` holds archived prices is documented both ways.
        Kind::Price => [true, false]
            .map(|active| json!({"active": active, "expand": ["data.currency_options", "data.tiers"]}))
            .to_vec(),
        Kind::Feature => [false, true].map(|archived| json!({"archived": archived})).to_vec(),
        Kind::Coupon => vec![json!({"expand": ["data.applies_to", "data.currency_options"]})],
        Kind::Portal => vec![json!({"expand": ["data.features.subscription_update.products"]})],
        Kind::Meter
        | Kind::TaxRate
        | Kind::Product
        | Kind::ProductFeature
        | Kind::PromotionCode
        | Kind::WebhookEndpoint => vec![Value::Null],
    }
}

/// Looks up what hangs on prices that are about to be retired, by their ids.
///
/// # Errors
/// [`StripeError`] of the first call that failed.
pub async fn retirements(
    reader: &Reader,
    prices: &[String],
) -> Result<BTreeMap<String, Retirement>, StripeError> {
    let mut retirements = BTreeMap::new();
    if prices.is_empty() {
        return Ok(retirements);
    }
    let links = payment_links(reader).await?;
    let mut counts = JoinSet::new();
    for price in prices.iter().cloned() {
        let reader = reader.clone();
        counts.spawn(async move {
            let counted = subscribers(&reader, &price).await;
            (price, counted)
        });
    }
    while let Some(counted) = counts.join_next().await {
        let (price, retirement) = finished(counted);
        let mut retirement = retirement?;
        for link in links.iter().filter(|link| sells(link, &price)) {
            let text = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = text("id");
            let successor = links.iter().find(|other| {
                other.pointer(&format!("/metadata/{REPLACES_TAG}")).and_then(Value::as_str) == Some(&id)
            });
            let successor = successor.and_then(|link| link.get("id")?.as_str()).map(str::to_owned);
            retirement.payment_links.push(PaymentLink {
                id,
                url: text("url"),
                json: link.clone(),
                successor,
            });
        }
        retirements.insert(price, retirement);
    }
    Ok(retirements)
}

/// The active payment links, each with all that it sells.
async fn payment_links(reader: &Reader) -> Result<Vec<Value>, StripeError> {
    let params = json!({"active": true, "expand": ["data.line_items"]});
    let mut links = reader.list("/v1/payment_links", &params).await?;
    for link in &mut links {
        // Stripe shows the first ten with the link, of up to twenty.
        if link.pointer("/line_items/has_more").and_then(Value::as_bool) != Some(true) {
            continue;
        }
        let id = link.get("id").and_then(Value::as_str).unwrap_or_default();
        let path = format!("/v1/payment_links/{}/line_items", segment(id));
        link["line_items"]["data"] = reader.list(&path, &Value::Null).await?.into();
    }
    Ok(links)
}

async fn subscribers(reader: &Reader, price: &str) -> Result<Retirement, StripeError> {
    let mut pages = reader.pages("/v1/subscriptions", &json!({"price": price}));
    let mut count = 0;
    while count < MOST_SUBSCRIBERS {
        let Some(page) = pages.next().await? else {
            return Ok(Retirement { subscribers: count as u64, ..Retirement::default() });
        };
        count += page.len();
    }
    let more = pages.next().await?.is_some_and(|page| !page.is_empty());
    Ok(Retirement { subscribers: count as u64, more_subscribers: more, ..Retirement::default() })
}

fn sells(link: &Value, price: &str) -> bool {
    let items = link.pointer("/line_items/data").and_then(Value::as_array);
    items.into_iter().flatten().any(|item| {
        item.pointer("/price/id").or_else(|| item.get("price")).and_then(Value::as_str) == Some(price)
    })
}
