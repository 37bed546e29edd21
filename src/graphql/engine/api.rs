//! How a request becomes an answer.

use std::{
    sync::{Arc, LazyLock},
    time::Instant,
};

use async_graphql::{Request, ValidationMode, parser::types::OperationType};
use config::LimitSettings;
use metrics::Histogram;
use storage::store::{Store, Universe};
use telemetry::{metrics::REQUEST_WAIT, traces};
use tokio::sync::Semaphore;
use tracing::{Instrument, debug_span};

use super::{
    answer::{Age, Answer, Cost, Extensions, Wanted},
    compute_pool, cost,
    document_cache::{Document, DocumentCache, DocumentError},
    validation::{self, Hints},
    variables,
};
use crate::{
    error::{Code, Refusal},
    graphql::{
        json::WriteText,
        schema::{ApiSchema, RequestContext, builder},
    },
};

/// The largest cost of a request that the I/O thread executes itself: some milliseconds. A larger
/// request would delay others, also health checks.
const MAX_QUICK_COST: usize = 100_000;

/// The longest document, in bytes, that the I/O thread copies and walks for an execution.
const MAX_QUICK_BYTES: usize = 16_384;

/// The cost of one permit for long answers.
const COST_PER_PERMIT: usize = 1_000;

/// How long requests waited for room.
static WAIT: LazyLock<Histogram> = LazyLock::new(|| REQUEST_WAIT.histogram(&[]));

/// The API over a store.
#[derive(Clone)]
pub struct Api(Arc<ApiState>);

struct ApiState {
    store: Arc<Store>,
    schema: ApiSchema,
    documents: DocumentCache,
    hints: Hints,
    max_cost: usize,
    /// The total cost that long requests may have until the server has sent their answers.
    room: Arc<Semaphore>,
    /// The number of all permits.
    permits: u32,
}

/// A valid request, with its cost.
pub struct Prepared {
    api: Api,
    document: Arc<Document>,
    request: Request,
    universe: Arc<Universe>,
    cost: usize,
}

impl Api {
    /// An API over a store.
    #[must_use]
    pub fn new(store: Arc<Store>, limits: &LimitSettings) -> Self {
        cost::prepare();
        validation::prepare();
        // The documents that it gets are valid.
        let schema = builder().data(Arc::clone(&store)).validation_mode(ValidationMode::Fast);
        let schema = if limits.no_introspection { schema.disable_introspection() } else { schema };
        let permits = u32::try_from(limits.max_cost_in_flight / COST_PER_PERMIT);
        let permits = permits.unwrap_or(u32::MAX).max(1);
        Self(Arc::new(ApiState {
            room: Arc::new(Semaphore::new(permits as usize)),
            permits,
            schema: schema.finish(),
            documents: DocumentCache::new(limits.clone()),
            hints: Hints(!limits.no_introspection),
            max_cost: limits.max_cost,
            store,
        }))
    }

    /// Executes a request. The client can name `request_id` when it reports a hidden error.
    pub async fn execute(&self, request: Request, request_id: &str) -> Answer {
        match self.prepare(request).await {
            Ok(prepared) => prepared.run(request_id, Wanted::default()).await,
            Err(answer) => answer,
        }
    }

    /// Computes the cost of a request, or the reason to refuse it.
    pub async fn prepare(&self, mut request: Request) -> Result<Prepared, Answer> {
        let document = match self.0.documents.get(&request.query).await {
            Ok(document) => document,
            Err(DocumentError::At(errors, code)) => return Err(Answer::invalid(errors, code)),
            Err(DocumentError::Refused(refusal)) => return Err(Answer::refused(&refusal)),
        };
        let universe = self.0.store.universe();
        let (mut cost, limit) = (0, self.0.max_cost);
        if let Some((_, operation)) = document.operation(request.operation_name.as_deref()) {
            variables::complete(&mut request.variables, operation, self.0.hints)
                .map_err(|errors| Answer::invalid(errors, Code::ValidationFailed))?;
            cost = cost::estimate(&document, operation, &request.variables, &universe, limit);
        }
        if cost > limit {
            let message = format!(
                "the request costs {cost} or more; the limit is {limit}: ask for fewer \
                 instruments, candles or indicators at once"
            );
            return Err(Answer::refused(&Refusal::new(Code::CostLimit, message)));
        }
        Ok(Prepared { api: self.clone(), document, request, universe, cost })
    }
}

impl Prepared {
    /// The type of the request's operation, and its name if it has one; none if the document has no
    /// such operation.
    #[must_use]
    pub fn operation(&self) -> Option<(OperationType, Option<&str>)> {
        let operation = self.document.operation(self.request.operation_name.as_deref());
        operation.map(|(name, operation)| (operation.ty, name))
    }

    /// Whether the request only reads, so that a client may send it by GET.
    #[must_use]
    pub fn is_query(&self) -> bool {
        self.operation().is_none_or(|(kind, _)| kind == OperationType::Query)
    }

    /// The cost of the request.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.cost
    }

    /// Executes the request, with the wanted facts in its answer. A long request waits for permits,
    /// so that all answers together fit into memory.
    pub async fn run(self, request_id: &str, wanted: Wanted) -> Answer {
        if self.cost <= MAX_QUICK_COST && self.request.query.len() <= MAX_QUICK_BYTES {
            return self.run_here(request_id, wanted).await;
        }
        let ApiState { room, permits, .. } = &*self.api.0;
        let takes = u32::try_from(self.cost / COST_PER_PERMIT).unwrap_or(u32::MAX).min(*permits);
        let began = Instant::now();
        // Never closed.
        let room = Arc::clone(room).acquire_many_owned(takes);
        let room = room.instrument(debug_span!(target: traces::TARGET, "wait")).await.ok();
        WAIT.record(began.elapsed());
        let request_id = request_id.to_owned();
        // The computation keeps its permits: it may go on for a while after the client has left.
        let run = async move { Answer { room, ..self.run_here(&request_id, wanted).await } };
        compute_pool::run_apart(run).await
    }

    async fn run_here(self, request_id: &str, wanted: Wanted) -> Answer {
        let shared = &self.api.0;
        let context = Arc::new(RequestContext::new(self.universe));
        let mut request = self.request.data(Arc::clone(&context));
        if !self.document.merges {
            request = request.data(WriteText);
        }
        request.set_parsed_query(self.document.parsed.clone());
        let execute = debug_span!(target: traces::TARGET, "execute");
        let response = shared.schema.execute(request).instrument(execute).await;
        let extensions = Extensions {
            cost: wanted.cost.then_some(Cost { actual: self.cost, limit: shared.max_cost }),
            age: wanted.age.then(|| Age { seconds: shared.store.age().as_secs_f64() }),
        };
        debug_span!(target: traces::TARGET, "write")
            .in_scope(|| Answer::new(response, context.reads(), extensions, request_id))
    }
}
