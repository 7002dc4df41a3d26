//! From files to a catalog, or to all that is wrong with them.

use std::collections::HashSet;
use std::path::Path as FilePath;

use serde::Deserialize;
use serde_json::Value;

use super::file::BillingFile;
use super::include::{self, ReadFile};
use super::model::Catalog;
use super::path::{Path, Segment};
use super::problem::{Finding, On, Place, Problems, Severity};
use super::source::Source;
use super::structure::{self, Checked};
use super::{check, overrides, places, size};

/// Findings after which the files' content is not known, so that looking further would mislead.
const UNREADABLE: [&str; 5] = ["unreadable", "too_large", "too_many_resources", "not_utf8", "syntax"];

/// Tables that say where a catalog goes, rather than what is in it.
const SETTINGS: [&str; 7] = ["project", "profiles", "links", "policy", "mirror", "alerts", "reports"];

/// The files of a catalog as TOML, neither checked nor resolved.
#[derive(Debug, Clone)]
pub struct Document {
    sources: Vec<Source>,
    tables: Value,
    /// What was wrong with the files themselves, but did not keep them from being read.
    findings: Vec<Finding>,
}

/// A catalog that can be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// As it was written, with the profile's overrides.
    pub file: BillingFile,
    /// As it is meant.
    pub catalog: Catalog,
    /// Never errors.
    pub warnings: Problems,
}

/// Reads a `billing.toml` with its includes and makes its catalog for a profile.
///
/// # Errors
/// All problems of the files at once.
pub fn load(read_file: &ReadFile<'_>, root: &FilePath, profile: Option<&str>) -> Result<Loaded, Problems> {
    Document::read(read_file, root)?.catalog(profile)
}

impl Document {
    /// Reads the files.
    ///
    /// # Errors
    /// Files that can't be read, are not UTF-8, not TOML, or too large.
    pub fn read(read_file: &ReadFile<'_>, root: &FilePath) -> Result<Document, Problems> {
        let include::Merged { sources, document, findings } = include::read(read_file, root);
        if findings.iter().any(|finding| UNREADABLE.contains(&finding.code)) {
            return Err(places::locate(sources, findings, None));
        }
        Ok(Document { sources, tables: Value::Object(document), findings })
    }

    /// The files that were read, the root first.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many resources of each kind the files name, whether they are right or wrong.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        size::counts(&self.tables)
    }

    /// Project, profiles, links and policy alone, without any profile's overrides: for commands that need no
    /// catalog, and to know the profile.
    ///
    /// # Errors
    /// Problems of these tables; those of the catalog are not looked for.
    pub fn settings(&self) -> Result<BillingFile, Problems> {
        self.settings_of(&self.tables, None)
    }

    /// The same with a profile's overrides.
    ///
    /// # Errors
    /// As [`Document::settings`].
    pub fn settings_for(&self, profile: &str) -> Result<BillingFile, Problems> {
        self.settings_of(&overrides::apply(&self.tables, Some(profile)), Some(profile))
    }

    fn settings_of(&self, tables: &Value, profile: Option<&str>) -> Result<BillingFile, Problems> {
        let setting = |name: &&str| tables.get(*name).map(|table| ((*name).to_owned(), table.clone()));
        let known = Value::Object(SETTINGS.iter().filter_map(setting).collect());
        let Checked { mut findings, rest, incomplete: _ } = structure::check(&known);
        let file = read_tables(&rest, &mut findings);
        findings.extend(check::check_settings(&file, &known));
        if findings.is_empty() {
            return Ok(file);
        }
        Err(places::locate(self.sources.clone(), findings, profile))
    }

    /// Whether prices buy credits: those that are paid once, and recurring ones. Neither checked nor resolved.
    pub fn sells_credits(&self) -> (bool, bool) {
        let tables =
            |value: &Value| value.as_object().map(|table| table.values().cloned().collect::<Vec<_>>());
        let products = self.tables.get("products").and_then(tables).unwrap_or_default();
        let prices = products.iter().filter_map(|product| tables(product.get("prices")?)).flatten();
        let (mut once, mut recurring) = (false, false);
        for price in prices.filter(|price| price.get("credits").is_some()) {
            match price.get("every") {
                Some(_) => recurring = true,
                None => once = true,
            }
        }
        (once, recurring)
    }

    /// The catalog, as it is for a profile.
    ///
    /// # Errors
    /// All problems at once.
    pub fn catalog(&self, profile: Option<&str>) -> Result<Loaded, Problems> {
        let (file, catalog, findings) = self.look(profile);
        let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
        let problems = if findings.is_empty() {
            Problems { sources: places::hidden(self.sources.clone()), list: Vec::new() }
        } else {
            places::locate(self.sources.clone(), findings, profile)
        };
        if has_errors { Err(problems) } else { Ok(Loaded { file, catalog, warnings: problems }) }
    }

    /// Everything that is wrong with the catalog, as it stands and as each profile overrides it.
    pub fn problems(&self) -> Problems {
        let mut all = Problems { sources: places::hidden(self.sources.clone()), list: Vec::new() };
        let profiles = overrides::profiles(&self.tables);
        for profile in std::iter::once(None).chain(profiles.iter().map(|name| Some(name.as_str()))) {
            let (_, _, findings) = self.look(profile);
            if !findings.is_empty() {
                all.list.extend(places::locate(self.sources.clone(), findings, profile).list);
            }
        }
        all.sort();
        all
    }

    fn look(&self, profile: Option<&str>) -> (BillingFile, Catalog, Vec<Finding>) {
        let known = overrides::apply(&self.tables, profile);
        let Checked { mut findings, rest, incomplete } = structure::check(&known);
        let file = read_tables(&rest, &mut findings);
        let (catalog, meaning) = check::check(&file, &known, profile);
        findings.extend(meaning.into_iter().filter(|finding| !follows_from(finding, &incomplete)));
        findings.extend(self.findings.iter().cloned());
        (file, catalog, findings)
    }
}

/// Reads tables whose shape was checked.
fn read_tables(tables: &Value, findings: &mut Vec<Finding>) -> BillingFile {
    BillingFile::deserialize(tables).unwrap_or_else(|error| {
        let place = Place::Value(Path::default(), On::Value);
        findings.push(Finding::of("bad_value", place, format!("the file can't be read: {error}")));
        BillingFile::default()
    })
}

/// Whether something is missing only because it was misspelt or ill-typed, which was said already.
fn follows_from(finding: &Finding, incomplete: &HashSet<Vec<Segment>>) -> bool {
    match &finding.place {
        Place::Value(path, _) => finding.code == "missing_key" && incomplete.contains(&path.0),
        Place::Text(_) => false,
    }
}
