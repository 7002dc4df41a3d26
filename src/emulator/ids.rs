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

/// An id: the prefix, an underscore, and as many random characters as Stripe's own ids of that kind have.
pub fn object(prefix: &str) -> String {
    format!("{prefix}_{}", random(length(prefix)))
}

/// The id of an object that was made in a second since 1970. It sorts by that second, as Stripe's ids do (those in its
/// documentation go up with the years), so that objects that are made one after the other are neighbours in an index.
pub fn dated(prefix: &str, second: i64) -> String {
    let mut digits = [ALPHANUMERIC[0]; 6];
    let mut left = second.unsigned_abs();
    for digit in digits.iter_mut().rev() {
        // Below 62, and six of them last for more than a thousand years.
        *digit = ALPHANUMERIC[usize::try_from(left % 62).unwrap_or_default()];
        left /= 62;
    }
    let time: String = digits.into_iter().map(char::from).collect();
    match length(prefix) {
        24 => format!("{prefix}_1{time}{}", random(17)),
        14 => format!("{prefix}_{time}{}", random(8)),
        length => format!("{prefix}_{}", random(length)),
    }
}

fn length(prefix: &str) -> usize {
    match prefix {
        "prod" | "cus" | "si" | "req" => 14,
        "cs_test" => 58,
        _ => 24,
    }
}

fn pick(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(alphabet[fastrand::usize(..alphabet.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_second() {
        for (prefix, length) in [("sub", 24), ("cus", 14)] {
            let seconds = [0, 61, 62, 1_795_257_388, 1_795_257_389, 4_102_444_800];
            let ids = seconds.map(|second| dated(prefix, second));
            assert!(ids.is_sorted(), "{ids:?}");
            assert!(ids.iter().all(|id| id.len() == prefix.len() + 1 + length), "{ids:?}");
        }
        assert_eq!(dated("cs_test", 5).len(), "cs_test_".len() + 58);
    }
}
