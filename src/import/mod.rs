//! Import: the only way in which data gets into the database.
//!
//! A file is read and checked whole ([`mod@read`]), then written in one transaction
//! ([`mod@write`]): all of it or nothing, and twice is once.

mod bundled;
mod check;
mod collect;
pub mod read;
mod write;

use std::{collections::BTreeMap, fmt, fs::File, io::Read, path::Path};

use anyhow::Context;
use candles::OhlcvRow;
use chrono::NaiveDate;

pub use self::check::Problems;
use self::collect::collect;
use crate::db::Database;

/// A day's prices as they are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceRow {
    /// The day and its prices.
    pub ohlcv: OhlcvRow,
    /// The close adjusted for splits and dividends, where the source has it.
    pub adjusted_close: Option<f64>,
}

/// Rows by symbol and day.
type PriceRows = BTreeMap<String, BTreeMap<NaiveDate, PriceRow>>;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// One entry for each symbol of the input, in the order of the symbols.
    pub symbols: Vec<SymbolReport>,
}

/// What an import did to one symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolReport {
    /// The symbol.
    pub symbol: String,
    /// Rows whose day was not stored before.
    pub new: usize,
    /// Rows that differed from the stored ones and replaced them.
    pub changed: usize,
    /// Rows that were stored already.
    pub unchanged: usize,
    /// The oldest day stored now.
    pub first_date: NaiveDate,
    /// The newest day stored now.
    pub last_date: NaiveDate,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for SymbolReport { symbol, new, changed, unchanged, first_date, last_date } in &self.symbols
        {
            writeln!(
                f,
                "{symbol}: {new} new, {changed} changed, {unchanged} unchanged; \
                 holds {first_date} to {last_date}"
            )?;
        }
        let sum = |count: fn(&SymbolReport) -> usize| self.symbols.iter().map(count).sum::<usize>();
        write!(
            f,
            "{} symbol{}: {} new, {} changed, {} unchanged",
            self.symbols.len(),
            if self.symbols.len() == 1 { "" } else { "s" },
            sum(|symbol| symbol.new),
            sum(|symbol| symbol.changed),
            sum(|symbol| symbol.unchanged),
        )
    }
}

/// Imports a file of any known layout.
pub async fn import_file(db: &Database, path: &Path) -> anyhow::Result<Report> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let name = path.display().to_string();
    import(db, &name, file).await.with_context(|| format!("{name}: nothing was imported"))
}

/// Imports the data set that comes with the program.
pub async fn import_bundled(db: &Database) -> anyhow::Result<Report> {
    import(db, "bundled data", bundled::STOCKS_DAILY)
        .await
        .context("bundled data: nothing was imported")
}

/// Imports the bundled data set into a database that nothing was ever imported into.
pub async fn import_bundled_if_new(db: &Database) -> anyhow::Result<Option<Report>> {
    if !db.read(&write::IsNew).await? {
        return Ok(None);
    }
    write::write_if_new(db, &collect("bundled data".to_owned(), bundled::STOCKS_DAILY)?).await
}

async fn import(db: &Database, name: &str, input: impl Read) -> anyhow::Result<Report> {
    let rows = collect(name.to_owned(), input)?;
    write::write(db, &rows).await
}
