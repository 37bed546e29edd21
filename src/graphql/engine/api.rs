//! How a request becomes an answer.

use std::{
    sync::{Arc, LazyLock},
    time::Instant,
};

use async_graphql::{Request, SchemaBuilder, ValidationMode, parser::types::OperationType};
use config::LimitSettings;
use metrics::Histogram;
use storage::store::{Store, Universe};
use telemetry::{metrics::REQUEST_WAIT, traces};
use tokio::sync::Semaphore;
use tracing::{Instrument, debug_span};

use super::{
    answer::{Age, Answer, Cost, Extensions, Wanted, ran},
    compute_pool, cost,
    document_cache::{Document, DocumentCache, DocumentError},
    variables,
};
use crate::{
    error::{Code, Refusal},
    graphql::{
        json::WriteText,
        schema::{ApiSchema, RequestContext, builder},
    },
};

/// The largest cost of a request that is executed by the thread that does the input and output:
/// some milliseconds. A larger one would keep others waiting, health checks among them.
const MAX_QUICK_COST: usize = 100_000;

/// The longest document, in bytes, that is validated by that thread: some milliseconds, too.
const MAX_QUICK_BYTES: usize = 16_384;

/// The cost that one permit of the room for long answers stands for.
const COST_PER_PERMIT: usize = 1_000;

/// The longest document, in bytes, whose unknown names are answered with similar ones. The library
/// compares each with every name that there is, letter by letter: a megabyte would take minutes.
const MAX_SUGGESTING_BYTES: usize = 4_096;

/// How long requests waited for room.
static WAIT: LazyLock<Histogram> = LazyLock::new(|| REQUEST_WAIT.histogram(&[]));

/// The API over a store.
#[derive(Clone)]
pub struct Api(Arc<ApiState>);

struct ApiState {
    store: Arc<Store>,
    schema: ApiSchema,
    /// The same for documents too long for suggestions.
    terse: ApiSchema,
    /// The same for documents that were validated.
    trusting: ApiSchema,
    documents: DocumentCache,
    max_cost: usize,
    /// What long requests may cost together, until their answers are sent.
    room: Arc<Semaphore>,
    /// How much of it there is.
    permits: u32,
}

/// A request that may run, and what it will cost.
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
        let hide = |schema: SchemaBuilder<_, _, _>| {
            if !limits.no_introspection {
                return schema;
            }
            schema.disable_introspection().disable_suggestions()
        };
        let builder = || hide(builder().data(Arc::clone(&store)));
        let permits = u32::try_from(limits.max_cost_in_flight / COST_PER_PERMIT);
        let permits = permits.unwrap_or(u32::MAX).max(1);
        Self(Arc::new(ApiState {
            room: Arc::new(Semaphore::new(permits as usize)),
            permits,
            schema: builder().finish(),
            terse: builder().disable_suggestions().finish(),
            trusting: builder().validation_mode(ValidationMode::Fast).finish(),
            documents: DocumentCache::new(limits.clone()),
            max_cost: limits.max_cost,
            store,
        }))
    }

    /// Executes a request. `request_id` is what the client can name when it reports a masked error.
    pub async fn execute(&self, request: Request, request_id: &str) -> Answer {
        match self.prepare(request).await {
            Ok(prepared) => prepared.run(request_id, Wanted::default()).await,
            Err(answer) => answer,
        }
    }

    /// Finds out what a request will cost, or why it cannot run.
    pub async fn prepare(&self, mut request: Request) -> Result<Prepared, Answer> {
        let document = match self.0.documents.get(&request.query).await {
            Ok(document) => document,
            Err(DocumentError::At(error, code)) => return Err(Answer::refusal(*error, code)),
            Err(DocumentError::Refused(refusal)) => return Err(Answer::refused(&refusal)),
        };
        let universe = self.0.store.universe();
        let (mut cost, limit) = (0, self.0.max_cost);
        if let Some((_, operation)) = document.operation(request.operation_name.as_deref()) {
            variables::complete(&mut request.variables, operation)
                .map_err(|error| Answer::refusal(error, Code::ValidationFailed))?;
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
    /// The type of the request's operation and its name, if it has one; nothing if the document has
    /// no such operation.
    #[must_use]
    pub fn operation(&self) -> Option<(OperationType, Option<&str>)> {
        let operation = self.document.operation(self.request.operation_name.as_deref());
        operation.map(|(name, operation)| (operation.ty, name))
    }

    /// Whether the request only reads, so that it may come by GET.
    #[must_use]
    pub fn is_query(&self) -> bool {
        self.operation().is_none_or(|(kind, _)| kind == OperationType::Query)
    }

    /// What the request will cost.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.cost
    }

    /// Executes the request; what is wanted beside the data becomes a part of the answer. A long one
    /// waits for room, so that all of them together fit into memory.
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
        // The room goes with the computation, which may go on for a while when nobody waits.
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
        let schema = if self.document.is_valid() {
            &shared.trusting
        } else if request.query.len() > MAX_SUGGESTING_BYTES {
            &shared.terse
        } else {
            &shared.schema
        };
        // The library validates here, unless the document was validated before.
        let execute = debug_span!(target: traces::TARGET, "execute");
        let response = schema.execute(request).instrument(execute).await;
        if ran(&response) {
            self.document.passed();
        }
        let extensions = Extensions {
            cost: wanted.cost.then_some(Cost { actual: self.cost, limit: shared.max_cost }),
            age: wanted.age.then(|| Age { seconds: shared.store.age().as_secs_f64() }),
        };
        debug_span!(target: traces::TARGET, "write")
            .in_scope(|| Answer::new(response, context.reads(), extensions, request_id))
    }
}
