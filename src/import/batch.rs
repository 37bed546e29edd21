//! Rows on their way from the reading thread to the ingest.

use std::collections::HashMap;

use candles::{InstrumentMetadata, PriceRow, Symbol};
use reader::{RowError, Sink};
use storage::ingest::{Batch, BatchRow, Origin};
use tokio::sync::mpsc::Sender;

use super::bad_rows::FoundBadRows;

/// Rows of a batch: enough for one message, few enough to hold several batches.
const ROWS: usize = 8192;

/// What the reader found beside rows.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    /// The names of the files, by number.
    pub(super) files: Vec<String>,
    pub(super) bad_rows: FoundBadRows,
    pub(super) empty: u64,
}

/// Collects rows into batches and sends them.
pub(super) struct Batches {
    batch: Batch,
    places: HashMap<Symbol, usize>,
    /// The place of the last row's symbol: the next row mostly has the same.
    last: usize,
    sender: Sender<Batch>,
    pub(super) remarks: Remarks,
}

impl Batches {
    pub(super) fn new(sender: Sender<Batch>) -> Self {
        Self {
            batch: Batch::default(),
            places: HashMap::new(),
            last: 0,
            sender,
            remarks: Remarks::default(),
        }
    }

    /// The following rows are of this file.
    pub(super) fn begin_file(&mut self, name: &str) {
        self.remarks.files.push(name.to_owned());
    }

    /// Sends the remaining rows.
    pub(super) fn finish(mut self) -> anyhow::Result<Remarks> {
        self.send()?;
        Ok(self.remarks)
    }

    fn file(&self) -> usize {
        self.remarks.files.len().saturating_sub(1)
    }

    fn place(&mut self, symbol: &Symbol) -> usize {
        if self.batch.symbols.get(self.last).is_some_and(|last| last == symbol) {
            return self.last;
        }
        if let Some(place) = self.places.get(symbol) {
            self.last = *place;
        } else {
            self.last = self.batch.symbols.len();
            self.batch.symbols.push(symbol.clone());
            self.places.insert(symbol.clone(), self.last);
        }
        self.last
    }

    fn send(&mut self) -> anyhow::Result<()> {
        self.places.clear();
        let batch = std::mem::take(&mut self.batch);
        // The ingest has reported why it stopped.
        self.sender.blocking_send(batch).map_err(|_| anyhow::anyhow!("no task takes the rows"))
    }
}

impl Sink for Batches {
    fn row(&mut self, line: u64, symbol: &Symbol, row: PriceRow) -> anyhow::Result<()> {
        let row = BatchRow {
            symbol: self.place(symbol),
            origin: Origin { part: self.file(), line },
            row,
        };
        if self.batch.rows.capacity() == 0 {
            self.batch.rows.reserve_exact(ROWS);
        }
        self.batch.rows.push(row);
        if self.batch.rows.len() < ROWS { Ok(()) } else { self.send() }
    }

    fn bad(&mut self, error: RowError) {
        let file = self.file();
        self.remarks.bad_rows.add(file, error);
    }

    fn empty(&mut self, _: u64) {
        self.remarks.empty += 1;
    }

    fn describe(&mut self, symbol: &Symbol, metadata: &InstrumentMetadata) {
        let place = self.place(symbol);
        self.batch.metadata.push((place, metadata.clone()));
    }
}
