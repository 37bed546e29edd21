//! Settings of the database.

use std::{fmt, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, builder::FalseyValueParser};

use super::millis;

/// The database, its login, and the number of connections to it.
#[derive(Clone, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseSettings {
    /// The database: an SQLite file, which the program creates if it is missing, or
    /// `postgres://user:password@host/name`.
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://candleql.db",
        hide_env_values = true
    )]
    pub database_url: String,
    /// A PostgreSQL URL for reads, such as that of read replicas. The server reads from the
    /// database itself where a replica fails or lags behind.
    #[arg(long, env = "DATABASE_READER_URL", hide_env_values = true)]
    pub database_reader_url: Option<String>,
    /// Log in to PostgreSQL with a secret of AWS Secrets Manager, by its name or ARN, instead of
    /// `--database-url`. The secret is JSON with `username` and `password` or `DB_USERNAME` and
    /// `DB_PASSWORD`, and perhaps `host`, `port` and `dbname`. The program fetches it again when
    /// the password changes.
    #[arg(long, env = "DB_SECRET_ID", conflicts_with = "database_url")]
    pub database_secret_id: Option<String>,
    /// The host of PostgreSQL, for a secret without one, or instead of the secret's.
    #[arg(long, env = "DB_HOST", requires = "database_secret_id")]
    pub database_host: Option<String>,
    /// The port of PostgreSQL, for a secret without one, or instead of the secret's; 5432 if
    /// neither says it.
    #[arg(long, env = "DB_PORT", requires = "database_secret_id")]
    pub database_port: Option<u16>,
    /// The name of the database, for a secret without one, or instead of the secret's.
    #[arg(long, env = "DB_NAME", requires = "database_secret_id")]
    pub database_name: Option<String>,
    /// How to encrypt and verify connections to PostgreSQL; by default the URL's `sslmode`, else
    /// `prefer`.
    #[arg(long, env = "CANDLEQL_DATABASE_TLS")]
    pub database_tls: Option<TlsMode>,
    /// PEM file with the certificate authorities that `verify-ca` and `verify-full` trust.
    #[arg(long, env = "CANDLEQL_DATABASE_TLS_ROOT")]
    pub database_tls_root: Option<PathBuf>,
    /// Set this if a pooler in transaction mode, such as `PgBouncer`, stands before PostgreSQL. The
    /// program then uses no named prepared statements, no settings of a session and no
    /// announcements of imports.
    #[arg(long, env = "CANDLEQL_DATABASE_POOLER", value_parser = FalseyValueParser::new())]
    pub database_pooler: bool,
    /// Most open connections for queries to the database, and as many to its replicas. On
    /// PostgreSQL the server opens up to three more: to check health, to cancel queries, to listen
    /// for imports.
    #[arg(long, env = "CANDLEQL_DATABASE_MAX_CONNECTIONS", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub database_max_connections: u32,
    /// How long a request waits for a database connection, in milliseconds.
    #[arg(long = "database-acquire-timeout-ms", env = "CANDLEQL_DATABASE_ACQUIRE_TIMEOUT_MS",
          default_value = "2000", value_parser = millis)]
    pub database_acquire_timeout: Duration,
    /// How long PostgreSQL may work on one query of a request, in milliseconds. Choose less than
    /// `--request-timeout-ms`.
    #[arg(long = "database-statement-timeout-ms", env = "CANDLEQL_DATABASE_STATEMENT_TIMEOUT_MS",
          default_value = "15000", value_parser = millis)]
    pub database_statement_timeout: Duration,
}

/// How to encrypt and verify connections to PostgreSQL, in the words of its own clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS if the database has it, without a check of its certificate.
    Prefer,
    /// TLS, without a check of the certificate.
    Require,
    /// TLS with a certificate from a trusted authority.
    VerifyCa,
    /// TLS with a certificate from a trusted authority, made out to the host's name.
    VerifyFull,
}

impl fmt::Debug for DatabaseSettings {
    /// Omits the addresses: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseSettings")
            .field("database_secret_id", &self.database_secret_id)
            .field("database_host", &self.database_host)
            .field("database_port", &self.database_port)
            .field("database_name", &self.database_name)
            .field("database_tls", &self.database_tls)
            .field("database_tls_root", &self.database_tls_root)
            .field("database_pooler", &self.database_pooler)
            .field("database_max_connections", &self.database_max_connections)
            .field("database_acquire_timeout", &self.database_acquire_timeout)
            .field("database_statement_timeout", &self.database_statement_timeout)
            .finish_non_exhaustive()
    }
}
