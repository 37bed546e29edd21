//! Settings of the log and of traces.

use clap::{Args, ValueEnum, builder::FalseyValueParser};

/// What the program logs, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogSettings {
    /// What to log: `error`, `warn`, `info`, `debug`, `trace` or `off`, also by module
    /// (`info,candleql::store=debug`).
    #[arg(long, env = "CANDLEQL_LOG", default_value = "info")]
    pub log: String,
    /// Text for people or JSON for machines.
    #[arg(long, env = "CANDLEQL_LOG_FORMAT", default_value = "human")]
    pub log_format: LogFormat,
}

/// What the program tells about requests.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct TelemetrySettings {
    /// Write the documents of requests into the log and into traces, but never their variables.
    #[arg(long, env = "CANDLEQL_LOG_DOCUMENTS", value_parser = FalseyValueParser::new())]
    pub log_documents: bool,
    /// Send traces of requests to this OTLP endpoint, over HTTP (`http://collector:4318`).
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
}

/// The format of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for a terminal.
    Human,
    /// One JSON object per line.
    Json,
}
