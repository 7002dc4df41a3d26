//! `/v1/billing_portal/configurations`.

use serde_json::{Map, Value, json};

use super::fields::{set, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{COUNT, ID, PAGE, Param, TEXT, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/billing_portal/configurations",
        params: &[&[required("features", Type::Object(NEW_FEATURES))], COMMON],
        answers: Answers::One(Kind::PortalConfiguration),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing_portal/configurations",
        params: &[&[optional("active", Type::Flag), optional("is_default", Type::Flag)], PAGE],
        answers: Answers::Many(Kind::PortalConfiguration),
        handler: |call, args| {
            let filters: Vec<Filter> =
                [list::flag(args, "active", "$.active"), list::flag(args, "is_default", "$.is_default")]
                    .into_iter()
                    .flatten()
                    .collect();
            list::page(call, args, Kind::PortalConfiguration, &filters)
        },
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing_portal/configurations/{id}",
        params: &[],
        answers: Answers::One(Kind::PortalConfiguration),
        handler: |call, _| call.fetch(Kind::PortalConfiguration).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing_portal/configurations/{id}",
        params: &[
            &[optional("active", Type::Flag), optional("features", Type::Object(CHANGED_FEATURES))],
            COMMON,
        ],
        answers: Answers::One(Kind::PortalConfiguration),
        handler: update,
    },
];

const COMMON: &[Param] = &[
    optional(
        "business_profile",
        Type::Object(&[
            emptyable("headline", Type::Text { max: 60 }),
            emptyable("privacy_policy_url", Type::Url),
            emptyable("terms_of_service_url", Type::Url),
        ]),
    ),
    emptyable("default_return_url", Type::Url),
    optional("login_page", Type::Object(&[required("enabled", Type::Flag)])),
    optional("metadata", Type::Metadata),
    emptyable("name", TEXT),
];

/// `enabled` must be given for a new configuration's features; a change may leave it out where the SDKs' types say
/// so.
const NEW_FEATURES: &[Param] = &features(
    &[required("enabled", Type::Flag), ALLOWED_UPDATES],
    &[required("enabled", Type::Flag), REASON, MODE, PRORATION],
    &[
        required("enabled", Type::Flag),
        ANCHOR,
        ALLOWED_CHANGES,
        PRODUCTS,
        PRORATION,
        SCHEDULE,
        TRIAL_BEHAVIOR,
    ],
);
const CHANGED_FEATURES: &[Param] = &features(
    &[optional("enabled", Type::Flag), ALLOWED_UPDATES],
    &[optional("enabled", Type::Flag), REASON, MODE, PRORATION],
    &[
        optional("enabled", Type::Flag),
        ANCHOR,
        ALLOWED_CHANGES,
        PRODUCTS,
        PRORATION,
        SCHEDULE,
        TRIAL_BEHAVIOR,
    ],
);

const fn features(
    customer_update: &'static [Param],
    subscription_cancel: &'static [Param],
    subscription_update: &'static [Param],
) -> [Param; 6] {
    [
        optional("customer_update", Type::Object(customer_update)),
        optional("invoice_history", Type::Object(INVOICE_HISTORY)),
        optional("payment_method_update", Type::Object(PAYMENT_METHOD_UPDATE)),
        optional("subscription_cancel", Type::Object(subscription_cancel)),
        optional("subscription_pause", Type::Object(SUBSCRIPTION_PAUSE)),
        optional("subscription_update", Type::Object(subscription_update)),
    ]
}

const INVOICE_HISTORY: &[Param] = &[required("enabled", Type::Flag)];
const PAYMENT_METHOD_UPDATE: &[Param] =
    &[required("enabled", Type::Flag), emptyable("payment_method_configuration", ID)];
const SUBSCRIPTION_PAUSE: &[Param] = &[PAUSE_DURATION, optional("enabled", Type::Flag)];
const ALLOWED_UPDATES: Param = emptyable(
    "allowed_updates",
    Type::List { of: &Type::Choice(&["address", "email", "name", "phone", "shipping", "tax_id"]), max: 6 },
);
const REASON: Param = optional(
    "cancellation_reason",
    Type::Object(&[
        required("enabled", Type::Flag),
        emptyable("feedback_options", Type::List { of: &ID, max: 20 }),
        emptyable("options", Type::List { of: &CANCEL_REASON, max: 8 }),
    ]),
);
const CANCEL_REASON: Type = Type::Choice(&[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]);
const MODE: Param = optional("mode", Type::Choice(&["at_period_end", "immediately"]));
const PRORATION: Param =
    optional("proration_behavior", Type::Choice(&["always_invoice", "create_prorations", "none"]));
