//! How a payment stands.

/// How a payment stands, for whoever waits for the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// Nobody has paid yet, the bank was not asked yet, or it has not answered.
    Pending,
    Succeeded,
    /// The last attempt was declined; another one may pay it.
    Failed,
    /// It can't be paid any more.
    Canceled,
}

impl PaymentStatus {
    pub const ALL: [PaymentStatus; 4] =
        [PaymentStatus::Pending, PaymentStatus::Succeeded, PaymentStatus::Failed, PaymentStatus::Canceled];

    /// From Stripe's status of a payment intent, or of a charge that has none. An intent whose attempt was declined waits
    /// for another method, and only its last error tells it from one that nobody has tried to pay
    /// (docs.stripe.com/payments/paymentintents/lifecycle).
    pub fn of(stripe: &str, has_error: bool) -> PaymentStatus {
        match stripe {
            "succeeded" => PaymentStatus::Succeeded,
            "canceled" => PaymentStatus::Canceled,
            "failed" => PaymentStatus::Failed,
            "requires_payment_method" if has_error => PaymentStatus::Failed,
            _ => PaymentStatus::Pending,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            PaymentStatus::Pending => "pending",
            PaymentStatus::Succeeded => "succeeded",
            PaymentStatus::Failed => "failed",
            PaymentStatus::Canceled => "canceled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_that_was_declined_is_told_from_one_that_nobody_tried() {
        let check = |stripe: &str, has_error: bool, expected: PaymentStatus| {
            assert_eq!(PaymentStatus::of(stripe, has_error), expected, "{stripe}");
        };
        check("requires_payment_method", false, PaymentStatus::Pending);
        check("requires_payment_method", true, PaymentStatus::Failed);
        check("requires_action", false, PaymentStatus::Pending);
        check("processing", false, PaymentStatus::Pending);
        check("requires_capture", false, PaymentStatus::Pending);
        check("succeeded", false, PaymentStatus::Succeeded);
        check("canceled", true, PaymentStatus::Canceled);
        check("failed", true, PaymentStatus::Failed);
        check("something_new", false, PaymentStatus::Pending);
    }
}
