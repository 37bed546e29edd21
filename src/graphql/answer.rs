//! How a request becomes an answer: every error with a code, faults of the server masked.

use async_graphql::{
    ErrorExtensionValues, Name, PathSegment, Request, Response, ServerError, Value,
    parser::{parse_query, types::ExecutableDocument},
};
use serde::Serialize;

use super::{ApiSchema, Workspace};
use crate::error::{Code, Error};

/// What the client gets, whatever the transport.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Absent if the request was refused before it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// The code of an answer without data; it decides the HTTP status.
    #[serde(skip)]
    failure: Option<Code>,
}

impl Answer {
    /// The answer to a request that is refused before it runs.
    #[must_use]
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        let error = with_code(ServerError::new(message, None), code);
        Self { data: None, errors: vec![error], failure: Some(code) }
    }

    /// Why there is no data, if there is none.
    #[must_use]
    pub fn failure(&self) -> Option<Code> {
        self.failure
    }

    /// Whether the request was refused before it ran: the answer has no `data` at all.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.data.is_none()
    }
}

/// Runs a request. `request_id` is what the client can name when it reports a masked error.
pub async fn execute(schema: &ApiSchema, mut request: Request, request_id: &str) -> Answer {
    match parse_query(&request.query) {
        Ok(document) => {
            set_variable_defaults(&mut request, &document);
            request.set_parsed_query(document);
        }
        Err(error) => {
            let error = with_code(ServerError::from(error), Code::ParseFailed);
            return Answer { data: None, errors: vec![error], failure: Some(Code::ParseFailed) };
        }
    }
    finish(schema.execute(request.data(Workspace::default())).await, request_id)
}

/// Gives absent variables their defaults: the library forgets to where `@skip` and `@include` ask.
fn set_variable_defaults(request: &mut Request, document: &ExecutableDocument) {
    let named = request.operation_name.as_deref();
    let operation = document
        .operations
        .iter()
        .find(|(name, _)| named.is_none() || name.map(Name::as_str) == named);
    let Some((_, operation)) = operation else { return };
    for variable in &operation.node.variable_definitions {
        if let Some(default) = &variable.node.default_value {
            let name = variable.node.name.node.clone();
            request.variables.entry(name).or_insert_with(|| default.node.clone());
        }
    }
}

fn finish(response: Response, request_id: &str) -> Answer {
    // Only fields have paths: errors without one are the validation's, and nothing ran.
    let ran = response.errors.iter().all(|error| !error.path.is_empty());
    let mut failure = None;
    let mut errors = Vec::with_capacity(response.errors.len());
    for error in response.errors {
        let code = match error.source::<Error>() {
            Some(source) => source.code(),
            None if ran => Code::BadUserInput,
            None => Code::ValidationFailed,
        };
        failure = failure.or(Some(code));
        errors.push(with_code(visible(error, code, request_id), code));
    }
    Answer {
        failure: failure.filter(|_| response.data == Value::Null),
        data: ran.then_some(response.data),
        errors,
    }
}

/// The error as the client may see it: a fault of the server is logged here, and its message
/// replaced by the request's number.
fn visible(mut error: ServerError, code: Code, request_id: &str) -> ServerError {
    if let Some(Error::DatabaseUnavailable(cause)) = error.source() {
        tracing::warn!(path = path(&error), error = format!("{cause:#}"), "database unavailable");
    }
    if !code.info().visible {
        tracing::error!(path = path(&error), error = error.message, "internal error");
        error.message =
            format!("internal error; the server's log has it under request {request_id}");
    }
    error
}

fn path(error: &ServerError) -> String {
    let segment = |segment: &PathSegment| match segment {
        PathSegment::Field(name) => name.clone(),
        PathSegment::Index(index) => index.to_string(),
    };
    error.path.iter().map(segment).collect::<Vec<_>>().join(".")
}

fn with_code(mut error: ServerError, code: Code) -> ServerError {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code.info().name);
    error
}

impl From<Error> for async_graphql::Error {
    /// Keeps the error as the source, from which [`finish`] reads the code.
    fn from(error: Error) -> Self {
        Self::new_with_source(error)
    }
}
