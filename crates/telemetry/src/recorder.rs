//! Keeps the metrics, and writes them as text for Prometheus.

use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::sleep;

use super::{
    dropped_lines,
    metrics::{ALL, BUILD_INFO, CACHE_BYTES, CACHE_HITS, CACHE_MISSES, Kind, LOG_LINES_DROPPED},
    process,
};

/// How often the recorder puts observations into the histograms if no Prometheus server asks.
const TIDY_UP: Duration = Duration::from_secs(5);

/// What the metrics are kept in.
#[derive(Clone)]
pub struct Recorder(PrometheusHandle);

impl Recorder {
    /// Keeps metrics from this call on, once in a process.
    pub fn install() -> anyhow::Result<Self> {
        let mut builder = PrometheusBuilder::new();
        for metric in ALL {
            if let Kind::Histogram(buckets) = metric.kind {
                let name = Matcher::Full(metric.name.to_owned());
                builder = builder.set_buckets_for_metric(name, buckets)?;
            }
        }
        let handle = builder.install_recorder().context("cannot keep metrics")?;
        for metric in ALL {
            metric.describe();
            // A counter without an event is zero, not unknown.
            if metric.labels.is_empty() {
                metric.register(&[]);
            }
        }
        for metric in [CACHE_HITS, CACHE_MISSES, CACHE_BYTES] {
            metric.register(&["answers"]);
            metric.register(&["series"]);
        }
        BUILD_INFO.gauge(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        Ok(Self(handle))
    }

    /// Puts observations into the histograms from time to time, because they use memory until then.
    pub async fn tidy_up(&self) {
        loop {
            sleep(TIDY_UP).await;
            self.0.run_upkeep();
        }
    }

    /// All metrics as text for Prometheus.
    #[must_use]
    pub fn text(&self) -> String {
        LOG_LINES_DROPPED.counter(&[]).absolute(dropped_lines());
        process::measure();
        self.0.render()
    }
}
