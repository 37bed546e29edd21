//! candleql: bring your OHLCV, get a chart-ready GraphQL API.
//!
//! The modules stand in the order of a request's journey:
//!
//! ```text
//! server -> http -> graphql (engine, then schema) -> storage::store -> storage::db
//! ```
//!
//! [`server`] accepts connections; [`http`] decodes a request and writes the response; [`graphql`]
//! runs it. The crate `storage` reads the database and keeps histories in memory; the crate
//! [`candles`] resamples and computes. [`import`] is the way in for files, [`cli`] the commands.
//! ARCHITECTURE.md has the map and the invariants.

pub mod server;

pub mod http;

pub mod graphql;

pub mod import;

pub mod cli;
pub mod error;
mod http_client;
mod suggestion;
