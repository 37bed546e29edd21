//! Recognises a file by its beginning: delimiter, layout, form of the dates, decimal sign.

use std::io::Read;

use anyhow::{anyhow, bail};

use super::{
    ReadOptions,
    date::{DateForm, Shape, shape},
    header::{self, Columns, Header, TickerColumns},
    layout::{Dates, Format, LAYOUTS, Layout, all_names},
    lookahead::Lookahead,
    number::{Evidence, evidence},
    records::{Record, Records, text},
    reject_non_tables::first_line,
    row_error::{quoted, quoted_line},
    yfinance,
};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Rows that decide about the decimal sign.
const ROWS_FOR_DECIMALS: usize = 1000;

/// The facts that the reader needs for the rows.
#[derive(Debug)]
pub(super) struct Dialect {
    pub layout: &'static Layout,
    pub delimiter: u8,
    /// Records before the first row.
    pub header_records: usize,
    pub header: Header,
    /// Mostly one.
    pub groups: Vec<TickerColumns>,
    pub dates: DateForm,
    /// The sign before a fraction.
    pub decimal: u8,
}

/// Recognises the input; fails if no layout fits, or if its dates have two readings.
pub(super) fn dialect<R: Read>(
    lookahead: &mut Lookahead<R>,
    options: &ReadOptions,
) -> anyhow::Result<Dialect> {
    let mut dialect = find_layout(lookahead.start(), options.format)?;
    let form =
        match &options.date_format {
            Some(form) => Some(DateForm::written(form).ok_or_else(|| {
                anyhow!("--date-format {}: not a form like %d/%m/%Y", quoted(form))
            })?),
            None => None,
        };
    loop {
        let forms = Forms::look(&dialect, lookahead, form.clone())?;
        dialect.decimal = forms.decimal(dialect.delimiter);
        if let Some(dates) = forms.dates {
            dialect.dates = dates;
            return Ok(dialect);
        }
        if !lookahead.grow()? {
            if let Some(cell) = forms.open_cell {
                bail!(
                    "{} may be day or month first, and so may all dates {}; say --date-format \
                     %d/%m/%Y or --date-format %m/%d/%Y",
                    quoted(&cell),
                    if lookahead.ended() { "of the input" } else { "at the input's beginning" }
                );
            }
            dialect.dates = if forms.is_same { DateForm::DayFirst } else { DateForm::YearFirst };
            return Ok(dialect);
        }
    }
}

fn find_layout(start: &[u8], forced: Option<Format>) -> anyhow::Result<Dialect> {
    let line = first_line(start.trim_ascii_start());
    let mut best: Option<Header> = None;
    for delimiter in DELIMITERS.into_iter().filter(|delimiter| line.contains(delimiter)) {
        let mut records = Records::new(delimiter, start);
        let Some(first) = records.next()? else {
            continue;
        };
        let numbers = header::binance(&first);
        let header = Header::new(&first);
        if best.as_ref().is_none_or(|best| best.names.len() < header.names.len()) {
            best = Some(header.clone());
        }
        let mut headers = vec![header];
        while headers.len() < 3
            && let Some(record) = records.next()?
        {
            headers.push(Header::new(&record));
        }
        let layouts =
            LAYOUTS.iter().filter(|layout| forced.is_none_or(|forced| forced == layout.format));
        for layout in layouts {
            if let Some(dialect) = fit(layout, delimiter, &headers, numbers.as_ref()) {
                return Ok(dialect);
            }
        }
    }
    Err(unknown(best.as_ref(), &text(line), forced))
}

/// The error for an input without a known layout.
fn unknown(header: Option<&Header>, line: &str, forced: Option<Format>) -> anyhow::Error {
    let Some(header) = header else {
        return anyhow!("this is a message, not a table: {}", quoted_line(line));
    };
    if let Some(forced) = forced {
        return header.forced(Layout::of(forced));
    }
    if header.names.iter().any(|name| name == "symbol")
        && let Err(error) = header.check(Layout::of(Format::Plain))
    {
        return error;
    }
    anyhow!(
        "line {}: unknown header {}; known layouts are {}; import --formats shows their headers, \
         --format names one",
        header.line,
        quoted_line(line),
        all_names()
    )
}

