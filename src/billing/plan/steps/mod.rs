//! A plan → the requests that carry it out, with what each must wait for.
//!
//! A replaced price goes in an order that leaves something sellable at every moment: the new price takes the
//! lookup key, the default price and the portal's choices and the payment links move over, and only then is
//! the old price archived.

mod creation; // what makes a resource, and what only an update takes
mod order; // no step before one that it needs
mod retire; // what is moved off an object before it is archived

use std::collections::HashMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use self::creation::{after_creation, block, creation};
use self::order::in_order;
use super::account::Account;
use super::change::{Action, Change};
use super::diff::Plan;
use super::field::{Field, Fields};
use super::kind::{Address, Kind};
use super::matching::product_of;
use super::wanted::Resource;

pub use self::creation::later_fields;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Unique in its plan, and the same in every plan that has to do the same: `create price pro.monthly`.
    pub name: String,
    /// The change that it is a part of.
    pub address: Address,
    pub method: Method,
    pub path: Path,
    pub params: Fields,
    /// Positions of the steps that must be done before.
    #[serde(skip)]
    pub needs: Vec<usize>,
    /// Whether the answer is the object of `address` from now on.
    pub makes: bool,
    pub guard: Guard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Post,
    Delete,
}

/// A route, with an id that may be known only after another step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Path {
    pub before: String,
    pub id: Option<Id>,
    pub after: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Id {
    Known(String),
    Of(Address),
}

/// What keeps a step from being done twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Stripe refuses a second one, or doing it again changes nothing: the run's own idempotency key will do.
    Run,
    /// Stripe would make a second one: the idempotency key is made of what is made and of what it follows on, so
    /// that two runs at once, on two machines, use the same. What it follows on is new each time, so an old
    /// answer is never replayed for a new wish.
    Transition { follows: String },
}

impl Step {
    /// A digest of the whole request: 64 hex digits. The same wish has the same fingerprint in every run.
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        hex::encode(Sha256::digest(text.as_bytes()))
    }
}

impl Path {
    fn route(route: &str) -> Path {
        Path { before: route.to_owned(), id: None, after: String::new() }
    }

    fn object(kind: Kind, id: Id) -> Path {
        Path { before: format!("{}/", kind.route()), id: Some(id), after: String::new() }
    }

    fn under(mut self, after: &str) -> Path {
        after.clone_into(&mut self.after);
        self
    }
}

/// The requests that carry a plan out. A step never stands before one that it needs.
pub fn steps(plan: &Plan, account: &Account) -> Vec<Step> {
    let mut builder =
        Builder { plan, account, steps: Vec::new(), makers: HashMap::new(), successors: HashMap::new() };
    // Makings first, so that whatever refers to one finds its step.
    for change in plan.writes() {
        builder.make(change);
    }
    builder.find_successors();
    for change in plan.writes() {
        builder.change(change);
    }
    for change in plan.writes() {
        builder.retire(change);
    }
    builder.wire_needs();
    in_order(builder.steps)
}

/// The request that makes a resource Stripe would make a second time, as a first sync sends it.
pub fn first_creation(resource: &Resource) -> Step {
    let address = resource.address.clone();
    Step {
        name: format!("create {} {}", address.kind, address.key),
        method: Method::Post,
        path: Path::route(address.kind.route()),
        params: creation(resource),
        needs: Vec::new(),
        makes: true,
        guard: Guard::Transition { follows: String::new() },
        address,
    }
}

struct Builder<'a> {
    plan: &'a Plan,
    account: &'a Account,
    steps: Vec<Step>,
    /// The step that makes a resource.
    makers: HashMap<Address, usize>,
    /// What takes the place of a retired price, by the old price's id.
    successors: HashMap<String, Address>,
}

