//! One object of the mirror beside Stripe's.

use serde_json::{Value, json};

use crate::billing::backfill::{Change, changes};
use crate::billing::projection::kept;
use crate::store::mirror::{Mirror, MirroredObject};
use crate::stripe::lists::{Dated, Found};

/// What the mirror has of an object.
#[derive(Debug)]
pub struct Known {
    object: Option<MirroredObject>,
    personal_data: bool,
}

/// How the two stand to each other.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    Same,
    Differs(Differs),
}

/// What differs.
#[derive(Debug, Clone, PartialEq)]
pub enum Differs {
    /// Stripe has it and the mirror has not, or has it as deleted.
    Missing,
    /// The mirror has it and Stripe has it no more.
    Gone,
    /// These fields have other values.
    Changed(Vec<Change>),
}

/// An object that differs.
#[derive(Debug)]
pub struct Difference {
    pub kind: String,
    pub id: String,
    pub differs: Differs,
    /// As Stripe has it.
    pub found: Dated<Found>,
    pub is_repaired: bool,
}

impl Known {
    /// # Errors
    /// If the mirror can't be read.
    pub fn of(mirror: &Mirror, kind: &str, id: &str) -> anyhow::Result<Known> {
        Ok(Known { object: mirror.object(kind, id)?, personal_data: mirror.keeps_personal_data() })
    }

    /// Compares it with what Stripe has. What the mirror leaves out on purpose is no difference.
    pub fn standing(&self, found: &Found) -> Standing {
        let known = self.object.as_ref().filter(|object| !object.deleted);
        match (known, found) {
            (None, Found::Gone) => Standing::Same,
            (None, Found::Object(_)) => Standing::Differs(Differs::Missing),
            (Some(_), Found::Gone) => Standing::Differs(Differs::Gone),
            (Some(known), Found::Object(object)) => {
                let changes = changes(&known.body, &kept(object.clone(), self.personal_data));
                if changes.is_empty() { Standing::Same } else { Standing::Differs(Differs::Changed(changes)) }
            }
        }
    }
}

impl Difference {
    pub fn json(&self) -> Value {
        let Difference { kind, id, differs, found: _, is_repaired } = self;
        let field =
            |change: &Change| json!({"path": change.path, "mirror": change.mirror, "stripe": change.stripe});
        let (name, fields) = match differs {
            Differs::Missing => ("missing", Vec::new()),
            Differs::Gone => ("gone", Vec::new()),
            Differs::Changed(changes) => ("changed", changes.iter().map(field).collect()),
        };
        json!({"kind": kind, "id": id, "difference": name, "fields": fields, "repaired": is_repaired})
    }

    pub fn words(&self) -> String {
        match &self.differs {
            Differs::Missing => "not in the mirror".to_owned(),
            Differs::Gone => "gone from Stripe".to_owned(),
            Differs::Changed(changes) => {
                let told = changes.iter().take(3).map(|change| {
                    format!("{}: {} → {}", change.path, short(&change.mirror), short(&change.stripe))
                });
                let told = told.collect::<Vec<_>>().join("; ");
                match changes.len().saturating_sub(3) {
                    0 => told,
                    more => format!("{told}; and {more} more"),
                }
            }
        }
    }
}

/// A value in few letters.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
