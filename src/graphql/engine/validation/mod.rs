//! Whether a document is valid, to the letter of the specification (GraphQL, October 2021, section 5).
//!
//! These rules stand in place of the library's, which take a text for an enum's value, a variable of
//! the type `String` where an enum is wanted, and different fields under one name; which refuse
//! `[String!]!` where `[String!]` is wanted; and which ask again for each request with variables.
//! `tests/clients/validation.mjs` compares them with GraphQL's reference implementation.
//!
//! [`walk`] goes over the document once: [`arguments`], [`values`] and [`variables`] are its rules.
//! [`merge`] then looks at fields that are one in the answer. [`report`] takes the errors. Unique
//! names of operations and fragments are the parser's affair, circles of fragments
//! `document_limits`'.

mod arguments;
mod merge;
mod report;
#[cfg(test)]
mod tests;
mod values;
mod variables;
mod walk;

use std::sync::LazyLock;

use async_graphql::{ServerError, parser::types::ExecutableDocument};

use self::walk::Walk;
pub(super) use self::{
    report::{Hints, Report, shown},
    values::{Form, remedy, wrong_part},
};
use crate::graphql::{
    adapter::{self, TypeSystem},
    schema,
};

/// The types of the schema.
static TYPES: LazyLock<TypeSystem> = LazyLock::new(|| adapter::type_system(schema::builder()));

/// Reads the types of the schema, so that no request waits for it.
pub(super) fn prepare() {
    LazyLock::force(&TYPES);
}

/// The types of the schema.
pub(super) fn types() -> &'static TypeSystem {
    &TYPES
}

/// Everything that is wrong with a document, whatever the values of its variables.
pub(super) fn check(document: &ExecutableDocument, hints: Hints) -> Result<(), Vec<ServerError>> {
    let mut report = Walk::new(types(), document, hints).document();
    if report.is_empty() {
        merge::check(types(), document, &mut report);
    }
    report.into_result()
}
