//! Settings of the HTTP server.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, builder::FalseyValueParser};

use super::{millis, millis_or_none};

/// Where the server listens, and what it accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpSettings {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub listen: ListenSettings,
    /// Address and port of `/metrics`, for operators only, or `off`.
    #[arg(long, env = "CANDLEQL_ADMIN_LISTEN", default_value = "127.0.0.1:9464")]
    pub admin_listen: AdminListen,
    /// Largest request body, in bytes.
    #[arg(long, env = "CANDLEQL_MAX_BODY_BYTES", default_value_t = 1_048_576)]
    pub max_body_bytes: usize,
    /// Most open connections. Further clients wait until one closes.
    #[arg(long, env = "CANDLEQL_MAX_CONNECTIONS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// How long a client may take to send a request's head, then to send its body, and how long it
    /// may read nothing of the answer, in milliseconds.
    #[arg(long = "read-timeout-ms", env = "CANDLEQL_READ_TIMEOUT_MS", default_value = "10000",
          value_parser = millis)]
    pub read_timeout: Duration,
    /// How long a request may take from its head to its answer, in milliseconds.
    #[arg(long = "request-timeout-ms", env = "CANDLEQL_REQUEST_TIMEOUT_MS",
          default_value = "20000", value_parser = millis)]
    pub request_timeout: Duration,
    /// How long the server keeps an idle connection for the next request, in milliseconds. Choose
    /// more than a load balancer or proxy does.
    #[arg(long = "idle-timeout-ms", env = "CANDLEQL_IDLE_TIMEOUT_MS", default_value = "75000",
          value_parser = millis)]
    pub idle_timeout: Duration,
    /// Memory for answers that the server can give again, in bytes; 0 keeps none. A full cache
    /// drops the least used answers.
    #[arg(long, env = "CANDLEQL_ANSWER_CACHE_BYTES", default_value_t = 8_388_608)]
    pub answer_cache_bytes: u64,
    /// Memory for documents that clients name by their hash (automatic persisted queries), in
    /// bytes; 0 keeps none.
    #[arg(long, env = "CANDLEQL_PERSISTED_QUERIES_BYTES", default_value_t = 2_097_152)]
    pub persisted_queries_bytes: u64,
    /// Answer only the documents of this manifest: a JSON object of documents by their ids, or
    /// Apollo's format.
    #[arg(long, env = "CANDLEQL_TRUSTED_DOCUMENTS")]
    pub trusted_documents: Option<PathBuf>,
    /// How long browsers and proxies may reuse the answer to a GET without asking again, in
    /// seconds; 0 makes them ask each time.
    #[arg(long = "max-age-s", env = "CANDLEQL_MAX_AGE_S", default_value_t = 0)]
    pub max_age: u32,
    /// How long `/_healthcheck` waits for the database, in milliseconds.
    #[arg(long = "health-timeout-ms", env = "CANDLEQL_HEALTH_TIMEOUT_MS", default_value = "1000",
          value_parser = millis)]
    pub health_timeout: Duration,
    /// Keep `/_healthcheck` ready while the database is down, and answer from memory.
    #[arg(long, env = "CANDLEQL_READY_THROUGH_OUTAGE", value_parser = FalseyValueParser::new())]
    pub ready_through_outage: bool,
    /// How long the server still accepts requests after SIGTERM, in milliseconds, while
    /// `/_healthcheck` already reports the end. Choose more than a load balancer takes to notice.
    /// With 0, and after SIGINT or a second signal, the server does not wait.
    #[arg(long = "drain-grace-ms", env = "CANDLEQL_DRAIN_GRACE_MS", default_value = "5000",
          value_parser = millis_or_none)]
    pub drain_grace: Duration,
    /// How long the server may take to end after the first signal, in milliseconds, with the grace.
    /// Then it cuts requests in flight. A signal after the grace cuts them at once.
    #[arg(long = "shutdown-timeout-ms", env = "CANDLEQL_SHUTDOWN_TIMEOUT_MS",
          default_value = "24000", value_parser = millis)]
    pub shutdown_timeout: Duration,
}

/// Where the server listens: one setting for `candleql serve` and `candleql healthcheck`.
#[derive(Debug, Clone, Args)]
pub struct ListenSettings {
    /// Address and port to listen on.
    #[arg(long = "listen", env = "CANDLEQL_LISTEN", default_value = "127.0.0.1:8080")]
    pub address: SocketAddr,
}

/// The address for operators, if the server has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdminListen(pub Option<SocketAddr>);

impl FromStr for AdminListen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self(None)),
            address => match address.parse() {
                Ok(address) => Ok(Self(Some(address))),
                Err(error) => Err(format!("{error}; it is ADDRESS:PORT or off")),
            },
        }
    }
}
