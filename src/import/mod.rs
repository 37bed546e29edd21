//! Import: from files into the database.
//!
//! A thread reads files and checks their rows (the crate `reader`). The rows go in batches
//! ([`mod@batch`]) to an ingest of the crate `storage`, which compares them with the stored ones
//! and writes the difference in one transaction: all of it or nothing. A second import of the same
//! files changes nothing.

mod bad_rows;
mod batch;
mod bundled;
mod progress;
mod report;

use std::sync::{Arc, atomic::AtomicU64};

use anyhow::Context;
use chrono::Utc;
use reader::{Input, ReadOptions};
use storage::{
    Database,
    ingest::{Batch, Finished, Ingest},
};
use tokio::{sync::mpsc, task::spawn_blocking};

use self::{
    batch::{Batches, Remarks},
    progress::Progress,
};

pub use self::{bad_rows::BadRows, report::Report};

/// Batches that wait to be written.
const WAITING: usize = 4;

/// The options of the user.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// How to read the files.
    pub read: ReadOptions,
    /// Skip bad rows instead of refusing the import.
    pub skip_bad_rows: bool,
    /// Delete the stored rows of the input's symbols that the input does not have.
    pub replace: bool,
    /// Do everything except writing.
    pub dry_run: bool,
}

impl Default for ImportOptions {
    /// The default options, on the day of today.
    fn default() -> Self {
        let read = ReadOptions::new(Utc::now().date_naive());
        Self { read, skip_bad_rows: false, replace: false, dry_run: false }
    }
}

/// The source of the rows.
pub enum Source {
    /// Files, folders, patterns, or `-`.
    Paths(Vec<String>),
    /// The data set that comes with the program.
    Bundled,
}

/// Imports all of it, or nothing.
pub async fn import(
    db: &Database,
    source: Source,
    options: &ImportOptions,
) -> anyhow::Result<Report> {
    let ingest = Ingest::begin(db).await?;
    import_into(ingest, source, options).await.context("nothing was imported")
}

/// Imports the bundled data set into a database without any import before.
pub async fn import_bundled_if_new(db: &Database) -> anyhow::Result<Option<Report>> {
    let Some(ingest) = Ingest::begin_if_new(db).await? else { return Ok(None) };
    import_into(ingest, Source::Bundled, &ImportOptions::default()).await.map(Some)
}

async fn import_into(
    mut ingest: Ingest,
    source: Source,
    options: &ImportOptions,
) -> anyhow::Result<Report> {
    let (sender, mut batches) = mpsc::channel(WAITING);
    let bytes_read = Arc::new(AtomicU64::new(0));
    let mut progress = Progress::new(
        match &source {
            Source::Paths(paths) => reader::total_bytes(paths),
            Source::Bundled => None,
        },
        Arc::clone(&bytes_read),
    );
    let read = options.read.clone();
    let reading = spawn_blocking(move || read_all(source, &read, &bytes_read, sender));
    while let Some(batch) = batches.recv().await {
        let rows = batch.rows.len();
        ingest.take(batch).await?;
        progress.add(rows);
    }
    drop(progress);
    let remarks = reading.await.context("reading failed")??;
    let finished = ingest.finish(options.replace).await?;
    report(finished, remarks, options).await
}

/// Refuses the import, or commits it.
async fn report(
    mut finished: Finished,
    remarks: Remarks,
    options: &ImportOptions,
) -> anyhow::Result<Report> {
    let Remarks { files, mut bad_rows, empty } = remarks;
    bad_rows.add_contradictions(&finished.contradictions, finished.contradictions_total);
    let bad = bad_rows.total();
    if !options.skip_bad_rows
        && let Some(error) = bad_rows.into_error(&files)
    {
        return Err(error.into());
    }
    let symbols = std::mem::take(&mut finished.symbols);
    anyhow::ensure!(!symbols.is_empty(), "there is no row to import");
    if options.dry_run {
        finished.roll_back().await?;
    } else {
        finished.commit().await?;
    }
    Ok(Report { symbols, empty, bad, dry_run: options.dry_run })
}

fn read_all(
    source: Source,
    options: &ReadOptions,
    bytes_read: &AtomicU64,
    sender: mpsc::Sender<Batch>,
) -> anyhow::Result<Remarks> {
    let mut batches = Batches::new(sender);
    let mut read_one = |input: Input<'_>| {
        let name = input.name.clone();
        batches.begin_file(&name);
        reader::read(input, options, &mut batches).context(name)
    };
    match source {
        Source::Paths(paths) => reader::each(&paths, bytes_read, &mut read_one)?,
        Source::Bundled => {
            let (name, bytes) = ("bundled data".to_owned(), Box::new(bundled::STOCKS_DAILY));
            read_one(Input { name, bytes })?;
        }
    }
    batches.finish()
}
