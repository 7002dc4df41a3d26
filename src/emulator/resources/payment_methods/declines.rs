//! Why a payment is declined, as Stripe tells it.

use serde_json::{Value, json};

use crate::emulator::refusal::Refusal;

/// A decline: the error's `code`, `decline_code` and message, and what the charge says of its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    pub code: &'static str,
    pub decline_code: &'static str,
    pub message: &'static str,
    /// What to do about it, where Stripe has advice.
    pub advice_code: Option<&'static str>,
    /// Whether it never reached the bank.
    pub blocked: bool,
}

const fn declined(decline_code: &'static str, message: &'static str) -> Decline {
    Decline { code: "card_declined", decline_code, message, advice_code: None, blocked: false }
}

pub const GENERIC: Decline = Decline {
    advice_code: Some("try_again_later"),
    ..declined("generic_decline", "Your card was declined.")
};
pub const INSUFFICIENT_FUNDS: Decline = Decline {
    advice_code: Some("try_again_later"),
    ..declined("insufficient_funds", "Your card has insufficient funds.")
};
pub const LOST_CARD: Decline =
    Decline { advice_code: Some("do_not_try_again"), ..declined("lost_card", "Your card was declined.") };
pub const STOLEN_CARD: Decline =
    Decline { advice_code: Some("do_not_try_again"), ..declined("stolen_card", "Your card was declined.") };
pub const VELOCITY: Decline = declined(
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
);
pub const BLOCKED: Decline = Decline { blocked: true, ..declined("fraudulent", "Your card was declined.") };
pub const EXPIRED_CARD: Decline = Decline {
    code: "expired_card",
    advice_code: Some("confirm_card_data"),
    ..declined("expired_card", "Your card has expired.")
};
pub const INCORRECT_CVC: Decline = Decline {
    code: "incorrect_cvc",
    advice_code: Some("confirm_card_data"),
    ..declined("incorrect_cvc", "Your card's security code is incorrect.")
};
pub const PROCESSING_ERROR: Decline = Decline {
    code: "processing_error",
    advice_code: Some("try_again_later"),
    ..declined("processing_error", "An error occurred while processing your card. Try again in a little bit.")
};
pub const AUTHENTICATION_REQUIRED: Decline = Decline {
    code: "authentication_required",
    ..declined("authentication_required", "Your card was declined. This transaction requires authentication.")
};

impl Decline {
    /// A charge's `outcome`.
    pub fn outcome(&self) -> Value {
        let seller_message = match (self.blocked, self.decline_code) {
            (true, _) => "Stripe blocked this payment as too risky.".to_owned(),
            (false, "generic_decline") => {
                "The bank did not return any further details with this decline.".to_owned()
            }
            (false, code) => format!("The bank returned the decline code `{code}`."),
        };
        json!({
            "advice_code": self.advice_code,
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": if self.blocked { "not_sent_to_network" } else { "declined_by_network" },
            "reason": if self.blocked { "highest_risk_level" } else { self.decline_code },
            "risk_level": if self.blocked { "highest" } else { "normal" },
            "risk_score": if self.blocked { 79 } else { 20 },
            "seller_message": seller_message,
            "type": if self.blocked { "blocked" } else { "issuer_declined" },
        })
    }

    /// The `last_payment_error` or `last_setup_error` that an intent keeps. `charge` is the failed one.
    pub fn last_error(&self, charge: Option<&str>, payment_method: &Value) -> Value {
        let mut error = json!({
            "code": self.code,
            "decline_code": self.decline_code,
            "doc_url": format!("https://stripe.com/docs/error-codes/{}", self.code.replace('_', "-")),
            "message": self.message,
            "payment_method": payment_method,
            "type": "card_error",
        });
        if let Some(advice) = self.advice_code {
            error["advice_code"] = json!(advice);
        }
        if let Some(charge) = charge {
            error["charge"] = json!(charge);
        }
        error
    }

    /// The 402 that the caller gets. `name` is the intent's field of the error, `intent` the intent as it is now.
    pub fn refusal(&self, name: &str, intent: &Value, last_error: &Value) -> Refusal {
        let mut refusal = self.plain_refusal();
        for field in ["advice_code", "charge", "payment_method"] {
            if let Some(value) = last_error.get(field) {
                refusal = refusal.with(field, value.clone());
            }
        }
        refusal.with(name, intent.clone())
    }

    /// The 402 without an intent: a card that can't be saved.
    pub fn plain_refusal(&self) -> Refusal {
        let refusal = Refusal { status: 402, kind: "card_error", ..Refusal::invalid(self.message) };
        refusal.code(self.code).with("decline_code", json!(self.decline_code))
    }
}
