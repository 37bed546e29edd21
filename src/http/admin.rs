//! The address of the operators: metrics for Prometheus.

use std::sync::Arc;

use anyhow::Context;
use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::{db::Database, store::Store};

/// The text format of Prometheus.
const TEXT: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];

/// What is measured when somebody asks.
#[derive(Clone)]
struct Admin {
    db: Database,
    store: Arc<Store>,
    metrics: PrometheusHandle,
}

/// Serves the operators. Metrics are counted from this call on, once in a process.
pub fn serve_admin(
    listener: TcpListener,
    db: Database,
    store: Arc<Store>,
) -> anyhow::Result<impl Future<Output = ()>> {
    let metrics = PrometheusBuilder::new().install_recorder().context("cannot keep metrics")?;
    describe_gauge!("candleql_database_connections", "Connections to the database, by use");
    describe_gauge!(
        "candleql_catalogue_age_seconds",
        "How long ago the database said that what is known of the instruments is true"
    );
    describe_gauge!("candleql_cache_bytes", "Memory that histories and series hold");
    let admin = Admin { db, store, metrics };
    let router = Router::new().route("/metrics", get(tell)).with_state(admin);
    Ok(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "operators are served no more");
        }
    })
}

async fn tell(State(admin): State<Admin>) -> impl IntoResponse {
    let pool = admin.db.pool_size();
    gauge!("candleql_database_connections", "state" => "idle").set(f64::from(pool.idle));
    gauge!("candleql_database_connections", "state" => "used")
        .set(f64::from(pool.open.saturating_sub(pool.idle)));
    gauge!("candleql_catalogue_age_seconds").set(admin.store.age());
    #[allow(clippy::cast_precision_loss)] // memory is far below 2^52 bytes
    gauge!("candleql_cache_bytes").set(admin.store.cached_bytes().await as f64);
    (TEXT, admin.metrics.render())
}
