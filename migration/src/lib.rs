//! The database tables, one per file, built with portable statements for SQLite and PostgreSQL.
//!
//! Migrations never name entities, so that a later column cannot break an older migration, and
//! they are never edited once released: expand first, contract in a later release.

use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, seaql_migrations};

mod m20261120_000001_create_catalog;
mod m20261120_000002_create_instrument;
mod m20261120_000003_create_candle;
mod m20261121_000004_create_api_key;
mod m20261126_000005_add_fractional_volume;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_create_catalog::Migration),
            Box::new(m20261120_000002_create_instrument::Migration),
            Box::new(m20261120_000003_create_candle::Migration),
            Box::new(m20261121_000004_create_api_key::Migration),
            Box::new(m20261126_000005_add_fractional_volume::Migration),
        ]
    }
}
