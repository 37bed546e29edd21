//! candleql: bring your OHLCV, get a chart-ready GraphQL API.
pub mod config;
pub mod date;
pub mod db;
pub mod entity;
pub mod error;
pub mod graphql;
pub mod http;
pub mod import;
pub mod store;
pub mod telemetry;
