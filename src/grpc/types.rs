//! The messages of `types.proto`, to and from the values that every slice shares.

use crate::app::ReadAt;
use crate::clock::Micros;
use crate::pb;
use crate::word::Word;

/// The moment that a request names.
pub fn read_at(message: Option<pb::ReadAt>) -> ReadAt {
    match message.and_then(|message| message.moment) {
        None => ReadAt::Head,
        Some(pb::read_at::Moment::Revision(revision)) => ReadAt::Revision(revision),
        Some(pb::read_at::Moment::Instant(at)) => ReadAt::Instant(instant(at)),
    }
}

/// Whether a request asks for the texts that are in force at that moment.
pub fn in_force(message: Option<&pb::ReadAt>) -> bool {
    message.is_some_and(|message| message.in_force)
}

/// An instant of the database as a message.
pub fn timestamp(at: Micros) -> Option<prost_types::Timestamp> {
    let seconds = at.div_euclid(1_000_000);
    let nanos = i32::try_from(at.rem_euclid(1_000_000) * 1_000).unwrap_or_default();
    Some(prost_types::Timestamp { seconds, nanos })
}

/// An instant of a message, cut to microseconds; beyond what 64 bits hold it is the first or the last there is.
pub fn instant(timestamp: prost_types::Timestamp) -> Micros {
    timestamp
        .seconds
        .checked_mul(1_000_000)
        .and_then(|at| at.checked_add(i64::from(timestamp.nanos / 1_000)))
        .unwrap_or(if timestamp.seconds < 0 { Micros::MIN } else { Micros::MAX })
}

/// A word whose number in a message is its place in the list, counted from one; zero is "not stated".
pub fn word<W: Word>(number: i32) -> Option<W> {
    let position = usize::try_from(number).ok()?.checked_sub(1)?;
    W::ALL.get(position).copied()
}

/// The number of a word in a message.
pub fn number<W: Word + PartialEq>(word: W) -> i32 {
    let position = W::ALL.iter().position(|other| *other == word);
    position.and_then(|position| i32::try_from(position + 1).ok()).unwrap_or_default()
}

/// The number of a word that may not be stated.
pub fn number_or_none<W: Word + PartialEq>(word: Option<W>) -> i32 {
    word.map_or(0, number)
}

/// A count as a message has it. Messages hold no more than their lists may, far below what fits.
pub fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// A text of a message, where it is not empty.
pub fn stated(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Fails unless a list of words is that of an enum of the protos, in its order.
#[cfg(test)]
#[track_caller]
pub fn same_words<W: Word>(prefix: &str, name_of: impl Fn(i32) -> Option<&'static str>) {
    for (word, number) in W::ALL.iter().zip(1..) {
        assert_eq!(name_of(number), Some(format!("{prefix}{}", word.as_str())).as_deref());
    }
    let next = i32::try_from(W::ALL.len() + 1).unwrap_or_default();
    assert_eq!(name_of(next), None, "{prefix} has a value that the code does not know");
}

/// Fails unless each list of words is that of its enum of the protos.
#[cfg(test)]
macro_rules! same {
    ($($Word:ty = $Message:ident $prefix:literal;)*) => {$(
        $crate::grpc::types::same_words::<$Word>($prefix, |number| {
            $crate::pb::$Message::try_from(number).ok().map(|value| value.as_str_name())
        });
    )*};
}
#[cfg(test)]
pub(crate) use same;
