//! What a document may be before it runs.
//!
//! The parser and the library's walks recurse, and expand a fragment each time that it is spread:
//! without these limits a kilobyte can end the process, or keep a thread busy for minutes.

mod selections;
mod text;

use async_graphql::parser::types::ExecutableDocument;

use crate::{
    config::LimitSettings,
    error::{Code, Refusal},
};

/// Refuses a text that is too much for the parser.
pub(super) fn check_text(document: &str, limits: &LimitSettings) -> Result<(), Refusal> {
    text::check(document, limits)
}

/// Refuses a document that is too much for whoever walks it.
pub(super) fn check_document(
    document: &ExecutableDocument,
    limits: &LimitSettings,
) -> Result<(), Refusal> {
    selections::check(document, limits)
}

fn exceeded(code: Code, what: &str, actual: usize, limit: usize) -> Refusal {
    Refusal::new(code, format!("{what} are {actual}; the limit is {limit}"))
}
