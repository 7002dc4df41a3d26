//! Which objects of an account become tables of the file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Known, Request, Scope};
use crate::billing::plan::account::{Object, Owner};
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::Kind;
use crate::billing::plan::observed;

/// An object that is not in the file although it might be, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    pub kind: Kind,
    pub id: String,
    /// What a person knows it by.
    pub name: Option<String>,
    pub reason: String,
}

impl LeftOut {
    pub fn new(object: &Object, reason: impl Into<String>) -> LeftOut {
        let text = |name: &str| object.json.get(name)?.as_str().map(str::to_owned);
        let names = ["name", "display_name", "nickname", "lookup_key", "code", "url"];
        LeftOut {
            kind: object.kind,
            id: object.id.clone(),
            name: names.into_iter().find_map(text),
            reason: reason.into(),
        }
    }
}

/// What is pulled, and what is not.
#[derive(Debug, Default)]
pub struct Selection<'a> {
    /// By kind, oldest first.
    chosen: BTreeMap<Kind, Vec<&'a Object>>,
    pub left_out: Vec<LeftOut>,
    /// How many archived objects of a kind were passed over.
    pub archived: BTreeMap<Kind, usize>,
}

impl<'a> Selection<'a> {
    pub fn of(&self, kind: Kind) -> &[&'a Object] {
        self.chosen.get(&kind).map_or(&[], Vec::as_slice)
    }
}

/// How an object may be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// In any case.
    Wanted,
    /// Where something that is wanted needs it: it is archived.
    IfNeeded,
    /// Not at all.
    Never,
}

/// Chooses what is pulled. `unsayable` are objects that turned out to have no words in the file.
pub fn select<'a>(
    request: &Request<'a>,
    known: &Known,
    unsayable: &BTreeMap<(Kind, String), String>,
) -> Selection<'a> {
    let mut selector =
        Selector { request, known, standings: HashMap::new(), selection: Selection::default() };
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::ProductFeature) {
        let taken = selector.taken(kind);
        for object in request.account.objects(kind) {
            let standing = match unsayable.get(&(kind, object.id.clone())) {
                Some(reason) => {
                    selector.selection.left_out.push(LeftOut::new(object, reason.as_str()));
                    Standing::Never
                }
                None => selector.standing(object, &taken),
            };
            selector.standings.insert((kind, object.id.as_str()), standing);
        }
    }
    selector.follow();
    selector.finish()
}

