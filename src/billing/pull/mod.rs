//! An account → the text of a catalog that plans to nothing.
//!
//! Objects are chosen (`select`), get their keys (`keys`), are said in the file's words (`entry`) and written
//! into its text (`document`), which then has to prove itself (`proof`). What the file turns out to have no
//! words for is left out, by name, and the rest is tried again: so every rule of the file stands in one place,
//! where catalogs are checked.

mod adapted; // to the overrides of another profile
mod comments; // what stays of what goes
mod document;
mod edit;
mod entry;
mod fresh; // the beginning of a new file
pub mod identity; // the keys that say which object a table is
mod keys;
mod layout;
mod places;
mod portable;
mod proof;
pub mod select; // which objects become tables
mod surgery;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::document::Files;
use self::entry::{Entry, Unsayable};
use self::identity::Identity;
use self::keys::Addresses;
use self::proof::Verdict;
use self::select::{LeftOut, Selection};
use super::catalog::model::Catalog;
use super::catalog::problem::Problems;
use super::catalog::source::Source;
use super::catalog::{Document, ReadFile};
use super::plan::account::{Account, Object, Owner};
use super::plan::field::Field;
use super::plan::kind::{Address, Kind};
use super::plan::matching;
use super::plan::observed;
use super::plan::wanted::{self, Resource};

pub use self::adapted::adapted;
pub use self::fresh::{new_file, project_name};
pub use self::portable::portable;

/// The resources of a file that objects are found to be, by kind and id.
pub type Known = BTreeMap<(Kind, String), Address>;

/// Objects that the file has no words for, and why.
type Unsaid = BTreeMap<(Kind, String), String>;

/// Whose objects are pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that the account has.
    Account,
    /// What the project marked, or its file knows.
    Project,
}

/// What is pulled.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub account: &'a Account,
    pub project: &'a str,
    /// The API version of webhook endpoints that name none.
    pub api_version: &'a str,
    pub scope: Scope,
    /// Archived objects too.
    pub include_archived: bool,
    /// What another project or tool marked, too.
    pub takeover: bool,
    /// What another file knows as the project's, whether it carries a mark or not.
    pub known: &'a Known,
}

/// What happened to a table of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    Changed,
    Kept,
}

impl Change {
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Kept => "kept",
        }
    }
}

/// A file that plans to nothing.
#[derive(Debug)]
pub struct Pulled {
    /// Files whose text changed.
    pub files: Vec<Source>,
    /// Every resource of the account that is in the file now, by its address.
    pub resources: BTreeMap<Address, (String, Change)>,
    /// Resources of the file that the account does not have.
    pub missing: Vec<Address>,
    pub left_out: Vec<LeftOut>,
    /// Resources of the file whose objects were left out: they stay, and plan as the file says them.
    pub stays: Vec<Address>,
    /// How many archived objects of a kind were passed over.
    pub archived: BTreeMap<Kind, usize>,
    /// What Stripe has of a resource that the file can't say.
    pub unsaid: Vec<(Address, String)>,
    /// Resources that the next sync only marks as the project's.
    pub to_mark: Vec<Address>,
    /// The file as it is now.
    pub catalog: Catalog,
}

/// Why there is no file.
#[derive(Debug)]
pub enum Failure {
    /// The file that was there can't be used.
    Problems(Problems),
    /// What was written does not plan to nothing: what differs.
    Unproven(Vec<String>),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        Failure::Problems(problems)
    }
}

