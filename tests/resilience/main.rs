//! The program between others as in production: a PostgreSQL that restarts, a network that breaks,
//! passwords that change, proxies and poolers in between, many replicas.
//!
//! `tests/resilience.sh` finds the programs that are needed and runs these tests; `make test` runs
//! the short ones, `make test-resilience` all of them.

// What was measured is told: `cargo test` shows it if asked.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod harness;

mod encryption;
mod import;
mod migration;
mod network;
mod nginx;
mod pooler;
mod queries;
mod reader;
mod restart;
mod rolling;
mod rotation;
mod shutdown;
mod start;
