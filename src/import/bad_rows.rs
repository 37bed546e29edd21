//! All errors in the rows of an import.

use std::fmt;

use reader::RowError;
use storage::ingest::Contradiction;

use super::report::plural;

/// Problems in the report; it counts further ones.
const SHOWN: usize = 20;

/// The errors, by file and line.
#[derive(Debug, Default)]
pub(super) struct FoundBadRows {
    shown: Vec<(usize, RowError)>,
    total: u64,
}

impl FoundBadRows {
    pub(super) fn add(&mut self, file: usize, problem: RowError) {
        self.total += 1;
        if self.shown.len() < SHOWN {
            self.shown.push((file, problem));
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Adds the first rows that contradict earlier ones, and the number of all of them.
    pub(super) fn add_contradictions(&mut self, first: &[Contradiction], total: u64) {
        self.total += total;
        self.shown.extend(first.iter().map(|Contradiction { origin, symbol, date }| {
            let reason = format!("{symbol} {date} stands twice, with different values");
            (origin.part, RowError { line: origin.line, column: None, value: None, reason })
        }));
        self.shown.sort_by_key(|(file, error)| (*file, error.line));
        self.shown.truncate(SHOWN);
    }

    /// The error of the import, if there are bad rows.
    pub(super) fn into_error(self, files: &[String]) -> Option<BadRows> {
        if self.total == 0 {
            return None;
        }
        let shown = self.shown.into_iter().map(|(file, problem)| {
            let name = files.get(file).map_or("", String::as_str);
            format!("{name} {problem}")
        });
        Some(BadRows { shown: shown.collect(), total: self.total })
    }
}

/// Bad rows, by file and line.
#[derive(Debug, thiserror::Error)]
pub struct BadRows {
    shown: Vec<String>,
    total: u64,
}

impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = usize::try_from(self.total).unwrap_or(usize::MAX);
        write!(f, "{total} bad {}", plural(total, "row"))?;
        for problem in &self.shown {
            write!(f, "\n  {problem}")?;
        }
        match total - self.shown.len() {
            0 => Ok(()),
            hidden => write!(f, "\n  and {hidden} more"),
        }
    }
}
