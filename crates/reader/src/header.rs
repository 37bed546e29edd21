//! From a header to the places of the columns.

use anyhow::bail;
use candles::Symbol;

use super::{
    layout::{Format, Layout, Role, column_name, name_of, names},
    records::{Record, text},
    row_error::quoted,
};

/// A header's names, as written and as compared.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub written: Vec<String>,
    pub names: Vec<String>,
    pub line: u64,
}

impl Header {
    pub fn new(record: &Record<'_>) -> Self {
        let written: Vec<String> = record.cells().map(|cell| text(cell).into_owned()).collect();
        let names = written.iter().map(|name| column_name(name)).collect();
        Self { written, names, line: record.line }
    }

    /// Whether the header has every column of the layout and no other.
    pub fn fits(&self, layout: &Layout) -> bool {
        self.check(layout).is_ok()
    }

    /// Names a column of the layout that the header lacks, or a column that the layout does not
    /// have.
    pub fn check(&self, layout: &Layout) -> anyhow::Result<()> {
        let line = self.line;
        let position = |name: &str| self.names.iter().position(|column| column == name);
        for name in names(layout.header) {
            if position(&name).is_none() {
                bail!("line {line}: the header has no column {name}; it needs {}", layout.header);
            }
        }
        for (index, name) in self.names.iter().enumerate() {
            if !names(layout.header).chain(names(layout.optional)).any(|known| known == *name) {
                let mut known = layout.header.to_owned();
                if !layout.optional.is_empty() {
                    known = format!("{known} and {}", layout.optional);
                }
                bail!("line {line}: unknown column {}; known are {known}", quoted(name));
            }
            if position(name) != Some(index) {
                bail!("line {line}: the column {name} stands twice");
            }
        }
        Ok(())
    }

    /// The places of the columns, if the header has those that every row needs.
    pub fn columns(&self) -> Option<Columns> {
        Columns::new(&self.names.iter().map(|name| Role::of(name)).collect::<Vec<_>>())
    }

    /// The error for a header that does not fit the layout of the user.
    pub fn forced(&self, layout: &Layout) -> anyhow::Error {
        let fits = self.check(layout);
        let reason = fits.err().map(|error| format!(": {error}")).unwrap_or_default();
        anyhow::anyhow!("--format {} does not fit{reason}", name_of(layout.format))
    }
}

/// The columns of one instrument, or of one per row.
#[derive(Debug, Clone)]
pub(super) struct TickerColumns {
    /// The symbol in the header, if it has one.
    pub ticker: Option<String>,
    /// The instrument, if all rows are about the same.
    pub symbol: Option<Symbol>,
    pub columns: Columns,
}

/// The places of one instrument's columns.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub date: usize,
    /// Open, high, low, close.
    pub prices: [usize; 4],
    pub volume: usize,
    pub symbol: Option<usize>,
    pub adjusted_close: Option<usize>,
    pub time: Option<usize>,
    pub period: Option<usize>,
    pub until: Option<usize>,
    /// Name, exchange, currency.
    pub about: [Option<usize>; 3],
}

impl Columns {
    /// The first column of each role.
    pub fn new(roles: &[Role]) -> Option<Self> {
        let find = |role: Role| roles.iter().position(|column| *column == role);
        Some(Self {
            date: find(Role::Date)?,
            prices: [find(Role::Open)?, find(Role::High)?, find(Role::Low)?, find(Role::Close)?],
            volume: find(Role::Volume)?,
            symbol: find(Role::Symbol),
            adjusted_close: find(Role::AdjustedClose),
            time: find(Role::Time),
            period: find(Role::Period),
            until: find(Role::Until),
            about: [find(Role::Name), find(Role::Exchange), find(Role::Currency)],
        })
    }
}

/// Binance's header, for files that have none: twelve numbers, the first of them a time.
pub(super) fn binance(record: &Record<'_>) -> Option<Header> {
    let names: Vec<String> = names(Layout::of(Format::Binance).header).collect();
    let is_number = |cell: &[u8]| text(cell).parse::<f64>().is_ok();
    let fits = record.len() == names.len() && record.cells().all(is_number);
    fits.then(|| Header { written: names.clone(), names, line: record.line })
}
