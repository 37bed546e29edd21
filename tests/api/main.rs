//! The API as its users see it, on a database of its own per test.
//!
//! The tests run on SQLite, or on the PostgreSQL cluster that `TEST_DATABASE_URL` names;
//! `make test` runs them on both.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

mod access;
mod answers;
mod architecture;
mod attacks;
mod bad_arguments;
mod cost;
mod dashboards;
mod documents;
mod export;
mod fractional_volume;
mod health;
mod healthcheck;
mod hostile;
mod http;
mod import;
mod import_kill;
mod import_layouts;
mod import_many;
mod import_ranges;
mod import_rows;
mod import_run;
mod import_sources;
mod import_together;
mod indicator_contract;
mod indicator_oracle;
mod indicators;
mod keys;
mod limits;
mod lists;
mod log;
mod metrics;
mod modules;
mod nodes;
mod oracle;
mod outage;
mod pages;
mod persisted;
mod pooler;
mod queries;
mod refusals;
mod replica;
mod schema;
mod serve;
mod shutdown;
mod store;
mod tokens;
mod traces;
mod upgrade;

// Tests say `crate::app`.
use self::support::{app, catalogue, client, database, import_program, server};
