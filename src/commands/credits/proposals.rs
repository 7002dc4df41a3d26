//! `credits proposals`

use serde_json::{Value, json};

use super::booking::now;
use super::proposal::{proposal_json, role};
use crate::billing::credits::{Proposal, Standing};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Column, Present, Table, Text, View};

/// Show the bookings that wait for a second person
#[derive(Debug, clap::Args)]
pub struct ProposalsArgs {
    /// Those too that were decided, or that nobody approved in time
    #[arg(long)]
    pub all: bool,
}

pub fn run(ctx: &Context, args: ProposalsArgs) -> anyhow::Result<Outcome> {
    let ProposalsArgs { all } = args;
    let now = now(ctx);
    let mut proposals = ctx.books()?.credit_proposals(!all)?;
    proposals.retain(|proposal| all || proposal.standing(now) == Standing::Waiting);
    ctx.show(&Proposals { proposals, now, all })?;
    Ok(Outcome::Done)
}

struct Proposals {
    proposals: Vec<Proposal>,
    now: i64,
    all: bool,
}

impl Present for Proposals {
    fn json(&self) -> Value {
        json!({"proposals": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        self.proposals.iter().map(|proposal| proposal_json(proposal, self.now)).collect()
    }

    fn view(&self) -> View {
        if self.proposals.is_empty() {
            return View::new().line(match self.all {
                true => "Nothing ever waited for a second person",
                false => "Nothing waits for a second person",
            });
        }
        let mut table = Table::new([
            Column::number("proposal"),
            Column::id("subject"),
            Column::number("change"),
            Column::id("until"),
            Column::id("status"),
            Column::words("why"),
        ]);
        for proposal in &self.proposals {
            let standing = proposal.standing(self.now);
            table.row([
                Text::from(proposal.number.to_string()),
                Text::from(proposal.request.subject.as_str()),
                Text::from(format!("{:+}", proposal.change)),
                Text::from(time(proposal.until)),
                Text::new(role(standing), standing.name()),
                Text::from(format!("{} · {}", proposal.request.reason, proposal.request.actor)),
            ]);
        }
        View::new().table(table)
    }
}
