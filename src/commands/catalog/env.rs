//! `catalog env`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::prepare;
use crate::billing::catalog::model::Catalog;
use crate::billing::env_file;
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::matching;
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::{Explain as _, Kind as Failure, fail};
use crate::render::{Present, View};

/// Print the ids that the catalog gives environment names, as `KEY=id` lines, or write them to a file
#[derive(Debug, clap::Args)]
pub struct EnvArgs {
    /// Set the lines in this file, and keep its other lines as they are
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: EnvArgs) -> anyhow::Result<Outcome> {
    let wanted = prepare::wanted(ctx)?;
    let catalog = &ctx.catalog()?.catalog;
    let names = names(catalog);
    let connection = ctx.stripe().await?;
    let account = prepare::fetch(&connection, &wanted).await?;
    let matches = matching::find(&catalog.project, &wanted, &account);
    let mut lines = Vec::new();
    let mut missing = Vec::new();
    for (name, address) in names {
        match matches.object(&address) {
            Some(object) => lines.push((name, object.id.clone())),
            None => missing.push(format!("{name} ({address})")),
        }
    }
    if !missing.is_empty() {
        let message = format!("Not in Stripe yet: {}", missing.join(", "));
        return Err(fail(Failure::Failed, message, "Run `billctl catalog sync` first"));
    }
    if let Some(path) = &args.write {
        if ctx.settings().dry_run {
            ctx.ui().status(&format!("Would set {} lines in {}", lines.len(), path.display()));
        } else {
            write(path, &lines)?;
            ctx.ui().status(&format!("Set {} lines in {}", lines.len(), path.display()));
            if !prints(ctx) {
                return Ok(Outcome::Done);
            }
        }
    }
    ctx.show(&Lines { lines })?;
    Ok(Outcome::Done)
}

/// Whether the result is wanted on stdout although it went to a file: a program asked for a document.
fn prints(ctx: &Context) -> bool {
    ctx.settings().format != crate::render::Format::Table
}

/// The environment names of a catalog, sorted, with what each is the id of.
fn names(catalog: &Catalog) -> Vec<(String, Address)> {
    let mut names = Vec::new();
    for (key, product) in catalog.products.iter().filter(|(_, product)| !product.is_only_local()) {
        names.extend(product.env.clone().map(|name| (name, Address::new(Kind::Product, key))));
        for (price_key, price) in &product.prices {
            let address = Address::new(Kind::Price, format!("{key}.{price_key}"));
            names.extend(price.env.clone().map(|name| (name, address)));
        }
    }
    names.sort();
    names
}

fn write(path: &Path, lines: &[(String, String)]) -> anyhow::Result<()> {
    let fix = "Name a text file that can be written with `--write FILE`";
    let old = match fs_err::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(error).explain(Failure::Usage, || "Cannot read the env file".to_owned(), fix);
        }
    };
    let new = env_file::with(&old, lines);
    crate::store::replace_file(path, new.as_bytes()).explain(
        Failure::Usage,
        || "Cannot write the env file".to_owned(),
        fix,
    )
}

#[derive(Debug)]
struct Lines {
    lines: Vec<(String, String)>,
}

impl Present for Lines {
    fn json(&self) -> Value {
        self.lines
            .iter()
            .map(|(name, id)| (name.clone(), json!(id)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn rows(&self) -> Vec<Value> {
        self.lines.iter().map(|(name, id)| json!({"name": name, "id": id})).collect()
    }

    fn view(&self) -> View {
        self.lines.iter().fold(View::new(), |view, (name, id)| view.line(format!("{name}={id}")))
    }
}
