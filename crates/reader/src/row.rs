//! From a record to a checked row.

use anyhow::anyhow;
use candles::{OhlcvRow, Symbol, Time};
use chrono::{Days, NaiveDate};

use super::{
    InstrumentMetadata, PriceRow, ReadOptions, RowError, epoch,
    header::{Columns, TickerColumns},
    layout::Format,
    number::{self, VolumeError},
    records::{Record, text},
    row_error::{DateError, RowFailure, quoted},
    sniff::Dialect,
    symbols,
};

/// The last sentence for data that is not daily.
const ONLY_DAILY: &str = "candleql imports only daily data";

/// What a record says about one instrument.
pub(super) enum Found {
    Row(Symbol, PriceRow),
    Empty,
    Bad(RowError),
}

/// Reads rows, and remembers values that the next row mostly repeats.
pub(super) struct Rows<'a> {
    dialect: &'a Dialect,
    options: &'a ReadOptions,
    tomorrow: NaiveDate,
    /// The symbol of the last row.
    symbol: Option<Symbol>,
    /// The cell of `symbol`.
    symbol_cell: Vec<u8>,
    about: InstrumentMetadata,
    /// The symbol and the cells of `about`.
    about_cells: Vec<u8>,
}

impl<'a> Rows<'a> {
    pub fn new(dialect: &'a Dialect, options: &'a ReadOptions) -> Self {
        let tomorrow = options.today.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        Self {
            dialect,
            options,
            tomorrow,
            symbol: None,
            symbol_cell: Vec::new(),
            about: InstrumentMetadata::default(),
            about_cells: Vec::new(),
        }
    }

    /// The error if the number of cells is wrong.
    pub fn shape_problem(&self, record: &Record<'_>) -> Option<RowError> {
        let (cells, expected) = (record.len(), self.dialect.header.written.len());
        if cells == expected {
            return None;
        }
        let mut reason = format!("{cells} cells, but the header has {expected}");
        if cells < expected && !record.is_ended {
            reason.push_str("; the input ends in the middle of this line");
        }
        Some(RowError { line: record.line, column: None, value: None, reason })
    }

    /// Reads what a record says about a group's instrument; fails if the reader refuses the input.
    #[inline]
    pub fn read(&mut self, record: &Record<'_>, group: &TickerColumns) -> anyhow::Result<Found> {
        let columns = &group.columns;
        if number::is_null(record.cell(columns.prices[0])) && says_nothing(record, columns) {
            return Ok(Found::Empty);
        }
        let fault = match self.row(record, columns) {
            Ok(row) => match self.find_symbol(record, group) {
                Ok(symbol) => return Ok(Found::Row(symbol, row)),
                Err(fault) => fault,
            },
            Err(fault) => fault,
        };
        let (column, value, reason) = match fault {
            RowFailure::Cell(index, reason) => {
                let column = self.dialect.header.written.get(index).cloned();
                (column, Some(quoted(&text(record.cell(index)))), reason)
            }
            RowFailure::Row(reason) => (None, None, reason),
            RowFailure::Input(error) => return Err(error),
        };
        Ok(Found::Bad(RowError { line: record.line, column, value, reason }))
    }

    #[inline]
    fn row(&self, record: &Record<'_>, columns: &Columns) -> Result<PriceRow, RowFailure> {
        let date = self.date(record, columns)?;
        let [open, high, low, close] = columns.prices;
        let [open, high, low, close] = [
            self.price(record, open)?,
            self.price(record, high)?,
            self.price(record, low)?,
            self.price(record, close)?,
        ];
        let volume = self.volume(record, columns.volume)?;
        let ohlcv = OhlcvRow { time: Time::of_day(date), open, high, low, close, volume };
        ohlcv.check().map_err(|error| RowFailure::Row(error.to_string()))?;
        let adjusted_close = match columns.adjusted_close {
            Some(index) => self.adjusted(record, index)?,
            None => None,
        };
        Ok(PriceRow { ohlcv, adjusted_close })
    }

    #[inline]
    fn date(&self, record: &Record<'_>, columns: &Columns) -> Result<NaiveDate, RowFailure> {
        let cell = record.cell(columns.date);
        let not_daily = |cell: &[u8], what: &str| {
            RowFailure::Input(anyhow!("{} {what}; {ONLY_DAILY}", quoted(&text(cell))))
        };
        let form = &self.dialect.dates;
        let date = form.read(cell).map_err(|no_day| match no_day {
            DateError::NotADate => {
                RowFailure::Cell(columns.date, format!("is not {}", form.expected()))
            }
            DateError::Intraday => not_daily(cell, "has a time of the day"),
        })?;
        for (column, is_daily, what) in [
            (
                columns.period,
                is_day_period as fn(&[u8], NaiveDate) -> bool,
                "is a period of other than a day (D)",
            ),
            (columns.time, is_midnight, "is a time of the day"),
            (columns.until, ends_on, "is the end of a candle of more than a day"),
        ] {
            if let Some(cell) = column.map(|index| record.cell(index))
                && !is_daily(cell, date)
            {
                return Err(not_daily(cell, what));
            }
        }
        let refuse = |reason: String| Err(RowFailure::Cell(columns.date, reason));
        if date > self.tomorrow && !self.options.allow_future_dates {
            return refuse(format!(
                "is after tomorrow, {}; --allow-future-dates takes it",
                self.tomorrow
            ));
        }
        if date == NaiveDate::default() && !self.options.allow_epoch {
            return refuse(
                "is the day that missing dates become; --allow-epoch takes it".to_owned(),
            );
        }
        Ok(date)
    }

