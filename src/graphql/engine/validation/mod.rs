//! Whether a document is valid, to the letter of the specification (GraphQL, October 2021, section
//! 5).
//!
//! These rules replace the library's. The library's rules accept a text for an enum's value, a
//! variable of the type `String` for an enum, and different fields under one name. They refuse
//! `[String!]!` for `[String!]`, and they run again for each request with variables.
//! `tests/clients/validation.mjs` compares our rules with GraphQL's reference implementation.
//!
//! [`walk`] goes over the document once, with the rules of [`arguments`], [`values`] and
//! [`variables`]. [`merge`] then checks fields that share a name in the answer. [`report`] collects
//! the errors. The parser checks that names of operations and fragments are unique;
//! `document_limits` finds circles of fragments.

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

/// All errors of a document, for any values of its variables.
pub(super) fn check(document: &ExecutableDocument, hints: Hints) -> Result<(), Vec<ServerError>> {
    let mut report = Walk::new(types(), document, hints).document();
    if report.is_empty() {
        merge::check(types(), document, &mut report);
    }
    report.into_result()
}
