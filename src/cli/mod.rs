//! The command line.

mod healthcheck;
mod key;
mod serve;
mod startup;

use std::{
    io::{Write, stdout},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use chrono::Utc;
use clap::Parser;
use config::{Cli, Command, CommandSettings, ExportFormat, ImportSettings};
use reader::ReadOptions;
use storage::{Database, export, ingest};
use tokio::{runtime::Runtime, time::sleep};

use crate::{
    graphql,
    import::{self, ImportOptions, Source},
    server::signals::Signals,
};

/// How often a waiting command looks whether it can go on.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Runs the command that the program's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let command = Cli::parse().command;
    let done = Runtime::new().context("cannot start the threads").and_then(|runtime| {
        let done = runtime.block_on(run_until_told(command));
        // The program does not wait for computations that still run.
        runtime.shutdown_background();
        done
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command, unless a signal ends the program. A server ends in its own way.
async fn run_until_told(command: Command) -> Result<()> {
    if matches!(command, Command::Serve(_)) {
        return run(command).await;
    }
    let mut signals = Signals::listen()?;
    tokio::select! {
        biased;
        done = run(command) => done,
        name = signals.next() => bail!("ended by {name}"),
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(settings) => serve::serve(*settings).await,
        Command::Migrate(settings) => {
            let _telemetry = telemetry::init(&settings.log, None)?;
            let db = open(&settings, migrate).await?;
            db.close().await.context("cannot close the database")?;
            say("the database's tables are up to date\n")
        }
        Command::Import(settings) => import(*settings).await,
        Command::Export(settings) => {
            on_database(&settings.command, async |db| {
                let ExportFormat::Csv = settings.format;
                export::export(db, &settings.symbol, settings.frequency).await
            })
            .await
        }
        Command::Remove(settings) => {
            on_database(&settings.command, async |db| {
                let candles = ingest::remove(db, &settings.symbols).await?;
                Ok(format!("removed {}: {candles} candles\n", settings.symbols.join(", ")))
            })
            .await
        }
        Command::Key(command) => key::run(command).await,
        Command::Healthcheck(settings) => {
            healthcheck::ask(settings.address).await?;
            say("the server lives\n")
        }
        Command::Schema => say(&graphql::sdl()),
    }
}

async fn import(settings: ImportSettings) -> Result<()> {
    if settings.formats {
        return say(&reader::formats());
    }
    let read = ReadOptions {
        symbol: settings.symbol,
        format: settings.format,
        date_format: settings.date_format,
        allow_future_dates: settings.allow_future_dates,
        allow_epoch: settings.allow_epoch,
        ..ReadOptions::new(Utc::now().date_naive())
    };
    let options = ImportOptions {
        read,
        skip_bad_rows: settings.skip_bad_rows,
        replace: settings.replace,
        dry_run: settings.dry_run,
    };
    let source = if settings.bundled { Source::Bundled } else { Source::Paths(settings.paths) };
    on_database(&settings.command, async |db| {
        let report = import::import(db, source, &options).await?;
        Ok(if settings.json { serde_json::to_string(&report)? } else { report.to_string() } + "\n")
    })
    .await
}

/// Runs an action on the database and reports the result.
async fn on_database(
    settings: &CommandSettings,
    work: impl AsyncFnOnce(&Database) -> Result<String>,
) -> Result<()> {
    let _telemetry = telemetry::init(&settings.log, None)?;
    let db = open(settings, has_tables).await?;
    let said = work(&db).await?;
    db.close().await.context("cannot close the database")?;
    say(&said)
}

/// Connects to a database, and waits within the limit until it has the state that the command
/// needs.
async fn open(
    settings: &CommandSettings,
    is_ready: impl AsyncFn(&Database) -> Result<()>,
) -> Result<Database> {
    let db = Database::connect(&settings.database).await?;
    let started = Instant::now();
    let mut told = String::new();
    while let Err(error) = is_ready(&db).await {
        if db.is_embedded() || started.elapsed() >= settings.wait {
            return Err(error);
        }
        let reason = format!("{error:#}");
        if reason != told {
            tracing::warn!("waiting: {reason}");
            told = reason;
        }
        sleep(TRY_AGAIN).await;
    }
    Ok(db)
}

async fn migrate(db: &Database) -> Result<()> {
    db.migrate().await.context("cannot migrate the database")
}

/// This migrates an embedded database too.
async fn has_tables(db: &Database) -> Result<()> {
    if db.is_embedded() {
        return migrate(db).await;
    }
    let migrations = db.migrations().await;
    migrations.context("cannot read which migrations were applied")?.check()
}

/// Writes to standard output. Unlike `print!`, it does not panic if the reader has gone.
fn say(text: &str) -> Result<()> {
    stdout().write_all(text.as_bytes()).context("cannot write to standard output")
}
