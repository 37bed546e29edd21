//! The result of an ingest for each symbol.

use std::fmt;

use candles::Symbol;
use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// The result of an ingest for one symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SymbolReport {
    /// The symbol.
    #[serde(serialize_with = "as_text")]
    pub symbol: Symbol,
    /// Rows whose day was not stored before.
    pub new: usize,
    /// Rows that differed from the stored ones and replaced them.
    pub changed: usize,
    /// Rows that the database already had.
    pub unchanged: usize,
    /// Stored rows that the input lacks and that the ingest deleted, as the user asked.
    pub deleted: usize,
    /// The oldest day stored now.
    pub first_date: NaiveDate,
    /// The newest day stored now.
    pub last_date: NaiveDate,
}

fn as_text<S: Serializer>(symbol: &Symbol, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(symbol)
}

impl fmt::Display for SymbolReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { symbol, first_date, last_date, .. } = self;
        let &Self { new, changed, unchanged, deleted, .. } = self;
        let counts = RowCounts { new, changed, unchanged, deleted };
        write!(f, "{symbol}: {counts}; holds {first_date} to {last_date}")
    }
}

/// How many rows of each kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows whose day was not stored before.
    pub new: usize,
    /// Rows that differ from the stored ones.
    pub changed: usize,
    /// Rows equal to the stored ones.
    pub unchanged: usize,
    /// Stored rows that the ingest deletes.
    pub deleted: usize,
}

impl fmt::Display for RowCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, changed, unchanged, deleted } = self;
        write!(f, "{new} new, {changed} changed, {unchanged} unchanged")?;
        if *deleted > 0 { write!(f, ", {deleted} deleted") } else { Ok(()) }
    }
}
