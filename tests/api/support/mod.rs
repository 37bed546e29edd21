//! Support for all tests.

pub mod app;
pub mod catalogue;
pub mod client;
pub mod database;
pub mod import_program;
pub mod server;
