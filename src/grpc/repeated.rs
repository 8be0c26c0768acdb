//! A message that repeats others in one field, encoded as they come: some are kept encoded, and no two need be in memory at once.

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::require_size;
use crate::error::Result;

/// A message under way that repeats messages in one field, which comes before whatever is in the rest.
pub struct Repeated {
    field: u32,
    bytes: Vec<u8>,
}

impl Repeated {
    /// A message that repeats a field, with room for so many bytes.
    pub fn new(field: u32, room: usize) -> Self {
        Self { field, bytes: Vec::with_capacity(room) }
    }

    /// Adds one that is encoded already.
    pub fn push_encoded(&mut self, part: &[u8]) {
        self.begin(part.len());
        self.bytes.extend_from_slice(part);
    }

    /// Adds one.
    pub fn push(&mut self, part: &impl Message) {
        self.begin(part.encoded_len());
        part.encode_raw(&mut self.bytes);
    }

    fn begin(&mut self, size: usize) {
        encode_key(self.field, WireType::LengthDelimited, &mut self.bytes);
        encode_varint(size as u64, &mut self.bytes);
    }

    /// The whole: two encoded messages in a row are one with the fields of both.
    pub fn with(mut self, rest: &impl Message) -> Result<Vec<u8>> {
        rest.encode_raw(&mut self.bytes);
        require_size(self.bytes.len())?;
        // Answers are kept as they are, with the room that they do not use.
        self.bytes.shrink_to_fit();
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb;

    #[test]
    fn parts_and_rest_are_the_message_that_holds_them() {
        let line = |name: &str| pb::Line { name: name.to_owned(), ..Default::default() };
        let rest = pb::ListLinesResponse { next_page_token: "more".to_owned(), ..Default::default() };
        let whole = pb::ListLinesResponse { lines: vec![line("a"), line(""), line("b")], ..rest.clone() };
        let mut repeated = Repeated::new(1, 0);
        repeated.push(&line("a"));
        repeated.push(&line(""));
        repeated.push_encoded(&line("b").encode_to_vec());
        assert_eq!(repeated.with(&rest).unwrap(), whole.encode_to_vec());
    }
}
