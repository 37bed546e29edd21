//! The answer to a client: each error has a code, and the server hides its own faults.

use async_graphql::{ErrorExtensionValues, PathSegment, Response, ServerError, Value};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    error::{Code, Codes, Error, Refusal},
    graphql::{json, schema::Reads},
};

/// Longest message of an error, in characters; the parser repeats the line with the error.
const MAX_MESSAGE_CHARS: usize = 300;

/// Seconds until a database that is down may be back.
const RETRY_AFTER_S: u64 = 2;

/// Most errors of an answer.
const MAX_ERRORS: usize = 20;

/// The answer to a client, over any transport.
#[derive(Debug)]
pub struct Answer {
    /// The answer as JSON.
    pub json: Vec<u8>,
    /// The code of an answer without data; it decides the HTTP status.
    pub failure: Option<Code>,
    /// The codes of all errors.
    pub codes: Codes,
    /// The versions that the answer depends on; none if it has errors, which may be different the
    /// next time.
    pub reads: Option<Reads>,
    /// The share that a long answer takes of the memory for long answers, until the server has sent
    /// it.
    pub room: Option<Room>,
    /// Seconds after which the client may try again, if something was unavailable.
    pub retry_after_s: Option<u64>,
}

/// Facts that a client may want beside the data, in the answer's `extensions`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The cost of the request.
    pub cost: bool,
    /// The age of the server's knowledge.
    pub age: bool,
}

/// A share of the memory for long answers; dropping it gives it back.
pub type Room = OwnedSemaphorePermit;

impl Answer {
    /// The answer to a request that the server refuses before it runs.
    #[must_use]
    pub fn refused(refusal: &Refusal) -> Self {
        Self::invalid(vec![ServerError::new(&refusal.message, None)], refusal.code)
    }

    /// The answer to a request with errors at some places.
    pub(super) fn invalid(errors: Vec<ServerError>, code: Code) -> Self {
        let errors: Vec<_> = errors.into_iter().map(|error| with_code(error, code)).collect();
        let json = to_json(None, &errors, Extensions::default());
        let codes = code.into();
        Self { json, failure: Some(code), codes, reads: None, room: None, retry_after_s: None }
    }

    /// The answer that the library gave to a request that has read instruments. The client can name
    /// `request_id` when it reports a hidden error.
    pub(super) fn new(
        response: Response,
        reads: Reads,
        extensions: Extensions,
        request_id: &str,
    ) -> Self {
        let ran = ran(&response);
        let (mut failure, mut codes, mut retry_after_s) = (None, Codes::default(), None);
        let mut errors = Vec::new();
        for error in distinct(response.errors) {
            let code = match error.source::<Error>() {
                Some(source) => source.code(),
                None if ran => Code::BadUserInput,
                None => Code::ValidationFailed,
            };
            failure = failure.or(Some(code));
            codes.insert(code);
            if code == Code::DatabaseUnavailable {
                retry_after_s = Some(RETRY_AFTER_S);
            }
            errors.push(with_code(visible(error, code, request_id), code));
        }
        Self {
            failure: failure.filter(|_| response.data == Value::Null),
            codes,
            // A client that asks for the cost or the age asks for more than the data.
            reads: (errors.is_empty() && extensions.is_empty()).then_some(reads),
            json: to_json(ran.then_some(&response.data), &errors, extensions),
            room: None,
            retry_after_s,
        }
    }
}

/// The facts that a client has asked for beside the data.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Extensions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<Cost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) age: Option<Age>,
}

impl Extensions {
    fn is_empty(&self) -> bool {
        self.cost.is_none() && self.age.is_none()
    }
}

/// The cost of the request.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Cost {
    pub(super) actual: usize,
    pub(super) limit: usize,
}

/// Time since the database last confirmed the server's knowledge.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Age {
    pub(super) seconds: f64,
}

/// The body of an answer. It has no data if the server refused the request before it ran.
fn to_json(data: Option<&Value>, errors: &[ServerError], extensions: Extensions) -> Vec<u8> {
    /// Bytes around the lists of a common answer.
    const FRAME: usize = 1024;
    let mut text = Vec::with_capacity(FRAME + data.map_or(0, json::size));
    text.push(b'{');
    if let Some(data) = data {
        text.extend_from_slice(b"\"data\":");
        json::write(data, &mut text);
    }
    if !errors.is_empty() {
        if text.len() > 1 {
            text.push(b',');
        }
        text.extend_from_slice(b"\"errors\":");
        // Errors are texts, numbers and lists of them: always JSON.
        drop(serde_json::to_writer(&mut text, errors));
    }
    if !extensions.is_empty() {
        text.extend_from_slice(b",\"extensions\":");
        drop(serde_json::to_writer(&mut text, &extensions));
    }
    text.push(b'}');
    text
}

/// Whether the server executed the request. Only fields have paths: errors without a path come from
/// the validation.
fn ran(response: &Response) -> bool {
    response.errors.iter().all(|error| !error.path.is_empty())
}

/// The first errors, each once. The validation walks the document twice and repeats what the walk
/// itself refuses, such as a mutation.
fn distinct(errors: Vec<ServerError>) -> Vec<ServerError> {
    let mut distinct: Vec<ServerError> = Vec::with_capacity(errors.len().min(MAX_ERRORS));
    for error in errors {
        if distinct.len() < MAX_ERRORS && !distinct.contains(&error) {
            distinct.push(error);
        }
    }
    distinct
}

/// What a client may know about a fault of the server.
#[must_use]
pub fn masked(request_id: &str) -> String {
    format!("internal error; the server's log has it under request {request_id}")
}

/// The error for the client. This logs a fault of the server and replaces its message by the
/// request's number.
fn visible(mut error: ServerError, code: Code, request_id: &str) -> ServerError {
    if let Some(Error::Storage(storage::Error::Unavailable(cause))) = error.source() {
        tracing::warn!(path = path(&error), error = format!("{cause:#}"), "database unavailable");
    }
    if !code.info().visible {
        tracing::error!(path = path(&error), error = error.message, "internal error");
        error.message = masked(request_id);
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

/// The error as it leaves the server, with a code and at most a line or two long.
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
    /// Keeps the error as the source; [`Answer`] reads the code from it.
    fn from(error: Error) -> Self {
        Self::new_with_source(error)
    }
}
