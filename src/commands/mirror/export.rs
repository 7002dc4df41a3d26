//! `billctl mirror export`: whole tables as files for other programs.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Outcome;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Column, FileColumn, FileFormat, Present, Table, TableFile, View};
use crate::store::create_private;
use crate::store::mirror::{ColumnType, Export, ExportTable};

/// Rows that are held in memory at a time.
const BATCH: usize = 10_000;

/// Write the mirror's tables as CSV, JSON lines or Parquet
///
/// All files are of one moment, whatever comes in meanwhile. A file that is there is replaced in one piece.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Only these tables; `billctl mirror query --tables` lists them
    #[arg(value_name = "TABLE")]
    pub tables: Vec<String>,
    /// The folder for the files, one a table
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    pub format: FormatArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FormatArg {
    Csv,
    Jsonl,
    Parquet,
}

impl FormatArg {
    fn format(self) -> FileFormat {
        match self {
            FormatArg::Csv => FileFormat::Csv,
            FormatArg::Jsonl => FileFormat::Jsonl,
            FormatArg::Parquet => FileFormat::Parquet,
        }
    }
}

pub async fn run(ctx: &Context, args: ExportArgs) -> anyhow::Result<Outcome> {
    // Made if it isn't there, and brought up to date: what is opened to read can do neither.
    let path = ctx.mirror()?.path().clone();
    let export = Export::open(&path)?;
    let tables = chosen(export.tables()?, &args.tables)?;
    let folder = ctx.settings().folder.join(&args.out);
    let (dry_run, format) = (ctx.settings().dry_run, args.format.format());
    if !dry_run {
        fs_err::create_dir_all(&folder).explain(
            Kind::Failed,
            || "Cannot make the folder for the files".to_owned(),
            "Name a folder that can be written to with `--out FOLDER`",
        )?;
    }
    let bar = ctx.ui().progress(u64::try_from(tables.len()).unwrap_or(0), "Exporting");
    let mut files = Vec::new();
    for table in &tables {
        bar.say(&table.name);
        let name = format!("{}.{}", table.name, format.extension());
        let rows = match dry_run {
            true => export.rows(table, BATCH, &mut |_| Ok(()))?,
            false => write(&export, table, format, &folder.join(&name)).explain(
                Kind::Failed,
                || format!("Cannot export `{}`", table.name),
                "Check the folder and its space, and run the same command again",
            )?,
        };
        files.push(Written { table: table.name.clone(), path: args.out.join(&name), rows });
        bar.advance(1);
    }
    bar.finish();
    ctx.show(&Files(files))?;
    if dry_run {
        ctx.ui().status("Nothing was written: this is a dry run");
    }
    Ok(Outcome::Done)
}

fn chosen(all: Vec<ExportTable>, names: &[String]) -> anyhow::Result<Vec<ExportTable>> {
    if names.is_empty() {
        return Ok(all);
    }
    for name in names {
        if !all.iter().any(|table| table.name == *name) {
            return Err(fail(
                Kind::Usage,
                format!("The mirror has no table `{name}`"),
                "`billctl mirror query --tables` lists them all",
            ));
        }
    }
    Ok(all.into_iter().filter(|table| names.contains(&table.name)).collect())
}

/// Writes a table beside its name, and gives it the name when it is whole.
fn write(export: &Export, table: &ExportTable, format: FileFormat, path: &Path) -> anyhow::Result<u64> {
    let columns: Vec<FileColumn> = table
        .columns
        .iter()
        .map(|(name, holds)| FileColumn { name: name.clone(), is_integer: *holds == ColumnType::Integer })
        .collect();
    let part = path.with_extension("part");
    let write = || {
        let mut file = TableFile::begin(format, &columns, BufWriter::new(create_private(&part)?))?;
        let rows = export.rows(table, BATCH, &mut |rows| file.add(rows))?;
        let file = file.finish()?.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        fs_err::rename(&part, path)?;
        Ok(rows)
    };
    let written = write();
    if written.is_err() {
        // The reason is in `written`; half a file is of no use to anybody.
        let _ = fs_err::remove_file(&part);
    }
    written
}

struct Written {
    table: String,
    path: PathBuf,
    rows: u64,
}

struct Files(Vec<Written>);

impl Present for Files {
    fn json(&self) -> Value {
        json!({"files": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |file: &Written| json!({"table": file.table, "path": file.path.display().to_string(), "rows": file.rows});
        self.0.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let mut table = Table::new([Column::id("file"), Column::number("rows")]);
        for file in &self.0 {
            table.row([file.path.display().to_string(), file.rows.to_string()]);
        }
        View::new().table(table)
    }
}
