//! What profiles say differently of one catalog, kept where an account's catalog goes to another account.

use std::collections::BTreeMap;

use crate::billing::plan::field::Fields;
use crate::billing::plan::kind::Address;
use crate::billing::plan::wanted::Resource;

/// What is promoted, as the profile that it goes to has it. `from` and `to` are what the file says for either profile:
/// where they differ, `to` holds. What only `to` has is added, and what only `from` has stays behind.
pub fn adapted(promoted: Vec<Resource>, from: &[Resource], to: &[Resource]) -> Vec<Resource> {
    let (from, to) = (by_address(from), by_address(to));
    let mut adapted: BTreeMap<Address, Resource> =
        promoted.into_iter().map(|resource| (resource.address.clone(), resource)).collect();
    adapted.retain(|address, _| to.contains_key(address) || !from.contains_key(address));
    for (address, theirs) in to {
        match (from.get(address), adapted.get_mut(address)) {
            (Some(ours), Some(resource)) => overlay(resource, ours, theirs),
            // The account that it comes from lacks it, and so it is not promoted.
            (Some(_), None) => {}
            (None, _) => {
                adapted.insert(address.clone(), theirs.clone());
            }
        }
    }
    adapted.into_values().collect()
}

fn by_address(resources: &[Resource]) -> BTreeMap<&Address, &Resource> {
    resources.iter().map(|resource| (&resource.address, resource)).collect()
}

fn overlay(resource: &mut Resource, ours: &Resource, theirs: &Resource) {
    let Resource { address: _, natural_key, stripe_id, fields, create_only } = resource;
    if ours.natural_key != theirs.natural_key {
        natural_key.clone_from(&theirs.natural_key);
    }
    if ours.stripe_id != theirs.stripe_id {
        stripe_id.clone_from(&theirs.stripe_id);
    }
    overlay_fields(fields, &ours.fields, &theirs.fields);
    overlay_fields(create_only, &ours.create_only, &theirs.create_only);
}

fn overlay_fields(fields: &mut Fields, ours: &Fields, theirs: &Fields) {
    for path in ours.keys().chain(theirs.keys()) {
        if ours.get(path) == theirs.get(path) {
            continue;
        }
        match theirs.get(path) {
            Some(field) => fields.insert(path.clone(), field.clone()),
            None => fields.remove(path),
        };
    }
}