    #[inline]
    fn price(&self, record: &Record<'_>, index: usize) -> Result<f64, RowFailure> {
        match number::float(record.cell(index), self.dialect.decimal) {
            Some(price) if price.is_finite() && price > 0.0 => Ok(price),
            Some(_) => Err(RowFailure::Cell(index, "is not a price above 0".to_owned())),
            None => Err(RowFailure::Cell(index, "is not a number".to_owned())),
        }
    }

    /// A price adjusted for dividends, which a long history of them takes to 0 and below.
    #[inline]
    fn adjusted(&self, record: &Record<'_>, index: usize) -> Result<Option<f64>, RowFailure> {
        let cell = record.cell(index);
        if number::is_null(cell) {
            return Ok(None);
        }
        match number::float(cell, self.dialect.decimal) {
            Some(price) if price.is_finite() => Ok(Some(price)),
            Some(_) => Err(RowFailure::Cell(index, "is not a finite number".to_owned())),
            None => Err(RowFailure::Cell(index, "is not a number".to_owned())),
        }
    }

    #[inline]
    fn volume(&self, record: &Record<'_>, index: usize) -> Result<f64, RowFailure> {
        let cell = record.cell(index);
        if self.dialect.layout.volume_may_lack() && number::is_null(cell) {
            return Ok(0.0);
        }
        number::volume(cell, self.dialect.decimal).map_err(|no_volume| {
            let reason = match no_volume {
                VolumeError::NotANumber => "is not a number".to_owned(),
                VolumeError::TooLarge => format!("is above the largest volume, {}", i64::MAX),
            };
            RowFailure::Cell(index, reason)
        })
    }

    /// The row's symbol.
    #[inline]
    fn find_symbol(
        &mut self,
        record: &Record<'_>,
        group: &TickerColumns,
    ) -> Result<Symbol, RowFailure> {
        if let Some(index) = group.columns.symbol {
            let cell = record.cell(index);
            if let Some(symbol) = &self.symbol
                && cell == self.symbol_cell
            {
                return Ok(symbol.clone());
            }
            return self.change_symbol(cell, index, group);
        }
        // An earlier check has named each group without such a column.
        group.symbol.clone().ok_or_else(|| RowFailure::Row("has no symbol".to_owned()))
    }

    fn change_symbol(
        &mut self,
        cell: &[u8],
        index: usize,
        group: &TickerColumns,
    ) -> Result<Symbol, RowFailure> {
        let symbol = if let Some(symbol) = &group.symbol {
            if !self.symbol_cell.is_empty() {
                return Err(RowFailure::Input(anyhow!(
                    "--symbol {symbol} is one symbol, but the input has {} and {}",
                    quoted(&text(&self.symbol_cell)),
                    quoted(&text(cell))
                )));
            }
            symbol.clone()
        } else {
            let text = std::str::from_utf8(cell).ok();
            let Some(symbol) = text.and_then(|text| Symbol::parse(text).ok()) else {
                return Err(RowFailure::Cell(index, format!("is not {}", Symbol::RULE)));
            };
            match self.dialect.layout.format {
                Format::StooqBulk => symbols::without_market(symbol),
                _ => symbol,
            }
        };
        self.symbol = Some(symbol.clone());
        self.symbol_cell.clear();
        self.symbol_cell.extend_from_slice(cell);
        Ok(symbol)
    }

    /// The record's facts about its symbol, if there are any and they differ from the last ones.
    #[inline]
    pub fn about(
        &mut self,
        symbol: &Symbol,
        record: &Record<'_>,
        group: &TickerColumns,
    ) -> Option<&InstrumentMetadata> {
        let columns = group.columns.about;
        if columns == [None; 3] {
            return None;
        }
        let cells = columns.map(|index| index.map_or(&b""[..], |index| record.cell(index)));
        let key = [symbol.as_bytes(), cells[0], cells[1], cells[2]];
        if key.join(&b'\n') == self.about_cells {
            return None;
        }
        self.about_cells = key.join(&b'\n');
        let value = |cell: &[u8]| (!number::is_null(cell)).then(|| text(cell).into_owned());
        let [name, exchange, currency] = cells.map(value);
        self.about = InstrumentMetadata { name, exchange, currency };
        (self.about != InstrumentMetadata::default()).then_some(&self.about)
    }
}

/// Whether there is no price, no adjusted one, and no volume but 0.
fn says_nothing(record: &Record<'_>, columns: &Columns) -> bool {
    let volume = record.cell(columns.volume);
    let is_null = |index: usize| number::is_null(record.cell(index));
    columns.prices.into_iter().chain(columns.adjusted_close).all(is_null)
        && (number::is_null(volume) || matches!(number::float(volume, b'.'), Some(0.0)))
}

fn is_day_period(cell: &[u8], _: NaiveDate) -> bool {
    cell.eq_ignore_ascii_case(b"D")
}

fn is_midnight(cell: &[u8], _: NaiveDate) -> bool {
    cell.iter().all(|byte| matches!(byte, b'0' | b':'))
}

fn ends_on(cell: &[u8], date: NaiveDate) -> bool {
    epoch::day(cell).is_none_or(|end| end == date)
}
