//! A plan → the requests that carry it out, with what each must wait for.
//!
//! A replaced price goes in an order that leaves something sellable at every moment: the new price takes the
//! lookup key, the default price and the portal's choices and the payment links move over, and only then is
//! the old price archived.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::account::{Account, Object};
use super::change::{Action, Change, PaymentLink};
use super::diff::Plan;
use super::field::{Field, Fields};
use super::kind::{Address, Kind};
use super::matching::product_of;
use super::payment_link;
use super::wanted::Resource;

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
    let mut builder = Builder { plan, account, steps: Vec::new(), makers: HashMap::new() };
    // Makings first, so that whatever refers to one finds its step.
    for change in plan.writes() {
        builder.make(change);
    }
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
        if change.action == Action::Replace || !address.kind.is_unique_in_stripe() {
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

    fn retire(&mut self, change: &Change) {
        let Some(id) = &change.id else { return };
        let address = &change.address;
        let kind = address.kind;
        let known = Id::Known(id.clone());
        let off = |name: &str, value| Fields::from([(name.to_owned(), Field::Bool(value))]);
        let deactivates =
            change.fields.iter().any(|field| field.path == "active" && field.after == Field::Bool(false));
        match (change.action, kind) {
            (Action::Replace | Action::Archive, Kind::Price) => self.retire_price(change, id),
            (Action::Update | Action::Adopt, Kind::Price) if deactivates => {
                let update = self.steps.iter().position(|step| step.address == *address);
                let clear = self.move_default(address, id, None);
                if let Some(update) = update {
                    self.steps[update].needs.extend(clear);
                }
            }
            (Action::Replace, Kind::TaxRate) if self.is_active(kind, id) => {
                let archive = self.update("archive the old", address, kind, known, off("active", false));
                self.after_making(archive, address);
            }
            (Action::Replace, Kind::WebhookEndpoint) => {
                let path = Path::object(kind, known);
                let delete = self.step("delete the old", address, Method::Delete, path, Fields::new());
                self.after_making(delete, address);
            }
            (
                Action::Archive,
                Kind::Product | Kind::Feature | Kind::TaxRate | Kind::PromotionCode | Kind::Portal,
            ) => {
                self.update(&format!("archive {id} of"), address, kind, known, off("active", false));
            }
            (Action::Archive, Kind::Coupon) => {
                let path = Path::object(kind, known);
                self.step(&format!("delete {id} of"), address, Method::Delete, path, Fields::new());
            }
            (Action::Archive, Kind::ProductFeature) => {
                let product = self.plan.ids.get(&product_of(address)).cloned().unwrap_or_default();
                let path = Path::object(Kind::Product, Id::Known(product)).under(&format!("/features/{id}"));
                self.step(&format!("detach {id} of"), address, Method::Delete, path, Fields::new());
            }
            (Action::Archive, Kind::WebhookEndpoint) if self.plan.wanted.contains_key(address) => {
                let path = Path::object(kind, known);
                self.step(&format!("delete {id} of"), address, Method::Delete, path, Fields::new());
            }
            (Action::Archive, Kind::WebhookEndpoint) => {
                self.update(&format!("disable {id} of"), address, kind, known, off("disabled", true));
            }
            (Action::Archive, Kind::Meter) | (_, _) => {}
        }
    }

    /// Moves everything off a price, then archives it.
    fn retire_price(&mut self, change: &Change, id: &str) {
        let address = &change.address;
        let successor = self.successor(address, id);
        let mut before: Vec<usize> = Vec::new();
        before.extend(self.move_default(address, id, successor.as_ref()));
        if let Some(successor) = &successor {
            before.extend(self.repoint_portals(address, id, successor));
            let links = change.retires.as_ref().map(|retires| retires.payment_links.as_slice());
            for link in links.unwrap_or_default() {
                before.push(self.replace_link(address, id, link, successor));
            }
            // The catalog's own portals that offer the successor are updated as changes of their own.
            let named = Field::Ref(successor.clone());
            let users = self.steps.iter().enumerate().filter(|(_, step)| {
                step.address.kind == Kind::Portal && step.params.values().any(|field| mentions(field, &named))
            });
            before.extend(users.map(|(position, _)| position));
        }
        if !self.is_active(Kind::Price, id) {
            return;
        }
        let off = Fields::from([("active".to_owned(), Field::Bool(false))]);
        let archive =
            self.update(&format!("archive {id} of"), address, Kind::Price, Id::Known(id.to_owned()), off);
        self.steps[archive].needs.extend(before);
        self.after_making(archive, address);
    }

    /// The resource that takes the place of a price, if something does and it can be sold.
    fn successor(&self, address: &Address, old: &str) -> Option<Address> {
        let resource = self.plan.wanted.get(address)?;
        let sold = resource.fields.get("active") != Some(&Field::Bool(false));
        let there =
            self.makers.contains_key(address) || self.plan.ids.get(address).is_some_and(|id| id != old);
        (sold && there).then(|| address.clone())
    }

    /// Moves `default_price` off a price that is about to be archived: Stripe refuses to archive it otherwise.
    fn move_default(&mut self, address: &Address, old: &str, successor: Option<&Address>) -> Vec<usize> {
        let holders: Vec<String> = self
            .account
            .objects(Kind::Product)
            .iter()
            .filter(|product| default_price(product) == Some(old))
            .map(|product| product.id.clone())
            .collect();
        let mut steps = Vec::new();
        for product in holders {
            let planned = self.steps.iter().position(|step| {
                step.path.id == Some(Id::Known(product.clone())) && step.params.contains_key("default_price")
            });
            steps.push(planned.unwrap_or_else(|| {
                let price = successor.map_or(Field::Null, |successor| Field::Ref(successor.clone()));
                let params = Fields::from([("default_price".to_owned(), price)]);
                let verb = format!("move the default price of {product} for");
                self.update(&verb, address, Kind::Product, Id::Known(product), params)
            }));
        }
        steps
    }

    /// Portal configurations outside the catalog that offer the old price offer the new one instead.
    fn repoint_portals(&mut self, address: &Address, old: &str, successor: &Address) -> Vec<usize> {
        let mut steps = Vec::new();
        for portal in self.account.objects(Kind::Portal) {
            let managed = self.plan.ids.iter().any(|(key, id)| key.kind == Kind::Portal && *id == portal.id);
            let Some(products) = portal.json.pointer("/features/subscription_update/products") else {
                continue;
            };
            if managed || !portal.active || !offers(products, old) {
                continue;
            }
            let products = payment_link::with_price(products, old, successor);
            let params = Fields::from([("features.subscription_update.products".to_owned(), products)]);
            let verb = format!("repoint portal {} for", portal.id);
            steps.push(self.update(&verb, address, Kind::Portal, Id::Known(portal.id.clone()), params));
        }
        steps
    }

    fn replace_link(
        &mut self,
        address: &Address,
        old: &str,
        link: &PaymentLink,
        successor: &Address,
    ) -> usize {
        let off = Fields::from([("active".to_owned(), Field::Bool(false))]);
        let path = Path { before: format!("/v1/payment_links/{}", link.id), id: None, after: String::new() };
        let made = link.successor.is_none().then(|| {
            let params = payment_link::copy(link, old, successor);
            let verb = format!("remake payment link {} for", link.id);
            let made = self.step(&verb, address, Method::Post, Path::route("/v1/payment_links"), params);
            self.steps[made].guard = Guard::Transition { follows: link.id.clone() };
            made
        });
        let verb = format!("deactivate payment link {} for", link.id);
        let deactivate = self.step(&verb, address, Method::Post, path, off);
        self.steps[deactivate].needs.extend(made);
        deactivate
    }

    fn is_active(&self, kind: Kind, id: &str) -> bool {
        self.account.object(kind, id).is_none_or(|object| object.active)
    }

    fn after_making(&mut self, step: usize, address: &Address) {
        let maker = self.makers.get(address).copied();
        self.steps[step].needs.extend(maker);
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

/// The parameters that make a resource: what is set, less what Stripe takes only later.
fn creation(resource: &Resource) -> Fields {
    let later = later_fields(resource.address.kind);
    let set = |field: &Field| *field != Field::Null && *field != Field::List(Vec::new());
    let fields = resource.fields.iter().filter(|(path, field)| !later.contains(&path.as_str()) && set(field));
    fields.chain(&resource.create_only).map(|(path, field)| (path.clone(), field.clone())).collect()
}

/// Fields that only an update takes.
pub fn later_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Meter => &["status"],
        Kind::Feature | Kind::Portal => &["active"],
        Kind::Product => &["default_price"],
        Kind::WebhookEndpoint => &["disabled"],
        Kind::TaxRate | Kind::Price | Kind::ProductFeature | Kind::Coupon | Kind::PromotionCode => &[],
    }
}

