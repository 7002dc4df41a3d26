//! Ids and secrets as Stripe makes them.

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// `length` random letters and digits.
pub fn random(length: usize) -> String {
    pick(ALPHANUMERIC, length)
}

/// `length` random capitals and digits, as in coupon ids and promotion codes.
pub fn random_code(length: usize) -> String {
    pick(UPPERCASE, length)
}

/// An object id: the prefix, an underscore, and as many characters as Stripe's own ids of that kind have.
pub fn object(prefix: &str) -> String {
    let length = match prefix {
        "prod" | "cus" | "si" | "req" => 14,
        "cs_test" => 58,
        _ => 24,
    };
    format!("{prefix}_{}", random(length))
}

fn pick(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(alphabet[fastrand::usize(..alphabet.len())])).collect()
}
