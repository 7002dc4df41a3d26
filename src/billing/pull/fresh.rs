//! The beginning of a new file: its project and the profile it was pulled with.

use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table, value};

use super::entry::pruned;
use super::keys::slug;
use super::layout;
use crate::billing::catalog::file::Profile;

/// The longest name of a project.
const MAX_NAME: usize = 40;

/// A project's name made of an account's: `Nexus, Inc.` becomes `nexus_inc`.
pub fn project_name(account: &str) -> String {
    let name = slug(account);
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    let name = if begins || name.is_empty() { name } else { format!("shop_{name}") };
    let name: String = name.chars().take(MAX_NAME).collect();
    if name.is_empty() { "shop".to_owned() } else { name }
}

/// A file that says nothing but its project, and how to reach the account.
pub fn new_file(account_id: &str, project: &str, profile_name: &str, profile: Option<&Profile>) -> String {
    let mut document = DocumentMut::new();
    let mut head = Table::new();
    head.insert("name", value(project));
    head.insert("default_profile", value(profile_name));
    head.decor_mut().set_prefix(format!("# What {account_id} has, as `billctl catalog pull` found it.\n\n"));
    document.insert("project", Item::Table(head));
    if let Some(profile) = profile
        && let Ok(Value::Object(entries)) =
            serde_json::to_value(Profile { overrides: None, ..profile.clone() })
    {
        let mut profiles = Table::new();
        profiles.set_implicit(true);
        let mut profiles = Item::Table(profiles);
        layout::insert_table(&mut profiles, profile_name, &pruned(entries));
        document.insert("profiles", profiles);
    }
    document.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::catalog::file::KeySource;

    fn check(account: &str, project: &str) {
        assert_eq!(project_name(account), project);
    }

    #[test]
    fn accounts_name_projects() {
        check("Nexus, Inc.", "nexus_inc");
        check("37signals", "shop_37signals");
        check("株式会社", "shop");
    }

    #[test]
    fn a_new_file_knows_how_to_reach_its_account() {
        let profile = Profile {
            secret_key: Some(KeySource::Env("STRIPE_LIVE_SECRET_KEY".to_owned())),
            account: Some("acct_1".to_owned()),
            live: true,
            ..Profile::default()
        };
        let text = new_file("acct_1", "nexus", "live", Some(&profile));
        assert_eq!(
            text,
            "# What acct_1 has, as `billctl catalog pull` found it.\n\n[project]\nname = \"nexus\"\ndefault_profile = \"live\"\n\n[profiles.live]\nsecret_key = { env = \"STRIPE_LIVE_SECRET_KEY\" }\naccount = \"acct_1\"\nlive = true\n"
        );
    }
}
