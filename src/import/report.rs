//! The result of an import, for people and for machines.

use std::fmt;

use serde::Serialize;
use storage::ingest::{RowCounts, SymbolReport};

/// The result of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One entry for each symbol of the input, in the order of the symbols.
    pub symbols: Vec<SymbolReport>,
    /// Rows without any value.
    pub empty: u64,
    /// Bad rows that the import skipped, as the user asked.
    pub bad: u64,
    /// Whether the import wrote nothing, as the user asked.
    pub dry_run: bool,
}

impl Report {
    fn sum(&self, count: fn(&SymbolReport) -> usize) -> usize {
        self.symbols.iter().map(count).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for symbol in &self.symbols {
            writeln!(f, "{symbol}")?;
        }
        write!(f, "{} {}: ", self.symbols.len(), plural(self.symbols.len(), "symbol"))?;
        let counts = RowCounts {
            new: self.sum(|symbol| symbol.new),
            changed: self.sum(|symbol| symbol.changed),
            unchanged: self.sum(|symbol| symbol.unchanged),
            deleted: self.sum(|symbol| symbol.deleted),
        };
        write!(f, "{counts}")?;
        for (count, what) in [(self.empty, "empty row"), (self.bad, "bad row")] {
            if count > 0 {
                let what = plural(usize::try_from(count).unwrap_or(usize::MAX), what);
                write!(f, ", {count} {what} skipped")?;
            }
        }
        if self.dry_run { write!(f, "; nothing was written") } else { Ok(()) }
    }
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
