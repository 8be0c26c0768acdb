//! Money: whole minor units of one currency, added with care. Pure; no float anywhere.

/// The currencies of ISO 4217 whose minor unit is not a hundredth, with its decimals.
const OTHER_EXPONENTS: &[(&str, i64)] = &[
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("ISK", 0),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("PYG", 0),
    ("RWF", 0),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
    ("BHD", 3),
    ("IQD", 3),
    ("JOD", 3),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("TND", 3),
];

/// The currencies of ISO 4217 whose minor unit is a hundredth.
const HUNDREDTHS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
    CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR \
    JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR \
    NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY \
    TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";

/// How many decimals the minor unit of a currency has; `None` for what is no currency.
pub fn exponent(currency: &str) -> Option<i64> {
    let other = OTHER_EXPONENTS.iter().find(|(code, _)| *code == currency).map(|(_, exponent)| *exponent);
    other.or_else(|| HUNDREDTHS.split_whitespace().any(|code| code == currency).then_some(2))
}

/// Reads a decimal as a whole number of its smallest digits: "12.5" with four decimals is 125,000. `None` where it does not fit.
pub fn scaled(text: &str, decimals: u32) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let places = usize::try_from(decimals).ok()?;
    if whole.is_empty() || fraction.len() > places || !whole.bytes().chain(fraction.bytes()).all(|c| c.is_ascii_digit())
    {
        return None;
    }
    let padded = format!("{whole}{fraction:0<places$}");
    let number: i64 = padded.parse().ok()?;
    Some(if negative { -number } else { number })
}

/// Writes a scaled number as a decimal, without zeros at the end.
pub fn decimal(scaled: i64, decimals: u32) -> String {
    let places = usize::try_from(decimals).unwrap_or_default();
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Divides and rounds half away from zero.
pub fn rounded(number: i128, divisor: i128) -> i128 {
    let half = divisor / 2;
    if number < 0 { (number - half) / divisor } else { (number + half) / divisor }
}

/// Multiplies amounts by a factor in basis points so that they add to their sum times the factor, rounded half away from zero once.
///
/// Each is rounded down, towards minus infinity; what is left goes to the largest remainders, the earlier first. `None` where
/// a result does not fit.
pub fn scaled_parts(amounts: &[i64], factor: i64) -> Option<Vec<i64>> {
    const ONE: i128 = 10_000;
    let products: Vec<i128> = amounts.iter().map(|amount| i128::from(*amount) * i128::from(factor)).collect();
    let whole = rounded(products.iter().sum(), ONE);
    let mut parts: Vec<i128> = products.iter().map(|product| product.div_euclid(ONE)).collect();
    let left = usize::try_from(whole - parts.iter().sum::<i128>()).ok()?;
    let mut order: Vec<usize> = (0..products.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(products[*place].rem_euclid(ONE)));
    for place in order.into_iter().take(left) {
        parts[place] += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).ok()).collect()
}

/// Divides an amount by weights that are whole parts of their sum, and loses nothing: each part is rounded down, and what is left goes to the
/// largest remainders, the earlier first. `None` where the weights add to nothing.
pub fn parts(amount: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if whole <= 0 {
        return None;
    }
    let products: Vec<i128> = weights.iter().map(|weight| i128::from(amount) * i128::from(*weight)).collect();
    let mut parts: Vec<i128> = products.iter().map(|product| product.div_euclid(whole)).collect();
    let left = usize::try_from(i128::from(amount) - parts.iter().sum::<i128>()).ok()?;
    let mut order: Vec<usize> = (0..products.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(products[*place].rem_euclid(whole)));
    for place in order.into_iter().take(left) {
        parts[place] += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exponents_are_those_of_the_standard() {
        assert_eq!(
            [exponent("VND"), exponent("USD"), exponent("KWD"), exponent("ABC")],
            [Some(0), Some(2), Some(3), None]
        );
    }

    #[test]
    fn decimals_are_read_and_written_exactly() {
        assert_eq!(scaled("12.5", 4), Some(125_000));
        assert_eq!(scaled("-0.01", 2), Some(-1));
        assert_eq!(
            [scaled("1.234", 2), scaled("", 2), scaled(".5", 2), scaled("1e3", 2), scaled("99999999999999999999", 0)],
            [None; 5]
        );
        assert_eq!([decimal(125_000, 4), decimal(-1, 2), decimal(0, 4), decimal(100, 2)], ["12.5", "-0.01", "0", "1"]);
        assert_eq!([rounded(5, 10), rounded(-5, 10), rounded(4, 10), rounded(-4, 10)], [1, -1, 0, 0]);
    }

    #[test]
    fn the_largest_remainder_gets_the_odd_unit() {
        assert_eq!(scaled_parts(&[33, 33, 34], 5_000), Some(vec![17, 16, 17]));
        assert_eq!(scaled_parts(&[1, 1, 1], 15_000), Some(vec![2, 2, 1]));
        assert_eq!(scaled_parts(&[-1, -1], 5_000), Some(vec![0, -1]));
        assert_eq!(scaled_parts(&[], 5_000), Some(Vec::new()));
        assert_eq!(scaled_parts(&[i64::MAX], 20_000), None);
    }

    proptest! {
        #[test]
        fn what_is_divided_adds_to_the_amount(amount in any::<i64>(), weights in proptest::collection::vec(1i64..10_000, 1..20)) {
            let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            let parts = parts(amount, &weights).unwrap();
            prop_assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), i128::from(amount));
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = i128::from(amount) * i128::from(*weight);
                prop_assert!((i128::from(*part) * whole - exact).abs() < whole);
            }
        }

        #[test]
        fn parts_add_to_the_whole(amounts in proptest::collection::vec(-1_000_000_000_000i64..1_000_000_000_000, 0..40), factor in 0i64..100_000) {
            let exact: i128 = amounts.iter().map(|amount| i128::from(*amount) * i128::from(factor)).sum();
            let parts = scaled_parts(&amounts, factor).unwrap();
            prop_assert_eq!(i128::from(parts.iter().sum::<i64>()), rounded(exact, 10_000));
            for (part, amount) in parts.iter().zip(&amounts) {
                prop_assert!((i128::from(*part) * 10_000 - i128::from(*amount) * i128::from(factor)).abs() <= 10_000);
            }
        }
    }
}
