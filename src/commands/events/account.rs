//! Whose events and objects a profile keeps: one account's.

use crate::context::{AccountInfo, Connection};
use crate::error::{Kind, fail};
use crate::store::mirror::Mirror;

/// Notes at the first contact which account the mirror is a copy of, and refuses another one from then on. A key that may
/// not say whose it is can read all the same.
///
/// # Errors
/// `Refused` for another account; what Stripe or the disk refuses.
pub async fn keep_to_account(connection: &Connection, mirror: &mut Mirror) -> anyhow::Result<()> {
    match connection.account().await {
        Ok(account) => keep_to(account, mirror),
        Err(error) if error.status() == Some(403) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The same, for an account that is known.
///
/// # Errors
/// `Refused` for another account than the mirror's; if the disk fails.
pub fn keep_to(account: &AccountInfo, mirror: &mut Mirror) -> anyhow::Result<()> {
    let known = match mirror.account()? {
        Some(known) => known,
        None => {
            let filled = mirror.last_fill()?.map(|fill| fill.scope.account);
            let known = filled.unwrap_or_else(|| account.id.clone());
            mirror.set_account(&known)?;
            known
        }
    };
    if known == account.id {
        return Ok(());
    }
    Err(fail(
        Kind::Refused,
        format!("The mirror is a copy of {known}, and the key opens {}", account.id),
        format!(
            "Use another profile for another account, or move `{}` away with all that is in it to begin anew",
            mirror.path().parent().unwrap_or(mirror.path()).display()
        ),
    ))
}
