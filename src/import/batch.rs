//! Rows on their way from those who read files to those who write.

use std::collections::HashMap;

use tokio::sync::mpsc::Sender;

use super::{
    PriceRow,
    problems::Problems,
    read::{About, Problem, Sink},
};

/// Rows of a batch: enough to be worth a message, few enough to be held several times.
const ROWS: usize = 8192;

/// Some rows.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The symbols of the rows.
    pub(super) symbols: Vec<String>,
    pub(super) rows: Vec<BatchRow>,
    /// What was said about instruments, by the place of their symbols.
    pub(super) about: Vec<(usize, About)>,
}

/// A row and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchRow {
    /// The place of its symbol.
    pub(super) symbol: usize,
    /// The number of its file.
    pub(super) file: usize,
    /// Its line there.
    pub(super) line: u64,
    pub(super) row: PriceRow,
}

/// What was read beside rows.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    /// The names of the files, by number.
    pub(super) files: Vec<String>,
    pub(super) problems: Problems,
    pub(super) empty: u64,
    pub(super) rounded: u64,
}

/// Collects rows into batches and sends them.
pub(super) struct Batches {
    batch: Batch,
    places: HashMap<String, usize>,
    /// The place of the last row's symbol: mostly the next one's, too.
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

    /// Rows that follow are of this file.
    pub(super) fn begin_file(&mut self, name: &str) {
        self.remarks.files.push(name.to_owned());
    }

    /// Sends what is left.
    pub(super) fn finish(mut self) -> anyhow::Result<Remarks> {
        self.send()?;
        Ok(self.remarks)
    }

    fn file(&self) -> usize {
        self.remarks.files.len().saturating_sub(1)
    }

    fn place(&mut self, symbol: &str) -> usize {
        if self.batch.symbols.get(self.last).is_some_and(|last| last == symbol) {
            return self.last;
        }
        if let Some(place) = self.places.get(symbol) {
            self.last = *place;
        } else {
            self.last = self.batch.symbols.len();
            self.batch.symbols.push(symbol.to_owned());
            self.places.insert(symbol.to_owned(), self.last);
        }
        self.last
    }

    fn send(&mut self) -> anyhow::Result<()> {
        self.places.clear();
        let batch = std::mem::take(&mut self.batch);
        // Who writes has said why it stopped.
        self.sender.blocking_send(batch).map_err(|_| anyhow::anyhow!("nobody takes the rows"))
    }
}

impl Sink for Batches {
    fn row(&mut self, line: u64, symbol: &str, row: PriceRow) -> anyhow::Result<()> {
        let row = BatchRow { symbol: self.place(symbol), file: self.file(), line, row };
        if self.batch.rows.capacity() == 0 {
            self.batch.rows.reserve_exact(ROWS);
        }
        self.batch.rows.push(row);
        if self.batch.rows.len() < ROWS { Ok(()) } else { self.send() }
    }

    fn bad(&mut self, problem: Problem) {
        let file = self.file();
        self.remarks.problems.add(file, problem);
    }

    fn empty(&mut self, _: u64) {
        self.remarks.empty += 1;
    }

    fn rounded(&mut self) {
        self.remarks.rounded += 1;
    }

    fn describe(&mut self, symbol: &str, about: &About) {
        let place = self.place(symbol);
        self.batch.about.push((place, about.clone()));
    }
}
