//! What is wrong with a row, in words.

use std::fmt;

/// Longest piece of a value that is repeated to the user, in characters.
const MAX_VALUE_CHARS: usize = 40;

/// Longest piece of a header or a message.
const MAX_LINE_CHARS: usize = 120;

/// Why a row is not taken: `line 3: column high: "x" is not a number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The column of the cell that is refused, as the header writes it.
    pub column: Option<String>,
    /// The cell, shortened; none if it is the row as a whole that is refused.
    pub value: Option<String>,
    /// What is wrong, to be read after the value.
    pub reason: String,
}

/// Why a record gives no row: of a cell by its position, of the row, or of the input as a whole.
pub(super) enum RowFailure {
    /// A cell and what is wrong with it.
    Cell(usize, String),
    Row(String),
    /// The input as a whole is refused.
    Input(anyhow::Error),
}

/// Why a cell is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateError {
    NotADate,
    /// There is a time that is no midnight.
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
