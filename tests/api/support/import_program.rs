//! `candleql import`, `export` and `remove` as processes, in a folder and on a database of their
//! own. The tests read that database with the entities alone, without other code of the program.

use std::{
    fmt::Write as _,
    fs,
    io::Write,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, EntityTrait, QueryOrder};
use storage::entity::{candle, instrument, revision};
use tempfile::TempDir;

use crate::{
    database::{TestDatabase, cluster_url},
    server::{program, text},
};

pub const HEADER: &str = "symbol,date,open,high,low,close,volume\n";

pub struct Program {
    pub database: TestDatabase,
    pub folder: TempDir,
}

impl Program {
    /// Over a migrated database without data.
    pub async fn new() -> Self {
        Self { database: TestDatabase::empty().await, folder: tempfile::tempdir().unwrap() }
    }

    pub fn url(&self) -> &str {
        &self.database.settings.database_url
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// Writes rows of the plain layout into the folder.
    pub fn rows(&self, name: &str, rows: &str) {
        self.write(name, format!("{HEADER}{rows}"));
    }

    /// The program in the folder, with its words, which spaces part.
    pub fn command(&self, words: &str) -> Command {
        let mut command = program();
        command.args(words.split(' ')).args(["--database-url", self.url()]);
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts the program, which reads what the test writes.
    pub fn start(&self, words: &str) -> Child {
        self.command(words).stdin(Stdio::piped()).spawn().unwrap()
    }

    /// The output of the program, which must succeed.
    #[track_caller]
    pub fn say(&self, words: &str) -> String {
        succeeded(&self.command(words).output().unwrap())
    }

    /// The output of the program for some input bytes.
    #[track_caller]
    pub fn feed(&self, words: &str, bytes: &[u8]) -> String {
        let mut child = self.start(words);
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        succeeded(&child.wait_with_output().unwrap())
    }

    /// The error of the program, which must end with status 1 and change nothing.
    pub async fn refuse(&self, words: &str) -> String {
        let before = self.state().await;
        let output = self.command(words).output().unwrap();
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""), "{words}: {error}");
        // On a slow machine it has told how far it is.
        let is_told = |line: &&str| !line.contains(" INFO candleql::import::progress: ");
        let error = error.split_inclusive('\n').filter(is_told).collect();
        assert!(self.state().await == before, "{words} wrote something");
        error
    }

    /// A connection, which the test closes.
    pub async fn connect(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(self.url());
        options.max_connections(1);
        sea_orm::Database::connect(options).await.unwrap()
    }

    /// Every stored row: `A 2024-01-02 1 1 1 1 100 0.5`, by symbol and date.
    pub async fn stored(&self) -> Vec<String> {
        let db = self.connect().await;
        let instruments = instrument::Entity::find().all(&db).await.unwrap();
        let candles = candle::Entity::find().order_by_asc(candle::Column::Date);
        let candles = candles.all(&db).await.unwrap();
        db.close().await.unwrap();
        let symbols: std::collections::HashMap<i32, &str> =
            instruments.iter().map(|row| (row.id, row.symbol.as_str())).collect();
        let mut rows: Vec<String> = candles
            .iter()
            .map(|row| {
                let candle::Model { date, open, high, low, close, volume, .. } = row;
                let volume = row.fractional_volume.map_or(volume.to_string(), |it| it.to_string());
                let adjusted = row.adjusted_close.map_or("-".to_owned(), |price| price.to_string());
                let symbol = symbols[&row.instrument_id];
                format!("{symbol} {date} {open} {high} {low} {close} {volume} {adjusted}")
            })
            .collect();
        rows.sort();
        rows
    }

    /// The catalogue's revision, and that of each instrument.
    pub async fn revisions(&self) -> (i64, Vec<(String, i64)>) {
        let db = self.connect().await;
        let catalog = revision::Entity::find_by_id(revision::ONLY_ID).one(&db).await.unwrap();
        let instruments = instrument::Entity::find().order_by_asc(instrument::Column::Symbol);
        let instruments = instruments.all(&db).await.unwrap();
        db.close().await.unwrap();
        let revisions = instruments.into_iter().map(|row| (row.symbol, row.revision));
        (catalog.unwrap().revision, revisions.collect())
    }

    /// Every row of every table that an import writes, as the engine itself writes it.
    pub async fn state(&self) -> String {
        let db = self.connect().await;
        let mut state = String::new();
        for (table, columns, order) in [
            ("catalog", "id revision", "id"),
            (
                "instrument",
                "id symbol name exchange currency first_date last_date candle_count revision",
                "id",
            ),
            (
                "candle",
                "instrument_id date open high low close volume adjusted_close fractional_volume",
                "instrument_id, date",
            ),
        ] {
            let rows = if cluster_url().is_some() {
                format!("string_agg(t::text, ' ' ORDER BY {order}) AS rows FROM {table} AS t")
            } else {
                let columns: Vec<_> =
                    columns.split(' ').map(|name| format!("coalesce({name}, '-')")).collect();
                let row = columns.join(" || ',' || ");
                format!(
                    "group_concat({row}, ' ') AS rows FROM (SELECT * FROM {table} ORDER BY {order})"
                )
            };
            let row = db.query_one_raw(sea_orm::Statement::from_string(
                db.get_database_backend(),
                format!("SELECT {rows}"),
            ));
            let rows: Option<String> = row.await.unwrap().unwrap().try_get("", "rows").unwrap();
            let _ = writeln!(state, "{table}: {}", rows.unwrap_or_default());
        }
        db.close().await.unwrap();
        state
    }

    /// Whether an import is under way: whether it has the lock.
    pub async fn is_locked(&self) -> bool {
        let db = self.connect().await;
        let (wait, lock) = if cluster_url().is_some() {
            ("SELECT 1", "SELECT revision FROM catalog FOR UPDATE NOWAIT")
        } else {
            ("PRAGMA busy_timeout = 0", "BEGIN IMMEDIATE")
        };
        db.execute_unprepared(wait).await.unwrap();
        let is_locked = db.execute_unprepared(lock).await.is_err();
        if !is_locked && cluster_url().is_none() {
            db.execute_unprepared("ROLLBACK").await.unwrap();
        }
        db.close().await.unwrap();
        is_locked
    }

    /// Waits until another import with the lock blocks this one. The test sees only that the
    /// embedded database is open; the program asks for the lock next.
    pub async fn wait_until_waiting(&self, process: u32) {
        let begin = Instant::now();
        let file = self.url().rsplit('/').next().unwrap();
        while !if cluster_url().is_some() {
            self.has_waiting().await
        } else {
            has_open(process, file)
        } {
            assert!(begin.elapsed() < Duration::from_secs(20), "it never waits");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether a session of PostgreSQL waits for another's lock.
    async fn has_waiting(&self) -> bool {
        let db = self.connect().await;
        let waiting = "SELECT pid FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waiting = sea_orm::Statement::from_string(db.get_database_backend(), waiting);
        let waiting = db.query_one_raw(waiting).await.unwrap();
        db.close().await.unwrap();
        waiting.is_some()
    }
}

/// Whether a process has a file open whose name ends so; true where Linux's `/proc` is not there.
fn has_open(process: u32, name: &str) -> bool {
    if !fs::exists("/proc/self/fd").unwrap() {
        return true;
    }
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
    files
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .any(|path| path.to_string_lossy().ends_with(name))
}

/// What a program says that succeeded.
#[track_caller]
pub fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}
