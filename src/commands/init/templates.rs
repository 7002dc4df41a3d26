//! The catalogs of five whole products, to start from.

/// A product whose catalog is a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// Three tiers with a monthly quota
    Nexus,
    /// One paid plan a community, with a metered feature
    Communities,
    /// Usage priced by tokens and minutes, with an allowance
    Parentpilot,
    /// Tiers with prepaid credit packs
    Localboxs,
    /// Three tiers with a trial
    Founder,
}

/// The catalogs are the ones that the tests sync, so that a template always works.
macro_rules! system {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/systems/", $path))
    };
}

impl Template {
    /// The files by name, `billing.toml` first.
    pub(super) fn files(self) -> Vec<(&'static str, String)> {
        let files: &[(&str, &str)] = match self {
            Template::Nexus => &[("billing.toml", system!("nexus/billing.toml"))],
            Template::Communities => &[("billing.toml", system!("communities/billing.toml"))],
            Template::Parentpilot => &[("billing.toml", system!("parentpilot/billing.toml"))],
            Template::Localboxs => &[
                ("billing.toml", system!("localboxs/billing.toml")),
                ("packs.toml", system!("localboxs/packs.toml")),
            ],
            Template::Founder => &[("billing.toml", system!("founder/billing.toml"))],
        };
        files.iter().map(|(name, text)| (*name, without_schema(text))).collect()
    }
}

/// The first line tells editors where this repository keeps the schema; elsewhere there is none.
fn without_schema(text: &str) -> String {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#:schema ") => rest.to_owned(),
        Some(_) | None => text.to_owned(),
    }
}
