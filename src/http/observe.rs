//! What operators see of each request: a line of the log, metrics, and a span of a trace.

use std::{
    sync::{LazyLock, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    extract::Request,
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use metrics::{Counter, Gauge};
use telemetry::{
    metrics::{ERRORS, HTTP_IN_FLIGHT, HTTP_REQUESTS},
    traces,
};
use tracing::{Instrument, Span, debug_span, error_span, field::Empty, info};

use super::request_record::{RequestRecord, request_id};
use crate::error::Code;

/// The paths that the metrics distinguish; the last one stands for all others.
const PATHS: [&str; 5] = ["/graphql", "/_healthcheck", "/healthz", "/", OTHER];
const OTHER: &str = "other";

/// The lowest status of HTTP, and one above the highest.
const STATUSES: [u16; 2] = [100, 600];

/// The status of a client that left before its answer, as in nginx.
const CLIENT_WENT_AWAY: u16 = 499;

/// The counters of all requests.
struct Meters {
    in_flight: Gauge,
    answered: Vec<ByStatus>,
    /// In the order of the codes.
    errors: Vec<Counter>,
}

static METERS: LazyLock<Meters> = LazyLock::new(|| Meters {
    in_flight: HTTP_IN_FLIGHT.gauge(&[]),
    answered: PATHS.map(ByStatus::new).into(),
    errors: Code::ALL.iter().map(|code| ERRORS.counter(&[code.info().name])).collect(),
});

/// Counters of one path, each made at its first use.
struct ByStatus {
    path: &'static str,
    counters: Vec<OnceLock<Counter>>,
}

impl ByStatus {
    fn new(path: &'static str) -> Self {
        let [first, end] = STATUSES;
        Self { path, counters: (first..end).map(|_| OnceLock::new()).collect() }
    }

    fn of(path: &str) -> &'static Self {
        let position = PATHS.iter().position(|known| *known == path);
        &METERS.answered[position.unwrap_or(PATHS.len() - 1)]
    }

    fn count(&self, status: u16) {
        let counter = self.counters.get(usize::from(status.saturating_sub(STATUSES[0])));
        let new = || HTTP_REQUESTS.counter(&[self.path, &status.to_string()]);
        if let Some(counter) = counter {
            counter.get_or_init(new).increment(1);
        }
    }
}

/// Observes a request until the server has answered it or the client has left.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let watch = Watch::begin(&request);
    let answer = next.run(request).instrument(watch.trace.clone());
    let answer = answer.instrument(watch.span.clone()).await;
    watch.end(&answer);
    answer
}

struct Watch {
    begun: Instant,
    path: &'static ByStatus,
    /// The request in the log.
    span: Span,
    /// The same in its trace.
    trace: Span,
    is_answered: bool,
}

impl Watch {
    fn begin(request: &Request) -> Self {
        METERS.in_flight.increment(1.0);
        let path = ByStatus::of(request.uri().path());
        let request_id = request_id(request.extensions());
        let trace = trace(request, path.path, &request_id);
        // The span has the highest level, so that the log has the request's number at any level.
        let span = error_span!(
            "request", method = %request.method(), path = request.uri().path(), request_id,
        );
        Self { begun: Instant::now(), path, span, trace, is_answered: false }
    }

    fn end(mut self, answer: &Response) {
        self.is_answered = true;
        let none = RequestRecord::default();
        let record = answer.extensions().get().unwrap_or(&none);
        self.tell(answer.status().as_u16(), record);
        for code in record.codes.iter() {
            METERS.errors[code as usize].increment(1);
        }
        if let Some(operation) = &record.operation {
            operation.duration().record(self.begun.elapsed());
        }
    }

    fn tell(&self, status: u16, record: &RequestRecord) {
        self.path.count(status);
        self.trace.record("http.response.status_code", status);
        if status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16() {
            self.trace.record("otel.status_code", "ERROR");
            self.trace.record("error.type", status);
        }
        let operation = record.operation.as_ref();
        self.span.in_scope(|| {
            info!(
                status,
                duration_ms = milliseconds(self.begun.elapsed()),
                operation = operation.and_then(|operation| operation.name.as_deref()),
                cost = record.cost,
                cached = record.is_kept.then_some(true),
                errors = (!record.codes.is_empty()).then(|| tracing::field::display(record.codes)),
                trace_id = traces::trace_id(&self.trace),
                document = record.document,
                "{}",
                if self.is_answered { "answered" } else { "not answered: the connection is gone" },
            );
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        METERS.in_flight.decrement(1.0);
        if !self.is_answered {
            self.tell(CLIENT_WENT_AWAY, &RequestRecord::default());
        }
    }
}

/// The request's span in the trace that its client has begun, or in a new one.
fn trace(request: &Request, path: &'static str, request_id: &str) -> Span {
    let route = Some(path).filter(|path| *path != OTHER);
    let method = match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS | Method::POST => request.method().as_str(),
        // Any client may invent one.
        _ => "_OTHER",
    };
    let trace = debug_span!(
        target: traces::TARGET, parent: None, "request",
        otel.name = route.map_or_else(|| method.into(), |route| format!("{method} {route}")),
        otel.kind = "server",
        otel.status_code = Empty,
        error.type = Empty,
        http.request.method = method,
        http.response.status_code = Empty,
        http.route = route,
        url.path = request.uri().path(),
        url.scheme = "http",
        candleql.request_id = request_id,
    );
    traces::continue_trace(&trace, |name| request.headers().get(name)?.to_str().ok());
    trace
}

/// A duration in milliseconds, to the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    f64::from(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)) / 1e3
}
