//! `/v1/products/{id}/features`: the entitlement features that come with a product.

use serde_json::{Map, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, PAGE, Param, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/products/{id}/features",
        params: &[ATTACH],
        answers: Answers::One(Kind::ProductFeature),
        handler: attach,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/products/{id}/features",
        params: &[PAGE],
        answers: Answers::Many(Kind::ProductFeature),
        handler: list_features,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/products/{id}/features/{feature}",
        params: &[],
        answers: Answers::One(Kind::ProductFeature),
        handler: |call, _| attachment(call).map(Answer::Object),
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/products/{id}/features/{feature}",
        params: &[],
        answers: Answers::Stub,
        handler: |call, _| {
            let attachment = attachment(call)?;
            call.delete(&attachment)
        },
    },
];

const ATTACH: &[Param] = &[required("entitlement_feature", ID)];

fn attach(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let product = call.fetch(Kind::Product)?;
    let id = args.text("entitlement_feature").unwrap_or_default();
    let feature = call.refer(Kind::Feature, id, "entitlement_feature")?;
    if feature.body["active"] != true {
        let message = format!("The feature `{id}` is archived and can't be attached to a product.");
        return Err(Refusal::invalid(message).param("entitlement_feature").into());
    }
    let attached = call.db.with_key(Kind::ProductFeature, "product", &product.id)?;
    if attached.iter().any(|attachment| attachment.body["entitlement_feature"]["id"] == id) {
        let message = format!("The feature `{id}` is already attached to this product.");
        return Err(Refusal::invalid(message).param("entitlement_feature").into());
    }
    let mut attachment = call.new_object(Kind::ProductFeature);
    attachment.hidden = Map::from_iter([("product".to_owned(), json!(product.id))]);
    attachment.body = json!({
        "id": attachment.id,
        "object": "product_feature",
        "entitlement_feature": feature.body,
        "livemode": false,
    });
    call.create(attachment).map(Answer::Object)
}

fn list_features(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let product = call.fetch(Kind::Product)?;
    let filter = Filter::Key { name: "product", values: vec![product.id] };
    list::page(call, args, Kind::ProductFeature, &[filter])
}

/// The attachment that the path names, of the product that it names.
fn attachment(call: &Call<'_>) -> Outcome<Object> {
    let product = call.fetch(Kind::Product)?;
    let id = call.ids.get(1).map_or("", String::as_str);
    let attachment = call.db.get(Kind::ProductFeature, id)?;
    let owned = attachment.filter(|attachment| attachment.hidden.get("product") == Some(&json!(product.id)));
    Ok(owned.ok_or_else(|| Refusal::not_found(Kind::ProductFeature.label(), id))?)
}

/// Brings the copies of a feature in its attachments up to date.
pub fn refresh_attachments(call: &Call<'_>, feature: &Object) -> Outcome<()> {
    for attachment in call.db.with_key(Kind::ProductFeature, "feature", &feature.id)? {
        let mut after = attachment.clone();
        after.body["entitlement_feature"] = feature.body.clone();
        call.db.update(&attachment, &after)?;
    }
    Ok(())
}
