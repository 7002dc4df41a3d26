//! `catalog schema`

use crate::billing::catalog::schema;
use crate::commands::Outcome;
use crate::context::Context;

/// Print the JSON Schema of billing.toml, with which editors complete and check it
///
/// Write it beside a billing.toml and name it in the file's first line:
///
///   billctl catalog schema > billing.schema.json
///   #:schema ./billing.schema.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct SchemaArgs {}

pub async fn run(ctx: &Context, _args: SchemaArgs) -> anyhow::Result<Outcome> {
    ctx.print(&schema::text()?)?;
    Ok(Outcome::Done)
}
