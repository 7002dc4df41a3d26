//! `catalog pull`

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::prepare;
use super::pulled::{self, Written};
use crate::billing::catalog::Document;
use crate::billing::catalog::file::{KeySource, Profile};
use crate::billing::plan::account::Account;
use crate::billing::plan::kind::Kind;
use crate::billing::pull::{self, Failure, Known, Pulled, Request, Scope};
use crate::commands::Outcome;
use crate::context::{Connection, Context};
use crate::error::{Explain as _, Kind as FailureKind, fail};
use crate::render::Format;
use crate::stripe::{self, API_VERSION};

/// Write what the account has as a catalog that then plans to nothing
#[derive(Debug, clap::Args)]
pub struct PullArgs {
    /// The file to write; one that is there is changed in place and keeps its comments. Without it the catalog is printed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The project's name in a new file [default: the current billing file's, else the account's name]
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// What is archived, too
    #[arg(long)]
    pub include_archived: bool,
    /// What another project or tool marked as its own, too; `catalog sync --takeover` then claims it
    #[arg(long)]
    pub takeover: bool,
}

pub async fn run(ctx: &Context, args: PullArgs) -> anyhow::Result<Outcome> {
    let connection = ctx.stripe().await?;
    let account_id = prepare::account_id(&connection).await?;
    let target = Target::choose(ctx, &args, &connection, &account_id).await?;
    let (account, unreadable) = fetch(&connection).await?;
    let known = Known::new();
    let request = Request {
        account: &account,
        project: &target.project,
        api_version: API_VERSION,
        scope: Scope::Account,
        include_archived: args.include_archived,
        takeover: args.takeover,
        known: &known,
    };
    let profile = ctx.profile()?.name;
    let mut pulled = pull(ctx, &request, &target, &profile)?;
    // Whether Stripe has them is not known.
    pulled.missing.retain(|address| !unreadable.contains(&address.kind));
    for kind in unreadable {
        ctx.ui().warn(&format!("The key may not read {}: they are left as they are", pulled::plural(kind)));
    }
    pulled::tell(ctx, &pulled, args.takeover);
    let text = target.text(&pulled);
    if args.out.is_some() && !ctx.settings().dry_run {
        write(ctx, &target, &pulled)?;
    }
    let written =
        Written { project: &target.project, file: args.out.as_deref(), pulled: &pulled, text: &text };
    match (&args.out, ctx.settings().format) {
        (None, Format::Table) => ctx.ui().data(&text).map_err(Into::into),
        _ => ctx.show(&written),
    }?;
    Ok(Outcome::Done)
}

/// The file that is pulled into.
#[derive(Debug)]
struct Target {
    /// As a person would write it here.
    path: PathBuf,
    project: String,
    /// The beginning of a new file; `None` for one that is there.
    new: Option<String>,
}

impl Target {
    async fn choose(
        ctx: &Context,
        args: &PullArgs,
        connection: &Connection,
        account_id: &str,
    ) -> anyhow::Result<Target> {
        let folder = &ctx.settings().folder;
        let path = args.out.clone().unwrap_or_else(|| PathBuf::from("billing.toml"));
        if folder.join(&path).is_dir() {
            return Err(fail(
                FailureKind::Usage,
                format!("{} is a folder", path.display()),
                "Name a file in it, like `--out billing.toml`",
            ));
        }
        if args.out.is_some() && folder.join(&path).exists() {
            let project = project_of(ctx, &path)?;
            if let Some(other) = args.project.as_ref().filter(|other| **other != project) {
                return Err(fail(
                    FailureKind::Usage,
                    format!("{} is of the project `{project}`, not `{other}`", path.display()),
                    "Leave out `--project`, or name another file with `--out`",
                ));
            }
            return Ok(Target { path, project, new: None });
        }
        let billing = ctx.billing_if_any()?;
        let current = billing.and_then(|billing| billing.file.project.as_ref());
        let project = match (&args.project, current) {
            (Some(named), _) => checked(named)?,
            (None, Some(current)) => current.name.clone(),
            (None, None) => {
                let name = connection.account().await.ok().and_then(|account| account.name.as_deref());
                pull::project_name(name.unwrap_or_default())
            }
        };
        let profile_name = ctx.profile()?.name;
        let profile = billing.and_then(|billing| billing.file.profiles.get(&profile_name));
        let profile = profile.map(|profile| seen_from(ctx, profile, &folder.join(&path)));
        let new = pull::new_file(account_id, &project, &profile_name, profile.as_ref());
        Ok(Target { path, project, new: Some(new) })
    }

