//! Words: closed lists of values with one spelling in code, tables and messages. Pure.

use crate::error::{Error, Result};

/// A closed list of values, each with its spelling.
pub trait Word: Copy + Sized + 'static {
    /// Every value, in the order of the proto.
    const ALL: &'static [Self];
    /// The spelling, as `EXPENDITURE`.
    fn as_str(self) -> &'static str;
    /// The value of a spelling.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.as_str() == text)
    }
}

/// The value of a spelling that the database holds; one that is not in the list is a bug of ours.
pub fn stored<W: Word>(text: &str) -> Result<W> {
    W::parse(text).ok_or_else(|| Error::bug(format!("the word {text} is stored and not known")))
}

/// Declares a closed list of values.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $Name:ident { $($(#[$value_doc:meta])* $Value:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the proto explains each value")]
        pub enum $Name { $($(#[$value_doc])* $Value,)* }

        impl $crate::word::Word for $Name {
            const ALL: &'static [Self] = &[$($Name::$Value,)*];
            fn as_str(self) -> &'static str {
                match self { $($Name::$Value => $text,)* }
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::word::Word::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(deserializer)?;
                let unknown = || serde::de::Error::custom(format!("{text} is not a word of {}", stringify!($Name)));
                <Self as $crate::word::Word>::parse(&text).ok_or_else(unknown)
            }
        }
    };
}
