//! What was written is read again and held against the account: nothing may differ but what was said to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::select::LeftOut;
use super::{Change, Failure, Known, Request, Unsaid, Written, places};
use crate::billing::catalog::model::Catalog;
use crate::billing::catalog::problem::Problem;
use crate::billing::catalog::source::Source;
use crate::billing::catalog::{self, ReadFile};
use crate::billing::plan::change::{self, Action, FieldChange};
use crate::billing::plan::diff::needs;
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::wanted::{self, Resource};
use crate::billing::plan::{Choices, Plan};

/// Files that are to be proven.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    pub request: &'a Request<'a>,
    pub read_file: &'a ReadFile<'a>,
    pub root: &'a Path,
    pub profile: Option<&'a str>,
    /// The files as they were.
    pub sources: &'a [Source],
    /// The files that are other now.
    pub files: &'a [Source],
    pub known: &'a Known,
    /// What the files said before.
    pub wanted: &'a [Resource],
    /// Resources that the account does not have: they plan as new.
    pub missing: &'a BTreeSet<Address>,
    pub left_out: &'a [LeftOut],
    pub resources: &'a Written,
}

/// What came of it.
#[derive(Debug)]
pub enum Verdict {
    Proven {
        catalog: Box<Catalog>,
        /// Resources of which only a mark differs.
        to_mark: Vec<Address>,
    },
    /// Without these it may go.
    Unsayable(Unsaid),
}

/// Reads and plans the files.
///
/// # Errors
/// `Unproven` where something differs and nothing can be left out for it.
pub fn prove(draft: &Draft<'_>) -> Result<Verdict, Failure> {
    let read = |path: &Path| {
        let shown = path.display().to_string();
        let text = draft.files.iter().chain(draft.sources).find(|source| source.path == shown);
        match text {
            Some(source) => Ok(source.text.clone().into_bytes()),
            None => (draft.read_file)(path),
        }
    };
    let loaded = match catalog::load(&read, draft.root, draft.profile) {
        Ok(loaded) => loaded,
        Err(problems) => return draft.unreadable(problems.errors()),
    };
    let wanted = wanted::resources(&loaded.catalog, draft.request.api_version);
    let choices = Choices { takeover: draft.request.takeover, ..Choices::default() };
    let plan = Plan::between(draft.request.project, &wanted, draft.request.account, &choices);
    draft.judge(&plan, Box::new(loaded.catalog))
}

