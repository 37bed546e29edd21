//! The tables as sea-orm sees them. Entities are never the API: `store` and `import` turn them
//! into types of their own, so that a column can change without the schema noticing.

pub mod api_key;
pub mod candle;
pub mod catalog;
pub mod instrument;
