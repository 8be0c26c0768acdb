//! A CSV file that comes in pieces cut anywhere: in a character, in a quote, in the byte order mark.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::error::{Error, Result};
use crate::limits;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The records of a file as far as it came.
pub struct Records {
    reader: Reader,
    /// The cells of the record that is being read, one behind the other.
    cells: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    count: usize,
    /// The first bytes, until it is known whether they are a byte order mark.
    start: Option<Vec<u8>>,
    /// The number of the record that is being read.
    number: u32,
    quotes: Quotes,
}

/// Whether a quote is open, by the rules of the reader, which takes the end of a file for the end of a quote.
#[derive(Debug, Clone, Copy)]
struct Quotes {
    delimiter: u8,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where a cell begins: only here a quote opens.
    Beginning,
    /// In a cell without a quote before it.
    Plain,
    Quoted,
    /// After a quote in a quoted cell: its end, or the first of two that stand for one.
    Closed,
}

impl Quotes {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.place = match (self.place, byte) {
                (Place::Beginning | Place::Closed, b'"') => Place::Quoted,
                (Place::Quoted, b'"') => Place::Closed,
                (Place::Quoted, _) => Place::Quoted,
                (_, b'\n' | b'\r') => Place::Beginning,
                (_, byte) if *byte == self.delimiter => Place::Beginning,
                _ => Place::Plain,
            };
        }
    }
}

/// One record: its number and its cells as bytes.
pub struct Record<'a> {
    pub number: u32,
    cells: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell without blanks at the ends; an error where it is not UTF-8.
    pub fn cell(&self, place: usize) -> Result<&'a str, std::str::Utf8Error> {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(place).copied().unwrap_or(start);
        std::str::from_utf8(self.cells.get(start..end).unwrap_or_default()).map(str::trim)
    }
}

