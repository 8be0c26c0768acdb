//! Formulas over indicators: `{id}`, decimals, `+ - * /` and parentheses. Pure.

use super::number::{self, Fraction};

/// A formula that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// A decimal, in ten-thousandths.
    Number(i64),
    /// The value of an indicator.
    Indicator(String),
    /// Two formulas and what is between them.
    Pair(Box<Formula>, Sign, Box<Formula>),
    /// Less than nothing by as much.
    Minus(Box<Formula>),
}

/// What stands between two formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

/// Why a formula has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoValue {
    /// An indicator has none.
    Missing(String),
    /// Something is divided by zero.
    DivisionByZero,
    /// A result does not fit.
    TooLarge,
}

impl std::fmt::Display for NoValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(indicator) => write!(f, "{indicator} has no value"),
            Self::DivisionByZero => f.write_str("a division by zero"),
            Self::TooLarge => f.write_str("a result does not fit"),
        }
    }
}

/// How deep parentheses may stand in one another.
const DEPTH: usize = 32;

impl Formula {
    /// Reads a formula; what is wrong with it, where it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text.trim_start(), depth: 0 };
        let formula = reader.sum()?;
        if reader.rest.is_empty() { Ok(formula) } else { Err(format!("\"{}\" is not expected", reader.rest)) }
    }

    /// The indicators that it names, in their order.
    pub fn indicators(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Indicator(id) => vec![id],
            Self::Minus(inner) => inner.indicators(),
            Self::Pair(left, _, right) => left.indicators().into_iter().chain(right.indicators()).collect(),
        }
    }

    /// Its value, given that of each indicator.
    pub fn value(&self, of: &impl Fn(&str) -> Option<Fraction>) -> Result<Fraction, NoValue> {
        match self {
            Self::Number(number) => Ok(Fraction::of(*number)),
            Self::Indicator(id) => of(id).ok_or_else(|| NoValue::Missing(id.clone())),
            Self::Minus(inner) => Fraction::whole(0).minus(inner.value(of)?).ok_or(NoValue::TooLarge),
            Self::Pair(left, sign, right) => {
                let (left, right) = (left.value(of)?, right.value(of)?);
                let value = match sign {
                    Sign::Plus => left.plus(right),
                    Sign::Minus => left.minus(right),
                    Sign::Times => left.times(right),
                    Sign::Over if right.is_zero() => return Err(NoValue::DivisionByZero),
                    Sign::Over => left.over(right),
                };
                value.ok_or(NoValue::TooLarge)
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    /// Takes one of some signs, and the blanks after it.
    fn sign(&mut self, signs: &[(char, Sign)]) -> Option<Sign> {
        let first = self.rest.chars().next()?;
        let (_, sign) = signs.iter().find(|(letter, _)| *letter == first)?;
        self.rest = self.rest[1..].trim_start();
        Some(*sign)
    }

    fn sum(&mut self) -> Result<Formula, String> {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&[('+', Sign::Plus), ('-', Sign::Minus)]) {
            left = Formula::Pair(Box::new(left), sign, Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Formula, String> {
        let mut left = self.single()?;
        while let Some(sign) = self.sign(&[('*', Sign::Times), ('/', Sign::Over)]) {
            left = Formula::Pair(Box::new(left), sign, Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Formula, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("it is too deep".to_owned());
        }
        let single = self.shallow();
        self.depth -= 1;
        single
    }

    fn shallow(&mut self) -> Result<Formula, String> {
        if let Some(rest) = self.rest.strip_prefix('-') {
            self.rest = rest.trim_start();
            return Ok(Formula::Minus(Box::new(self.single()?)));
        }
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest.trim_start();
            let inner = self.sum()?;
            let rest = self.rest.strip_prefix(')').ok_or("a parenthesis is not closed")?;
            self.rest = rest.trim_start();
            return Ok(inner);
        }
        if let Some(rest) = self.rest.strip_prefix('{') {
            let (id, rest) = rest.split_once('}').ok_or("a brace is not closed")?;
            self.rest = rest.trim_start();
            let id = id.trim();
            let is_id = crate::id::is_id(id);
            return if is_id { Ok(Formula::Indicator(id.to_owned())) } else { Err(format!("{{{id}}} is not an id")) };
        }
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let number = number::parse(digits).ok_or_else(|| match self.rest.chars().next() {
            None => "it ends where a value is expected".to_owned(),
            Some(_) => format!("\"{}\" is not a value", self.rest),
        })?;
        self.rest = rest.trim_start();
        Ok(Formula::Number(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let of = |id: &str| match id {
            "a" => Some(Fraction::whole(4)),
            "b" => Some(Fraction::whole(76)),
            "zero" => Some(Fraction::whole(0)),
            _ => None,
        };
        match Formula::parse(text).map(|formula| formula.value(&of)) {
            Ok(Ok(value)) => number::text(value.rounded(2).unwrap()),
            Ok(Err(why)) => why.to_string(),
            Err(wrong) => format!("wrong: {wrong}"),
        }
    }

    #[test]
    fn formulas_are_computed_as_they_are_written() {
        for (text, expected) in [
            ("{a} / {b} * 100", "5.26"),
            ("{a}+{b}", "80"),
            ("2 + 3 * 4", "14"),
            ("(2 + 3) * 4", "20"),
            ("10 - 4 - 3", "3"),
            ("-{a} + 1", "-3"),
            (" 1.5 * ( {a} ) ", "6"),
            ("8 / 4 / 2", "1"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_computed_has_no_value() {
        assert_eq!(value("{none} + 1"), "none has no value");
        assert_eq!(value("{a} / {zero}"), "a division by zero");
        assert_eq!(value("0 * {none}"), "none has no value");
        assert_eq!(value(&format!("1{}", " * 900000000000000".repeat(5))), "a result does not fit");
    }

    #[test]
    fn what_is_no_formula_says_why() {
        for (text, wrong) in [
            ("", "wrong: it ends where a value is expected"),
            ("{a", "wrong: a brace is not closed"),
            ("(1", "wrong: a parenthesis is not closed"),
            ("1 2", "wrong: \"2\" is not expected"),
            ("a + 1", "wrong: \"a + 1\" is not a value"),
            ("{A b}", "wrong: {A b} is not an id"),
            ("1 +", "wrong: it ends where a value is expected"),
            (&"(".repeat(40), "wrong: it is too deep"),
        ] {
            assert_eq!(value(text), wrong, "{text}");
        }
    }

    #[test]
    fn the_indicators_of_a_formula_are_known() {
        assert_eq!(Formula::parse("({a} + {b}) / -{a}").unwrap().indicators(), ["a", "b", "a"]);
    }
}
