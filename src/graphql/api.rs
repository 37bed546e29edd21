//! How a request becomes an answer.

use std::sync::Arc;

use async_graphql::{
    Positioned, Request, SchemaBuilder, ServerError, ValidationMode, Value, Variables,
    parser::types::OperationDefinition,
};

use super::{
    ApiSchema, Workspace,
    answer::{Answer, Cost, ran},
    builder, compute, cost,
    document::{Document, Documents, Unfit},
};
use crate::{
    config::LimitSettings,
    error::{Code, Refusal},
    store::{Catalogue, Store},
};

/// The largest cost of a request that is executed by the thread that does the input and output:
/// some milliseconds. A larger one would keep others waiting, health checks among them.
const MAX_QUICK_COST: usize = 100_000;

/// The API over a store.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

struct Shared {
    store: Arc<Store>,
    schema: ApiSchema,
    /// The same for documents that were validated.
    trusting: ApiSchema,
    documents: Documents,
    max_cost: usize,
}

/// A request that may run, and what it will cost.
pub struct Prepared {
    api: Api,
    document: Arc<Document>,
    request: Request,
    catalogue: Arc<Catalogue>,
    cost: usize,
}

impl Api {
    /// An API over a store.
    #[must_use]
    pub fn new(store: Arc<Store>, limits: &LimitSettings) -> Self {
        let hide = |schema: SchemaBuilder<_, _, _>| {
            if !limits.no_introspection {
                return schema;
            }
            schema.disable_introspection().disable_suggestions()
        };
        let builder = || hide(builder().data(Arc::clone(&store)));
        Self(Arc::new(Shared {
            schema: builder().finish(),
            trusting: builder().validation_mode(ValidationMode::Fast).finish(),
            documents: Documents::new(limits.clone()),
            max_cost: limits.max_cost,
            store,
        }))
    }

    /// Executes a request. `request_id` is what the client can name when it reports a masked error.
    pub async fn execute(&self, request: Request, request_id: &str) -> Answer {
        match self.prepare(request).await {
            Ok(prepared) => prepared.run(request_id, false).await,
            Err(answer) => answer,
        }
    }

    /// Finds out what a request will cost, or why it cannot run.
    pub async fn prepare(&self, mut request: Request) -> Result<Prepared, Answer> {
        let document = match self.0.documents.get(&request.query).await {
            Ok(document) => document,
            Err(Unfit::At(error, code)) => return Err(Answer::refusal(*error, code)),
            Err(Unfit::Refused(refusal)) => return Err(Answer::refused(&refusal)),
        };
        let catalogue = self.0.store.catalogue();
        let (mut cost, limit) = (0, self.0.max_cost);
        if let Some(operation) = document.operation(request.operation_name.as_deref()) {
            complete_variables(&mut request.variables, operation)
                .map_err(|error| Answer::refusal(error, Code::ValidationFailed))?;
            cost = cost::estimate(&document, operation, &request.variables, &catalogue, limit);
        }
        if cost > limit {
            let message = format!(
                "the request costs {cost} or more; the limit is {limit}: ask for fewer \
                 instruments, candles or indicators at once"
            );
            return Err(Answer::refused(&Refusal::new(Code::CostLimit, message)));
        }
        Ok(Prepared { api: self.clone(), document, request, catalogue, cost })
    }
}

impl Prepared {
    /// What the request will cost.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.cost
    }

    /// Executes the request; `tell_cost` makes the cost a part of the answer.
    pub async fn run(self, request_id: &str, tell_cost: bool) -> Answer {
        let (cost, request_id) = (self.cost, request_id.to_owned());
        let run = async move { self.run_here(&request_id, tell_cost).await };
        if cost > MAX_QUICK_COST { compute::run_apart(run).await } else { run.await }
    }

    async fn run_here(self, request_id: &str, tell_cost: bool) -> Answer {
        let shared = &self.api.0;
        let workspace = Arc::new(Workspace::new(self.catalogue, !self.document.merges));
        let mut request = self.request.data(Arc::clone(&workspace));
        request.set_parsed_query(self.document.parsed.clone());
        let schema = if self.document.is_valid() { &shared.trusting } else { &shared.schema };
        let response = schema.execute(request).await;
        if ran(&response) {
            self.document.passed();
        }
        let cost = tell_cost.then_some(Cost { actual: self.cost, limit: shared.max_cost });
        Answer::new(response, workspace.reads(), cost, request_id)
    }
}

/// Gives absent variables their defaults, which the library forgets where `@skip` and `@include`
/// ask, and refuses to go on without a variable that must have a value, which it takes for null.
fn complete_variables(
    variables: &mut Variables,
    operation: &OperationDefinition,
) -> Result<(), ServerError> {
    for Positioned { node: variable, pos } in &operation.variable_definitions {
        let name = &variable.name.node;
        if let Some(default) = &variable.default_value {
            variables.entry(name.clone()).or_insert_with(|| default.node.clone());
        }
        let value = variables.get(name).unwrap_or(&Value::Null);
        if !variable.var_type.node.nullable && *value == Value::Null {
            let message =
                format!("variable ${name} of type {} has no value", variable.var_type.node);
            return Err(ServerError::new(message, Some(*pos)));
        }
    }
    Ok(())
}
