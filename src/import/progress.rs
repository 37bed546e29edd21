//! How far an import is: a bar on a terminal, else a line now and then.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is due.
const LINE: Duration = Duration::from_secs(10);

const BAR: &str =
    "{bar:30} {bytes}/{total_bytes} {msg} {elapsed}, {eta} left ({binary_bytes_per_sec})";
const SPINNER: &str = "{spinner} {bytes} {msg} {elapsed} ({binary_bytes_per_sec})";

/// How far an import is.
pub(super) struct Progress {
    bar: ProgressBar,
    bytes: Bytes,
    rows: usize,
    began: Instant,
    told: Instant,
}

/// The bytes that were read of files, packed as they are.
#[derive(Debug, Clone, Default)]
pub struct Bytes(Arc<AtomicU64>);

impl Bytes {
    /// The same reader, counted.
    pub fn count<R>(&self, reader: R) -> Counted<R> {
        Counted { reader, bytes: self.clone() }
    }
}

/// A reader whose bytes are counted.
pub struct Counted<R> {
    reader: R,
    bytes: Bytes,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes.0.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}

impl<R: io::Seek> io::Seek for Counted<R> {
    fn seek(&mut self, place: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(place)
    }
}

impl Progress {
    /// Of so many bytes, if that is known. Where there is no terminal, the bar is not drawn.
    pub(super) fn new(bytes: Bytes, total: Option<u64>) -> Self {
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        // Both are known to be right.
        if let Ok(style) = ProgressStyle::with_template(if total.is_some() { BAR } else { SPINNER })
        {
            bar.set_style(style);
        }
        Self { bar, bytes, rows: 0, began: Instant::now(), told: Instant::now() }
    }

    /// So many rows more.
    pub(super) fn add(&mut self, rows: usize) {
        self.rows += rows;
        let bytes = self.bytes.0.load(Relaxed);
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{} rows", self.rows));
        if self.bar.is_hidden() && self.told.elapsed() > LINE {
            self.told = Instant::now();
            let (rows, seconds) = (self.rows, self.began.elapsed().as_secs());
            tracing::info!(rows, bytes, seconds, "importing");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