/// Writes what the account has into the file at `root`, as it is for a profile. A new file is one that says nothing
/// but its project.
///
/// # Errors
/// Where the file has problems, or what was written does not plan to nothing.
pub fn pull(
    request: &Request<'_>,
    read_file: &ReadFile<'_>,
    root: &Path,
    profile: Option<&str>,
) -> Result<Pulled, Failure> {
    let document = Document::read(read_file, root)?;
    let before = document.catalog(profile)?;
    let (real, local) = with_local_plans(&before.catalog);
    let wanted = wanted::resources(&real, request.api_version);
    let known = Knowledge::of(request, local, &wanted);
    let mut unsaid = known.foreign.clone();
    loop {
        let selection = select::select(request, &known.objects, &unsaid);
        let addresses = keys::addresses(request, &known.objects, &known.reserved, &selection);
        let (entries, words) = entries(request, &known, &selection, &addresses);
        if !words.is_empty() {
            unsaid.extend(words);
            continue;
        }
        let writing = Writing { document: &document, profile, before: &before.catalog, wanted: &wanted };
        let (files, resources) = writing.write(&known, &entries)?;
        let draft = proof::Draft {
            request,
            read_file,
            root,
            profile,
            sources: document.sources(),
            files: &files,
            known: &known.objects,
            wanted: &wanted,
            missing: &known.missing,
            left_out: &selection.left_out,
            resources: &resources,
        };
        match proof::prove(&draft)? {
            Verdict::Unsayable(found) => unsaid.extend(found),
            Verdict::Proven { catalog, to_mark } => {
                let unsaid = entries
                    .iter()
                    .flat_map(|entry| entry.unsaid.iter().map(|what| (entry.address.clone(), what.clone())));
                let stays = |out: &LeftOut| known.objects.get(&(out.kind, out.id.clone())).cloned();
                return Ok(Pulled {
                    files,
                    stays: selection.left_out.iter().filter_map(stays).collect(),
                    missing: known.missing.iter().cloned().collect(),
                    unsaid: unsaid.collect(),
                    left_out: selection.left_out,
                    archived: selection.archived,
                    resources,
                    to_mark,
                    catalog: *catalog,
                });
            }
        }
    }
}

/// The catalog with plans that live only in the file as if they were in Stripe, and these: Stripe may have them.
fn with_local_plans(catalog: &Catalog) -> (Catalog, BTreeSet<Address>) {
    let mut real = catalog.clone();
    let mut local = BTreeSet::new();
    for (key, product) in real.products.iter_mut().filter(|(_, product)| product.is_only_local()) {
        product.default_plan = false;
        local.insert(Address::new(Kind::Product, key));
    }
    (real, local)
}

/// What the file knew of the account before.
struct Knowledge {
    objects: Known,
    /// Plans that live only in the file.
    local: BTreeSet<Address>,
    /// Resources of the file that the account does not have.
    missing: BTreeSet<Address>,
    /// Addresses that a new resource can't have.
    reserved: Vec<Address>,
    /// What the file names although it is somebody else's.
    foreign: Unsaid,
}

impl Knowledge {
    fn of(request: &Request<'_>, local: BTreeSet<Address>, wanted: &[Resource]) -> Knowledge {
        let matches = matching::find(request.project, wanted, request.account);
        let mut knowledge = Knowledge {
            objects: request.known.clone(),
            missing: BTreeSet::new(),
            reserved: Vec::new(),
            foreign: Unsaid::new(),
            local,
        };
        for resource in wanted {
            let address = &resource.address;
            knowledge.reserved.push(address.clone());
            match matches.object(address) {
                None if matches.shared.iter().any(|(second, ..)| second == address) => {}
                // What is attached is a word in its product's table, which says what Stripe has.
                None if address.kind == Kind::ProductFeature => {}
                None if knowledge.local.contains(address) => {}
                None => {
                    knowledge.missing.insert(address.clone());
                }
                Some(object) => {
                    let place = (object.kind, object.id.clone());
                    if let Some(reason) = foreign(request, object) {
                        knowledge.foreign.insert(place.clone(), reason);
                    }
                    knowledge.objects.insert(place, address.clone());
                }
            }
        }
        knowledge
    }
}

/// The objects that are the resources of a catalog, by kind and id.
pub fn known(project: &str, wanted: &[Resource], account: &Account) -> Known {
    let matches = matching::find(project, wanted, account);
    let found = wanted.iter().filter_map(|resource| {
        let object = matches.object(&resource.address)?;
        Some(((object.kind, object.id.clone()), resource.address.clone()))
    });
    found.collect()
}

