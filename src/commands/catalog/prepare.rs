//! What plan, sync and promote begin with: the wanted resources, the account, and the plan between them.

use crate::billing::plan::account::{Account, FEATURES_TAG, Object};
use crate::billing::plan::change::{Action, Conflict};
use crate::billing::plan::kind::{Address, Kind};
use crate::billing::plan::wanted::{self, Resource};
use crate::billing::plan::{Choices, Plan};
use crate::context::{Connection, Context};
use crate::error::{Kind as Failure, fail};
use crate::stripe::{self, API_VERSION};

/// Which differences count, and how far sync may go.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ChoiceArgs {
    /// Archive what billctl made and the catalog no longer has
    #[arg(long)]
    pub prune: bool,
    /// Claim what another project or tool marked as its own
    #[arg(long)]
    pub takeover: bool,
    /// Only this resource and what it needs: a key like `pro`, `pro.monthly` or `coupon.WELCOME`; may be repeated
    #[arg(long = "target", value_name = "KEY")]
    pub targets: Vec<String>,
}

impl ChoiceArgs {
    /// # Errors
    /// `Usage` if a target is no key of the catalog, with the nearest ones.
    pub fn checked(&self, wanted: &[Resource]) -> anyhow::Result<Choices> {
        for target in &self.targets {
            let known = wanted.iter().any(|resource| is_target(target, &resource.address));
            if !known {
                let keys = wanted.iter().map(|resource| resource.address.key.as_str());
                let nearest = keys.max_by(|one, other| {
                    strsim::jaro_winkler(one, target).total_cmp(&strsim::jaro_winkler(other, target))
                });
                let fix = match nearest {
                    Some(nearest) => {
                        format!("Did you mean `{nearest}`? `billctl catalog plan` shows all keys")
                    }
                    None => "The catalog is empty: add a product to it".to_owned(),
                };
                return Err(fail(Failure::Usage, format!("The catalog has no `{target}`"), fix));
            }
        }
        Ok(Choices { prune: self.prune, takeover: self.takeover, targets: self.targets.clone() })
    }
}

fn is_target(target: &str, address: &Address) -> bool {
    let under = address.key.strip_prefix(target);
    under.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        || target == format!("{}.{}", address.kind, address.key)
}

/// The resources that the catalog wants.
///
/// # Errors
/// `Usage` if the billing file is missing or has problems.
pub fn wanted(ctx: &Context) -> anyhow::Result<Vec<Resource>> {
    Ok(wanted::resources(&ctx.catalog()?.catalog, API_VERSION))
}

/// The account that is planned for; a restricted key that may not ask has only the profile's word for it.
///
/// # Errors
/// What Stripe refuses.
pub async fn account_id(connection: &Connection) -> anyhow::Result<String> {
    match connection.account().await {
        Ok(account) => Ok(account.id.clone()),
        Err(error) if error.status() == Some(403) => Ok(format!("profile {}", connection.profile().name)),
        Err(error) => Err(error.into()),
    }
}

/// Reads what the account holds of the wanted kinds.
///
/// # Errors
/// What Stripe refuses.
pub async fn fetch(connection: &Connection, wanted: &[Resource]) -> anyhow::Result<Account> {
    let needed = |kind: Kind| wanted.iter().any(|resource| resource.address.kind == kind);
    let attaching: std::collections::HashSet<&str> = wanted
        .iter()
        .filter(|resource| resource.address.kind == Kind::ProductFeature)
        .filter_map(|resource| resource.address.key.split('.').next())
        .collect();
    let ids: std::collections::HashSet<&str> = wanted
        .iter()
        .filter(|resource| {
            resource.address.kind == Kind::Product && attaching.contains(resource.address.key.as_str())
        })
        .flat_map(|resource| [&resource.natural_key, &resource.stripe_id])
        .filter_map(|id| id.as_deref())
        .collect();
    let may_have_features = |product: &Object| {
        let marked = product.json.pointer(&format!("/metadata/{FEATURES_TAG}")).is_some();
        marked || ids.contains(product.id.as_str())
    };
    Ok(stripe::catalog::fetch(&connection.reader(), needed, may_have_features).await?)
}

/// Looks up what hangs on the prices that a plan retires: subscribers and payment links.
///
/// # Errors
/// What Stripe refuses.
pub async fn look_up_retirements(connection: &Connection, plan: &mut Plan) -> anyhow::Result<()> {
    let retires = |action: Action| matches!(action, Action::Replace | Action::Archive);
    let prices: Vec<String> = plan
        .changes
        .iter()
        .filter(|change| change.address.kind == Kind::Price && retires(change.action))
        .filter_map(|change| change.id.clone())
        .collect();
    let mut found = stripe::catalog::retirements(&connection.reader(), &prices).await?;
    for change in plan.changes.iter_mut().filter(|change| change.address.kind == Kind::Price) {
        if let Some(id) = change.id.as_deref().filter(|_| retires(change.action)) {
            change.retires = found.remove(id);
        }
    }
    Ok(())
}

/// Refuses a plan with conflicts, naming all of them.
///
/// # Errors
/// `Refused` where something belongs to somebody else, else `Usage`.
pub fn refuse_conflicts(conflicts: &[Conflict]) -> anyhow::Result<()> {
    let Some(first) = conflicts.first() else { return Ok(()) };
    let foreign = conflicts.iter().any(|conflict| conflict.foreign);
    let kind = if foreign { Failure::Refused } else { Failure::Usage };
    let mut messages: Vec<&str> = conflicts.iter().map(|conflict| conflict.message.as_str()).collect();
    messages.sort_unstable();
    let message = match messages.as_slice() {
        [only] => (*only).to_owned(),
        many => format!("{} things stand in the way:\n  {}", many.len(), many.join("\n  ")),
    };
    Err(fail(kind, message, first.fix.clone()))
}
