//! Stripe's documented test cards and test accounts, by token, by test id and by number.
//!
//! From docs.stripe.com/testing. A name is what follows `tok_` and `pm_card_`. What a card does is looked up by its
//! first name, which a payment method keeps; numbers are never stored.

use super::declines::{self, Decline};

/// What happens to payments with a payment method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behaviour {
    /// Why every payment is declined.
    pub decline: Option<&'static Decline>,
    /// Whether it can be saved for a customer although payments are declined.
    pub attaches: bool,
    pub authentication: Authentication,
    /// Whether the money is there days later only, as with bank debits.
    pub delayed: bool,
    /// Whether the money is available without the usual days of waiting.
    pub at_once: bool,
    /// Whether refunds to it fail after they began.
    pub refunds_fail: bool,
}

/// When the customer has to confirm a payment with the bank (3D Secure).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    Never,
    Always,
    /// Until it was set up for payments without the customer.
    UntilSetUp,
    /// Only while the customer is there.
    OnSession,
}

impl Authentication {
    pub fn is_due(self, set_up: bool, off_session: bool) -> bool {
        match self {
            Authentication::Never => false,
            Authentication::Always => true,
            Authentication::UntilSetUp => !set_up,
            Authentication::OnSession => !off_session,
        }
    }
}

const PAYS: Behaviour = Behaviour {
    decline: None,
    attaches: true,
    authentication: Authentication::Never,
    delayed: false,
    at_once: false,
    refunds_fail: false,
};

const fn declines(decline: &'static Decline) -> Behaviour {
    Behaviour { decline: Some(decline), attaches: false, ..PAYS }
}

const fn authenticates(authentication: Authentication) -> Behaviour {
    Behaviour { authentication, ..PAYS }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    pub names: &'static [&'static str],
    pub number: &'static str,
    pub brand: &'static str,
    pub funding: &'static str,
    pub country: &'static str,
    pub behaviour: Behaviour,
}

const fn card(names: &'static [&'static str], number: &'static str, behaviour: Behaviour) -> TestCard {
    TestCard { names, number, brand: "visa", funding: "credit", country: "US", behaviour }
}

const fn brand(
    name: &'static [&'static str],
    number: &'static str,
    brand: &'static str,
    funding: &'static str,
) -> TestCard {
    TestCard { brand, funding, ..card(name, number, PAYS) }
}

