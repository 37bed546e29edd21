//! Import: the only way in which data gets into the database.
//!
//! A thread reads files and checks their rows ([`mod@read`]), which come in batches ([`mod@batch`])
//! to who compares them with what is stored ([`mod@days`]) and writes the difference
//! ([`mod@write`]), in one transaction: all of it or nothing, and twice is once.

mod batch;
mod bundled;
mod days;
mod problems;
mod progress;
pub mod read;
mod report;
mod write;

use std::collections::BTreeSet;

use anyhow::Context;
use candles::OhlcvRow;
use chrono::Utc;
use indicatif::ProgressBar;
use tokio::{sync::mpsc, task::spawn_blocking};

use self::{
    batch::{Batch, Batches, Remarks},
    progress::Progress,
    read::{Input, ReadOptions},
    write::{IsNew, Writer},
};
pub use self::{
    problems::BadRows,
    report::{Report, SymbolReport},
};
use crate::db::{Database, Session};

/// Batches that wait to be written.
const WAITING: usize = 4;

/// A day's prices as they are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceRow {
    /// The day and its prices.
    pub ohlcv: OhlcvRow,
    /// The close adjusted for splits and dividends, where the source has it.
    pub adjusted_close: Option<f64>,
}

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// How to read the files.
    pub read: ReadOptions,
    /// Leave bad rows out instead of refusing all.
    pub skip_bad_rows: bool,
    /// Delete the stored rows of the input's symbols that the input lacks.
    pub replace: bool,
    /// Do all but the writing.
    pub dry_run: bool,
}

impl Default for ImportOptions {
    /// Nothing asked, today.
    fn default() -> Self {
        let read = ReadOptions::new(Utc::now().date_naive());
        Self { read, skip_bad_rows: false, replace: false, dry_run: false }
    }
}

/// Where rows come from.
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
    let (session, revision) = write::begin(db).await?;
    import_into(session, revision, source, options).await.context("nothing was imported")
}

/// Takes instruments out, with their candles: all of them or none. Gives how many candles that were.
pub async fn remove(db: &Database, symbols: &[String]) -> anyhow::Result<u64> {
    let (session, _) = write::begin(db).await?;
    let mut candles = 0;
    // Only ASCII: the capital of ß is SS, which is another symbol.
    let symbols: BTreeSet<String> =
        symbols.iter().map(|symbol| symbol.to_ascii_uppercase()).collect();
    for symbol in &symbols {
        candles += write::remove(&session, symbol).await.context("nothing was removed")?;
    }
    session.announce().await?;
    session.commit().await?;
    Ok(candles)
}

/// Imports the bundled data set into a database that nothing was ever imported into. Whether that is
/// so is asked again once other imports are locked out.
pub async fn import_bundled_if_new(db: &Database) -> anyhow::Result<Option<Report>> {
    if !db.read(&IsNew).await? {
        return Ok(None);
    }
    let session = db.begin_import().await?;
    if !write::is_new(&session).await? {
        return Ok(None);
    }
    let revision = write::next_revision(&session).await?;
    import_into(session, revision, Source::Bundled, &ImportOptions::default()).await.map(Some)
}

async fn import_into(
    session: Session,
    revision: i64,
    source: Source,
    options: &ImportOptions,
) -> anyhow::Result<Report> {
    let (sender, mut batches) = mpsc::channel(WAITING);
    let mut progress = Progress::new(match &source {
        Source::Paths(paths) => read::total_bytes(paths),
        Source::Bundled => None,
    });
    let (read, bar) = (options.read.clone(), progress.bar());
    let reading = spawn_blocking(move || read_all(source, &read, &bar, sender));
    let mut writer = Writer::new(&session, revision);
    while let Some(batch) = batches.recv().await {
        let rows = batch.rows.len();
        writer.take(batch).await?;
        progress.add(rows);
    }
    drop(progress);
    let remarks = reading.await.context("reading failed")??;
    let (symbols, contradictions, any) = writer.finish(options.replace).await?;
    let Remarks { files, problems, empty, rounded } = remarks;
    let problems = problems.and(contradictions);
    let bad = problems.total();
    if !options.skip_bad_rows
        && let Some(bad_rows) = problems.into_error(&files)
    {
        return Err(bad_rows.into());
    }
    anyhow::ensure!(!symbols.is_empty(), "there is no row to import");
    if any && !options.dry_run {
        session.announce().await?;
        session.commit().await?;
    } else {
        session.rollback().await?;
    }
    Ok(Report { symbols, empty, bad, rounded, dry_run: options.dry_run })
}

fn read_all(
    source: Source,
    options: &ReadOptions,
    bar: &ProgressBar,
    sender: mpsc::Sender<Batch>,
) -> anyhow::Result<Remarks> {
    let mut batches = Batches::new(sender);
    let mut read_one = |input: Input<'_>| {
        let name = input.name.clone();
        batches.begin_file(&name);
        read::read(input, options, &mut batches).context(name)
    };
    match source {
        Source::Paths(paths) => read::each(&paths, bar, &mut read_one)?,
        Source::Bundled => {
            let (name, bytes) = ("bundled data".to_owned(), Box::new(bundled::STOCKS_DAILY));
            read_one(Input { name, bytes })?;
        }
    }
    batches.finish()
}
