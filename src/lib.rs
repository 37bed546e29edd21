//! candleql: bring your OHLCV, get a chart-ready GraphQL API.
//!
//! The modules stand in the order of a request's journey:
//!
//! ```text
//! http -> graphql -> store -> entity -> the database
//! ```
//!
//! [`http`] decodes a request and writes the answer; [`graphql`] resolves its fields; [`store`]
//! reads instruments and keeps their histories in memory; [`entity`] is the tables as the ORM sees
//! them. All of them use the crate [`candles`], which resamples and knows nothing of this one.
//! [`import`] is the other way in, for data. ARCHITECTURE.md has the map and the invariants.

pub mod http;

pub mod graphql;

pub mod store;

pub mod entity;

pub mod import;

pub mod config;
pub mod date;
pub mod db;
pub mod error;
pub mod export;
pub mod healthcheck;
mod https;
pub mod keys;
pub mod lifecycle;
pub mod secrets;
pub mod signals;
pub mod start;
pub mod symbol;
pub mod telemetry;
