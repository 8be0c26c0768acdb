//! Figures as a Vietnamese reader writes them: a point between thousands, a comma before decimals, days as dd/mm/yyyy. Pure.

use crate::pb;

/// What stands where nobody reported anything.
pub const NOT_REPORTED: &str = "chưa báo cáo";

/// What stands where a figure is not stated.
pub const NONE: &str = "–";

/// A decimal of the API in Vietnamese notation; what is no decimal stays as it is.
pub fn decimal(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let comma = if rest.is_empty() { "" } else { "," };
    format!("{sign}{grouped}{comma}{rest}")
}

/// A number of things.
pub fn count(number: impl Into<i64>) -> String {
    decimal(&number.into().to_string())
}

/// An amount in minor units of a currency with so many decimals; what is not stated is none.
pub fn amount(minor: Option<i64>, exponent: i32) -> String {
    let Some(minor) = minor else { return NONE.to_owned() };
    let decimals = usize::try_from(exponent).unwrap_or_default();
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, rest) = digits.split_at(digits.len() - decimals);
    let point = if rest.is_empty() { "" } else { "." };
    decimal(&format!("{sign}{whole}{point}{rest}"))
}

/// How a value comes about, with the decimals in it written with a comma.
pub fn arithmetic(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    let one = |(at, character): (usize, &char)| match character {
        '.' if at > 0 && is_digit(at - 1) && is_digit(at + 1) => ',',
        '*' => '×',
        other => *other,
    };
    characters.iter().enumerate().map(one).collect()
}

/// A day of the API as dd/mm/yyyy.
pub fn day(text: &str) -> String {
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => text.to_owned(),
    }
}

/// A value of an indicator: of one that is done or not, whether it is.
pub fn value(kind: pb::IndicatorValueKind, value: &str, text: &str) -> String {
    match (kind, value) {
        (_, "") => cell(text),
        (pb::IndicatorValueKind::Boolean, "1") => "có".to_owned(),
        (pb::IndicatorValueKind::Boolean, "0") => "không".to_owned(),
        _ => decimal(value),
    }
}

/// What is to be reached, with how it is compared.
pub fn target(kind: pb::IndicatorValueKind, comparator: pb::Comparator, target: Option<&pb::Target>) -> String {
    let Some(target) = target else { return NONE.to_owned() };
    let wanted = value(kind, &target.value, "");
    match comparator {
        pb::Comparator::AtLeast => format!("≥ {wanted}"),
        pb::Comparator::AtMost => format!("≤ {wanted}"),
        pb::Comparator::Range => format!("{wanted} đến {}", value(kind, &target.upper, "")),
        pb::Comparator::Equal | pb::Comparator::Unspecified => wanted,
    }
}

/// A text inside a row of a table, or a list.
pub fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The last part of a name: what people find an object by in its list.
pub fn short(name: &str) -> &str {
    let parts = name.splitn(3, '/').nth(2);
    parts.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_points_between_thousands_and_a_comma_before_decimals() {
        for (text, expected) in [
            ("0", "0"),
            ("76", "76"),
            ("7139", "7.139"),
            ("1234567.8", "1.234.567,8"),
            ("-1000", "-1.000"),
            ("5.26", "5,26"),
            ("2010-2015", "2010-2015"),
            ("", ""),
        ] {
            assert_eq!(decimal(text), expected);
        }
    }

    #[test]
    fn amounts_are_told_in_the_unit_of_the_currency() {
        assert_eq!(amount(Some(22_180_000_000), 0), "22.180.000.000");
        assert_eq!((amount(Some(-5), 2), amount(Some(123_456), 2)), ("-0,05".to_owned(), "1.234,56".to_owned()));
        assert_eq!(amount(None, 0), NONE);
    }

    #[test]
    fn what_comes_about_keeps_its_shape() {
        assert_eq!(arithmetic("4 / 76 * 100 ≈ 5.26"), "4 / 76 × 100 ≈ 5,26");
        assert_eq!(arithmetic("76 / 8 = 9.5."), "76 / 8 = 9,5.");
    }

    #[test]
    fn texts_do_not_break_a_table() {
        assert_eq!(cell("một | hai\nba"), "một \\| hai ba");
        assert_eq!(
            (day("2014-01-31"), short("jurisdictions/j/plans/p/indicators/i")),
            ("31/01/2014".to_owned(), "plans/p/indicators/i")
        );
    }
}
