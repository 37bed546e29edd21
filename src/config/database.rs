//! Settings of the database.

use std::time::Duration;

use clap::Args;

use super::millis;

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
