//! The wanted resources held against the account: a plan.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::{Account, Object, Owner};
use super::change::{Action, Change, Conflict, FieldChange, Rule, rule};
use super::field::{Field, Fields};
use super::kind::{Address, Kind};
use super::matching::{self, Matches};
use super::observed;
use super::steps::later_fields;
use super::wanted::Resource;

/// How a plan is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Archive what left the catalog.
    pub prune: bool,
    /// Claim what another project or tool marked as its own.
    pub takeover: bool,
    /// Only these keys, and what they need; everything when empty.
    pub targets: Vec<String>,
}

/// What sync would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Sorted by address.
    pub changes: Vec<Change>,
    pub conflicts: Vec<Conflict>,
    /// The ids of what exists and stays: resolves references while applying.
    pub ids: BTreeMap<Address, String>,
    /// Resources that are as they should be.
    pub unchanged: Vec<Address>,
    /// What is made while applying, by its address.
    pub wanted: BTreeMap<Address, Resource>,
    /// The keys that were looked at; all when empty.
    pub targets: Vec<String>,
}

impl Plan {
    /// Holds the wanted resources of a project against an account.
    pub fn between(project: &str, wanted: &[Resource], account: &Account, choices: &Choices) -> Plan {
        let matches = matching::find(project, wanted, account);
        let mut planner = Planner {
            project,
            choices,
            account,
            matches: &matches,
            replaced: HashSet::new(),
            plan: Plan::default(),
        };
        planner.report_unmatched();
        // What can be replaced and is referred to comes before what refers to it.
        let order = [
            Kind::Meter,
            Kind::Feature,
            Kind::TaxRate,
            Kind::Price,
            Kind::Coupon,
            Kind::Product,
            Kind::ProductFeature,
            Kind::PromotionCode,
            Kind::Portal,
            Kind::WebhookEndpoint,
        ];
        for kind in order {
            for resource in wanted.iter().filter(|resource| resource.address.kind == kind) {
                planner.decide(resource);
            }
            planner.leftovers(kind, wanted);
        }
        let mut plan = planner.plan;
        plan.wanted = wanted.iter().map(|resource| (resource.address.clone(), resource.clone())).collect();
        plan.keep_targets(&choices.targets);
        plan.targets.clone_from(&choices.targets);
        plan.changes.sort_by(|one, other| (&one.address, one.action).cmp(&(&other.address, other.action)));
        plan.unchanged.sort();
        plan
    }

    /// Whether nothing differs: neither a change nor an orphan.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes that sync sends.
    pub fn writes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action.writes())
    }

    /// How many changes of each action, and how many resources stay.
    pub fn summary(&self) -> Value {
        let mut summary = json!({});
        for action in Action::ALL {
            let count = self.changes.iter().filter(|change| change.action == action).count();
            summary[action.name()] = json!(count);
        }
        summary["unchanged"] = json!(self.unchanged.len());
        summary
    }

    /// Keeps the changes of the targets, and the makings that they refer to.
    fn keep_targets(&mut self, targets: &[String]) {
        if targets.is_empty() {
            return;
        }
        let is_target = |address: &Address| {
            targets.iter().any(|target| {
                let under = address.key.strip_prefix(target.as_str());
                under.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    || *target == format!("{}.{}", address.kind, address.key)
            })
        };
        let mut keep: BTreeSet<Address> = self.changes.iter().map(|change| change.address.clone()).collect();
        keep.retain(is_target);
        loop {
            let needed: Vec<Address> = keep
                .iter()
                .filter_map(|address| self.wanted.get(address))
                .flat_map(needs)
                .filter(|address| !keep.contains(address) && !self.ids.contains_key(address))
                .collect();
            if needed.is_empty() {
                break;
            }
            keep.extend(needed);
        }
        self.changes.retain(|change| keep.contains(&change.address));
        self.unchanged.retain(is_target);
        self.conflicts.retain(|conflict| keep.contains(&conflict.address) || is_target(&conflict.address));
    }
}

/// Everything that a resource refers to, and the product that an attachment hangs on.
pub fn needs(resource: &Resource) -> Vec<Address> {
    let mut needs: Vec<Address> = resource.fields.values().flat_map(Field::refs).cloned().collect();
    if resource.address.kind == Kind::ProductFeature {
        needs.push(matching::product_of(&resource.address));
    }
    needs
}

