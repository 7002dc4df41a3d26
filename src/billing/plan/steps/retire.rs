//! Retiring: what is moved off an object before it is archived, and how each kind goes.

use serde_json::Value;

use super::{Builder, Guard, Id, Method, Path};
use crate::billing::plan::account::Object;
use crate::billing::plan::change::{Action, Change, PaymentLink};
use crate::billing::plan::field::{Field, Fields};
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::matching::product_of;
use crate::billing::plan::payment_link;

impl Builder<'_> {
    /// Adds what a change needs so that the old object stops being used, once something takes its place.
    pub(super) fn retire(&mut self, change: &Change) {
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
        let successor = self.successors.get(id).cloned();
        let of_same_product = successor.as_ref().filter(|successor| self.is_of_same_product(id, successor));
        let mut before: Vec<usize> = Vec::new();
        before.extend(self.move_default(address, id, of_same_product));
        if of_same_product.is_some() {
            before.extend(self.repoint_portals(address, id));
        }
        if let Some(successor) = &successor {
            let links = change.retires.as_ref().map(|retires| retires.payment_links.as_slice());
            for link in links.unwrap_or_default() {
                before.push(self.replace_link(address, link));
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

    /// What takes the place of each price that is retired, by the old price's id. Known once all makings are.
    pub(super) fn find_successors(&mut self) {
        let retired = self.plan.writes().filter(|change| {
            change.address.kind == Kind::Price && matches!(change.action, Action::Replace | Action::Archive)
        });
        let successors = retired.filter_map(|change| {
            let id = change.id.as_deref()?;
            Some((id.to_owned(), self.successor(&change.address, id)?))
        });
        self.successors = successors.collect();
    }

    /// Whether a price's successor belongs to the product that the old one belonged to. Only then can it be its
    /// product's default price, or offered in a portal beside that product's prices.
    fn is_of_same_product(&self, old: &str, successor: &Address) -> bool {
        let old = self.account.object(Kind::Price, old);
        let product = old.and_then(|price| price.json.get("product"));
        let product = product.and_then(|product| product.as_str().or_else(|| product.get("id")?.as_str()));
        let id = self.plan.ids.get(&product_of(successor)).map(String::as_str);
        product.is_some() && product == id
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

    /// Portal configurations that offer the old price, and that nothing else in this plan changes, offer the new
    /// one instead. One that offers several retired prices is changed once, for all of them.
    fn repoint_portals(&mut self, address: &Address, old: &str) -> Vec<usize> {
        const PRODUCTS: &str = "features.subscription_update.products";
        let mut steps = Vec::new();
        for portal in self.account.objects(Kind::Portal) {
            let Some(products) = portal.json.pointer("/features/subscription_update/products") else {
                continue;
            };
            if !portal.active || !offers(products, old) {
                continue;
            }
            let id = Id::Known(portal.id.clone());
            let planned = self
                .steps
                .iter()
                .position(|step| step.path.id.as_ref() == Some(&id) && step.params.contains_key(PRODUCTS));
            steps.push(planned.unwrap_or_else(|| {
                let same_product = |old: &str| {
                    self.successors.get(old).filter(|successor| self.is_of_same_product(old, successor))
                };
                let products = payment_link::with_prices(products, &same_product);
                let params = Fields::from([(PRODUCTS.to_owned(), products)]);
                let verb = format!("repoint portal {} for", portal.id);
                self.update(&verb, address, Kind::Portal, id, params)
            }));
        }
        steps
    }

    /// Makes a link like one that sells retired prices, once for all of them, and deactivates the old one.
    fn replace_link(&mut self, address: &Address, link: &PaymentLink) -> usize {
        let off = Fields::from([("active".to_owned(), Field::Bool(false))]);
        let path = Path { before: format!("/v1/payment_links/{}", link.id), id: None, after: String::new() };
        let done = self.steps.iter().position(|step| step.path == path && step.params == off);
        if let Some(done) = done {
            return done;
        }
        let made = link.successor.is_none().then(|| {
            let params = payment_link::copy(link, &|old| self.successors.get(old));
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

    pub(super) fn is_active(&self, kind: Kind, id: &str) -> bool {
        self.account.object(kind, id).is_none_or(|object| object.active)
    }

    fn after_making(&mut self, step: usize, address: &Address) {
        let maker = self.makers.get(address).copied();
        self.steps[step].needs.extend(maker);
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
