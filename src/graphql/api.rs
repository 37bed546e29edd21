//! How a request becomes an answer.

use std::sync::Arc;

use async_graphql::{
    Positioned, Request, ServerError, ValidationMode, Value, Variables,
    parser::types::OperationDefinition,
};

use super::{
    ApiSchema, Workspace,
    answer::{Answer, ran},
    builder, compute, cost,
    document::{Document, Documents, Unfit},
};
use crate::{config::LimitSettings, error::Code, store::Store};

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

impl Api {
    /// An API over a store.
    #[must_use]
    pub fn new(store: Arc<Store>, limits: &LimitSettings) -> Self {
        let builder = || builder().data(Arc::clone(&store));
        Self(Arc::new(Shared {
            schema: builder().finish(),
            trusting: builder().validation_mode(ValidationMode::Fast).finish(),
            documents: Documents::new(),
            max_cost: limits.max_cost,
            store,
        }))
    }

    /// Executes a request. `request_id` is what the client can name when it reports a masked error.
    pub async fn execute(&self, mut request: Request, request_id: &str) -> Answer {
        let document = match self.0.documents.get(&request.query).await {
            Ok(document) => document,
            Err(Unfit(error, code)) => return Answer::refusal(*error, code),
        };
        let catalogue = self.0.store.catalogue();
        let mut cost = 0;
        if let Some(operation) = document.operation(request.operation_name.as_deref()) {
            if let Err(error) = complete_variables(&mut request.variables, operation) {
                return Answer::refusal(error, Code::ValidationFailed);
            }
            let (variables, limit) = (&request.variables, self.0.max_cost);
            cost = cost::estimate(&document, operation, variables, &catalogue, limit);
        }
        if cost > self.0.max_cost {
            let message = format!(
                "the request costs {cost} or more, the limit is {}: ask for fewer instruments, \
                 candles or indicators at once",
                self.0.max_cost
            );
            return Answer::refused(Code::TooExpensive, message);
        }
        let workspace = Arc::new(Workspace::new(catalogue, !document.merges));
        let (api, request_id) = (self.clone(), request_id.to_owned());
        let run = async move { api.run(&document, request, workspace, &request_id).await };
        if cost > MAX_QUICK_COST { compute::run_apart(run).await } else { run.await }
    }

    async fn run(
        &self,
        document: &Document,
        mut request: Request,
        workspace: Arc<Workspace>,
        request_id: &str,
    ) -> Answer {
        request = request.data(Arc::clone(&workspace));
        request.set_parsed_query(document.parsed.clone());
        let schema = if document.is_valid() { &self.0.trusting } else { &self.0.schema };
        let response = schema.execute(request).await;
        if ran(&response) {
            document.passed();
        }
        Answer::new(response, workspace.reads(), request_id)
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
