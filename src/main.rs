//! The command line.

use std::{
    future::pending,
    io::{ErrorKind::AddrInUse, Write, stdout},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use candleql::{
    config::{
        AdminListen, Cli, Command, CommandSettings, ExportFormat, HttpSettings, ImportSettings,
        KeyCommand, ServeSettings,
    },
    db::Database,
    export, graphql, healthcheck, http,
    import::{self, ImportOptions, Source, read::ReadOptions},
    keys::{self, Keys},
    lifecycle::Lifecycle,
    signals::Signals,
    start::Start,
    store::Store,
    telemetry,
};
use chrono::Utc;
use clap::Parser;
use tikv_jemallocator::Jemalloc;
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    task::JoinSet,
    time::{sleep, timeout},
};

/// Answers are long, and come and go: the system's allocator gives their pages back each time.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Where operators are listened to if nothing is said.
const DEFAULT_ADMIN_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// How long the end may wait for the database and for who takes traces.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How often a command that waits looks whether it can go on.
const TRY_AGAIN: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let command = Cli::parse().command;
    let done = Runtime::new().context("cannot start the threads").and_then(|runtime| {
        let done = runtime.block_on(run_until_told(command));
        // Nobody waits for what is still being computed.
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

/// Does what a command asks, unless the program is told to end. A server ends in its own way.
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
        Command::Serve(settings) => serve(*settings).await,
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
                export::export(db, &settings.symbol, settings.frequency.into()).await
            })
            .await
        }
        Command::Remove(settings) => {
            on_database(&settings.command, async |db| {
                let candles = import::remove(db, &settings.symbols).await?;
                Ok(format!("removed {}: {candles} candles\n", settings.symbols.join(", ")))
            })
            .await
        }
        Command::Key(command) => key(command).await,
        Command::Healthcheck(settings) => {
            healthcheck::ask(settings.address).await?;
            say("the server lives\n")
        }
        Command::Schema => say(&graphql::sdl()),
    }
}

async fn serve(mut settings: ServeSettings) -> Result<()> {
    let otlp_endpoint = settings.telemetry.otlp_endpoint.as_deref();
    let telemetry = telemetry::init(&settings.log, otlp_endpoint.filter(|url| !url.is_empty()))?;
    let address = settings.http.listen.address;
    // Connections are file descriptors, and many systems give a process a thousand to begin with.
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) => limit_connections(&mut settings.http, files),
        Err(error) => tracing::warn!(%error, "cannot raise the limit of open files"),
    }
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let db = Database::connect(&settings.database).await?;
    let interval = settings.store.poll_interval;
    let keys = settings.access.require_api_key.then(|| Keys::new(db.clone(), interval));
    let store = Store::new(db.clone(), &settings.store);
    let _admin = serve_admin(settings.http.admin_listen, &db, &store).await?;
    let lifecycle = Lifecycle::begin();
    let router = http::router(Arc::clone(&store), keys.clone(), Arc::clone(&lifecycle), &settings)?;
    let start = Start { db: db.clone(), store, keys, lifecycle: Arc::clone(&lifecycle) };
    let serving = http::serve(listener, router, lifecycle, settings.http)?;
    tracing::info!("candleql listens on http://{address}");
    let starting = async {
        start.run(&settings.start).await?;
        tracing::info!("candleql serves http://{address}/graphql");
        pending().await
    };
    tokio::select! {
        () = serving => {}
        failed = starting => return failed,
    }
    // What a client has given up may still hold a connection.
    let closing = timeout(CLOSE_TIMEOUT, db.close());
    let (closed, ()) = tokio::join!(closing, telemetry.finish(CLOSE_TIMEOUT));
    let Ok(closed) = closed else {
        tracing::warn!("the database's connections were not given back in time");
        return Ok(());
    };
    closed.context("cannot close the database")
}

/// Serves the operators, until what this gives is dropped.
async fn serve_admin(
    AdminListen(address): AdminListen,
    db: &Database,
    store: &Arc<Store>,
) -> Result<JoinSet<()>> {
    let mut tasks = JoinSet::new();
    let Some(address) = address else { return Ok(tasks) };
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        // Nobody asked for it, and another server of this machine has it.
        Err(error) if error.kind() == AddrInUse && address == DEFAULT_ADMIN_LISTEN => {
            tracing::warn!("no metrics: {address} is in use; --admin-listen names another address");
            return Ok(tasks);
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot listen on {address} for operators"));
        }
    };
    tracing::info!("metrics are at http://{}/metrics", listener.local_addr()?);
    tasks.spawn(http::serve_admin(listener, db.clone(), Arc::clone(store))?);
    Ok(tasks)
}

/// Leaves files for the database and whatever else needs them.
fn limit_connections(settings: &mut HttpSettings, files: u64) {
    const RESERVE: u64 = 256;
    let most = files.saturating_sub(RESERVE).max(files / 2);
    if u64::from(settings.max_connections) > most {
        tracing::warn!("at most {most} connections: the system lets a process open {files} files");
        settings.max_connections = u32::try_from(most).unwrap_or(u32::MAX);
    }
}

async fn import(settings: ImportSettings) -> Result<()> {
    if settings.formats {
        return say(&import::read::formats());
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

async fn key(command: KeyCommand) -> Result<()> {
    match command {
        KeyCommand::Create(settings) => {
            on_database(&settings.command, async |db| {
                Ok(keys::create(db, &settings.name).await? + "\n")
            })
            .await
        }
        KeyCommand::List(settings) => {
            on_database(&settings, async |db| {
                let keys = keys::list(db).await?;
                Ok(keys.iter().map(ToString::to_string).map(|line| line + "\n").collect())
            })
            .await
        }
        KeyCommand::Revoke(settings) => {
            on_database(&settings.command, async |db| {
                keys::revoke(db, &settings.id).await?;
                Ok(format!("the key {} is revoked\n", settings.id))
            })
            .await
        }
    }
}

/// Does something with the database, and says what came of it.
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

/// Connects to a database, and waits within the limit until it is as it has to be.
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

/// The embedded database is migrated on the way.
async fn has_tables(db: &Database) -> Result<()> {
    if db.is_embedded() {
        return migrate(db).await;
    }
    let migrations = db.migrations().await;
    migrations.context("cannot read which migrations were applied")?.check()
}

/// Writes to standard output; unlike `print!`, a reader that went away is no panic.
fn say(text: &str) -> Result<()> {
    stdout().write_all(text.as_bytes()).context("cannot write to standard output")
}