struct Planner<'a> {
    project: &'a str,
    choices: &'a Choices,
    account: &'a Account,
    matches: &'a Matches<'a>,
    /// Objects that get a successor: a reference to one differs from a reference to its resource.
    replaced: HashSet<(Kind, &'a str)>,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn conflict(&mut self, address: &Address, id: Option<&str>, message: String, fix: &str, foreign: bool) {
        self.plan.conflicts.push(Conflict {
            address: address.clone(),
            id: id.map(str::to_owned),
            message,
            fix: fix.to_owned(),
            foreign,
        });
    }

    fn report_unmatched(&mut self) {
        let matches = self.matches;
        for (address, id) in &matches.missing {
            let message = format!("{address} names {id}, which this account does not have");
            let fix =
                "Remove `stripe_id` to make a new one, or choose the profile of the account that has it";
            self.conflict(address, Some(id), message, fix, false);
        }
        for (address, first, object) in &matches.shared {
            let message = format!("{address} and {first} are both {}", object.id);
            let fix = "Give one of them a different id, lookup key or code";
            self.conflict(address, Some(&object.id), message, fix, false);
        }
    }

    fn decide(&mut self, resource: &Resource) {
        let address = &resource.address;
        let refused = |(other, _): &(Address, String)| other == address;
        if self.matches.missing.iter().any(refused)
            || self.matches.shared.iter().any(|(other, ..)| other == address)
        {
            return;
        }
        let Some(object) = self.matches.object(address) else {
            self.create(resource, None);
            return;
        };
        if address.kind == Kind::ProductFeature {
            self.keep(resource, object);
            return;
        }
        let observed = self.observed(object);
        let mut fields = compare(address.kind, &resource.fields, &observed);
        let marks_only = fields.iter().all(FieldChange::is_mark);
        let mut action = Action::Update;
        if address.kind.has_metadata() {
            match object.owner() {
                Owner::Project { project, .. } if project == self.project => {}
                Owner::Nobody if resource.stripe_id.as_deref() == Some(&object.id) => {
                    // The catalog itself says that it knows this object; a mark alone is no reason to write.
                    if marks_only {
                        fields.clear();
                    }
                }
                Owner::Nobody => action = Action::Adopt,
                Owner::Project { .. } | Owner::Tool(_) if self.choices.takeover => action = Action::Adopt,
                Owner::Project { project, .. } => {
                    let message = format!("{address} is {}, which belongs to project `{project}`", object.id);
                    return self.foreign(address, object, message);
                }
                Owner::Tool(tool) => {
                    let message =
                        format!("{address} is {}, which another tool marked with `{tool}`", object.id);
                    return self.foreign(address, object, message);
                }
            }
        }
        let rules: Vec<Rule> = fields.iter().map(|change| rule(address.kind, change)).collect();
        if let Some(frozen) = rules.iter().position(|rule| *rule == Rule::Never) {
            if address.kind == Kind::Meter && !object.active {
                // A deactivated meter can't come back with another definition, but its name is free again.
                self.replaced.insert((object.kind, &object.id));
                self.create(resource, None);
                return;
            }
            return self.frozen(resource, object, &fields[frozen]);
        }
        if fields.is_empty() {
            self.keep(resource, object);
        } else if rules.contains(&Rule::Replace) {
            self.replaced.insert((object.kind, &object.id));
            self.push(Action::Replace, address, Some(&object.id), fields, None);
        } else {
            self.plan.ids.insert(address.clone(), object.id.clone());
            self.push(action, address, Some(&object.id), fields, None);
        }
    }

    fn foreign(&mut self, address: &Address, object: &Object, message: String) {
        let fix = "Claim it with `--takeover`, or choose another id or lookup key";
        self.conflict(address, Some(&object.id), message, fix, true);
    }

    fn frozen(&mut self, resource: &Resource, object: &Object, change: &FieldChange) {
        let address = &resource.address;
        let (message, fix) = match (address.kind, change.path.as_str()) {
            (Kind::Feature, "active") => (
                format!(
                    "{address} is archived in Stripe as {}, and archived features can't come back",
                    object.id
                ),
                "Choose another `lookup_key`",
            ),
            (Kind::Meter, path) => (
                format!("Stripe can't change `{path}` of {address} ({})", object.id),
                "Choose another `event_name`, which makes a new meter; prices on the old one are then replaced",
            ),
            (_, path) => (
                format!("Stripe can't change `{path}` of {address} ({})", object.id),
                "Undo that change, or choose another key",
            ),
        };
        self.conflict(address, Some(&object.id), message, fix, false);
    }

    fn create(&mut self, resource: &Resource, reason: Option<String>) {
        let fields = resource.fields.iter().filter(|(_, after)| **after != Field::Null);
        let fields = fields
            .map(|(path, after)| FieldChange {
                path: path.clone(),
                before: Field::Null,
                after: after.clone(),
            })
            .collect();
        self.push(Action::Create, &resource.address, None, fields, reason);
    }

    fn keep(&mut self, resource: &Resource, object: &Object) {
        self.plan.ids.insert(resource.address.clone(), object.id.clone());
        self.plan.unchanged.push(resource.address.clone());
    }

    fn push(
        &mut self,
        action: Action,
        address: &Address,
        id: Option<&str>,
        fields: Vec<FieldChange>,
        reason: Option<String>,
    ) {
        self.plan.changes.push(Change {
            action,
            address: address.clone(),
            id: id.map(str::to_owned),
            fields,
            reason,
            retires: None,
        });
    }

    fn observed(&self, object: &Object) -> Fields {
        let refs = |kind: Kind, id: &str| match self.matches.address(kind, id) {
            // What is older than what it names stands on a deleted one, whose id was used again.
            Some(address) if kind == Kind::Coupon && self.is_older(object, address) => Field::text(id),
            Some(address) if !self.replaced.contains(&(kind, id)) => Field::Ref(address.clone()),
            _ => Field::text(id),
        };
        observed::fields(object, &refs)
    }

    fn is_older(&self, object: &Object, named: &Address) -> bool {
        self.matches.object(named).is_some_and(|named| object.created < named.created)
    }

    /// What carries our mark and is no resource: the old half of a replacement that was stopped part-way, or
    /// something that left the catalog.
    fn leftovers(&mut self, kind: Kind, wanted: &[Resource]) {
        if kind == Kind::ProductFeature {
            return self.detached();
        }
        let keys: HashSet<&str> = wanted
            .iter()
            .filter(|resource| resource.address.kind == kind)
            .map(|resource| resource.address.key.as_str())
            .collect();
        for (key, objects) in matching::ours(self.project, kind, self.account) {
            let address = Address::new(kind, &key);
            for object in objects {
                if !object.active || self.matches.address(kind, &object.id).is_some() {
                    continue;
                }
                let superseded = keys.contains(key.as_str())
                    && matches!(
                        kind,
                        Kind::Price | Kind::TaxRate | Kind::PromotionCode | Kind::WebhookEndpoint
                    );
                let (action, reason) = if superseded {
                    (Action::Archive, "replaced by a newer one")
                } else if self.choices.prune {
                    (Action::Archive, "no longer in the catalog")
                } else {
                    (Action::Orphan, "no longer in the catalog; archive it with --prune")
                };
                self.push(action, &address, Some(&object.id), Vec::new(), Some(reason.to_owned()));
            }
        }
    }

    /// Features that are attached to a product of the catalog which does not list them.
    fn detached(&mut self) {
        for object in self.account.objects(Kind::Product) {
            let Some(product) = self.matches.address(Kind::Product, &object.id) else { continue };
            for attachment in self.account.features(&object.id) {
                if self.matches.address(Kind::ProductFeature, &attachment.id).is_some() {
                    continue;
                }
                let id = matching::attached_feature(attachment).unwrap_or_default();
                let feature = self.matches.address(Kind::Feature, id).map_or(id, |address| &address.key);
                let address = Address::new(Kind::ProductFeature, format!("{}.{feature}", product.key));
                let (action, reason) = if self.choices.prune {
                    (Action::Archive, "no longer in the catalog")
                } else {
                    (Action::Orphan, "not in the catalog; detach it with --prune")
                };
                self.push(action, &address, Some(&attachment.id), Vec::new(), Some(reason.to_owned()));
            }
        }
    }
}

