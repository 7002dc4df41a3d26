//! What is sold, as the flags of a checkout or a payment link name it.

use super::goods::Asked;
use crate::billing::currency::Currency;
use crate::commands::amount;

#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
pub struct What {
    /// Subscribe to this plan: its key in the billing file
    #[arg(long, value_name = "KEY")]
    pub plan: Option<String>,
    /// Buy this, once: its key in the billing file
    #[arg(long, value_name = "KEY")]
    pub pack: Option<String>,
    /// Pay this amount, once: '12.50 usd', or 12.50 with `--currency`
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
}

impl What {
    /// What is asked for; `description` says what an amount is for.
    ///
    /// # Errors
    /// `Usage` for an amount that is none.
    pub fn asked(
        &self,
        price: Option<String>,
        description: Option<&str>,
        currency: Option<Currency>,
    ) -> anyhow::Result<Asked> {
        let What { plan, pack, amount } = self;
        Ok(match (plan, pack, amount) {
            (Some(plan), _, _) => Asked::Plan { plan: plan.clone(), price },
            (None, Some(pack), _) => Asked::Pack { pack: pack.clone(), price },
            (None, None, Some(text)) => Asked::Amount {
                money: amount::typed("--amount", text, currency)?,
                description: description.unwrap_or("Payment").to_owned(),
            },
            (None, None, None) => Asked::Price(price.unwrap_or_default()),
        })
    }
}