impl Draft<'_> {
    /// The file can't be used: what the problems stand in is left out.
    fn unreadable<'p>(&self, problems: impl Iterator<Item = &'p Problem>) -> Result<Verdict, Failure> {
        let (mut unsaid, mut rest) = (Unsaid::new(), Vec::new());
        for problem in problems {
            let address = places::resource_at(&problem.path);
            match address.as_ref().and_then(|address| self.culprit(address, &problem.message)) {
                Some((culprit, reason)) => {
                    unsaid.entry(culprit).or_insert(reason);
                }
                None => rest.push(format!("{}: {}", problem.path, problem.message)),
            }
        }
        if unsaid.is_empty() { Err(Failure::Unproven(rest)) } else { Ok(Verdict::Unsayable(unsaid)) }
    }

    /// The object to leave out for a problem at an address, and why: its own, or, where that did not change, one that did
    /// and that it needs. Of several that which the message names, or else what is nearest to it: a price before its
    /// product.
    fn culprit(&self, address: &Address, message: &str) -> Option<((Kind, String), String)> {
        let touched = |address: &Address| {
            let (id, change) = self.resources.get(address)?;
            (*change != Change::Kept).then(|| (address.kind, id.clone()))
        };
        if let Some(own) = touched(address) {
            return Some((own, message.to_owned()));
        }
        let mut needed = self.needed_by(address);
        needed.sort_by_key(|needed| (!names(message, needed), Reverse(needed.kind)));
        let culprit = needed.iter().find_map(touched)?;
        let whose = if self.missing.contains(address) { ", which only the file has" } else { "" };
        let place = places::table_path(address).join(".");
        Some((culprit, format!("with it `{place}`{whose}, can't stay as it is: {message}")))
    }

    /// What a resource that stays as it was refers to.
    fn needed_by(&self, address: &Address) -> Vec<Address> {
        let object = self.known.iter().find(|(_, known)| *known == address);
        match object.and_then(|((kind, id), _)| self.request.account.object(*kind, id)) {
            Some(object) => {
                let refs = super::select::references(object);
                refs.iter().filter_map(|place| self.known.get(place)).cloned().collect()
            }
            // Only the file has it.
            None => {
                let own = self.wanted.iter().find(|resource| resource.address == *address);
                own.map(needs).unwrap_or_default()
            }
        }
    }

    fn judge(&self, plan: &Plan, catalog: Box<Catalog>) -> Result<Verdict, Failure> {
        let out: BTreeMap<&str, &LeftOut> = self.left_out.iter().map(|out| (out.id.as_str(), out)).collect();
        let is_out = |address: &Address, id: Option<&str>| {
            let known =
                self.known.iter().find(|(_, known)| *known == address).map(|((_, id), _)| id.as_str());
            [id, known].into_iter().flatten().any(|id| out.contains_key(id))
        };
        let (mut unsaid, mut differences, mut to_mark) = (Unsaid::new(), Vec::new(), Vec::new());
        for conflict in &plan.conflicts {
            let expected =
                self.missing.contains(&conflict.address) || is_out(&conflict.address, conflict.id.as_deref());
            if !expected {
                differences.push(conflict.message.clone());
            }
        }
        for change in &plan.changes {
            let address = &change.address;
            let expected = match change.action {
                // What was left out may be made anew: a meter that was deactivated, for one, stays so.
                Action::Create => {
                    self.missing.contains(address)
                        || self.hangs_on_missing(plan, address)
                        || is_out(address, None)
                }
                _ => {
                    is_out(address, change.id.as_deref())
                        || self.is_unsaid_attachment(change)
                        || follows(plan, change, &|needed| is_out(needed, None))
                }
            };
            let is_mark = !change.fields.is_empty() && change.fields.iter().all(FieldChange::is_mark);
            if expected {
                continue;
            }
            if is_mark && matches!(change.action, Action::Update | Action::Adopt) {
                to_mark.push(address.clone());
                continue;
            }
            let fields: Vec<&str> = change.fields.iter().map(|field| field.path.as_str()).collect();
            let what = format!("{} {address}: {}", change.action.name(), fields.join(", "));
            match self.resources.get(address) {
                Some((id, Change::Added)) => {
                    let reason = format!("the file can't say its {}", fields.join(", "));
                    unsaid.insert((address.kind, id.clone()), reason);
                }
                Some(_) | None => differences.push(what),
            }
        }
        match (unsaid.is_empty(), differences.is_empty()) {
            (false, _) => Ok(Verdict::Unsayable(unsaid)),
            (true, true) => Ok(Verdict::Proven { catalog, to_mark }),
            (true, false) => Err(Failure::Unproven(differences)),
        }
    }

    /// An attachment that is new because its product or feature is.
    fn hangs_on_missing(&self, plan: &Plan, address: &Address) -> bool {
        let resource: Option<&Resource> = plan.wanted.get(address);
        address.kind == Kind::ProductFeature
            && resource.is_some_and(|resource| needs(resource).iter().any(|need| self.missing.contains(need)))
    }

    /// A feature that stays attached in Stripe and has no table in the file.
    fn is_unsaid_attachment(&self, change: &change::Change) -> bool {
        let feature = change.address.key.split_once('.').map(|(_, feature)| feature).unwrap_or_default();
        change.address.kind == Kind::ProductFeature && feature.starts_with("feat_")
    }
}

/// Whether a change only follows from what is left out: where that is replaced, what refers to it changes too.
fn follows(plan: &Plan, change: &change::Change, is_out: &dyn Fn(&Address) -> bool) -> bool {
    let Some(resource) = plan.wanted.get(&change.address) else { return false };
    let refers = |field: &FieldChange| {
        let refs = resource.fields.get(&field.path).map(Field::refs).unwrap_or_default();
        refs.into_iter().any(is_out)
    };
    let mut fields = change.fields.iter().filter(|field| !field.is_mark()).peekable();
    fields.peek().is_some() && fields.all(refers)
}

/// Whether a problem's message names a resource: by its key, or a price by its part of it.
fn names(message: &str, address: &Address) -> bool {
    let last = address.key.rsplit('.').next().unwrap_or_default();
    [address.key.as_str(), last].iter().any(|key| message.contains(&format!("`{key}`")))
}
