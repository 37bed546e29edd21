//! The reading side of an import: from bytes to checked rows, for every layout.
//!
//! [`each`] opens the inputs that the user names, and [`read`] reads one of them. The first bytes
//! tell what it is ([`mod@sniff`]: delimiter, layout, form of the dates, decimal sign). Then the
//! reader checks row after row ([`mod@row`]) and gives each to a [`Sink`]. Memory is constant for
//! any size of input.

mod date;
mod epoch;
mod header;
mod layout;
mod lookahead;
mod number;
mod open;
mod records;
mod reject_non_tables;
mod row;
mod row_error;
mod sniff;
mod symbols;
#[cfg(test)]
mod tests;
mod yfinance;

use std::io::Read;

use anyhow::{Context, bail};
use candles::{InstrumentMetadata, PriceRow, Symbol};
use chrono::NaiveDate;

pub use self::{
    layout::{Format, formats},
    open::{each, total_bytes},
    row_error::RowError,
};
use self::{
    lookahead::Lookahead,
    records::Records,
    row::{Found, Rows},
};

/// The options of the user.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The instrument of every row, whatever the file says.
    pub symbol: Option<String>,
    /// The layout, instead of the header's.
    pub format: Option<Format>,
    /// The form of dates as chrono writes it, `%d/%m/%Y` say.
    pub date_format: Option<String>,
    /// The day of the import. Rows may be one day ahead of it, because of time zones.
    pub today: NaiveDate,
    /// Whether rows may lie further ahead.
    pub allow_future_dates: bool,
    /// Whether rows may be of 1970-01-01, which mostly is a missing date.
    pub allow_epoch: bool,
}

impl ReadOptions {
    /// The default options, on the given day.
    #[must_use]
    pub fn new(today: NaiveDate) -> Self {
        Self {
            symbol: None,
            format: None,
            date_format: None,
            today,
            allow_future_dates: false,
            allow_epoch: false,
        }
    }
}

/// One input.
pub struct Input<'a> {
    /// The input's name, for messages and for symbols from file names.
    pub name: String,
    /// The content.
    pub bytes: Box<dyn Read + 'a>,
}

/// Receives the content of an input, in its order.
pub trait Sink {
    /// A row that passed every check.
    fn row(&mut self, line: u64, symbol: &Symbol, row: PriceRow) -> anyhow::Result<()>;
    /// A bad row.
    fn bad(&mut self, problem: RowError);
    /// A row without any value.
    fn empty(&mut self, line: u64);
    /// The facts of the row before about its instrument; the reader repeats them only after a
    /// change.
    fn describe(&mut self, symbol: &Symbol, about: &InstrumentMetadata);
}

/// Reads an input to its end and gives its content to the sink; fails if the reader refuses the
/// input as a whole.
pub fn read(input: Input<'_>, options: &ReadOptions, sink: &mut impl Sink) -> anyhow::Result<()> {
    let mut lookahead = Lookahead::new(input.bytes)?;
    reject_non_tables::refuse(lookahead.start())?;
    let mut dialect = sniff::dialect(&mut lookahead, options)?;
    dialect.name_groups(&input.name, options)?;
    let mut records = Records::new(dialect.delimiter, lookahead.into_reader());
    for _ in 0..dialect.header_records {
        records.next()?;
    }
    let mut rows = Rows::new(&dialect, options);
    let mut any = false;
    while let Some(record) = records.next()? {
        any = true;
        if let Some(problem) = rows.shape_problem(&record) {
            sink.bad(problem);
            continue;
        }
        for group in &dialect.groups {
            match rows.read(&record, group).with_context(|| format!("line {}", record.line))? {
                Found::Row(symbol, row) => {
                    sink.row(record.line, &symbol, row)?;
                    if let Some(about) = rows.about(&symbol, &record, group) {
                        sink.describe(&symbol, about);
                    }
                }
                Found::Empty => sink.empty(record.line),
                Found::Bad(problem) => sink.bad(problem),
            }
        }
    }
    if !any {
        bail!("the input has a header but no rows");
    }
    Ok(())
}
