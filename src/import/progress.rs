//! The progress of an import: a bar on a terminal, else a line now and then.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// The time between two lines.
const LINE: Duration = Duration::from_secs(10);

const BAR: &str =
    "{bar:30} {bytes}/{total_bytes} {msg} {elapsed}, {eta} left ({binary_bytes_per_sec})";
const SPINNER: &str = "{spinner} {bytes} {msg} {elapsed} ({binary_bytes_per_sec})";

/// The progress of an import.
pub(super) struct Progress {
    bar: ProgressBar,
    bytes_read: Arc<AtomicU64>,
    rows: usize,
    told: Instant,
}

impl Progress {
    /// `total` is the size of the files in bytes, if known; the reader counts packed bytes. Without
    /// a terminal, the bar draws nothing.
    pub(super) fn new(total: Option<u64>, bytes_read: Arc<AtomicU64>) -> Self {
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        // Both templates are constant and valid.
        if let Ok(style) = ProgressStyle::with_template(if total.is_some() { BAR } else { SPINNER })
        {
            bar.set_style(style);
        }
        Self { bar, bytes_read, rows: 0, told: Instant::now() }
    }

    /// Adds rows to the progress.
    pub(super) fn add(&mut self, rows: usize) {
        self.rows += rows;
        self.bar.set_position(self.bytes_read.load(Ordering::Relaxed));
        self.bar.set_message(format!("{} rows", self.rows));
        if self.bar.is_hidden() && self.told.elapsed() > LINE {
            self.told = Instant::now();
            let (rows, bytes) = (self.rows, self.bar.position());
            tracing::info!(rows, bytes, seconds = self.bar.elapsed().as_secs(), "importing");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
