//! The database of candleql, and everything that names its tables.
//!
//! [`db`] connects, retries and migrates; [`entity`] is the tables as sea-orm sees them; [`store`]
//! keeps what requests read in memory; [`ingest`] is the only way in which prices are written;
//! [`export`] writes a history out again; [`keys`] holds the API keys. No other crate of the
//! workspace depends on sea-orm.

pub mod db;
pub mod entity;
mod error;
pub mod export;
pub mod ingest;
pub mod keys;
pub mod store;
mod volume;

pub use self::{
    db::{Database, Session},
    error::Error,
};
