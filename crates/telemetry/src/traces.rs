//! Traces of requests, sent by OTLP over HTTP (OpenTelemetry).
//!
//! Their spans are those of `tracing` under a target of their own, which cost next to nothing while
//! no traces are sent. Names and attributes follow OpenTelemetry's semantic conventions where those
//! have a word; ours begin with `candleql.`.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, bail};
use async_trait::async_trait;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use opentelemetry::{
    KeyValue,
    propagation::TextMapPropagator,
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    resource::{EnvResourceDetector, TelemetryResourceDetector},
    trace::SdkTracerProvider,
};
use tokio::{runtime::Handle, task::spawn_blocking, time::timeout};
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

/// A client for the receivers of traces.
pub type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The target of spans that belong to traces; the log has none of it.
pub const TARGET: &str = "candleql::traces";

/// How long the receiver may take to answer.
const EXPORT: Duration = Duration::from_secs(10);

/// Longest answer of the receiver, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The destination of traces.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces for an OTLP endpoint. The other variables of OpenTelemetry (headers, sampling, the
    /// service's name) apply as well.
    pub(super) fn to(endpoint: &str, client: HttpsClient) -> anyhow::Result<Self> {
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            bail!("the OTLP endpoint begins neither with https: nor with http:");
        }
        let client = OnRuntime { runtime: Handle::current(), client };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .context("cannot send traces")?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource())
            .build();
        Ok(Self(provider))
    }

    /// The layer that makes traces from spans.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        OpenTelemetryLayer::new(self.0.tracer("candleql"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(Targets::new().with_target(TARGET, Level::DEBUG))
    }

    /// Sends the remaining traces, within a time.
    pub(super) async fn finish(&self, limit: Duration) {
        let provider = self.0.clone();
        // It waits for its own thread, which waits for this runtime.
        let finished = spawn_blocking(move || provider.shutdown_with_timeout(limit)).await;
        if let Ok(Err(error)) = finished {
            tracing::warn!(%error, "cannot send the last traces");
        }
    }
}

/// The service's name: `candleql`, unless OpenTelemetry's variables have another one.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder_empty()
        .with_service_name("candleql")
        .with_attribute(version)
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()));
    match std::env::var("OTEL_SERVICE_NAME") {
        Ok(name) if !name.is_empty() => resource.with_service_name(name).build(),
        _ => resource.build(),
    }
}

/// Makes a span a part of the trace that a client's headers name (W3C Trace Context). It must not
/// have been entered yet.
pub fn continue_trace<'a>(span: &Span, header: impl Fn(&str) -> Option<&'a str>) {
    if span.is_disabled() {
        return;
    }
    let named = |name: &str| Some((name.to_owned(), header(name)?.to_owned()));
    let headers: HashMap<_, _> =
        ["traceparent", "tracestate"].into_iter().filter_map(named).collect();
    // A header without a trace gives a parent without one.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&headers));
}

/// The trace that a span belongs to, if it does.
#[must_use]
pub fn trace_id(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let id = context.span().span_context().trace_id();
    Some(id.to_string())
}

/// Gives a span another name, now that it is known.
pub fn rename(span: &Span, name: impl FnOnce() -> String) {
    if !span.is_disabled() {
        span.context().span().update_name(name());
    }
}

/// The thread that sends traces has no runtime of its own for the client.
#[derive(Debug)]
struct OnRuntime {
    runtime: Handle,
    client: HttpsClient,
}

#[async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, MAX_BYTES).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        self.runtime.spawn(async { timeout(EXPORT, exchange).await? }).await?
    }
}
