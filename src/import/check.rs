//! Checking cells and rows, and collecting what is wrong with them.

use std::{fmt, str::FromStr};

use candles::OhlcvRow;
use chrono::NaiveDate;

/// Problems shown; the rest are counted.
const SHOWN: usize = 20;

/// Longest piece of a refused value that is repeated to the user, in characters.
const MAX_VALUE_CHARS: usize = 40;

/// Everything that is wrong with an input, by line and column.
#[derive(Debug, Default, thiserror::Error)]
pub struct Problems {
    shown: Vec<String>,
    total: usize,
}

impl Problems {
    pub(super) fn add(&mut self, line: usize, problem: impl fmt::Display) {
        self.total += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(format!("line {line}: {problem}"));
        }
    }

    pub(super) fn into_result(self) -> Result<(), Self> {
        if self.total == 0 { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bad row{}", self.total, if self.total == 1 { "" } else { "s" })?;
        for problem in &self.shown {
            write!(f, "\n  {problem}")?;
        }
        let hidden = self.total - self.shown.len();
        if hidden > 0 { write!(f, "\n  and {hidden} more") } else { Ok(()) }
    }
}

/// The symbol in capitals.
pub(super) fn symbol(cell: &str) -> Result<String, String> {
    crate::symbol::parse(cell).ok_or_else(|| {
        format!(
            "column symbol: {} is not 1 to {} of the characters A-Z 0-9 . ^ = _ -",
            quoted(cell),
            crate::symbol::MAX_CHARS
        )
    })
}

/// A day in the form `2024-01-31`.
pub(super) fn date(cell: &str) -> Result<NaiveDate, String> {
    crate::date::parse(cell)
        .ok_or_else(|| format!("column date: {} is not a date like 2024-01-31", quoted(cell)))
}

/// A finite number above 0.
pub(super) fn price(column: &str, cell: &str) -> Result<f64, String> {
    let price: f64 = number(column, cell, "a number")?;
    if price.is_finite() && price > 0.0 {
        Ok(price)
    } else {
        Err(format!("column {column}: {} is not a price above 0", quoted(cell)))
    }
}

/// A price adjusted for dividends, which a long history of them takes to 0 and below.
pub(super) fn adjusted_price(column: &str, cell: &str) -> Result<f64, String> {
    let price: f64 = number(column, cell, "a number")?;
    let finite = price.is_finite().then_some(price);
    finite.ok_or_else(|| format!("column {column}: {} is not a finite number", quoted(cell)))
}

/// A whole number of shares or units.
pub(super) fn volume(cell: &str) -> Result<i64, String> {
    number("volume", cell, "a whole number of at most 64 bits")
}

/// What holds for the cells together.
pub(super) fn row(row: &OhlcvRow) -> Result<(), String> {
    row.check().map_err(|error| error.to_string())
}

fn number<T: FromStr>(column: &str, cell: &str, kind: &str) -> Result<T, String> {
    cell.parse().map_err(|_| format!("column {column}: {} is not {kind}", quoted(cell)))
}

fn quoted(cell: &str) -> String {
    match cell.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{:?}...", &cell[..end]),
        None => format!("{cell:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(result: impl fmt::Debug, expected: &str) {
        assert_eq!(format!("{result:?}"), expected);
    }

    #[test]
    fn cells_are_taken_as_written() {
        check(symbol("brk-b"), r#"Ok("BRK-B")"#);
        check(symbol("^GSPC"), r#"Ok("^GSPC")"#);
        check(date("2024-02-29"), "Ok(2024-02-29)");
        check(price("open", "95.455"), "Ok(95.455)");
        check(volume("9223372036854775807"), "Ok(9223372036854775807)");
    }

    #[test]
    fn refusals_name_column_value_and_reason() {
        check(
            symbol("A B"),
            r#"Err("column symbol: \"A B\" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -")"#,
        );
        check(adjusted_price("adjusted_close", "-0.5"), "Ok(-0.5)");
        check(
            adjusted_price("adjusted_close", "inf"),
            r#"Err("column adjusted_close: \"inf\" is not a finite number")"#,
        );
        check(
            date("2023-02-29"),
            r#"Err("column date: \"2023-02-29\" is not a date like 2024-01-31")"#,
        );
        check(price("low", "nan"), r#"Err("column low: \"nan\" is not a price above 0")"#);
        check(price("low", "0"), r#"Err("column low: \"0\" is not a price above 0")"#);
        check(price("low", ""), r#"Err("column low: \"\" is not a number")"#);
        check(
            volume("1e3"),
            r#"Err("column volume: \"1e3\" is not a whole number of at most 64 bits")"#,
        );
        let long = "9".repeat(2_000_000);
        assert!(volume(&long).unwrap_err().len() < 200);
    }
}