impl Builder<'_> {
    fn step(&mut self, verb: &str, address: &Address, method: Method, path: Path, params: Fields) -> usize {
        self.steps.push(Step {
            name: format!("{verb} {} {}", address.kind, address.key),
            address: address.clone(),
            method,
            path,
            params,
            needs: Vec::new(),
            makes: false,
            guard: Guard::Run,
        });
        self.steps.len() - 1
    }

    fn update(&mut self, verb: &str, address: &Address, kind: Kind, id: Id, params: Fields) -> usize {
        self.step(verb, address, Method::Post, Path::object(kind, id), params)
    }

    fn make(&mut self, change: &Change) {
        let verb = match change.action {
            Action::Create => "create",
            Action::Replace => "replace",
            Action::Update | Action::Archive | Action::Adopt | Action::Orphan => return,
        };
        let address = &change.address;
        let Some(resource) = self.plan.wanted.get(address) else { return };
        let before = match (change.action, address.kind, &change.id) {
            // The same id, or the same code, can't be there twice: the old one goes first.
            (Action::Replace, Kind::Coupon, Some(id)) => {
                let path = Path::object(address.kind, Id::Known(id.clone()));
                Some(self.step("delete the old", address, Method::Delete, path, Fields::new()))
            }
            (Action::Replace, Kind::PromotionCode, Some(id)) if self.is_active(address.kind, id) => {
                let off = Fields::from([("active".to_owned(), Field::Bool(false))]);
                Some(self.update("deactivate the old", address, address.kind, Id::Known(id.clone()), off))
            }
            _ => None,
        };
        let path = match address.kind {
            Kind::ProductFeature => {
                Path::object(Kind::Product, Id::Of(product_of(address))).under("/features")
            }
            kind => Path::route(kind.route()),
        };
        let mut params = creation(resource);
        if change.action == Action::Replace
            && address.kind == Kind::Price
            && params.contains_key("lookup_key")
        {
            params.insert("transfer_lookup_key".to_owned(), Field::Bool(true));
        }
        let made = self.step(verb, address, Method::Post, path, params);
        self.steps[made].makes = true;
        self.steps[made].needs.extend(before);
        // Stripe keeps codes unique among the active ones only.
        let inactive_code =
            address.kind == Kind::PromotionCode && resource.fields.get("active") == Some(&Field::Bool(false));
        if change.action == Action::Replace || !address.kind.is_unique_in_stripe() || inactive_code {
            let follows = change.id.clone().unwrap_or_default();
            self.steps[made].guard = Guard::Transition { follows };
        }
        self.makers.insert(address.clone(), made);
        let later = after_creation(resource);
        if !later.is_empty() {
            self.alter("finish", address, Id::Of(address.clone()), later);
        }
    }

    fn change(&mut self, change: &Change) {
        if !matches!(change.action, Action::Update | Action::Adopt) {
            return;
        }
        let (Some(id), Some(resource)) = (&change.id, self.plan.wanted.get(&change.address)) else { return };
        let mut params = Fields::new();
        for field in &change.fields {
            params.insert(field.path.clone(), field.after.clone());
            if let Some(block) = block(change.address.kind, &field.path) {
                let together = resource.fields.iter().filter(|(path, _)| path.starts_with(&block));
                params.extend(together.map(|(path, field)| (path.clone(), field.clone())));
            }
        }
        self.alter("update", &change.address, Id::Known(id.clone()), params);
    }

    /// Updates an object; what is a route of its own in Stripe becomes a step of its own.
    fn alter(&mut self, verb: &str, address: &Address, id: Id, mut params: Fields) {
        if address.kind == Kind::Meter
            && let Some(status) = params.remove("status")
        {
            let action = if status == Field::text("active") { "reactivate" } else { "deactivate" };
            let path = Path::object(Kind::Meter, id.clone()).under(&format!("/{action}"));
            self.step(action, address, Method::Post, path, Fields::new());
        }
        if !params.is_empty() {
            self.update(verb, address, address.kind, id, params);
        }
    }

    /// A step needs the makers of all that it refers to, and the steps that make it usable again.
    fn wire_needs(&mut self) {
        let on = Field::Bool(true);
        let wakes = |step: &Step| {
            step.path.after == "/reactivate" || step.params.get("active") == Some(&on) && !step.makes
        };
        let wakers: HashMap<Address, usize> = self
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| wakes(step))
            .map(|(position, step)| (step.address.clone(), position))
            .collect();
        for position in 0..self.steps.len() {
            let step = &self.steps[position];
            let mut refs: Vec<Address> = step.params.values().flat_map(Field::refs).cloned().collect();
            if let Some(Id::Of(address)) = &step.path.id {
                refs.push(address.clone());
            }
            let makers = refs.iter().filter_map(|address| self.makers.get(address));
            // A price can be made on an archived product, which may wait for that very price as its default.
            let matters = |kind: Kind| kind != Kind::Product || step.address.kind == Kind::Portal;
            let awake = refs.iter().filter(|address| matters(address.kind));
            let awake = awake.filter_map(|address| wakers.get(address));
            let mut needs: Vec<usize> = makers.chain(awake).copied().chain(step.needs.clone()).collect();
            needs.retain(|need| *need != position);
            needs.sort_unstable();
            needs.dedup();
            self.steps[position].needs = needs;
        }
    }
}