    /// The file's own text, as it is now.
    fn text(&self, pulled: &Pulled) -> String {
        let shown = self.path.display().to_string();
        let changed = pulled.files.iter().find(|source| source.path == shown);
        match (changed, &self.new) {
            (Some(source), _) => source.text.clone(),
            (None, Some(new)) => new.clone(),
            (None, None) => String::new(),
        }
    }
}

/// The project of a file that is there.
fn project_of(ctx: &Context, path: &Path) -> anyhow::Result<String> {
    let read = |path: &Path| fs_err::read(ctx.settings().folder.join(path));
    let file = Document::read(&read, path)?.settings()?;
    file.project.map(|project| project.name).ok_or_else(|| {
        fail(
            FailureKind::Usage,
            format!("{} names no project", path.display()),
            "Add [project] with name = \"…\": it marks in Stripe what is yours",
        )
    })
}

/// A name as a project may have one.
fn checked(name: &str) -> anyhow::Result<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    if begins && name.len() <= 40 && name.bytes().all(plain) {
        return Ok(name.to_owned());
    }
    Err(fail(
        FailureKind::Usage,
        format!("`{name}` can't be a project's name"),
        "Use lowercase letters, digits, `-` and `_`, a letter first, at most 40",
    ))
}

/// A profile in another file: the path of its key is told from there.
fn seen_from(ctx: &Context, profile: &Profile, file: &Path) -> Profile {
    let mut profile = profile.clone();
    let home = ctx.settings().project_folder();
    if let Some(KeySource::File(path)) = &mut profile.secret_key
        && file.parent() != Some(home)
    {
        *path = home.join(&path).display().to_string();
    }
    profile
}

/// Everything that the account has, and the kinds that the key may not read.
///
/// # Errors
/// What Stripe refuses.
pub async fn fetch(connection: &Connection) -> anyhow::Result<(Account, Vec<Kind>)> {
    let unreadable = Mutex::new(Vec::new());
    let is_needed = |kind: Kind| {
        // Nothing to plan with is left where products or prices can't be read.
        let needed = matches!(kind, Kind::Product | Kind::Price);
        if let (false, Ok(mut unreadable)) = (needed, unreadable.lock()) {
            unreadable.push(kind);
        }
        needed
    };
    let account = stripe::catalog::fetch(&connection.reader(), is_needed, |_| true).await?;
    let mut unreadable = unreadable.into_inner().unwrap_or_default();
    unreadable.sort_unstable();
    unreadable.dedup();
    Ok((account, unreadable))
}

fn pull(ctx: &Context, request: &Request<'_>, target: &Target, profile: &str) -> anyhow::Result<Pulled> {
    let read = |path: &Path| match &target.new {
        Some(text) if path == target.path => Ok(text.clone().into_bytes()),
        _ => fs_err::read(ctx.settings().folder.join(path)),
    };
    pull::pull(request, &read, &target.path, Some(profile)).map_err(unproven)
}

/// Why nothing was written.
pub fn unproven(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Problems(problems) => problems.into(),
        Failure::Unproven(differences) => fail(
            FailureKind::Failed,
            format!("What was pulled would not plan to nothing:\n  {}", differences.join("\n  ")),
            "Nothing was written. Change these in Stripe or in the file, then pull again",
        ),
    }
}

/// Writes what changed, each file in one piece, the root last: it may be new.
fn write(ctx: &Context, target: &Target, pulled: &Pulled) -> anyhow::Result<()> {
    let fix = "Name a file that can be written with `--out FILE`";
    let write = |path: &Path, text: &str| {
        crate::store::replace_file(&ctx.settings().folder.join(path), text.as_bytes()).explain(
            FailureKind::Usage,
            || format!("Cannot write {}", path.display()),
            fix,
        )
    };
    for source in pulled.files.iter().rev() {
        write(Path::new(&source.path), &source.text)?;
    }
    match &target.new {
        Some(new) if pulled.files.is_empty() => write(&target.path, new),
        Some(_) | None => Ok(()),
    }
}