/// What is still to be said once the resource exists: the later fields that differ from a new object's.
fn after_creation(resource: &Resource) -> Fields {
    let fresh = [
        ("status", Field::text("active")),
        ("active", Field::Bool(true)),
        ("disabled", Field::Bool(false)),
        ("default_price", Field::Null),
    ];
    let later = later_fields(resource.address.kind).iter().filter_map(|path| {
        let field = resource.fields.get(*path)?;
        let differs = !fresh.iter().any(|(name, value)| name == path && value == field);
        differs.then(|| ((*path).to_owned(), field.clone()))
    });
    later.collect()
}

/// The beginning of the paths that are sent together with this one, because Stripe takes them as one.
fn block(kind: Kind, path: &str) -> Option<String> {
    match kind {
        Kind::Portal => {
            let block = path.strip_prefix("features.")?.split('.').next()?;
            Some(format!("features.{block}."))
        }
        Kind::Price | Kind::Coupon if path.starts_with("currency_options.") => {
            Some("currency_options.".to_owned())
        }
        Kind::PromotionCode | Kind::Meter | Kind::Feature | Kind::TaxRate | Kind::Product => None,
        Kind::Price | Kind::Coupon | Kind::ProductFeature | Kind::WebhookEndpoint => None,
    }
}

/// The id of a product's default price.
pub fn default_price(product: &Object) -> Option<&str> {
    let price = product.json.get("default_price")?;
    price.as_str().or_else(|| price.get("id").and_then(Value::as_str))
}

