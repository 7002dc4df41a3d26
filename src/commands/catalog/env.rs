//! `catalog env`

use std::path::PathBuf;

use super::prepare;
use crate::billing::catalog::model::Catalog;
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::matching;
use crate::commands::{Outcome, env_lines};
use crate::context::Context;
use crate::error::{Kind as Failure, fail};

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
    env_lines::give(ctx, lines, args.write.as_deref())?;
    Ok(Outcome::Done)
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
