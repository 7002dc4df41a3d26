//! Which object of the account is which resource of the catalog.
//!
//! Identity lives in Stripe. In this order: what Stripe keeps unique (an id that we choose, a lookup key, an event
//! name, a code) on an active object; our mark on an active object; the catalog's `stripe_id`; then the same
//! again among what is archived. `stripe_id` comes after our own mark, because a replaced price leaves the
//! catalog's `stripe_id` pointing at the old one.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::account::{Account, Object, Owner};
use super::field::Field;
use super::kind::{Address, Kind};
use super::wanted::Resource;

/// What was found for the resources of a catalog.
#[derive(Debug, Default)]
pub struct Matches<'a> {
    found: HashMap<Address, &'a Object>,
    owners: HashMap<Kind, HashMap<&'a str, Address>>,
    /// Objects that two resources want: the second one's address with the first one's.
    pub shared: Vec<(Address, Address, &'a Object)>,
    /// Resources whose `stripe_id` names nothing in this account.
    pub missing: Vec<(Address, String)>,
}

impl<'a> Matches<'a> {
    /// The object that is this resource.
    pub fn object(&self, address: &Address) -> Option<&'a Object> {
        self.found.get(address).copied()
    }

    /// The resource that an object is.
    pub fn address(&self, kind: Kind, id: &str) -> Option<&Address> {
        self.owners.get(&kind)?.get(id)
    }

    fn add(&mut self, address: &Address, object: &'a Object) {
        let owners = self.owners.entry(object.kind).or_default();
        match owners.get(object.id.as_str()) {
            Some(first) => self.shared.push((address.clone(), first.clone(), object)),
            None => {
                owners.insert(&object.id, address.clone());
                self.found.insert(address.clone(), object);
            }
        }
    }
}

/// Finds the objects that are the wanted resources.
pub fn find<'a>(project: &str, wanted: &[Resource], account: &'a Account) -> Matches<'a> {
    let mut matches = Matches::default();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ProductFeature) {
        let index = Index::new(project, account.objects(kind));
        for resource in wanted.iter().filter(|resource| resource.address.kind == kind) {
            match index.pick(resource) {
                Some(object) => matches.add(&resource.address, object),
                None => {
                    if let Some(id) = &resource.stripe_id {
                        matches.missing.push((resource.address.clone(), id.clone()));
                    }
                }
            }
        }
    }
    for resource in wanted.iter().filter(|resource| resource.address.kind == Kind::ProductFeature) {
        if let Some(object) = attachment(resource, account, &matches) {
            matches.add(&resource.address, object);
        }
    }
    matches
}

/// The product that a price or an attachment belongs to, by the key before its dot.
pub fn product_of(address: &Address) -> Address {
    let key = address.key.split('.').next().unwrap_or_default();
    Address::new(Kind::Product, key)
}

fn attachment<'a>(resource: &Resource, account: &'a Account, matches: &Matches<'a>) -> Option<&'a Object> {
    let product = matches.object(&product_of(&resource.address))?;
    let Some(Field::Ref(feature)) = resource.fields.get("entitlement_feature") else { return None };
    let feature = matches.object(feature)?;
    account.features(&product.id).iter().find(|object| attached_feature(object) == Some(&feature.id))
}

/// The id of the feature that an attachment attaches.
pub fn attached_feature(attachment: &Object) -> Option<&str> {
    let feature = attachment.json.get("entitlement_feature")?;
    feature.as_str().or_else(|| feature.get("id").and_then(Value::as_str))
}

struct Index<'a> {
    by_id: HashMap<&'a str, &'a Object>,
    by_natural_key: HashMap<&'a str, Vec<&'a Object>>,
    ours: HashMap<&'a str, Vec<&'a Object>>,
}

impl<'a> Index<'a> {
    fn new(project: &str, objects: &'a [Object]) -> Index<'a> {
        let mut index = Index { by_id: HashMap::new(), by_natural_key: HashMap::new(), ours: HashMap::new() };
        for object in objects {
            index.by_id.insert(&object.id, object);
            if let Some(key) = &object.natural_key {
                index.by_natural_key.entry(key).or_default().push(object);
            }
            if let Owner::Project { project: owner, key } = object.owner()
                && owner == project
            {
                index.ours.entry(key).or_default().push(object);
            }
        }
        index
    }

    fn pick(&self, resource: &Resource) -> Option<&'a Object> {
        let natural = resource.natural_key.as_ref().and_then(|key| self.by_natural_key.get(key.as_str()));
        // A code is unique among those that everybody, or one customer, may use.
        let customer = match resource.fields.get("customer") {
            Some(Field::Text(customer)) => Some(customer.as_str()),
            _ => None,
        };
        let is_other_customers = |object: &Object| {
            object.kind == Kind::PromotionCode
                && object.json.get("customer").and_then(Value::as_str) != customer
        };
        let natural: Vec<&Object> =
            natural.into_iter().flatten().copied().filter(|object| !is_other_customers(object)).collect();
        let ours = self.ours.get(resource.address.key.as_str());
        let adopted = resource.stripe_id.as_ref().and_then(|id| self.by_id.get(id.as_str())).copied();
        let newest = |objects: Option<&Vec<&'a Object>>, active: bool| {
            let candidates = objects.map(Vec::as_slice).unwrap_or_default().iter();
            let candidates = candidates.filter(|object| object.active == active);
            // Of the same second, the one that Stripe lists first is the newest.
            candidates.rev().max_by_key(|object| object.created).copied()
        };
        let archived = newest(Some(&natural), false).or_else(|| newest(ours, false));
        // Where the catalog wants it archived, so is what took the place of what `stripe_id` names.
        let wants_archived = resource.fields.get("active") == Some(&Field::Bool(false));
        let adopted = match (adopted, archived) {
            (Some(adopted), Some(later)) if wants_archived && later.created >= adopted.created => Some(later),
            (adopted, _) => adopted,
        };
        newest(Some(&natural), true).or_else(|| newest(ours, true)).or(adopted).or(archived)
    }
}

/// Objects that carry this project's mark, by their key: what is ours, whether the catalog still has it or not.
pub fn ours<'a>(project: &str, kind: Kind, account: &'a Account) -> BTreeMap<String, Vec<&'a Object>> {
    let mut ours: BTreeMap<String, Vec<&Object>> = BTreeMap::new();
    for object in account.objects(kind) {
        if let Owner::Project { project: owner, key } = object.owner()
            && owner == project
        {
            ours.entry(key.to_owned()).or_default().push(object);
        }
    }
    ours
}
