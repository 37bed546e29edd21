//! Delimited text as records: bounded in size, each with the line on which it begins.

use std::{
    borrow::Cow,
    io::{BufRead, BufReader, Read},
};

use anyhow::{Context, bail};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Longest record, in bytes: thousands of cells, or a quote that is never closed.
const MAX_RECORD_BYTES: usize = 1024 * 1024;

const BUFFER_BYTES: usize = 64 * 1024;

/// Reads records one after the other, into the same memory.
pub(super) struct Records<R> {
    input: BufReader<R>,
    csv: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    last_byte: u8,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Whether a line break ends it, rather than the input.
    pub is_ended: bool,
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// The number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell without the blanks around it; empty if there is none.
    #[inline]
    pub fn cell(&self, index: usize) -> &'a [u8] {
        let Some(&end) = self.ends.get(index) else {
            return b"";
        };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text[start..end].trim_ascii()
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

impl<R: Read> Records<R> {
    pub fn new(delimiter: u8, input: R) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            csv: ReaderBuilder::new().delimiter(delimiter).build(),
            text: vec![0; 1024],
            ends: vec![0; 32],
            last_byte: b'\n',
        }
    }

    /// The next record; blank lines do not count.
    pub fn next(&mut self) -> anyhow::Result<Option<Record<'_>>> {
        let (mut bytes, mut cells) = (0, 0);
        let ends_with_input = loop {
            let input = self.input.fill_buf().context("cannot read the input")?;
            let is_end = input.is_empty();
            let (result, read, written, ended) =
                self.csv.read_record(input, &mut self.text[bytes..], &mut self.ends[cells..]);
            if read > 0 {
                self.last_byte = input[read - 1];
            }
            self.input.consume(read);
            bytes += written;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.grow_text()?,
                ReadRecordResult::OutputEndsFull => self.ends.resize(cells * 2, 0),
                ReadRecordResult::Record => break is_end,
                ReadRecordResult::End => return Ok(None),
            }
        };
        let text = &self.text[..bytes];
        // The reader has counted the lines inside of the record, and the break that ends it.
        let breaks = text.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        // In a quote that is never closed, the last break of the input is inside.
        let is_ended = !ends_with_input && matches!(self.last_byte, b'\r' | b'\n');
        let passed = breaks + u64::from(is_ended && self.last_byte == b'\n');
        Ok(Some(Record {
            line: self.csv.line() - passed,
            is_ended,
            text,
            ends: &self.ends[..cells],
        }))
    }

    fn grow_text(&mut self) -> anyhow::Result<()> {
        if self.text.len() >= MAX_RECORD_BYTES {
            bail!(
                "line {}: a row of more than {MAX_RECORD_BYTES} bytes; is a quote never closed?",
                self.csv.line()
            );
        }
        self.text.resize(self.text.len() * 2, 0);
        Ok(())
    }
}

/// Text as it is mostly encoded: UTF-8, or else Latin-1.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect::<String>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &[(u64, &str, bool)]) {
        let mut records = Records::new(b',', input.as_bytes());
        for (line, cells, is_ended) in expected {
            let record = records.next().unwrap().unwrap();
            let read: Vec<_> = record.cells().map(text).collect();
            assert_eq!((record.line, read.join("|").as_str()), (*line, *cells), "{input:?}");
            assert_eq!(record.is_ended, *is_ended, "{input:?}");
        }
        assert!(records.next().unwrap().is_none());
    }

    #[test]
    fn lines_are_counted_behind_crlf_blank_lines_and_quoted_line_breaks() {
        check("a,b\nc\n", &[(1, "a|b", true), (2, "c", true)]);
        check("a,b\r\nc\r\nd", &[(1, "a|b", true), (2, "c", true), (3, "d", false)]);
        check("\n\r\na\r\n\r\n\nb\r\n", &[(3, "a", true), (6, "b", true)]);
        check(
            "a\n\"b\nb\r\nb\",c\nd\n\n",
            &[(1, "a", true), (2, "b\nb\r\nb|c", true), (5, "d", true)],
        );
        check(" a , \"b\" \n", &[(1, "a|\"b\"", true)]);
        check("a\nb,\"c\nd\n", &[(1, "a", true), (2, "b|c\nd", false)]);
    }

    #[test]
    fn a_long_row_is_refused_before_it_is_in_memory() {
        let input = std::io::repeat(b'x').take(1 << 40);
        let error = Records::new(b',', input).next().err().unwrap().to_string();
        assert_eq!(error, "line 1: a row of more than 1048576 bytes; is a quote never closed?");
        let cells = ",".repeat(100_000);
        assert_eq!(Records::new(b',', cells.as_bytes()).next().unwrap().unwrap().len(), 100_001);
    }
}
