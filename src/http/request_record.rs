//! What the handler of a request knows about it, for the log, the metrics and the trace.

use axum::http::Extensions;
use telemetry::traces;
use tower_http::request_id::RequestId;
use tracing::{Span, debug_span, field::Empty};

use super::operation_metrics::Operation;
use crate::error::Codes;

/// What the handler knows about a request; the answer carries it.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestRecord {
    /// The operation, if the request is one for the API.
    pub(super) operation: Option<Operation>,
    pub(super) cost: Option<usize>,
    /// Whether the answer came from memory.
    pub(super) is_kept: bool,
    pub(super) codes: Codes,
    /// The document, if the settings allow to log it.
    pub(super) document: Option<String>,
}

impl RequestRecord {
    /// Of a request for the API, of whose operation nothing is known yet.
    pub(super) fn of(operation: Operation) -> Self {
        Self { operation: Some(operation), ..Self::default() }
    }

    /// The operation's span, to be told these record once they are known.
    pub(super) fn span() -> Span {
        debug_span!(
            target: traces::TARGET, "GraphQL Operation",
            otel.status_code = Empty,
            error.type = Empty,
            graphql.document = Empty,
            graphql.operation.name = Empty,
            graphql.operation.type = Empty,
            candleql.cached = Empty,
            candleql.cost = Empty,
        )
    }

    /// Tells the operation's span what is known now.
    pub(super) fn trace(&self, span: &Span) {
        let Some(operation) = self.operation.as_ref().filter(|_| !span.is_disabled()) else {
            return;
        };
        traces::rename(span, || operation.to_string());
        if let Some(kind) = operation.kind {
            span.record("graphql.operation.type", tracing::field::display(kind));
        }
        if !self.codes.is_empty() {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", tracing::field::display(self.codes));
        }
        span.record("graphql.operation.name", operation.name.as_deref());
        span.record("graphql.document", self.document.as_deref());
        span.record("candleql.cached", self.is_kept);
        span.record("candleql.cost", self.cost);
    }
}

/// The number under which a client can ask about its request.
pub(super) fn request_id(extensions: &Extensions) -> String {
    let id = extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or_default().to_owned()
}
