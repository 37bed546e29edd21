//! GraphQL: the schema, and how a request becomes an answer.
//!
//! [`engine`] runs a request: it limits, prices, validates and executes a document. [`mod@schema`]
//! holds the types of the schema and their resolvers. [`json`] writes long lists. The engine knows
//! the schema, both know `json`, and all know the [`adapter`] to async-graphql; the arrows never
//! run back.

mod adapter;
pub mod engine;
mod json;
pub mod schema;

pub use self::schema::{ApiSchema, RequestContext, schema, sdl};
