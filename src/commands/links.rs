//! Links back into the application, from the templates of the billing file.

use std::collections::BTreeMap;

use crate::billing::catalog::file::{Links, TextOrEnv};
use crate::billing::catalog::nearest::suggest;
use crate::billing::link::{Unfilled, fill};
use crate::commands::pair::Pair;
use crate::context::Context;
use crate::error::{Kind, fail};

/// The variables of templates, each with its value if it has one.
#[derive(Debug)]
pub struct Variables {
    values: BTreeMap<String, Option<String>>,
}

impl Variables {
    /// The variables of the billing file, those given with `--var`, and what is known of the sale.
    ///
    /// # Errors
    /// `Usage` for a name that the billing file does not have, or an environment variable that is not set.
    pub fn new(
        ctx: &Context,
        links: &Links,
        given: &[Pair],
        known: &[(&str, Option<&str>)],
    ) -> anyhow::Result<Variables> {
        let mut values: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (name, value) in known {
            values.insert((*name).to_owned(), value.map(str::to_owned));
        }
        values.extend(links.parameters.iter().map(|name| (name.clone(), None)));
        for Pair { name, value } in given {
            if !links.parameters.contains(name) {
                let known = links.parameters.iter().map(String::as_str);
                return Err(fail(
                    Kind::Usage,
                    format!("`--var {name}={value}`: the links take no parameter `{name}`"),
                    format!("{} (`parameters` of [links] names them)", suggest(name, known, "parameters")),
                ));
            }
            values.insert(name.clone(), Some(value.clone()).filter(|value| !value.is_empty()));
        }
        let base = links.base_url.iter().map(|value| ("base_url", value));
        for (name, value) in base.chain(links.variables.iter().map(|(name, value)| (name.as_str(), value))) {
            values.insert(name.to_owned(), text(ctx, value));
        }
        Ok(Variables { values })
    }

    /// Fills a template in. `what` names it in errors: `links.success`, `--cancel-url`.
    ///
    /// # Errors
    /// `Usage` with what is missing, unknown or no address.
    pub fn fill(&self, what: &str, template: &str, is_success: bool) -> anyhow::Result<String> {
        fill(template, &self.values, is_success).map_err(|why| {
            let fix = match &why {
                Unfilled::Unknown(name) => suggest(name, self.values.keys().map(String::as_str), "variables"),
                Unfilled::NoValue(name) => format!(
                    "Give it with `--var {name}=VALUE`, set the environment variable that [links] names for it, or put \
                     its part of the template into [ ]"
                ),
                Unfilled::Broken(_) => "Write variables as {name} and optional parts as [ ]".to_owned(),
                Unfilled::SessionId => "Remove it there".to_owned(),
                Unfilled::NoAddress(_) => {
                    "It has to begin with https:// or http://; look at what the template begins with".to_owned()
                }
            };
            fail(Kind::Usage, format!("The address of {what} can't be made: {why}; nothing was sent"), fix)
        })
    }
}

fn text(ctx: &Context, value: &TextOrEnv) -> Option<String> {
    match value {
        TextOrEnv::Text(text) => Some(text.clone()),
        TextOrEnv::Env(env) => {
            ctx.settings().environment.text(&env.env).map(str::to_owned).or_else(|| env.default.clone())
        }
    }
}
