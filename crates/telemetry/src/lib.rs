//! Telemetry: a log, metrics, and traces of requests.

mod log;
pub mod metrics;
mod process;
mod recorder;
pub mod traces;

use std::time::Duration;

use anyhow::anyhow;
use config::LogSettings;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use self::traces::{HttpsClient, Traces};

pub use self::{log::dropped_lines, recorder::Recorder};

/// The rest to send before the program ends; dropping it writes the log.
#[must_use]
pub struct Telemetry {
    traces: Option<Traces>,
    _log: WorkerGuard,
}

/// Writes a log from now on, and sends traces if there is an OTLP endpoint and a client for it.
pub fn init(log: &LogSettings, otlp: Option<(&str, HttpsClient)>) -> anyhow::Result<Telemetry> {
    let traces = otlp.map(|(endpoint, client)| Traces::to(endpoint, client)).transpose()?;
    let (logger, guard) = log::layer(log)?;
    tracing_subscriber::registry()
        .with(logger)
        .with(traces.as_ref().map(Traces::layer))
        .try_init()
        .map_err(|error| anyhow!("cannot start logging: {error}"))?;
    log::panics();
    Ok(Telemetry { traces, _log: guard })
}

impl Telemetry {
    /// Sends the remaining traces, within a time.
    pub async fn finish(&self, limit: Duration) {
        if let Some(traces) = &self.traces {
            traces.finish(limit).await;
        }
    }
}
