//! What the tests are made of: each piece is proven by small tests of its own.

pub mod client;
pub mod cluster;
pub mod data;
pub mod load;
pub mod nginx;
pub mod pgbouncer;
pub mod programs;
pub mod proxy;
pub mod secrets;
pub mod server;
pub mod sessions;
pub mod tls;
