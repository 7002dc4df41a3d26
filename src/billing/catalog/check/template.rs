//! Link templates, checked as far as their values are known.

use super::Checker;
use crate::billing::catalog::file::{Links, TextOrEnv};
use crate::billing::catalog::nearest::nearest;
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;
use crate::billing::link::{BUILT_IN, Broken, Part, SESSION_ID, parse};

impl Checker<'_> {
    pub fn links(&mut self, links: &Links) {
        let at = At::ROOT.key("links");
        if let Some(base_url) = &links.base_url {
            self.variable(&at.key("base_url"), base_url, true);
        }
        let variables = at.key("variables");
        for (name, value) in &links.variables {
            self.variable_name(&variables.key(name), name);
            self.variable(&variables.key(name), value, false);
        }
        let parameters = at.key("parameters");
        for (index, name) in links.parameters.iter().enumerate() {
            self.variable_name(&parameters.index(index), name);
        }
        for (key, template) in
            [("success", &links.success), ("cancel", &links.cancel), ("portal_return", &links.portal_return)]
        {
            if let Some(template) = template {
                self.template(&at.key(key), links, template, key == "success");
            }
        }
        if let Some(key) = &links.subject_metadata {
            let length = key.chars().count();
            if length == 0 || length > 40 || key.contains(['[', ']']) {
                self.report(
                    Finding::at(
                        "bad_key",
                        &at.key("subject_metadata"),
                        format!("`{key}` can't be a metadata key"),
                    )
                    .hint("Stripe takes 1 to 40 characters without square brackets"),
                );
            }
        }
    }

    fn variable_name(&mut self, at: &At<'_>, name: &str) {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(letters) {
            self.report(
                Finding::at_key("bad_key", at, format!("`{name}` can't be a variable"))
                    .hint("Use lowercase letters, digits and `_`"),
            );
        } else if BUILT_IN.contains(&name) {
            self.report(
                Finding::at_key("duplicate", at, format!("`{name}` is a variable already"))
                    .hint("Give it another name"),
            );
        }
    }

    pub(super) fn variable(&mut self, at: &At<'_>, value: &TextOrEnv, is_address: bool) {
        match value {
            TextOrEnv::Text(text) if is_address => {
                self.web_address(at, text);
            }
            TextOrEnv::Text(_) => {}
            TextOrEnv::Env(env) => {
                self.env_name(&at.key("env"), &env.env);
                if let Some(default) = env.default.as_ref().filter(|_| is_address) {
                    self.web_address(&at.key("default"), default);
                }
            }
        }
    }

    fn template(&mut self, at: &At<'_>, links: &Links, template: &str, is_success: bool) {
        let parts = match parse(template) {
            Ok(parts) => parts,
            Err(Broken(what)) => {
                self.report(
                    Finding::at("bad_template", at, what)
                        .hint("Write variables as {name} and optional parts as [ ]"),
                );
                return;
            }
        };
        let starts_well = match parts.first() {
            Some(Part::Text { text, .. }) => text.starts_with("https://") || text.starts_with("http://"),
            Some(Part::Variable { name, group: None }) => starts_an_address(links, name),
            Some(Part::Variable { .. }) | None => false,
        };
        if !starts_well {
            self.report(
                Finding::at(
                    "bad_url",
                    at,
                    "the link must start with http:// or https://, or a variable that does",
                )
                .hint("Write it like \"{base_url}/pricing\""),
            );
        }
        for part in &parts {
            let Part::Variable { name, .. } = part else { continue };
            let known = BUILT_IN.into_iter().filter(|name| *name != "base_url" || links.base_url.is_some());
            let known = known
                .chain(links.variables.keys().map(String::as_str))
                .chain(links.parameters.iter().map(String::as_str));
            if *name == SESSION_ID {
                if !is_success {
                    self.report(
                        Finding::at(
                            "bad_template",
                            at,
                            format!("Stripe fills in {{{SESSION_ID}}} after a success only"),
                        )
                        .hint("Remove it here"),
                    );
                }
            } else if *name == "base_url" && links.base_url.is_none() {
                self.report(
                    Finding::at("missing_key", at, "`{base_url}` is used, but not set")
                        .hint("Add base_url = \"https://…\" or base_url = { env = \"NAME\" } to [links]"),
                );
            } else if !known.clone().any(|known| known == *name) {
                let known = known.chain([SESSION_ID]);
                let hint = match nearest(name, known.clone()) {
                    Some(near) => format!("Did you mean `{{{near}}}`?"),
                    None => format!(
                        "Declare it in [links.variables], or in links.parameters if it is given with each link; known are {}",
                        known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    ),
                };
                self.report(
                    Finding::at("unknown_reference", at, format!("there is no variable `{{{name}}}`"))
                        .hint(hint),
                );
            }
        }
    }
}

/// Whether what is known of a variable lets an address start with it.
fn starts_an_address(links: &Links, name: &str) -> bool {
    let value = if name == "base_url" { links.base_url.as_ref() } else { links.variables.get(name) };
    match value {
        Some(TextOrEnv::Text(text)) => text.starts_with("https://") || text.starts_with("http://"),
        // The environment's value is checked when a link is made.
        Some(TextOrEnv::Env(_)) => true,
        // Said once already, as an unknown or unset variable.
        None => name == "base_url" || !links.parameters.iter().any(|parameter| parameter == name),
    }
}