const INTERVAL_OPTION: Type =
    Type::Object(&[required("interval", super::prices::INTERVAL), optional("interval_count", COUNT)]);
const PAUSE_DURATION: Param = optional(
    "duration",
    Type::Object(&[
        emptyable("interval_options", Type::List { of: &INTERVAL_OPTION, max: 20 }),
        required("type", Type::Choice(&["indefinite", "interval_options"])),
    ]),
);
const ANCHOR: Param = optional("billing_cycle_anchor", Type::Choice(&["now", "unchanged"]));
const ALLOWED_CHANGES: Param = emptyable(
    "default_allowed_updates",
    Type::List { of: &Type::Choice(&["price", "promotion_code", "quantity"]), max: 3 },
);
const PRODUCT: Type = Type::Object(&[
    optional("adjustable_quantity", Type::Object(super::fields::ADJUSTABLE_QUANTITY)),
    required("prices", Type::List { of: &ID, max: 10 }),
    required("product", ID),
]);
const PRODUCTS: Param = emptyable("products", Type::List { of: &PRODUCT, max: 10 });
const CONDITION: Type =
    Type::Object(&[required("type", Type::Choice(&["decreasing_item_amount", "shortening_interval"]))]);
const SCHEDULE: Param = optional(
    "schedule_at_period_end",
    Type::Object(&[emptyable("conditions", Type::List { of: &CONDITION, max: 2 })]),
);
const TRIAL_BEHAVIOR: Param =
    optional("trial_update_behavior", Type::Choice(&["continue_trial", "end_trial"]));

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let mut configuration = call.new_object(Kind::PortalConfiguration);
    configuration.body = json!({
        "id": configuration.id,
        "object": "billing_portal.configuration",
        "active": true,
        "application": null,
        "business_profile": {"headline": null, "privacy_policy_url": null, "terms_of_service_url": null},
        "created": call.now,
        "default_return_url": null,
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": false},
            "invoice_history": {"enabled": false},
            "payment_method_update": {"enabled": false, "payment_method_configuration": null},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": false, "feedback_options": null, "options": []},
                "enabled": false,
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_pause": {
                "duration": {"interval_options": [], "type": "indefinite"},
                "enabled": false,
            },
            "subscription_update": {
                "billing_cycle_anchor": null,
                "default_allowed_updates": [],
                "enabled": false,
                "proration_behavior": "none",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        "is_default": false,
        "livemode": false,
        "login_page": {"enabled": false, "url": null},
        "metadata": args.new_metadata(),
        "name": null,
        "updated": call.now,
    });
    apply(call, &mut configuration, args)?;
    call.create(configuration).map(Answer::Object)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PortalConfiguration)?;
    let mut after = before.clone();
    set(&mut after.body, args, &["active"]);
    set_metadata(&mut after.body, args)?;
    apply(call, &mut after, args)?;
    call.update(&before, after).map(Answer::Object)
}

/// Sets what was given, in creation and change alike, and checks the result.
fn apply(call: &Call<'_>, configuration: &mut Object, args: &Args) -> Outcome<()> {
    let body = &mut configuration.body;
    set(body, args, &["default_return_url", "name"]);
    if let Some(profile) = args.given("business_profile") {
        merge(&mut body["business_profile"], profile);
    }
    if let Some(Value::Bool(enabled)) = args.given("login_page").map(|page| &page["enabled"]) {
        let url = match (enabled, body["login_page"]["url"].as_str()) {
            (false, _) => Value::Null,
            (true, Some(url)) => json!(url),
            (true, None) => json!(format!("https://billing.stripe.com/p/login/test_{}", ids::random(18))),
        };
        body["login_page"] = json!({"enabled": enabled, "url": url});
    }
    let mut features = args.given("features").cloned().unwrap_or(Value::Null);
    if let Some(update) = features.get_mut("subscription_update").and_then(Value::as_object_mut)
        && let Some(products) = update.shift_remove("products")
    {
        let products = shown_products(call, &products)?;
        configuration.hidden.insert("features.subscription_update.products".to_owned(), products);
    }
    merge(&mut body["features"], &features);
    check(configuration)?;
    Ok(())
}

