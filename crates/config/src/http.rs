//! Settings of the HTTP server.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, builder::FalseyValueParser};

use super::{millis, millis_or_none};

/// Where the server listens, and what it takes in.
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
    /// Most connections held open; further ones wait until one is closed.
    #[arg(long, env = "CANDLEQL_MAX_CONNECTIONS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// How long a request's head may take to arrive, and then its body, and how long a client may
    /// take none of its answer, in milliseconds.
    #[arg(long = "read-timeout-ms", env = "CANDLEQL_READ_TIMEOUT_MS", default_value = "10000",
          value_parser = millis)]
    pub read_timeout: Duration,
    /// How long a request may take from its head to its answer, in milliseconds.
    #[arg(long = "request-timeout-ms", env = "CANDLEQL_REQUEST_TIMEOUT_MS",
          default_value = "20000", value_parser = millis)]
    pub request_timeout: Duration,
    /// How long a connection may wait for the next request, in milliseconds: longer than a load
    /// balancer or a proxy keeps it.
    #[arg(long = "idle-timeout-ms", env = "CANDLEQL_IDLE_TIMEOUT_MS", default_value = "75000",
          value_parser = millis)]
    pub idle_timeout: Duration,
    /// Memory for answers to be given again, in bytes; 0 keeps none. The least used are dropped
    /// beyond it.
    #[arg(long, env = "CANDLEQL_ANSWER_CACHE_BYTES", default_value_t = 8_388_608)]
    pub answer_cache_bytes: u64,
    /// Memory for documents that clients go on to name by their hash (automatic persisted queries),
    /// in bytes; 0 takes none.
    #[arg(long, env = "CANDLEQL_PERSISTED_QUERIES_BYTES", default_value_t = 2_097_152)]
    pub persisted_queries_bytes: u64,
    /// Answer only the documents of this manifest: JSON, an object of documents by their ids, or
    /// Apollo's format.
    #[arg(long, env = "CANDLEQL_TRUSTED_DOCUMENTS")]
    pub trusted_documents: Option<PathBuf>,
    /// How long browsers and proxies may take an answer by GET for the newest without asking, in
    /// seconds; at 0 they always ask.
    #[arg(long = "max-age-s", env = "CANDLEQL_MAX_AGE_S", default_value_t = 0)]
    pub max_age: u32,
    /// How long `/_healthcheck` waits for the database, in milliseconds.
    #[arg(long = "health-timeout-ms", env = "CANDLEQL_HEALTH_TIMEOUT_MS", default_value = "1000",
          value_parser = millis)]
    pub health_timeout: Duration,
    /// Stay ready in `/_healthcheck` while the database is away, and serve what is in memory.
    #[arg(long, env = "CANDLEQL_READY_THROUGH_OUTAGE", value_parser = FalseyValueParser::new())]
    pub ready_through_outage: bool,
    /// How long the server goes on after SIGTERM while `/_healthcheck` already says that it ends, in
    /// milliseconds: longer than a load balancer takes to notice. At 0, and after SIGINT or a second
    /// signal, it does not wait.
    #[arg(long = "drain-grace-ms", env = "CANDLEQL_DRAIN_GRACE_MS", default_value = "5000",
          value_parser = millis_or_none)]
    pub drain_grace: Duration,
    /// How long the end may take from the first signal on, the grace included, in milliseconds: then
    /// requests in flight are cut. A signal after the grace cuts them at once.
    #[arg(long = "shutdown-timeout-ms", env = "CANDLEQL_SHUTDOWN_TIMEOUT_MS",
          default_value = "24000", value_parser = millis)]
    pub shutdown_timeout: Duration,
}

/// Where the server listens: one setting for the server and for `candleql healthcheck`.
#[derive(Debug, Clone, Args)]
pub struct ListenSettings {
    /// Address and port to listen on.
    #[arg(long = "listen", env = "CANDLEQL_LISTEN", default_value = "127.0.0.1:8080")]
    pub address: SocketAddr,
}

/// Where operators are listened to, if anywhere.
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