impl Records {
    /// A file of which nothing came yet.
    pub fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            cells: vec![0; 4096],
            used: 0,
            ends: vec![0; 64],
            count: 0,
            start: Some(Vec::new()),
            number: 1,
            quotes: Quotes { delimiter, place: Place::Beginning },
        }
    }

    /// Takes the next piece, and hands on every record that ends in it.
    pub fn feed(&mut self, chunk: &[u8], each: &mut impl FnMut(Record<'_>) -> Result<()>) -> Result<()> {
        let Some(mut start) = self.start.take() else { return self.read(chunk, each) };
        start.extend_from_slice(chunk);
        if start.len() < MARK.len() {
            self.start = Some(start);
            return Ok(());
        }
        self.read(start.strip_prefix(MARK).unwrap_or(&start), each)
    }

    /// Hands on what is left when the file ends without a line break.
    pub fn finish(&mut self, each: &mut impl FnMut(Record<'_>) -> Result<()>) -> Result<()> {
        if let Some(start) = self.start.take() {
            self.read(&start, each)?;
        }
        if self.quotes.place == Place::Quoted {
            let text = "begins a quote that is not closed before the end of the file";
            return Err(Error::invalid(format!("rows[{}]", self.number), text));
        }
        // Empty input is how the reader is told of the end.
        loop {
            if matches!(self.step(&[], each)?, (ReadRecordResult::End, _)) {
                return Ok(());
            }
        }
    }

    fn read(&mut self, mut input: &[u8], each: &mut impl FnMut(Record<'_>) -> Result<()>) -> Result<()> {
        self.quotes.pass(input);
        while !input.is_empty() {
            let (_, read) = self.step(input, each)?;
            input = &input[read..];
        }
        Ok(())
    }

    fn step(
        &mut self,
        input: &[u8],
        each: &mut impl FnMut(Record<'_>) -> Result<()>,
    ) -> Result<(ReadRecordResult, usize)> {
        let (result, read, written, ended) =
            self.reader.read_record(input, &mut self.cells[self.used..], &mut self.ends[self.count..]);
        self.used += written;
        self.count += ended;
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull => {
                if self.cells.len() >= limits::count(limits::IMPORT_RECORD_BYTES) {
                    let text = format!("is longer than {} bytes; is a quote not closed?", limits::IMPORT_RECORD_BYTES);
                    return Err(Error::invalid(format!("rows[{}]", self.number), text));
                }
                self.cells.resize(self.cells.len() * 2, 0);
            }
            ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            ReadRecordResult::Record => {
                let (cells, ends) = (&self.cells[..self.used], &self.ends[..self.count]);
                each(Record { number: self.number, cells, ends })?;
                self.number += 1;
                (self.used, self.count) = (0, 0);
            }
        }
        Ok((result, read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(pieces: &[&[u8]]) -> Vec<(u32, Vec<String>)> {
        let mut found = Vec::new();
        let mut each = |record: Record<'_>| {
            let cells = (0..record.len()).map(|place| record.cell(place).unwrap().to_owned());
            found.push((record.number, cells.collect()));
            Ok(())
        };
        let mut records = Records::new(b';');
        for piece in pieces {
            records.feed(piece, &mut each).unwrap();
        }
        records.finish(&mut each).unwrap();
        found
    }

    #[test]
    fn it_does_not_matter_where_a_file_is_cut() {
        let file = "\u{feff}\"tên\";số\r\n\"Sở; \"\"KH\"\"\nCN\"; 1 \n\n;2".as_bytes();
        let whole = records(&[file]);
        let row = |number, left: &str, right: &str| (number, vec![left.to_owned(), right.to_owned()]);
        assert_eq!(whole, [row(1, "tên", "số"), row(2, "Sở; \"KH\"\nCN", "1"), row(3, "", "2")]);
        for cut in 0..=file.len() {
            let (left, right) = file.split_at(cut);
            assert_eq!(records(&[left, right]), whole, "cut at {cut}");
        }
        assert_eq!(records(&file.chunks(1).collect::<Vec<_>>()), whole);
        assert_eq!(records(&[b"a"]), [(1, vec!["a".to_owned()])]);
        assert_eq!(records(&[b""]), []);
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_the_reading() {
        let mut records = Records::new(b',');
        let endless = vec![b'x'; 1 << 20];
        records.feed(b"a,b\n\"", &mut |_| Ok(())).unwrap();
        let outcome = records.feed(&endless, &mut |_| Ok(())).and_then(|()| records.feed(&endless, &mut |_| Ok(())));
        assert!(matches!(outcome, Err(Error::Invalid(found)) if found[0].field == "rows[2]"));
    }

    #[test]
    fn a_quote_that_is_open_at_the_end_is_told_with_its_row() {
        let end = |file: &[u8]| {
            let mut records = Records::new(b',');
            records.feed(file, &mut |_| Ok(())).and_then(|()| records.finish(&mut |_| Ok(())))
        };
        for open in ["a,\"", "a\n\"b\nc,d", "a,\"b\"\"", "a\n1,\"x\"\"\n2,y\n"] {
            let row = open.matches('\n').count().min(1) + 1;
            let found = end(open.as_bytes());
            assert!(
                matches!(&found, Err(Error::Invalid(found)) if found[0].field == format!("rows[{row}]")),
                "{open:?}"
            );
        }
        for closed in ["a,\"\"", "a,b\"", "5\" pipe,\"x\"\"\"", "\"a\"b\",c", "\"a\nb\"\n"] {
            end(closed.as_bytes()).unwrap_or_else(|error| panic!("{closed:?}: {error}"));
        }
    }

    #[test]
    fn what_is_not_utf_8_is_said_of_its_cell() {
        let mut found = Vec::new();
        let mut records = Records::new(b',');
        let mut each = |record: Record<'_>| {
            found.push((record.cell(0).is_ok(), record.cell(1).is_ok()));
            Ok(())
        };
        records.feed(b"a,\xe9\n", &mut each).unwrap();
        assert_eq!(found, [(true, false)]);
    }
}