/// Sets the given fields, hash by hash. An unset list becomes empty.
fn merge(current: &mut Value, given: &Value) {
    for (field, value) in given.as_object().into_iter().flatten() {
        let slot = &mut current[field];
        if slot.is_object() && value.is_object() {
            merge(slot, value);
        } else if slot.is_array() && value.is_null() {
            *slot = json!([]);
        } else if field == "interval_options" {
            *slot = value.as_array().into_iter().flatten().map(shown_interval).collect();
        } else {
            *slot = value.clone();
        }
    }
}

fn shown_interval(given: &Value) -> Value {
    json!({"interval": given["interval"], "interval_count": given["interval_count"].as_i64().unwrap_or(1)})
}

/// Products with their prices, which must be theirs, active and recurring.
fn shown_products(call: &Call<'_>, given: &Value) -> Outcome<Value> {
    let mut shown = Vec::new();
    for (index, entry) in given.as_array().into_iter().flatten().enumerate() {
        let entry = Args(entry.as_object().cloned().unwrap_or_default());
        let name = format!("features[subscription_update][products][{index}]");
        let product = call.refer(
            Kind::Product,
            entry.text("product").unwrap_or_default(),
            &format!("{name}[product]"),
        )?;
        for (place, id) in entry.texts("prices").into_iter().enumerate() {
            let param = format!("{name}[prices][{place}]");
            let price = call.refer(Kind::Price, &id, &param)?;
            let refuse = |why: &str| Refusal::invalid(format!("The price `{id}` {why}.")).param(&param);
            if price.body["product"] != product.body["id"] {
                return Err(refuse("does not belong to the product").into());
            }
            if price.body["active"] != true {
                return Err(refuse("is inactive; the portal only takes active prices").into());
            }
            if price.body["type"] != "recurring" {
                return Err(refuse("is not recurring").into());
            }
        }
        let quantity = Args(entry.object("adjustable_quantity").cloned().unwrap_or_default());
        shown.push(json!({
            "adjustable_quantity": {
                "enabled": quantity.or("enabled", false),
                "maximum": quantity.or_null("maximum"),
                "minimum": quantity.or("minimum", 1),
            },
            "prices": entry.texts("prices"),
            "product": product.id,
        }));
    }
    Ok(Value::Array(shown))
}

/// What must hold for a configuration as a whole.
fn check(configuration: &Object) -> Result<(), Refusal> {
    let Object { body, hidden, .. } = configuration;
    let cancel = &body["features"]["subscription_cancel"];
    let name = "features[subscription_cancel][proration_behavior]";
    if cancel["proration_behavior"] == "always_invoice" {
        let message = "`always_invoice` is not supported for cancellations in the portal.";
        return Err(Refusal::parameter(name, message));
    }
    if cancel["proration_behavior"] == "create_prorations" && cancel["mode"] != "immediately" {
        let message = "`create_prorations` can only be used where `mode` is `immediately`.";
        return Err(Refusal::parameter(name, message));
    }
    let update = &body["features"]["subscription_update"];
    let empty = |value: Option<&Value>| value.and_then(Value::as_array).is_none_or(Vec::is_empty);
    if update["enabled"] == true {
        if empty(hidden.get("features.subscription_update.products")) {
            return Err(Refusal::missing("features[subscription_update][products]"));
        }
        if empty(update.get("default_allowed_updates")) {
            return Err(Refusal::missing("features[subscription_update][default_allowed_updates]"));
        }
    }
    Ok(())
}

/// Shows the products that subscribers may change to.
pub fn reveal_products(body: &mut Value, hidden: &Map<String, Value>) {
    let products = hidden.get("features.subscription_update.products").cloned();
    body["features"]["subscription_update"]["products"] = products.unwrap_or_else(|| json!([]));
}
