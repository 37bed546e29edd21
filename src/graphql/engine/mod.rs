//! The engine: from a request to an answer.
//!
//! [`api`] is the way of a request. [`document_cache`] keeps parsed documents, `document_limits`
//! refuses documents that are too large to parse or walk, `validation` those that the specification
//! forbids, `variables` completes a request's variables, `cost` prices it, `compute_pool` runs long
//! requests, and [`answer`] is what the client gets.

pub mod answer;
pub mod api;
mod compute_pool;
mod cost;
mod document_cache;
mod document_limits;
mod validation;
mod variables;
