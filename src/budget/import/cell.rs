//! Numbers as files write them, read exactly. Pure.

/// How a column writes its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    pub multiplier: Decimal,
    pub decimal_mark: char,
    pub grouping: Grouping,
}

impl Default for Format {
    fn default() -> Self {
        Self { multiplier: Decimal::ONE, decimal_mark: '.', grouping: Grouping::None }
    }
}

/// What stands between groups of three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    None,
    Comma,
    Point,
    Space,
    Apostrophe,
}

impl Grouping {
    fn is_mark(self, c: char) -> bool {
        match self {
            Self::None => false,
            Self::Comma => c == ',',
            Self::Point => c == '.',
            Self::Space => matches!(c, ' ' | '\u{a0}' | '\u{202f}'),
            Self::Apostrophe => matches!(c, '\'' | '’'),
        }
    }
}

/// A decimal, exactly: its digits, and how many of them stand behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// 1.
    pub const ONE: Self = Self { digits: 1, scale: 0 };

    /// Reads a number; `None` where it is none.
    pub fn parse(text: &str, format: &Format) -> Option<Self> {
        let bare = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let signed = text.strip_prefix(['-', '−']);
        let negative = bare.is_some() || signed.is_some();
        let text = bare.or(signed).unwrap_or(text);
        let (whole, fraction) = match text.split_once(format.decimal_mark) {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let groups: Vec<&str> = whole.split(|c| format.grouping.is_mark(c)).collect();
        let are_even = groups.len() == 1
            || groups.first().is_some_and(|first| (1..=3).contains(&first.len()))
                && groups.iter().skip(1).all(|group| group.len() == 3);
        let digits = groups.concat() + fraction;
        if whole.is_empty() || !are_even || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let digits: i128 = digits.parse().ok()?;
        let scale = u32::try_from(fraction.len()).ok()?;
        Some(Self { digits: if negative { -digits } else { digits }, scale })
    }

    /// The product; `None` where it has too many digits.
    pub fn times(self, other: Self) -> Option<Self> {
        let scale = self.scale.checked_add(other.scale)?;
        Some(Self { digits: self.digits.checked_mul(other.digits)?, scale })
    }

    /// As a whole number of units of which `decimals` decimals make one; `None` where it is not exact or does not fit.
    pub fn exact(self, decimals: u32) -> Option<i64> {
        let (mut digits, mut scale) = (self.digits, self.scale);
        while scale > decimals {
            if digits % 10 != 0 {
                return None;
            }
            digits /= 10;
            scale -= 1;
        }
        i64::try_from(digits.checked_mul(10i128.checked_pow(decimals - scale)?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, decimal_mark: char, grouping: Grouping) -> Option<i64> {
        Decimal::parse(text, &Format { decimal_mark, grouping, ..Format::default() })?.exact(2)
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, mark, grouping, hundredths) in [
            ("0", '.', Grouping::None, 0),
            ("285546.0", '.', Grouping::None, 28_554_600),
            ("-1750.05", '.', Grouping::None, -175_005),
            ("(12)", '.', Grouping::None, -1_200),
            ("−3", '.', Grouping::None, -300),
            ("1,234,567.5", '.', Grouping::Comma, 123_456_750),
            ("1.234,5", ',', Grouping::Point, 123_450),
            ("1\u{a0}234", ',', Grouping::Space, 123_400),
            ("12’345", '.', Grouping::Apostrophe, 1_234_500),
        ] {
            assert_eq!(read(text, mark, grouping), Some(hundredths), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "abc", "1,2", "1.", ".5", "1e3", "1 000", "--1", "(1", "1)", "0x10", "1.5.0", "-(1)"] {
            assert_eq!(read(text, '.', Grouping::None), None, "{text}");
        }
        for text in ["1,23", "1234,567", ",123", "1,,234", "12,345,67"] {
            assert_eq!(read(text, '.', Grouping::Comma), None, "{text}");
        }
        assert_eq!(read(&"9".repeat(60), '.', Grouping::None), None);
    }

    #[test]
    fn a_product_is_exact_or_nothing() {
        let of = |text: &str, times: &str, decimals| {
            let format = Format::default();
            Decimal::parse(text, &format)?.times(Decimal::parse(times, &format)?)?.exact(decimals)
        };
        assert_eq!(of("1.234567", "1000000", 0), Some(1_234_567));
        assert_eq!(of("1.2345678", "1000000", 0), None);
        assert_eq!(of("150", "0.01", 0), None);
        assert_eq!(of("200", "0.01", 0), Some(2));
        assert_eq!(of("9223372036854775808", "1", 0), None);
        assert_eq!(of(&"9".repeat(30), "999999999999", 0), None);
    }
}
