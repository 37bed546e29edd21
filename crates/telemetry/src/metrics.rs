//! Metrics for Prometheus, and the one table of them.
//!
//! Code that serves a request keeps a handle, so that counting is an atomic addition. A handle made
//! before the recorder starts counts nothing.

use metrics::{
    Counter, Gauge, Histogram, Label, counter, describe_counter, describe_gauge,
    describe_histogram, gauge, histogram,
};

/// Bounds of the buckets of durations, in seconds: from an answer in memory to the longest one.
const SECONDS: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0, 20.0,
];

/// Bounds of the buckets of costs.
const COSTS: &[f64] = &[100.0, 1e3, 1e4, 1e5, 2e5, 5e5, 1e6, 2e6];

/// A row of the table of metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// The name, by Prometheus' conventions: with the unit, and `_total` for counters.
    pub name: &'static str,
    /// How its value changes.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it measures, for the table of docs/metrics.md.
    pub meaning: &'static str,
}

/// The kinds of metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It counts observations in buckets.
    Histogram(&'static [f64]),
}

impl Kind {
    /// As Prometheus calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

macro_rules! metrics {
    ($(#[doc = $meaning:literal] $id:ident = $name:literal, $kind:expr, [$($label:literal),*];)*) => {
        $(
            #[doc = $meaning]
            pub const $id: Metric = Metric {
                name: $name,
                kind: $kind,
                labels: &[$($label),*],
                meaning: $meaning.trim_ascii(),
            };
        )*

        /// Every metric.
        pub const ALL: &[Metric] = &[$($id,)*];
    };
}

metrics! {
    /// The program's version; the value says nothing.
    BUILD_INFO = "candleql_build_info", Kind::Gauge, ["version"];
    /// Connections of clients.
    HTTP_CONNECTIONS = "candleql_http_connections", Kind::Gauge, [];
    /// Requests that wait for their answer.
    HTTP_IN_FLIGHT = "candleql_http_requests_in_flight", Kind::Gauge, [];
    /// Requests, by path and status; 499 means that the client left before the answer.
    HTTP_REQUESTS = "candleql_http_requests_total", Kind::Counter, ["path", "status"];
    /// How long GraphQL requests took from their head to their answer, by operation.
    REQUEST_DURATION = "candleql_request_duration_seconds", Kind::Histogram(SECONDS), ["operation"];
    /// The cost of each request that the server executed.
    REQUEST_COST = "candleql_request_cost", Kind::Histogram(COSTS), [];
    /// How long large requests waited for room (`--max-cost-in-flight`).
    REQUEST_WAIT = "candleql_request_wait_seconds", Kind::Histogram(SECONDS), [];
    /// Requests with an error, by its code; one with several codes counts for each.
    ERRORS = "candleql_errors_total", Kind::Counter, ["code"];
    /// Look-ups in a cache, `answers` or `series`, that found an entry.
    CACHE_HITS = "candleql_cache_hits_total", Kind::Counter, ["cache"];
    /// Look-ups in a cache that found no entry.
    CACHE_MISSES = "candleql_cache_misses_total", Kind::Counter, ["cache"];
    /// Memory that a cache holds.
    CACHE_BYTES = "candleql_cache_bytes", Kind::Gauge, ["cache"];
    /// Connections to the database, `idle` or `used`.
    DATABASE_CONNECTIONS = "candleql_database_connections", Kind::Gauge, ["state"];
    /// The most connections to the database that the server opens.
    DATABASE_CONNECTIONS_MAX = "candleql_database_connections_max", Kind::Gauge, [];
    /// How long the database took to read up to a hundred histories at once.
    HISTORY_READ_DURATION = "candleql_history_read_seconds", Kind::Histogram(SECONDS), [];
    /// Time since the database last confirmed what the server knows of the instruments.
    CATALOGUE_AGE = "candleql_catalogue_age_seconds", Kind::Gauge, [];
    /// The revision of the instruments that the server knows.
    CATALOGUE_REVISION = "candleql_catalogue_revision", Kind::Gauge, [];
    /// The number of instruments that the server knows.
    CATALOGUE_INSTRUMENTS = "candleql_catalogue_instruments", Kind::Gauge, [];
    /// Imports and removals that this server has noticed since it started.
    IMPORTS = "candleql_imports_total", Kind::Counter, [];
    /// Lines that the log dropped because their reader was too slow.
    LOG_LINES_DROPPED = "candleql_log_lines_dropped_total", Kind::Counter, [];
    /// Processor time that the process has used; this and the next ones on Linux only.
    PROCESS_CPU = "process_cpu_seconds_total", Kind::Counter, [];
    /// Resident memory of the process.
    PROCESS_RESIDENT = "process_resident_memory_bytes", Kind::Gauge, [];
    /// Virtual memory of the process.
    PROCESS_VIRTUAL = "process_virtual_memory_bytes", Kind::Gauge, [];
    /// Open files and connections of the process.
    PROCESS_OPEN_FILES = "process_open_fds", Kind::Gauge, [];
    /// Most open files and connections that the system allows.
    PROCESS_MAX_FILES = "process_max_fds", Kind::Gauge, [];
    /// Threads of the process.
    PROCESS_THREADS = "process_threads", Kind::Gauge, [];
    /// The start of the process, in seconds since 1970.
    PROCESS_START = "process_start_time_seconds", Kind::Gauge, [];
}

impl Metric {
    /// The counter with values of the labels, in their order.
    pub fn counter(&self, values: &[&str]) -> Counter {
        counter!(self.name, self.label(values))
    }

    /// The gauge with values of the labels, in their order.
    pub fn gauge(&self, values: &[&str]) -> Gauge {
        gauge!(self.name, self.label(values))
    }

    /// The histogram with values of the labels, in their order.
    pub fn histogram(&self, values: &[&str]) -> Histogram {
        histogram!(self.name, self.label(values))
    }

    fn label(&self, values: &[&str]) -> Vec<Label> {
        debug_assert_eq!(self.labels.len(), values.len(), "{}", self.name);
        let labels = self.labels.iter().zip(values);
        labels.map(|(name, value)| Label::new(*name, (*value).to_owned())).collect()
    }

    pub(super) fn register(&self, values: &[&str]) {
        match self.kind {
            Kind::Counter => drop(self.counter(values)),
            Kind::Gauge => drop(self.gauge(values)),
            Kind::Histogram(_) => drop(self.histogram(values)),
        }
    }

    pub(super) fn describe(&self) {
        match self.kind {
            Kind::Counter => describe_counter!(self.name, self.meaning),
            Kind::Gauge => describe_gauge!(self.name, self.meaning),
            Kind::Histogram(_) => describe_histogram!(self.name, self.meaning),
        }
    }
}
