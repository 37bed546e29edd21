//! The tables as sea-orm sees them. Entities are never the API: `store` and `ingest` turn them
//! into types of their own, so that a column can change without the schema noticing.

pub mod api_key;
pub mod candle;
pub mod instrument;
pub mod revision;