fn fit(
    layout: &'static Layout,
    delimiter: u8,
    headers: &[Header],
    numbers: Option<&Header>,
) -> Option<Dialect> {
    let header = headers.first()?;
    let one = |header: &Header| {
        let (ticker, symbol) = (None, None);
        Some(vec![TickerColumns { ticker, symbol, columns: header.columns()? }])
    };
    let (header, groups, header_records) = match (layout.format, headers, numbers) {
        (Format::YfinanceDownload, [first, second, third], _) => {
            (first, yfinance::groups(first, second, third)?, 3)
        }
        (Format::YfinanceDownload, ..) => return None,
        (Format::Binance, _, Some(numbers)) => (numbers, one(numbers)?, 0),
        _ if header.fits(layout) => (header, one(header)?, 1),
        _ => return None,
    };
    Some(Dialect {
        layout,
        delimiter,
        header_records,
        header: header.clone(),
        groups,
        dates: DateForm::YearFirst,
        decimal: b'.',
    })
}

/// What the first rows tell.
struct Forms {
    dates: Option<DateForm>,
    /// A date with two readings.
    open_cell: Option<String>,
    /// Whether some dates are the same day in both readings.
    is_same: bool,
    decimal: Evidence,
}

impl Forms {
    fn look<R: Read>(
        dialect: &Dialect,
        lookahead: &Lookahead<R>,
        dates: Option<DateForm>,
    ) -> anyhow::Result<Self> {
        let mut forms = Self { dates, open_cell: None, is_same: false, decimal: Evidence::None };
        let mut records = Records::new(dialect.delimiter, lookahead.start());
        for _ in 0..dialect.header_records {
            records.next()?;
        }
        let mut rows = 0;
        while let Some(record) = records.next()? {
            // The end of the look may cut the last row.
            if !record.is_ended && !lookahead.ended() {
                break;
            }
            rows += 1;
            forms.look_at_date(dialect, &record);
            if !matches!(forms.decimal, Evidence::Sure(_)) && rows <= ROWS_FOR_DECIMALS {
                forms.look_at_numbers(dialect, &record);
            }
            let is_decided = matches!(forms.decimal, Evidence::Sure(_)) || rows > ROWS_FOR_DECIMALS;
            if forms.dates.is_some() && is_decided {
                break;
            }
        }
        Ok(forms)
    }

    fn look_at_date(&mut self, dialect: &Dialect, record: &Record<'_>) {
        let Some(group) = dialect.groups.first().filter(|_| self.dates.is_none()) else {
            return;
        };
        let cell = record.cell(group.columns.date);
        let is_number = !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
        self.dates = match (dialect.layout.dates, shape(cell)) {
            (Dates::Epoch, _) if is_number => Some(DateForm::Epoch),
            (Dates::MonthFirst, Some(Shape::Open { .. } | Shape::Sure(DateForm::DayFirst))) => {
                Some(DateForm::MonthFirst)
            }
            (_, Some(Shape::Sure(form))) => Some(form),
            (_, Some(Shape::Open { is_same: true })) => {
                self.is_same = true;
                None
            }
            (_, Some(Shape::Open { is_same: false })) => {
                self.open_cell.get_or_insert_with(|| text(cell).into_owned());
                None
            }
            (_, None) => None,
        };
    }

    fn look_at_numbers(&mut self, dialect: &Dialect, record: &Record<'_>) {
        for Columns { prices, volume, .. } in dialect.groups.iter().map(|group| &group.columns) {
            for index in prices.iter().chain([volume]) {
                match evidence(record.cell(*index)) {
                    Evidence::None => {}
                    sure @ Evidence::Sure(_) => {
                        self.decimal = sure;
                        return;
                    }
                    Evidence::Comma => self.decimal = Evidence::Comma,
                }
            }
        }
    }

    /// Between commas, one with three digits behind it has thousands before it; elsewhere a
    /// fraction behind it.
    fn decimal(&self, delimiter: u8) -> u8 {
        match self.decimal {
            Evidence::Sure(sign) => sign,
            Evidence::Comma if delimiter != b',' => b',',
            _ => b'.',
        }
    }
}