struct Selector<'a, 'r> {
    request: &'r Request<'a>,
    known: &'r Known,
    standings: HashMap<(Kind, &'a str), Standing>,
    selection: Selection<'a>,
}

impl<'a> Selector<'a, '_> {
    /// Marks and natural keys of what is in use: an archived object with the same is its past.
    fn taken(&self, kind: Kind) -> HashSet<&'a str> {
        let active = self.request.account.objects(kind).iter().filter(|object| object.active);
        active.flat_map(|object| [object.natural_key.as_deref(), self.own_key(object)]).flatten().collect()
    }

    fn own_key(&self, object: &'a Object) -> Option<&'a str> {
        match object.owner() {
            Owner::Project { project, key } if project == self.request.project => Some(key),
            _ => None,
        }
    }

    fn standing(&mut self, object: &'a Object, taken: &HashSet<&str>) -> Standing {
        if self.known.contains_key(&(object.kind, object.id.clone())) {
            return Standing::Wanted;
        }
        let ours = self.own_key(object).is_some();
        if !ours && self.request.scope == Scope::Project {
            // What carries no marks comes along with what needs it.
            return if object.kind == Kind::Meter { Standing::IfNeeded } else { Standing::Never };
        }
        let foreign = match object.owner() {
            Owner::Project { project, .. } if !ours => Some(format!("it belongs to project `{project}`")),
            Owner::Tool(tag) => Some(format!("another tool marked it with `{tag}`")),
            _ => None,
        };
        if let Some(reason) = foreign.filter(|_| !self.request.takeover) {
            if object.active {
                self.selection.left_out.push(LeftOut::new(object, reason));
            }
            return Standing::Never;
        }
        if object.active {
            return if self.is_of_archived(object) && !ours { Standing::IfNeeded } else { Standing::Wanted };
        }
        let own_past = self.own_key(object).is_some_and(|key| taken.contains(key));
        let past = own_past || object.natural_key.as_deref().is_some_and(|key| taken.contains(key));
        match (past, object.kind) {
            // A feature that is archived stays so, and a deactivated meter bills nothing: nobody can need them.
            (true, _) | (_, Kind::Feature) => Standing::Never,
            (false, _) if self.request.include_archived => Standing::Wanted,
            (false, Kind::Meter) => Standing::Never,
            (false, _) => Standing::IfNeeded,
        }
    }

    /// A price that is left over from an archived product.
    fn is_of_archived(&self, object: &Object) -> bool {
        let product = object.json.get("product").and_then(|product| product.as_str());
        object.kind == Kind::Price
            && !self.request.include_archived
            && product
                .and_then(|id| self.request.account.object(Kind::Product, id))
                .is_some_and(|product| !product.active)
    }

    /// Chooses what the chosen refer to, and takes out what refers to something that is not to be had.
    fn follow(&mut self) {
        let account = self.request.account;
        loop {
            let mut changed = false;
            for kind in [Kind::Portal, Kind::PromotionCode, Kind::Coupon, Kind::Price] {
                for object in account.objects(kind) {
                    let place = (kind, object.id.as_str());
                    if self.standings.get(&place) != Some(&Standing::Wanted) {
                        continue;
                    }
                    let needs = references(object);
                    match needs.iter().find_map(|(needed, id)| self.obstacle(kind, *needed, id)) {
                        Some(reason) => {
                            self.selection.left_out.push(LeftOut::new(object, reason));
                            self.standings.insert(place, Standing::Never);
                            changed = true;
                        }
                        None => {
                            for (kind, id) in needs {
                                changed |= self.want(kind, &id);
                            }
                        }
                    }
                }
            }
            if !changed {
                break;
            }
        }
    }

    /// Why something that refers to an object can't be in the file.
    fn obstacle(&self, of: Kind, kind: Kind, id: &str) -> Option<String> {
        let noun = kind.name().replace('_', " ");
        match self.standings.get(&(kind, id)) {
            Some(Standing::Wanted | Standing::IfNeeded) => {
                let archived = self.request.account.object(kind, id).is_some_and(|object| !object.active);
                (of == Kind::Portal && kind == Kind::Price && archived)
                    .then(|| format!("it offers the price {id}, which is archived"))
            }
            Some(Standing::Never) => Some(format!("its {noun} {id} is left out")),
            None => Some(format!("its {noun} {id} is not in the account")),
        }
    }

    fn want(&mut self, kind: Kind, id: &str) -> bool {
        match self.request.account.object(kind, id) {
            Some(object) => {
                self.standings.insert((kind, object.id.as_str()), Standing::Wanted) != Some(Standing::Wanted)
            }
            None => false,
        }
    }

    fn finish(mut self) -> Selection<'a> {
        for kind in Kind::ALL {
            // Stripe lists the newest first.
            for object in self.request.account.objects(kind).iter().rev() {
                match self.standings.get(&(kind, object.id.as_str())) {
                    Some(Standing::Wanted) => self.selection.chosen.entry(kind).or_default().push(object),
                    Some(Standing::IfNeeded) => *self.selection.archived.entry(kind).or_default() += 1,
                    Some(Standing::Never) | None => {}
                }
            }
        }
        for chosen in self.selection.chosen.values_mut() {
            chosen.sort_by_key(|object| object.created);
        }
        self.selection.left_out.sort();
        self.selection
    }
}

/// What an object can't be in the file without.
pub fn references(object: &Object) -> BTreeSet<(Kind, String)> {
    let switch = object.json.pointer("/features/subscription_update/enabled");
    if object.kind == Kind::Portal && switch.and_then(serde_json::Value::as_bool) != Some(true) {
        return BTreeSet::new();
    }
    let found = RefCell::new(BTreeSet::new());
    observed::fields(object, &|kind, id| {
        found.borrow_mut().insert((kind, id.to_owned()));
        Field::text(id)
    });
    found.into_inner()
}
