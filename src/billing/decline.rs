//! Why a payment was declined, in plain words.
//!
//! The codes are Stripe's: <https://docs.stripe.com/declines/codes> for what the bank said (`decline_code`), and
//! <https://docs.stripe.com/error-codes> for what Stripe said itself (`code`).

/// What a code means for whoever answers the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    pub code: &'static str,
    /// What happened. A card that was reported lost or stolen is not told to be so: whoever holds it is not always its
    /// owner. Suspected fraud is told, for it may be a mistake of this side's rules; but not to the customer.
    pub meaning: &'static str,
    /// What to do next.
    pub advice: Advice,
}

/// What to do about a declined payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// The customer asks their bank, which alone knows more.
    AskBank,
    /// The customer pays with another card or another way.
    OtherMethod,
    /// The customer corrects what they typed.
    Correct,
    /// The customer confirms the payment with their bank.
    Authenticate,
    /// The same again, later.
    Later,
    /// Somebody on our side looks at it.
    Ours,
    /// The customer is told no more than that it was declined, as Stripe asks for where fraud is suspected.
    TellNoMore,
}

impl Advice {
    /// A sentence for support.
    pub fn words(self) -> &'static str {
        match self {
            Advice::AskBank => "the customer has to ask their bank, or pay another way",
            Advice::OtherMethod => "the customer has to pay another way",
            Advice::Correct => "the customer has to enter the card again",
            Advice::Authenticate => "the customer has to confirm the payment with their bank",
            Advice::Later => "try again later",
            Advice::Ours => "look at it in the Stripe dashboard: the cause is on this side",
            Advice::TellNoMore => {
                "tell the customer no more than that it was declined, and look at it in the Stripe dashboard"
            }
        }
    }
}

/// What a code means; none for one that Stripe has added since.
pub fn explain(code: &str) -> Option<&'static Decline> {
    DECLINES.iter().find(|decline| decline.code == code)
}

/// What the code that says most means: the bank's if it is known, else Stripe's.
pub fn explain_either(decline_code: Option<&str>, code: Option<&str>) -> Option<&'static Decline> {
    decline_code.and_then(explain).or_else(|| code.and_then(explain))
}

const fn because(code: &'static str, meaning: &'static str, advice: Advice) -> Decline {
    Decline { code, meaning, advice }
}

