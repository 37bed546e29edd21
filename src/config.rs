//! Settings: one struct per concern, each a flag with an environment variable, a default and a
//! sentence. `--help` is the manual, and README's table is compared with it by a test.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum, builder::FalseyValueParser};

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
    /// Serves the GraphQL API. An empty embedded database is created, migrated and filled with
    /// the bundled data first.
    Serve(ServeSettings),
    /// Creates or updates the database's tables.
    Migrate(MigrateSettings),
    /// Imports daily prices from a CSV file: all of it or nothing, and twice is once.
    Import(ImportSettings),
    /// Prints the GraphQL schema.
    Schema,
}

/// Settings of `candleql serve`.
#[derive(Debug, Args)]
pub struct ServeSettings {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub http: HttpSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: LimitSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: DatabaseSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub store: StoreSettings,
    /// Leave an empty embedded database empty.
    #[arg(long, env = "CANDLEQL_NO_BUNDLED_DATA", value_parser = FalseyValueParser::new())]
    pub no_bundled_data: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub log: LogSettings,
}

/// Settings of `candleql migrate`.
#[derive(Debug, Args)]
pub struct MigrateSettings {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: DatabaseSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub log: LogSettings,
}

/// Settings of `candleql import`.
#[derive(Debug, Args)]
pub struct ImportSettings {
    /// CSV file with the header `symbol,date,open,high,low,close,volume` and, if you have it,
    /// `adjusted_close`.
    #[arg(required_unless_present = "bundled", conflicts_with = "bundled")]
    pub file: Option<PathBuf>,
    /// Import the bundled data set instead of a file.
    #[arg(long)]
    pub bundled: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub database: DatabaseSettings,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub log: LogSettings,
}

/// Where the server listens, and what it takes in.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpSettings {
    /// Address and port to listen on.
    #[arg(long, env = "CANDLEQL_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Largest request body, in bytes.
    #[arg(long, env = "CANDLEQL_MAX_BODY_BYTES", default_value_t = 1_048_576)]
    pub max_body_bytes: usize,
    /// Memory for answers to be given again, in bytes; 0 keeps none. The least used are dropped
    /// beyond it.
    #[arg(long, env = "CANDLEQL_ANSWER_CACHE_BYTES", default_value_t = 8_388_608)]
    pub answer_cache_bytes: u64,
    /// How long browsers and proxies may take an answer by GET for the newest without asking, in
    /// seconds; at 0 they always ask.
    #[arg(long = "max-age-s", env = "CANDLEQL_MAX_AGE_S", default_value_t = 0)]
    pub max_age: u32,
    /// How long `/_healthcheck` waits for the database, in milliseconds.
    #[arg(long = "health-timeout-ms", env = "CANDLEQL_HEALTH_TIMEOUT_MS", default_value = "1000",
          value_parser = millis)]
    pub health_timeout: Duration,
    /// How long requests in flight may go on after SIGTERM or SIGINT, in milliseconds; a second
    /// signal ends them at once.
    #[arg(long = "shutdown-timeout-ms", env = "CANDLEQL_SHUTDOWN_TIMEOUT_MS",
          default_value = "20000", value_parser = millis)]
    pub shutdown_timeout: Duration,
}

/// What a request may ask for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitSettings {
    /// Largest cost of a request: the cells that it returns, and for each indicator the rows of
    /// the history x (1 + the largest integer argument / 100).
    #[arg(long, env = "CANDLEQL_MAX_COST", default_value_t = 10_000_000)]
    pub max_cost: usize,
}

/// Which database, and how many connections to it.
#[derive(Clone, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseSettings {
    /// The database: an SQLite file, created when missing, or `postgres://user:password@host/name`.
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://candleql.db",
        hide_env_values = true
    )]
    pub database_url: String,
    /// Most connections held open for queries; one more listens for imports on PostgreSQL.
    #[arg(long, env = "CANDLEQL_DATABASE_MAX_CONNECTIONS", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub database_max_connections: u32,
    /// How long a request waits for a connection, in milliseconds.
    #[arg(long = "database-acquire-timeout-ms", env = "CANDLEQL_DATABASE_ACQUIRE_TIMEOUT_MS",
          default_value = "2000", value_parser = millis)]
    pub database_acquire_timeout: Duration,
}

impl std::fmt::Debug for DatabaseSettings {
    /// Leaves the address out: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseSettings")
            .field("database_max_connections", &self.database_max_connections)
            .field("database_acquire_timeout", &self.database_acquire_timeout)
            .finish_non_exhaustive()
    }
}

/// How much of the data stays in memory.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cache")]
pub struct StoreSettings {
    /// Memory for histories and series, in bytes; the least used are dropped beyond it.
    #[arg(long, env = "CANDLEQL_CACHE_BYTES", default_value_t = 268_435_456)]
    pub cache_bytes: u64,
    /// How often to ask the database whether an import has changed anything, in milliseconds.
    #[arg(long = "poll-interval-ms", env = "CANDLEQL_POLL_INTERVAL_MS", default_value = "1000",
          value_parser = millis)]
    pub poll_interval: Duration,
}

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogSettings {
    /// What to log: `error`, `warn`, `info`, `debug`, `trace` or off, also by module
    /// (`info,candleql::store=debug`).
    #[arg(long, env = "CANDLEQL_LOG", default_value = "info")]
    pub log: String,
    /// Lines for people or for machines.
    #[arg(long, env = "CANDLEQL_LOG_FORMAT", default_value = "human")]
    pub log_format: LogFormat,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for a terminal.
    Human,
    /// One JSON object per line.
    Json,
}

fn millis(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(millis @ 1..) => Ok(Duration::from_millis(millis)),
        _ => Err("not a whole number of milliseconds above 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_password() {
        let cli = ["candleql", "migrate", "--database-url", "postgres://u:secret@h/d"];
        assert!(!format!("{:?}", Cli::parse_from(cli)).contains("secret"));
    }

    #[test]
    fn import_wants_a_file_or_the_bundled_data_but_not_both() {
        let parses = |args: &[&str]| Cli::try_parse_from([&["candleql"], args].concat()).is_ok();
        assert!(parses(&["import", "prices.csv"]));
        assert!(parses(&["import", "--bundled"]));
        assert!(!parses(&["import"]));
        assert!(!parses(&["import", "prices.csv", "--bundled"]));
    }
}
