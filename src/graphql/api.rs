//! How a request becomes an answer.

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Request, ServerError, ValidationMode, Value,
    parser::types::ExecutableDocument,
};

use super::{
    ApiSchema, Workspace,
    answer::{Answer, ran},
    builder,
    document::{Documents, Unfit},
};
use crate::{error::Code, store::Store};

/// The API over a store.
pub struct Api {
    store: Arc<Store>,
    schema: ApiSchema,
    /// The same for documents that were validated.
    trusting: ApiSchema,
    documents: Documents,
}

impl Api {
    /// An API over a store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Self {
        let builder = || builder().data(Arc::clone(&store));
        Self {
            schema: builder().finish(),
            trusting: builder().validation_mode(ValidationMode::Fast).finish(),
            documents: Documents::new(),
            store,
        }
    }

    /// Executes a request. `request_id` is what the client can name when it reports a masked error.
    pub async fn execute(&self, mut request: Request, request_id: &str) -> Answer {
        let document = match self.documents.get(&request.query).await {
            Ok(document) => document,
            Err(Unfit(error, code)) => return Answer::refusal(*error, code),
        };
        if let Err(error) = complete_variables(&mut request, &document.parsed) {
            return Answer::refusal(error, Code::ValidationFailed);
        }
        let workspace = Arc::new(Workspace::new(self.store.catalogue(), !document.merges));
        request = request.data(Arc::clone(&workspace));
        request.set_parsed_query(document.parsed.clone());
        let schema = if document.is_valid() { &self.trusting } else { &self.schema };
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
    request: &mut Request,
    document: &ExecutableDocument,
) -> Result<(), ServerError> {
    let named = request.operation_name.as_deref();
    let operation = document
        .operations
        .iter()
        .find(|(name, _)| named.is_none() || name.map(Name::as_str) == named);
    let Some((_, operation)) = operation else { return Ok(()) };
    for Positioned { node: variable, pos } in &operation.node.variable_definitions {
        let name = &variable.name.node;
        if let Some(default) = &variable.default_value {
            request.variables.entry(name.clone()).or_insert_with(|| default.node.clone());
        }
        let value = request.variables.get(name).unwrap_or(&Value::Null);
        if !variable.var_type.node.nullable && *value == Value::Null {
            let message =
                format!("variable ${name} of type {} has no value", variable.var_type.node);
            return Err(ServerError::new(message, Some(*pos)));
        }
    }
    Ok(())
}
