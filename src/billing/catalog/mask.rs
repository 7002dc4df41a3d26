//! Hides keys that were pasted into a catalog or onto the command line by mistake: no message and no excerpt may
//! repeat them.

/// How Stripe's secrets begin.
const SECRETS: [&str; 5] = ["sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_"];

/// The text with every secret replaced by as many stars, so that all places stay where they are.
pub fn mask(mut text: String) -> String {
    for prefix in SECRETS {
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find(prefix)) {
            let start = from + found + prefix.len();
            let secret = text.get(start..).unwrap_or_default();
            let letters = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let length = secret.bytes().take_while(|byte| letters(byte)).count();
            text.replace_range(start..start + length, &"*".repeat(length));
            from = start + length;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str) {
        assert_eq!(mask(text.to_owned()), wanted);
    }

    #[test]
    fn secrets_become_stars_of_the_same_length() {
        check("secret_key = \"sk_test_billctl_1\" # ü", "secret_key = \"sk_test_*********\" # ü");
        check("whsec_abc rk_live_x", "whsec_*** rk_live_*");
        check("sk_test_", "sk_test_");
        check("nothing here", "nothing here");
    }
}