/// How an object differs from what is wanted, but for the fields that only a later step sets.
pub fn differences(wanted: &Resource, object: &Object, refs: &observed::Refs<'_>) -> Vec<FieldChange> {
    let mut changes = compare(object.kind, &wanted.fields, &observed::fields(object, refs));
    changes.retain(|change| !later_fields(object.kind).contains(&change.path.as_str()));
    changes
}

/// The wanted fields that differ from what Stripe has.
fn compare(kind: Kind, wanted: &Fields, observed: &Fields) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (path, after) in wanted {
        let before = observed.get(path).unwrap_or(&Field::Null);
        if before != after {
            let change = FieldChange { path: path.clone(), before: before.clone(), after: after.clone() };
            changes.push(change);
        }
    }
    // A catalog names all currencies of a price or coupon: another one in Stripe is too many.
    if matches!(kind, Kind::Price | Kind::Coupon) {
        for (path, before) in observed.range("currency_options.".to_owned()..) {
            if !path.starts_with("currency_options.") {
                break;
            }
            // Whether tax is included is left alone where the catalog is silent, as it is for the price itself.
            let currency = path.strip_suffix("tax_behavior");
            let is_silent =
                currency.is_some_and(|currency| wanted.keys().any(|path| path.starts_with(currency)));
            if !wanted.contains_key(path) && !is_silent && *before != Field::Null {
                let change = FieldChange { path: path.clone(), before: before.clone(), after: Field::Null };
                changes.push(change);
            }
        }
    }
    changes
}
