//! Settings of the start.

use std::time::Duration;

use clap::{Args, builder::FalseyValueParser};

use super::millis;

/// What the server does, and what it waits for, before it answers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Start")]
pub struct StartSettings {
    /// Create or update PostgreSQL's tables; one of many servers does, and the others wait for it.
    #[arg(long, env = "CANDLEQL_MIGRATE", value_parser = FalseyValueParser::new())]
    pub migrate: bool,
    /// How long to wait for `candleql migrate` where the server does not do it, in milliseconds;
    /// then it ends with an error.
    #[arg(long = "migration-wait-ms", env = "CANDLEQL_MIGRATION_WAIT_MS",
          default_value = "600000", value_parser = millis)]
    pub migration_wait: Duration,
    /// Leave an empty embedded database empty.
    #[arg(long, env = "CANDLEQL_NO_BUNDLED_DATA", value_parser = FalseyValueParser::new())]
    pub no_bundled_data: bool,
}
