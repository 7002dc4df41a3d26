//! Random catalogs → the account that they lead to → the text that is pulled from it.

use std::collections::BTreeMap;
use std::path::Path;

use billctl::billing::catalog::model::Catalog;
use billctl::billing::plan::account::Account;
use billctl::billing::plan::field::Field;
use billctl::billing::plan::kind::{Address, Kind};
use billctl::billing::plan::wanted::{Resource, resources};
use billctl::billing::pull::{self, Failure, Known, Pulled, Request, Scope};
use proptest::prelude::*;

use crate::support::accounts::{Made, VERSION, account};
use crate::support::catalogs::{cases, files, load, to_toml};

static NOTHING: Known = Known::new();

/// Everything of an account, into a text that is there already.
pub fn request<'a>(account: &'a Account, project: &'a str) -> Request<'a> {
    Request {
        account,
        project,
        api_version: VERSION,
        scope: Scope::Account,
        include_archived: true,
        takeover: false,
        known: &NOTHING,
    }
}

#[track_caller]
pub fn pull(request: &Request<'_>, text: &str) -> Pulled {
    let read = |_: &Path| Ok(text.as_bytes().to_vec());
    match pull::pull(request, &read, Path::new("billing.toml"), None) {
        Ok(pulled) => pulled,
        Err(Failure::Problems(problems)) => panic!("{:#}\nin\n{text}", problems.to_json()),
        Err(Failure::Unproven(differences)) => panic!("{differences:#?}\nfrom\n{text}"),
    }
}

/// A file that says nothing but its project.
pub fn empty(project: &str) -> String {
    format!("[project]\nname = \"{project}\"\n")
}

/// What a catalog says of its resources, without what it says is not to be there. Meters carry no mark: they are
/// known by their event names, whatever a file calls them.
fn said(catalog: &Catalog) -> BTreeMap<Address, BTreeMap<String, Field>> {
    let event = |key: &str| Address::new(Kind::Meter, &catalog.meters[key].event_name);
    let one = |resource: Resource| {
        let mut fields: BTreeMap<String, Field> =
            resource.fields.into_iter().filter(|(_, field)| *field != Field::Null).collect();
        if let Some(Field::Ref(meter)) = fields.get_mut("recurring.meter") {
            *meter = event(&meter.key);
        }
        if resource.address.kind == Kind::WebhookEndpoint {
            // Unsaid it is billctl's own.
            fields.entry("api_version".to_owned()).or_insert_with(|| Field::text(VERSION));
        }
        let is_meter = resource.address.kind == Kind::Meter;
        (if is_meter { event(&resource.address.key) } else { resource.address }, fields)
    };
    resources(catalog, VERSION).into_iter().map(one).collect()
}

proptest! {
    #![proptest_config(cases(48))]
    #[test]
    fn what_billctl_made_comes_back_as_the_catalog_it_was_made_from(file in files()) {
        let catalog = load(&to_toml(&file)).catalog;
        let account = account(&catalog, Made::ByBillctl);
        let pulled = pull(&request(&account, &catalog.project), &empty(&catalog.project));
        prop_assert_eq!(&pulled.left_out, &[]);
        prop_assert_eq!(&pulled.to_mark, &[]);
        prop_assert_eq!(said(&pulled.catalog), said(&catalog));
    }

    #[test]
    fn what_was_made_by_hand_is_adopted_whole(file in files()) {
        let catalog = load(&to_toml(&file)).catalog;
        let account = account(&catalog, Made::ByHand);
        let pulled = pull(&request(&account, "shop"), &empty("shop"));
        prop_assert_eq!(&pulled.left_out, &[]);
        prop_assert_eq!(&pulled.to_mark, &[]);
        let wanted = resources(&catalog, VERSION);
        prop_assert_eq!(pulled.resources.len(), wanted.iter().filter(|one| one.address.kind != Kind::ProductFeature).count());
        let said_again = resources(&pulled.catalog, VERSION);
        prop_assert_eq!(said_again.len(), wanted.len());
    }

    #[test]
    fn a_pulled_text_pulls_to_itself(file in files()) {
        let catalog = load(&to_toml(&file)).catalog;
        for made in [Made::ByBillctl, Made::ByHand] {
            let account = account(&catalog, made);
            let request = request(&account, &catalog.project);
            let first = pull(&request, &empty(&catalog.project));
            let text = first.files.first().map_or_else(|| empty(&catalog.project), |source| source.text.clone());
            prop_assert_eq!(&pull(&request, &text).files, &[]);
        }
    }
}
