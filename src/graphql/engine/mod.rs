//! The engine: from a request to an answer.
//!
//! [`api`] runs a request. [`document_cache`] keeps parsed documents. `document_limits` refuses
//! documents that are too large to parse or walk; `validation` refuses those that the specification
//! forbids. `variables` completes a request's variables, `cost` prices the request, `compute_pool`
//! runs long requests, and [`answer`] makes the answer.

pub mod answer;
pub mod api;
mod compute_pool;
mod cost;
mod document_cache;
mod document_limits;
mod validation;
mod variables;
