//! How a request becomes an answer: every error with a code, faults of the server masked.

use std::sync::Arc;

use async_graphql::{
    ErrorExtensionValues, Name, PathSegment, Positioned, Request, Response, ServerError, Value,
    parser::{parse_query, types::ExecutableDocument},
};

use super::{ApiSchema, Workspace, budget, json};
use crate::error::{Code, Error};

/// Longest message of an error, in characters; the parser repeats the line that it stumbles over.
const MAX_MESSAGE_CHARS: usize = 300;

/// Most errors of an answer.
const MAX_ERRORS: usize = 20;

/// What the client gets, whatever the transport.
#[derive(Debug)]
pub struct Answer {
    /// Absent if the request was refused before it ran.
    data: Option<Value>,
    errors: Vec<ServerError>,
    /// The code of an answer without data; it decides the HTTP status.
    failure: Option<Code>,
}

impl Answer {
    /// The answer to a request that is refused before it runs.
    #[must_use]
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        Self::refusal(ServerError::new(message, None), code)
    }

    fn refusal(error: ServerError, code: Code) -> Self {
        Self { data: None, errors: vec![with_code(error, code)], failure: Some(code) }
    }

    /// Why there is no data, if there is none.
    #[must_use]
    pub fn failure(&self) -> Option<Code> {
        self.failure
    }

    /// The answer as JSON.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = vec![b'{'];
        if let Some(data) = &self.data {
            text.extend_from_slice(b"\"data\":");
            json::write(data, &mut text);
        }
        if !self.errors.is_empty() {
            if text.len() > 1 {
                text.push(b',');
            }
            text.extend_from_slice(b"\"errors\":");
            serde_json::to_writer(&mut text, &self.errors)?;
        }
        text.push(b'}');
        Ok(text)
    }
}

/// Runs a request. `request_id` is what the client can name when it reports a masked error.
pub async fn execute(schema: &ApiSchema, mut request: Request, request_id: &str) -> Answer {
    if let Err(message) = budget::check_nesting(&request.query) {
        return Answer::refused(Code::ParseFailed, message);
    }
    let document = match parse_query(&request.query) {
        Ok(document) => document,
        Err(error) => return Answer::refusal(error.into(), Code::ParseFailed),
    };
    if let Err(message) = budget::check_expansion(&document) {
        return Answer::refused(Code::ValidationFailed, message);
    }
    if let Err(error) = complete_variables(&mut request, &document) {
        return Answer::refusal(error, Code::ValidationFailed);
    }
    let workspace = Workspace::writing_json(!json::merge::is_needed(&document));
    request.set_parsed_query(document);
    finish(schema.execute(request.data(Arc::new(workspace))).await, request_id)
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
    errors.truncate(MAX_ERRORS);
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

/// The error as it leaves the server: with a code, and not longer than a line or two.
fn with_code(mut error: ServerError, code: Code) -> ServerError {
    if let Some((end, _)) = error.message.char_indices().nth(MAX_MESSAGE_CHARS) {
        error.message.truncate(end);
        error.message.push_str("...");
    }
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
