//! The error of a row, in words.

use std::fmt;

/// Longest piece of a value that a message repeats, in characters.
const MAX_VALUE_CHARS: usize = 40;

/// Longest piece of a header or a message.
const MAX_LINE_CHARS: usize = 120;

/// Why the reader refuses a row: `line 3: column high: "x" is not a number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The column of the refused cell, in the spelling of the header.
    pub column: Option<String>,
    /// The cell, shortened; none if the reader refuses the row as a whole.
    pub value: Option<String>,
    /// What is wrong, to be read after the value.
    pub reason: String,
}

/// Why a record gives no row: because of a cell by its position, of the row, or of the input as a
/// whole.
pub(super) enum RowFailure {
    /// A cell and what is wrong with it.
    Cell(usize, String),
    Row(String),
    /// The reader refuses the input as a whole.
    Input(anyhow::Error),
}

/// Why a cell is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateError {
    NotADate,
    /// It has a time other than midnight.
    Intraday,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(column) = &self.column {
            write!(f, "column {column}: ")?;
        }
        if let Some(value) = &self.value {
            write!(f, "{value} ")?;
        }
        f.write_str(&self.reason)
    }
}

/// A value in quotes, shortened.
pub(super) fn quoted(value: &str) -> String {
    shortened(value, MAX_VALUE_CHARS)
}

/// A header or a message in quotes, shortened.
pub(super) fn quoted_line(line: &str) -> String {
    shortened(line, MAX_LINE_CHARS)
}

fn shortened(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shortened() {
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
        assert_eq!(quoted(&"é".repeat(2_000_000)), format!("{:?}...", "é".repeat(40)));
    }
}
