//! Exact numbers: decimals in ten-thousandths as they are stated, fractions as they are computed. Pure; no float anywhere.

use crate::money;

/// The decimals of a stated value.
pub const DECIMALS: u32 = 4;
const ONE: i128 = 10_000;

/// Reads a decimal; `None` where it does not fit.
pub fn parse(text: &str) -> Option<i64> {
    money::scaled(text, DECIMALS)
}

/// Writes a decimal, without zeros at the end.
pub fn text(value: i64) -> String {
    money::decimal(value, DECIMALS)
}

/// An exact fraction in lowest terms, with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    above: i128,
    below: i128,
}

impl Fraction {
    /// A stated value.
    pub fn of(value: i64) -> Self {
        // A power of ten below never overflows.
        Self::new(i128::from(value), ONE).unwrap_or(Self { above: 0, below: 1 })
    }

    /// A whole number.
    pub fn whole(number: i64) -> Self {
        Self { above: i128::from(number), below: 1 }
    }

    fn new(above: i128, below: i128) -> Option<Self> {
        if below == 0 {
            return None;
        }
        let divisor = i128::try_from(gcd(above.unsigned_abs(), below.unsigned_abs())).ok()?.max(1);
        let sign = if below < 0 { -1 } else { 1 };
        Some(Self { above: (above / divisor).checked_mul(sign)?, below: (below / divisor).checked_mul(sign)? })
    }

    /// The sum, where it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let above = self.above.checked_mul(other.below)?.checked_add(other.above.checked_mul(self.below)?)?;
        Self::new(above, self.below.checked_mul(other.below)?)
    }

    /// The difference, where it fits.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { above: other.above.checked_neg()?, below: other.below })
    }

    /// The product, where it fits.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::new(self.above.checked_mul(other.above)?, self.below.checked_mul(other.below)?)
    }

    /// The quotient; none where it is divided by zero or does not fit.
    pub fn over(self, other: Self) -> Option<Self> {
        Self::new(self.above.checked_mul(other.below)?, self.below.checked_mul(other.above)?)
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.above == 0
    }

    /// The nearest value with so many decimals, half away from zero; none where it does not fit.
    pub fn rounded(self, decimals: i64) -> Option<i64> {
        let step = 10i128.checked_pow(u32::try_from(i64::from(DECIMALS) - decimals).ok()?)?;
        let scaled = self.above.checked_mul(ONE / step)?;
        i64::try_from(money::rounded(scaled, self.below).checked_mul(step)?).ok()
    }

    /// Whether a value with so many decimals is exact.
    pub fn is_exact(self, decimals: i64) -> bool {
        self.rounded(decimals).is_some_and(|value| Self::of(value) == self)
    }
}

impl PartialOrd for Fraction {
    /// None where a product does not fit.
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.above.checked_mul(other.below)?.cmp(&other.above.checked_mul(self.below)?))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(above: i64, below: i64) -> Fraction {
        Fraction::whole(above).over(Fraction::whole(below)).unwrap()
    }

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

    #[test]
    fn sums_and_quotients_are_exact() {
        assert_eq!(fraction(1, 3).plus(fraction(1, 6)), Some(fraction(1, 2)));
        assert_eq!(fraction(1, 3).times(Fraction::whole(3)), Some(Fraction::whole(1)));
        assert_eq!(fraction(-1, 3).minus(fraction(2, 3)), Some(Fraction::whole(-1)));
        assert_eq!(Fraction::of(25_000), fraction(5, 2));
    }

    #[test]
    fn nothing_is_divided_by_zero_and_nothing_overflows() {
        assert_eq!(Fraction::whole(1).over(Fraction::whole(0)), None);
        let large = Fraction { above: i128::MAX, below: 1 };
        assert_eq!((large.plus(large), large.times(large), large.rounded(0)), (None, None, None));
    }

    #[test]
    fn values_are_rounded_once_half_away_from_zero() {
        for (value, decimals, expected) in [
            (fraction(400, 76), 2, "5.26"),
            (fraction(76, 8), 1, "9.5"),
            (fraction(1, 2), 0, "1"),
            (fraction(-1, 2), 0, "-1"),
            (fraction(1, 3), 4, "0.3333"),
        ] {
            assert_eq!(value.rounded(decimals).map(text).as_deref(), Some(expected));
        }
        assert!(fraction(76, 8).is_exact(1) && !fraction(400, 76).is_exact(2));
    }

    #[test]
    fn fractions_are_ordered() {
        assert!(fraction(1, 3) < fraction(1, 2) && fraction(-1, 2) < fraction(-1, 3));
    }
}
