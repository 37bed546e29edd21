//! Rows in memory, by symbol and day.

use std::{collections::btree_map::Entry, io::Read};

use anyhow::bail;
use chrono::Utc;

use super::{
    PriceRow, PriceRows,
    check::Problems,
    read::{self, About, Input, Problem, ReadOptions, Sink},
};

/// Reads and checks all rows; fails with everything that is wrong with them.
pub(super) fn collect(name: String, bytes: impl Read) -> anyhow::Result<PriceRows> {
    let mut rows = Collected::default();
    let input = Input { name, bytes: Box::new(bytes) };
    read::read(input, &ReadOptions::new(Utc::now().date_naive()), &mut rows)?;
    rows.problems.into_result()?;
    if rows.rows.is_empty() {
        bail!("the input has a header but no rows");
    }
    Ok(rows.rows)
}

#[derive(Default)]
struct Collected {
    rows: PriceRows,
    problems: Problems,
}

impl Sink for Collected {
    /// Adds a row; the same row twice is one, but two rows for one day are a contradiction.
    fn row(&mut self, line: u64, symbol: &str, row: PriceRow) -> anyhow::Result<()> {
        let date = row.ohlcv.date;
        match self.rows.entry(symbol.to_owned()).or_default().entry(date) {
            Entry::Vacant(entry) => {
                entry.insert(row);
            }
            Entry::Occupied(entry) if *entry.get() == row => {}
            Entry::Occupied(_) => self.problems.add(Problem {
                line,
                column: None,
                value: None,
                reason: format!("{symbol} {date} stands twice, with different values"),
            }),
        }
        Ok(())
    }

    fn bad(&mut self, problem: Problem) {
        self.problems.add(problem);
    }

    fn empty(&mut self, _: u64) {}

    fn rounded(&mut self) {}

    fn describe(&mut self, _: &str, _: &About) {}
}