const CARDS: &[TestCard] = &[
    card(&["visa", "us"], "4242424242424242", PAYS),
    brand(&["visa_debit"], "4000056655665556", "visa", "debit"),
    brand(&["mastercard"], "5555555555554444", "mastercard", "credit"),
    brand(&["mastercard_debit"], "5200828282828210", "mastercard", "debit"),
    brand(&["mastercard_prepaid"], "5105105105105100", "mastercard", "prepaid"),
    brand(&["amex"], "378282246310005", "amex", "credit"),
    brand(&["discover"], "6011111111111117", "discover", "credit"),
    brand(&["diners"], "3056930009020004", "diners", "credit"),
    brand(&["jcb"], "3566002020360505", "jcb", "credit"),
    brand(&["unionpay"], "6200000000000005", "unionpay", "credit"),
    TestCard { country: "DE", ..card(&["de"], "4000002760000016", PAYS) },
    TestCard { country: "GB", ..card(&["gb"], "4000008260000000", PAYS) },
    TestCard { country: "FR", ..card(&["fr"], "4000002500000003", PAYS) },
    card(&["bypassPending"], "4000000000000077", Behaviour { at_once: true, ..PAYS }),
    card(&["refundFail"], "4000000000005126", Behaviour { refunds_fail: true, ..PAYS }),
    card(&["chargeDeclined", "visa_chargeDeclined"], "4000000000000002", declines(&declines::GENERIC)),
    card(
        &["chargeDeclinedInsufficientFunds", "visa_chargeDeclinedInsufficientFunds"],
        "4000000000009995",
        declines(&declines::INSUFFICIENT_FUNDS),
    ),
    card(
        &["chargeDeclinedLostCard", "visa_chargeDeclinedLostCard"],
        "4000000000009987",
        declines(&declines::LOST_CARD),
    ),
    card(
        &["chargeDeclinedStolenCard", "visa_chargeDeclinedStolenCard"],
        "4000000000009979",
        declines(&declines::STOLEN_CARD),
    ),
    card(&["chargeDeclinedExpiredCard"], "4000000000000069", declines(&declines::EXPIRED_CARD)),
    card(&["chargeDeclinedIncorrectCvc"], "4000000000000127", declines(&declines::INCORRECT_CVC)),
    card(&["chargeDeclinedProcessingError"], "4000000000000119", declines(&declines::PROCESSING_ERROR)),
    card(
        &["visa_chargeDeclinedVelocityLimitExceeded", "chargeDeclinedVelocityLimitExceeded"],
        "4000000000006975",
        declines(&declines::VELOCITY),
    ),
    card(&["radarBlock", "chargeDeclinedFraudulent"], "4100000000000019", declines(&declines::BLOCKED)),
    card(
        &["chargeCustomerFail"],
        "4000000000000341",
        Behaviour { attaches: true, ..declines(&declines::GENERIC) },
    ),
    card(&["threeDSecure2Required"], "4000000000003220", authenticates(Authentication::Always)),
    card(&["threeDSecureRequired"], "4000000000003063", authenticates(Authentication::Always)),
    card(&["threeDSecureOptional"], "4000000000003055", PAYS),
    card(&["authenticationRequired"], "4000002760003184", authenticates(Authentication::Always)),
    card(&["authenticationRequiredOnSetup"], "4000002500003155", authenticates(Authentication::UntilSetUp)),
    card(
        &["authenticationRequiredSetupForOffSession"],
        "4000003800000446",
        authenticates(Authentication::OnSession),
    ),
    card(
        &["authenticationRequiredChargeDeclinedInsufficientFunds"],
        "4000008260003178",
        Behaviour {
            authentication: Authentication::Always,
            attaches: true,
            ..declines(&declines::INSUFFICIENT_FUNDS)
        },
    ),
    card(
        &["threeDSecureRequiredChargeDeclined"],
        "4000008400001629",
        Behaviour { authentication: Authentication::Always, ..declines(&declines::GENERIC) },
    ),
];

/// Test accounts whose debits fail; those of any other account succeed.
const FAILING_IBANS: [&str; 3] =
    ["AT861904300235473202", "DE62370400440532013001", "IT60X0542811101000000123456"];

/// The test card of a name: `visa` of `tok_visa` and `pm_card_visa`.
pub fn named(name: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.names.contains(&name))
}

/// The test card of a number, which may be written in groups.
pub fn numbered(number: &str) -> Option<&'static TestCard> {
    let digits: String = number.chars().filter(|digit| !matches!(digit, ' ' | '-')).collect();
    CARDS.iter().find(|card| card.number == digits)
}

/// Whether a number is a test card's.
pub fn is_test_card(number: &str) -> bool {
    numbered(number).is_some()
}

/// What debits from an account do.
pub fn account(iban: &str) -> Behaviour {
    let failing = FAILING_IBANS.contains(&iban);
    Behaviour { delayed: true, decline: failing.then_some(&declines::GENERIC), ..PAYS }
}

impl TestCard {
    /// The name by which a payment method keeps what it does.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    pub fn last4(&self) -> &'static str {
        &self.number[self.number.len().saturating_sub(4)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_passes_the_check_of_card_numbers_and_names_one_card() {
        for card in CARDS {
            let sum: u32 = card
                .number
                .chars()
                .rev()
                .enumerate()
                .map(|(place, digit)| {
                    let digit = digit.to_digit(10).unwrap() * if place % 2 == 1 { 2 } else { 1 };
                    digit / 10 + digit % 10
                })
                .sum();
            assert_eq!(sum % 10, 0, "{}", card.number);
            assert_eq!(numbered(card.number), Some(card), "{}", card.number);
            for name in card.names {
                assert_eq!(named(name), Some(card), "{name}");
            }
        }
    }
}
