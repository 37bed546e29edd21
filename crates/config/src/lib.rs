//! Settings: one struct per concern. Each setting is a flag with an environment variable, a default
//! and a sentence. `--help` is the manual, and a test compares docs/settings.md with it.

mod access;
mod database;
mod export;
mod http;
mod import;
mod keys;
mod limits;
mod start;
mod telemetry;

use std::time::Duration;

use clap::{Args, Parser, Subcommand};

pub use self::{
    access::{AccessSettings, JwtSettings},
    database::{DatabaseSettings, TlsMode},
    export::{ExportFormat, ExportSettings, RemoveSettings},
    http::{AdminListen, HttpSettings, ListenSettings},
    import::ImportSettings,
    keys::{CreateKeySettings, KeyCommand, RevokeKeySettings},
    limits::LimitSettings,
    start::StartSettings,
    telemetry::{LogFormat, LogSettings, TelemetrySettings},
};

/// Bring your OHLCV, get a chart-ready GraphQL API.
#[derive(Debug, Parser)]
#[command(name = "candleql", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the GraphQL API. If the SQLite database is empty, the server first creates its tables
    /// and fills them with the bundled data.
    Serve(Box<ServeSettings>),
    /// Creates or updates the database's tables.
    Migrate(CommandSettings),
    /// Imports daily prices from any vendor's files: all of them or nothing. A second import of the
    /// same file changes nothing.
    Import(Box<ImportSettings>),
    /// Writes an instrument's candles to standard output, as a file that `candleql import` reads.
    Export(Box<ExportSettings>),
    /// Deletes instruments from the database, with all their candles.
    Remove(Box<RemoveSettings>),
    /// Makes, lists and revokes API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Asks the server at an address of this machine whether it lives. Containers use it as their
    /// health check, because it needs no shell.
    Healthcheck(ListenSettings),
    /// Prints the GraphQL schema.
    Schema,
}

/// Settings of `candleql serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub http: HttpSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: LimitSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub access: AccessSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: DatabaseSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub store: StoreSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub start: StartSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub log: LogSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub telemetry: TelemetrySettings,
}

/// Settings of every command that works on a database.
#[derive(Debug, Args)]
pub struct CommandSettings {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: DatabaseSettings,
    /// How long a command waits until PostgreSQL answers and another program has made its tables,
    /// in milliseconds.
    #[arg(long = "wait-ms", env = "CANDLEQL_WAIT_MS", default_value = "0",
          value_parser = millis_or_none, help_heading = "Start")]
    pub wait: Duration,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub log: LogSettings,
}

/// How much of the data the server keeps in memory.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cache")]
pub struct StoreSettings {
    /// Memory for histories and series, in bytes. A full cache drops the least used.
    #[arg(long, env = "CANDLEQL_CACHE_BYTES", default_value_t = 268_435_456)]
    pub cache_bytes: u64,
    /// How often the server asks the database about new imports, in milliseconds.
    #[arg(long = "poll-interval-ms", env = "CANDLEQL_POLL_INTERVAL_MS", default_value = "1000",
          value_parser = millis)]
    pub poll_interval: Duration,
}

fn millis(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(millis @ 1..) => Ok(Duration::from_millis(millis)),
        _ => Err("not a whole number of milliseconds above 0".to_owned()),
    }
}

fn millis_or_none(text: &str) -> Result<Duration, String> {
    let millis = text.parse().map(Duration::from_millis);
    millis.map_err(|_| "not a whole number of milliseconds".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_password() {
        let url = "postgres://u:hunter2@h/d";
        let cli = ["candleql", "serve", "--database-url", url, "--database-reader-url", url];
        assert!(!format!("{:?}", Cli::parse_from(cli)).contains("hunter2"));
    }

    #[test]
    fn import_wants_a_file_or_the_bundled_data_but_not_both() {
        let parses = |args: &[&str]| Cli::try_parse_from([&["candleql"], args].concat()).is_ok();
        assert!(parses(&["import", "prices.csv"]));
        assert!(parses(&["import", "--bundled"]));
        assert!(!parses(&["import"]));
        assert!(!parses(&["import", "prices.csv", "--bundled"]));
    }

    #[test]
    fn only_the_grace_may_be_none() {
        let parses = |flag: &str, value| {
            Cli::try_parse_from(["candleql", "serve", &format!("{flag}={value}")])
                .map(drop)
                .map_err(|error| error.to_string())
        };
        assert!(parses("--drain-grace-ms", "0").is_ok());
        for (flag, value) in [
            ("--drain-grace-ms", "-1"),
            ("--drain-grace-ms", "5s"),
            ("--drain-grace-ms", ""),
            ("--shutdown-timeout-ms", "0"),
        ] {
            let error = parses(flag, value).unwrap_err();
            assert!(error.contains("not a whole number of milliseconds"), "{error}");
        }
    }
}
