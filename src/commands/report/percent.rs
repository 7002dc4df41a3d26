//! Shares and changes: kept in thousandths, told in percent with one decimal.

use serde_json::Value;

/// `42.2 %`.
pub fn words(thousandths: i64) -> String {
    format!("{} %", digits(thousandths))
}

/// `+12.3 %`, `-5.0 %`, `0.0 %`.
pub fn change_words(thousandths: i64) -> String {
    let sign = if thousandths > 0 { "+" } else { "" };
    format!("{sign}{} %", digits(thousandths))
}

/// The percentage as a number: `42.2`.
pub fn json(thousandths: i64) -> Value {
    serde_json::from_str(&digits(thousandths)).unwrap_or_default()
}

fn digits(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let absolute = thousandths.unsigned_abs();
    format!("{sign}{}.{}", absolute / 10, absolute % 10)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thousandths_are_told_in_percent() {
        assert_eq!((words(422), words(1000), words(5)), ("42.2 %".into(), "100.0 %".into(), "0.5 %".into()));
        assert_eq!(
            (change_words(123), change_words(-50), change_words(0), change_words(-3)),
            ("+12.3 %".into(), "-5.0 %".into(), "0.0 %".into(), "-0.3 %".into())
        );
        assert_eq!((json(422), json(-1000)), (json!(42.2), json!(-100.0)));
    }
}
