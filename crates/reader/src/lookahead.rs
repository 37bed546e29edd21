//! Looks at the beginning of an input before the reader reads it.

use std::io::{self, Chain, Cursor, Read};

use anyhow::Context;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes of the first look.
const FIRST_LOOK: usize = 64 * 1024;

/// Most bytes in memory while the reader finds out the form of dates.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The beginning of an input, and the rest of it.
pub(super) struct Lookahead<R> {
    start: Vec<u8>,
    rest: TextOnly<R>,
    ended: bool,
}

impl<R: Read> Lookahead<R> {
    /// Takes the first look, without a byte order mark of UTF-8.
    pub fn new(input: R) -> anyhow::Result<Self> {
        let rest = TextOnly { input, bytes_before: 0, is_utf16: false };
        let mut lookahead = Self { start: Vec::new(), rest, ended: false };
        lookahead.grow_to(FIRST_LOOK)?;
        if lookahead.start.starts_with(BYTE_ORDER_MARK) {
            lookahead.start.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(lookahead)
    }

    /// The bytes so far.
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// Whether the input ends with them.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Looks at twice as much; false if the input has ended, or if that is too much.
    pub fn grow(&mut self) -> anyhow::Result<bool> {
        let more = !self.ended && self.start.len() < MAX_BYTES;
        if more {
            self.grow_to(self.start.len() * 2)?;
        }
        Ok(more)
    }

    fn grow_to(&mut self, length: usize) -> anyhow::Result<()> {
        let missing = length.saturating_sub(self.start.len());
        let read = self.rest.by_ref().take(missing as u64).read_to_end(&mut self.start);
        self.ended = read.context("cannot read the input")? < missing;
        Ok(())
    }

    /// The whole input from its beginning.
    pub fn into_reader(self) -> Chain<Cursor<Vec<u8>>, impl Read> {
        Cursor::new(self.start).chain(self.rest)
    }
}

/// Fails at a NUL, which no text has.
struct TextOnly<R> {
    input: R,
    bytes_before: u64,
    /// Whether it begins with a mark of UTF-16, which is refused elsewhere.
    is_utf16: bool,
}

impl<R: Read> Read for TextOnly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        let text = &buffer[..length];
        if self.bytes_before == 0 {
            self.is_utf16 = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
        }
        if !self.is_utf16 && text.contains(&0) {
            let nul = text.iter().take_while(|byte| **byte != 0).count() as u64;
            return Err(io::Error::other(format!(
                "byte {} is NUL: this is not text, or it is UTF-16; save it as UTF-8",
                self.bytes_before + nul + 1
            )));
        }
        self.bytes_before += length as u64;
        Ok(length)
    }
}
