//! Settings of the start.

use std::time::Duration;

use clap::{Args, builder::FalseyValueParser};

use super::millis;

/// What the server does and waits for before it answers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Start")]
pub struct StartSettings {
    /// Create or update PostgreSQL's tables. Of several servers, one does so and the others wait.
    #[arg(long, env = "CANDLEQL_MIGRATE", value_parser = FalseyValueParser::new())]
    pub migrate: bool,
    /// How long a server without `--migrate` waits for `candleql migrate`, in milliseconds. Then it
    /// ends with an error.
    #[arg(long = "migration-wait-ms", env = "CANDLEQL_MIGRATION_WAIT_MS",
          default_value = "600000", value_parser = millis)]
    pub migration_wait: Duration,
    /// Leave an empty SQLite database empty.
    #[arg(long, env = "CANDLEQL_NO_BUNDLED_DATA", value_parser = FalseyValueParser::new())]
    pub no_bundled_data: bool,
}