/// By code, with `code` and `outcome.reason` among them. What the bank gives no reason for stands as that. The next steps are
/// those of Stripe's tables.
pub const DECLINES: &[Decline] = &[
    because("amount_too_large", "the amount is more than can be charged", Advice::Ours),
    because("amount_too_small", "the amount is less than can be charged", Advice::Ours),
    because("approve_with_id", "the bank could not approve it, and another attempt may pass", Advice::Later),
    because("authentication_not_handled", "the bank's confirmation was not completed", Advice::Authenticate),
    because("authentication_required", "the bank wants the payment confirmed", Advice::Authenticate),
    because("balance_insufficient", "there is not enough money in the account", Advice::OtherMethod),
    because("bank_account_declined", "the bank account can't be used", Advice::OtherMethod),
    because("bank_account_restricted", "the bank account can't be used for this", Advice::OtherMethod),
    because("bank_account_unusable", "the bank account can't be used", Advice::OtherMethod),
    because(
        "billing_invalid_mandate",
        "the customer's permission to debit is not valid",
        Advice::OtherMethod,
    ),
    because("call_issuer", "the bank gives no reason", Advice::AskBank),
    because(
        "capture_charge_authorization_expired",
        "the money was held, and not taken in time",
        Advice::OtherMethod,
    ),
    because("card_decline_rate_limit_exceeded", "the card was declined too often", Advice::Later),
    because("card_declined", "the bank gives no reason", Advice::AskBank),
    because("card_not_supported", "the card can't be used for this kind of purchase", Advice::AskBank),
    because(
        "card_velocity_exceeded",
        "the card has reached its limit of money or of payments",
        Advice::AskBank,
    ),
    because(
        "charge_exceeds_source_limit",
        "the payment method has reached its limit of money",
        Advice::Later,
    ),
    because(
        "charge_exceeds_transaction_limit",
        "the amount is more than the payment method allows",
        Advice::OtherMethod,
    ),
    because("currency_not_supported", "the card can't be used in this currency", Advice::AskBank),
    because("debit_not_authorized", "the customer told the bank not to allow it", Advice::AskBank),
    because("do_not_honor", "the bank gives no reason", Advice::AskBank),
    because("do_not_try_again", "the bank gives no reason", Advice::AskBank),
    because("duplicate_transaction", "the same amount was paid with this card just before", Advice::Ours),
    because("elevated_risk_level", "Stripe suspects fraud", Advice::TellNoMore),
    because("expired_card", "the card has expired", Advice::OtherMethod),
    because("expired_payment_method", "the payment method has expired", Advice::OtherMethod),
    because("fraudulent", "Stripe suspects fraud", Advice::TellNoMore),
    because("generic_decline", "the bank gives no reason", Advice::AskBank),
    because("highest_risk_level", "Stripe suspects fraud", Advice::TellNoMore),
    because("incorrect_address", "the address is not the one that the bank knows", Advice::Correct),
    because("incorrect_cvc", "the security code is wrong", Advice::Correct),
    because("incorrect_number", "the card number is wrong", Advice::Correct),
    because("incorrect_pin", "the PIN is wrong", Advice::Correct),
    because("incorrect_postal_code", "the postal code is not the one that the bank knows", Advice::Correct),
    because("incorrect_zip", "the postal code is not the one that the bank knows", Advice::Correct),
    because(
        "india_recurring_payment_mandate_canceled",
        "the customer has taken back the permission to charge the card again",
        Advice::OtherMethod,
    ),
    because("insufficient_funds", "there is not enough money on the card", Advice::OtherMethod),
    because("invalid_account", "the card or its account is not valid", Advice::AskBank),
    because("invalid_amount", "the amount is not allowed for this card", Advice::AskBank),
    because("invalid_card_type", "the card can't be used for this kind of payment", Advice::OtherMethod),
    because("invalid_cvc", "the security code is wrong", Advice::Correct),
    because("invalid_expiry_month", "the expiry month is wrong", Advice::Correct),
    because("invalid_expiry_year", "the expiry year is wrong", Advice::Correct),
    because("invalid_number", "the card number is wrong", Advice::Correct),
    because("invalid_pin", "the PIN is wrong", Advice::Correct),
    because(
        "invoice_payment_intent_requires_action",
        "the bank wants the payment confirmed",
        Advice::Authenticate,
    ),
    because("issuer_not_available", "the bank could not be reached", Advice::Later),
    because("lost_card", "the bank gives no reason", Advice::AskBank),
    because("merchant_blacklist", "it is on this account's own block list", Advice::TellNoMore),
    because(
        "mobile_device_authentication_required",
        "the phone's own confirmation is missing",
        Advice::Authenticate,
    ),
    because("new_account_information_available", "the card or its account is not valid", Advice::AskBank),
    because("no_account", "the bank account does not exist", Advice::OtherMethod),
    because("no_action_taken", "the bank gives no reason", Advice::AskBank),
    because("not_permitted", "the payment is not permitted", Advice::AskBank),
    because("offline_pin_required", "the card wants its PIN", Advice::Correct),
    because("online_or_offline_pin_required", "the card wants its PIN", Advice::Correct),
    because("payment_intent_action_required", "the bank wants the payment confirmed", Advice::Authenticate),
    because("payment_intent_authentication_failure", "the bank's confirmation failed", Advice::Authenticate),
    because(
        "payment_intent_mandate_invalid",
        "the customer's permission to debit is not valid",
        Advice::OtherMethod,
    ),
    because(
        "payment_intent_payment_attempt_expired",
        "the customer did not finish in time",
        Advice::OtherMethod,
    ),
    because("payment_intent_payment_attempt_failed", "the last attempt failed", Advice::OtherMethod),
    because(
        "payment_method_bank_account_blocked",
        "the bank account was blocked after failed debits",
        Advice::OtherMethod,
    ),
    because("payment_method_customer_decline", "the customer declined", Advice::OtherMethod),
    because(
        "payment_method_not_available",
        "the provider of the payment method could not be reached",
        Advice::Later,
    ),
    because(
        "payment_method_provider_decline",
        "the provider of the payment method declined",
        Advice::AskBank,
    ),
    because(
        "payment_method_provider_timeout",
        "the provider of the payment method did not answer in time",
        Advice::Later,
    ),
    because(
        "payment_method_restricted",
        "the payment method can't be used at the moment",
        Advice::OtherMethod,
    ),
    because(
        "payment_method_unactivated",
        "the payment method is not activated in the Stripe account",
        Advice::Ours,
    ),
    because("pickup_card", "the bank gives no reason", Advice::AskBank),
    because("pin_try_exceeded", "the PIN was entered wrongly too often", Advice::OtherMethod),
    because("processing_error", "something failed while it was processed", Advice::Later),
    because("reenter_transaction", "the bank could not process it", Advice::Later),
    because("refer_to_customer", "the customer told the bank not to allow it", Advice::AskBank),
    because("restricted_card", "the bank gives no reason", Advice::AskBank),
    because(
        "revocation_of_all_authorizations",
        "the customer told the bank not to allow it",
        Advice::AskBank,
    ),
    because("revocation_of_authorization", "the customer told the bank not to allow it", Advice::AskBank),
    because("rule", "a rule of this account's own blocks it", Advice::TellNoMore),
    because("security_violation", "the bank gives no reason", Advice::AskBank),
    because("sepa_unsupported_account", "the bank account takes no SEPA debits", Advice::OtherMethod),
    because("service_not_allowed", "the bank gives no reason", Advice::AskBank),
    because("setup_intent_authentication_failure", "the bank's confirmation failed", Advice::Authenticate),
    because("stolen_card", "the bank gives no reason", Advice::AskBank),
    because("stop_payment_order", "the customer told the bank to stop it", Advice::AskBank),
    because("testmode_decline", "a test card was used", Advice::OtherMethod),
    because("transaction_not_allowed", "the bank gives no reason", Advice::AskBank),
    because("try_again_later", "the bank gives no reason", Advice::Later),
    because("withdrawal_count_limit_exceeded", "the card has reached its limit", Advice::OtherMethod),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_in_order() {
        assert!(DECLINES.is_sorted_by(|one, next| one.code < next.code));
    }

    #[test]
    fn the_banks_code_says_more_than_stripes() {
        let funds = explain_either(Some("insufficient_funds"), Some("card_declined"));
        assert_eq!(funds.map(|decline| decline.meaning), Some("there is not enough money on the card"));
        let new = explain_either(Some("something_new"), Some("expired_card"));
        assert_eq!(new.map(|decline| decline.code), Some("expired_card"));
        assert_eq!(explain_either(None, None), None);
    }

    #[test]
    fn nobody_is_told_that_a_card_was_stolen() {
        for code in ["stolen_card", "lost_card", "pickup_card"] {
            assert_eq!(explain(code).map(|decline| decline.meaning), Some("the bank gives no reason"));
        }
    }

    #[test]
    fn suspected_fraud_is_not_for_the_customer_to_hear() {
        for code in ["fraudulent", "highest_risk_level", "merchant_blacklist", "rule"] {
            assert_eq!(explain(code).map(|decline| decline.advice), Some(Advice::TellNoMore), "{code}");
        }
    }

    /// The codes of the table for cards at docs.stripe.com/declines/codes.
    const OF_CARDS: &str = "authentication_required approve_with_id call_issuer card_not_supported card_velocity_exceeded \
        currency_not_supported do_not_honor do_not_try_again duplicate_transaction expired_card fraudulent generic_decline \
        incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip insufficient_funds invalid_account \
        invalid_amount invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number invalid_pin issuer_not_available \
        lost_card merchant_blacklist mobile_device_authentication_required new_account_information_available \
        no_action_taken not_permitted offline_pin_required online_or_offline_pin_required pickup_card pin_try_exceeded \
        processing_error reenter_transaction restricted_card revocation_of_all_authorizations revocation_of_authorization \
        security_violation service_not_allowed stolen_card stop_payment_order testmode_decline transaction_not_allowed \
        try_again_later withdrawal_count_limit_exceeded";

    #[test]
    fn every_code_of_stripes_table_is_explained() {
        let unknown: Vec<&str> = OF_CARDS.split_whitespace().filter(|code| explain(code).is_none()).collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