fn offers(products: &Value, price: &str) -> bool {
    let products = products.as_array().map(Vec::as_slice).unwrap_or_default();
    let prices = products.iter().filter_map(|product| product.get("prices")?.as_array());
    prices.flatten().any(|offered| offered.as_str() == Some(price))
}

fn mentions(field: &Field, named: &Field) -> bool {
    field == named
        || match field {
            Field::List(items) => items.iter().any(|item| mentions(item, named)),
            Field::Map(entries) => entries.values().any(|entry| mentions(entry, named)),
            _ => false,
        }
}

/// Sorts steps so that none stands before one that it needs, keeping their order otherwise.
fn in_order(steps: Vec<Step>) -> Vec<Step> {
    let mut place: Vec<Option<usize>> = vec![None; steps.len()];
    let mut order: Vec<usize> = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let before = order.len();
        for (position, step) in steps.iter().enumerate() {
            if place[position].is_none() && step.needs.iter().all(|need| place[*need].is_some()) {
                place[position] = Some(order.len());
                order.push(position);
            }
        }
        if order.len() == before {
            // Needs run from makers to users, so there is no circle; were there one, its steps come last.
            let rest: Vec<usize> = (0..steps.len()).filter(|position| place[*position].is_none()).collect();
            for position in rest {
                place[position] = Some(order.len());
                order.push(position);
            }
        }
    }
    let renumber = |need: &usize| place.get(*need).copied().flatten().unwrap_or_default();
    order
        .iter()
        .map(|position| {
            let mut step = steps[*position].clone();
            step.needs = step.needs.iter().map(renumber).collect();
            step
        })
        .collect()
}
