//! Exact numbers: decimals in ten-thousandths, as they are stated. Pure; no float anywhere.

use crate::money;

/// The decimals of a stated value.
pub const DECIMALS: u32 = 4;

/// Reads a decimal; `None` where it does not fit.
pub fn parse(text: &str) -> Option<i64> {
    money::scaled(text, DECIMALS)
}

/// Writes a decimal, without zeros at the end.
pub fn text(value: i64) -> String {
    money::decimal(value, DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        for (written, kept) in
            [("5.26", "5.26"), ("-0.5", "-0.5"), ("12", "12"), ("1.0000", "1"), ("900000000000000", "900000000000000")]
        {
            assert_eq!(parse(written).map(text).as_deref(), Some(kept));
        }
        for wrong in ["", "1.23456", "1e3", "x", "999999999999999999"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
