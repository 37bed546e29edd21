//! The tables as sea-orm sees them. Entities are never the API: `store` and `ingest` turn them into
//! types of their own, so a change of a column does not change the schema.

pub mod api_key;
pub mod candle;
pub mod instrument;
pub mod revision;