/// Whose an object is, if it can't be touched.
fn foreign(request: &Request<'_>, object: &Object) -> Option<String> {
    match object.owner() {
        _ if request.takeover => None,
        Owner::Project { project, .. } if project != request.project => {
            Some(format!("it belongs to project `{project}`"))
        }
        Owner::Tool(tag) => Some(format!("another tool marked it with `{tag}`")),
        Owner::Project { .. } | Owner::Nobody => None,
    }
}

/// Says every chosen object in the file's words, and which of them have none.
fn entries(
    request: &Request<'_>,
    known: &Knowledge,
    selection: &Selection<'_>,
    addresses: &Addresses,
) -> (Vec<Entry>, Unsaid) {
    let (mut entries, mut unsaid) = (Vec::new(), Unsaid::new());
    // What the file has already is there, even if it stays as the file says it.
    let refs = |kind: Kind, id: &str| {
        let place = (kind, id.to_owned());
        match addresses.get(&place).or_else(|| known.objects.get(&place)) {
            Some(address) => Field::Ref(address.clone()),
            None => Field::text(id),
        }
    };
    for object in Kind::ALL.into_iter().flat_map(|kind| selection.of(kind)) {
        let Some(address) = addresses.get(&(object.kind, object.id.clone())) else { continue };
        let (mut features, mut detached) = (Vec::new(), Vec::new());
        for id in request.account.features(&object.id).iter().filter_map(matching::attached_feature) {
            match addresses.get(&(Kind::Feature, id.to_owned())) {
                Some(feature) => features.push(feature.key.clone()),
                None => detached.push(format!("that the feature {id} is attached")),
            }
        }
        features.sort();
        let mut identity = Identity::of(object, address, request.project);
        if known.local.contains(address) {
            // Else it would go on living only in the file.
            identity = Identity { id: None, stripe_id: Some(object.id.clone()) };
        }
        let source = entry::Source {
            object,
            address,
            identity,
            fields: observed::fields(object, &refs),
            features,
            derived_lookup_key: format!("{}_{}", request.project, address.key.replace('.', "_")),
            api_version: request.api_version,
        };
        match entry::entry(source) {
            Ok(mut entry) => {
                entry.unsaid.extend(detached);
                entries.push(entry);
            }
            Err(Unsayable(reason)) => {
                unsaid.insert((object.kind, object.id.clone()), reason);
            }
        }
    }
    entries.sort_by(|one, other| one.address.cmp(&other.address));
    (entries, unsaid)
}

/// The resources that are in the files now, with their ids.
type Written = BTreeMap<Address, (String, Change)>;

struct Writing<'a> {
    document: &'a Document,
    profile: Option<&'a str>,
    before: &'a Catalog,
    wanted: &'a [Resource],
}

impl Writing<'_> {
    fn write(&self, known: &Knowledge, entries: &[Entry]) -> Result<(Vec<Source>, Written), Failure> {
        let mut files = Files::new(self.document.sources(), self.profile)
            .map_err(|error| Failure::Unproven(vec![error.to_string()]))?;
        let wanted: BTreeMap<&Address, &Resource> =
            self.wanted.iter().map(|resource| (&resource.address, resource)).collect();
        let mut written = Written::new();
        for entry in entries {
            let is_known = known.objects.contains_key(&(entry.address.kind, entry.id.clone()));
            let change = match wanted.get(&entry.address).filter(|_| is_known) {
                Some(resource) => {
                    let features = self.before.products.get(&entry.address.key);
                    let features = features.filter(|_| entry.address.kind == Kind::Product);
                    let features = features.map_or(&[][..], |product| product.features.as_slice());
                    if files.update(resource, entry, features) { Change::Changed } else { Change::Kept }
                }
                None => {
                    files.insert(entry);
                    Change::Added
                }
            };
            written.insert(entry.address.clone(), (entry.id.clone(), change));
        }
        Ok((files.changed(), written))
    }
}
