//! What a Stripe account holds of the kinds that a catalog can have, as answered by its list calls.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::body::Body;
use super::kind::Kind;

/// The metadata key that names the project which made an object.
pub const PROJECT_TAG: &str = "billctl_project";
/// The metadata key that holds the object's key in its catalog.
pub const KEY_TAG: &str = "billctl_key";
/// The metadata key of a product that has, or had, features of the catalog attached.
pub const FEATURES_TAG: &str = "billctl_features";

/// The objects of an account, whole.
#[derive(Debug, Default, Clone)]
pub struct Account {
    objects: BTreeMap<Kind, Vec<Object>>,
    /// The features attached to a product, by the product's id. Only of products that may have any.
    features: BTreeMap<String, Vec<Object>>,
}

/// One object with what identifies it.
#[derive(Debug, Clone)]
pub struct Object {
    pub kind: Kind,
    pub id: String,
    /// Unix seconds; 0 where Stripe has no such field (features).
    pub created: i64,
    /// Usable: not archived, deactivated, disabled or expired.
    pub active: bool,
    /// What Stripe keeps unique: a lookup key, an event name, a code with its customer, or the id.
    pub natural_key: Option<String>,
    pub json: Body,
    owner: Mark,
}

/// What [`Owner`] says, kept: every object is asked for it, most are asked for nothing else.
#[derive(Debug, Clone)]
enum Mark {
    Nobody,
    Project { project: String, key: String },
    Tool(String),
}

/// Who an object says it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// Nobody: made by hand or by a program that leaves no mark.
    Nobody,
    /// A billctl project, with the key in its catalog.
    Project { project: &'a str, key: &'a str },
    /// Another tool, by the metadata key that gives it away.
    Tool(&'a str),
}

/// Metadata keys, or beginnings of them, that other catalog tools leave on what they manage.
const OTHER_TOOLS: [&str; 6] = ["managed_by", "stripekit", "autumn", "tier.", "terraform", "pulumi"];

impl Object {
    /// Reads what identifies an object. `None` if it has no id, or is only the stub of a deleted one.
    pub fn new(kind: Kind, json: Value) -> Option<Object> {
        let id = json.get("id")?.as_str()?.to_owned();
        if json.get("deleted").and_then(Value::as_bool) == Some(true) {
            return None;
        }
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| json.get(name).and_then(Value::as_bool).unwrap_or(true);
        let active = match kind {
            Kind::Meter => text("status").as_deref() == Some("active"),
            Kind::WebhookEndpoint => text("status").as_deref() == Some("enabled"),
            Kind::Coupon | Kind::ProductFeature => true,
            Kind::Feature
            | Kind::TaxRate
            | Kind::Product
            | Kind::Price
            | Kind::PromotionCode
            | Kind::Portal => flag("active"),
        };
        let natural_key = match kind {
            Kind::Meter => text("event_name"),
            Kind::Feature | Kind::Price => text("lookup_key"),
            Kind::Product | Kind::Coupon => Some(id.clone()),
            Kind::PromotionCode => text("code").map(|code| promotion_key(&code, text("customer").as_deref())),
            Kind::TaxRate | Kind::ProductFeature | Kind::Portal | Kind::WebhookEndpoint => None,
        };
        let created = json.get("created").and_then(Value::as_i64).unwrap_or(0);
        let owner = Mark::read(&json);
        Some(Object { kind, id, created, active, natural_key, json: Body::new(&json), owner })
    }

    /// Who the object says it belongs to, by its metadata.
    pub fn owner(&self) -> Owner<'_> {
        match &self.owner {
            Mark::Nobody => Owner::Nobody,
            Mark::Project { project, key } => Owner::Project { project, key },
            Mark::Tool(tool) => Owner::Tool(tool),
        }
    }

    /// Whether it carries this project's mark with this key.
    pub fn is_ours(&self, project: &str, key: &str) -> bool {
        self.owner() == Owner::Project { project, key }
    }
}

/// What Stripe keeps unique of promotion codes: the code in capitals, for one customer or for all.
pub fn promotion_key(code: &str, customer: Option<&str>) -> String {
    let code = code.to_uppercase();
    match customer {
        Some(customer) => format!("{code} {customer}"),
        None => code,
    }
}

impl Mark {
    fn read(json: &Value) -> Mark {
        let Some(metadata) = json.get("metadata").and_then(Value::as_object) else {
            return Mark::Nobody;
        };
        let tag = |name: &str| metadata.get(name).and_then(Value::as_str);
        if let Some(project) = tag(PROJECT_TAG) {
            let key = tag(KEY_TAG).unwrap_or_default().to_owned();
            return Mark::Project { project: project.to_owned(), key };
        }
        let foreign = metadata.keys().find(|key| OTHER_TOOLS.iter().any(|tool| key.starts_with(tool)));
        foreign.map_or(Mark::Nobody, |key| Mark::Tool(key.clone()))
    }
}

impl Account {
    /// Adds objects of a kind, in Stripe's order. What is there already is passed over: an object that changed while
    /// it was listed may be in two lists.
    pub fn extend(&mut self, kind: Kind, objects: Vec<Object>) {
        let there = self.objects.entry(kind).or_default();
        let mut known: HashSet<String> = there.iter().map(|object| object.id.clone()).collect();
        there.extend(objects.into_iter().filter(|object| known.insert(object.id.clone())));
    }

    /// Adds what a list call of a kind answered. Stubs of deleted objects are passed over.
    pub fn add(&mut self, kind: Kind, answers: Vec<Value>) {
        self.extend(kind, answers.into_iter().filter_map(|json| Object::new(kind, json)).collect());
    }

    /// Adds the features that are attached to a product.
    pub fn add_features(&mut self, product_id: &str, answers: Vec<Value>) {
        let objects = answers.into_iter().filter_map(|json| Object::new(Kind::ProductFeature, json));
        self.features.entry(product_id.to_owned()).or_default().extend(objects);
    }

    /// The objects of a kind, newest first as Stripe lists them.
    pub fn objects(&self, kind: Kind) -> &[Object] {
        self.objects.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The attachments of features to a product.
    pub fn features(&self, product_id: &str) -> &[Object] {
        self.features.get(product_id).map_or(&[], Vec::as_slice)
    }

    /// One object by its id.
    pub fn object(&self, kind: Kind, id: &str) -> Option<&Object> {
        self.objects(kind).iter().find(|object| object.id == id)
    }
}
