//! Migrations: which ones the database has, and applying them, by one of many servers.

use std::collections::BTreeSet;

use anyhow::bail;
use migration::{Migrator, MigratorTrait, seaql_migrations};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait};

use super::{Database, ReadQuery, Session, error_class::is_missing_table};
use crate::Error;

/// Key of the PostgreSQL advisory lock that lets one server migrate at a time.
const MIGRATION_LOCK: i64 = 0x0063_616e_646c_6571;

/// How long to wait for a table, or for another program that migrates, in seconds.
const LOCK_LIMIT_S: u32 = 60;

/// The database's migrations beside those of this program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    /// Migrations that the database lacks.
    pub pending: Vec<String>,
    /// Migrations of a newer program. They only expand the tables, so that an older program goes on
    /// working.
    pub unknown: Vec<String>,
}

impl Migrations {
    /// Fails, and names the remedy, if tables are missing or old.
    pub fn check(&self) -> anyhow::Result<()> {
        match self.pending.len() {
            0 => Ok(()),
            1 => bail!("1 migration is not applied; run `candleql migrate`"),
            pending => bail!("{pending} migrations are not applied; run `candleql migrate`"),
        }
    }

    fn new(applied: Vec<seaql_migrations::Model>) -> Self {
        let known = Migrator::get_migration_files();
        let known: BTreeSet<String> = known.iter().map(|file| file.name().to_owned()).collect();
        let applied: BTreeSet<String> = applied.into_iter().map(|row| row.version).collect();
        Self {
            pending: (&known - &applied).into_iter().collect(),
            unknown: (&applied - &known).into_iter().collect(),
        }
    }
}

/// Reads which migrations the database has.
struct Applied;

impl ReadQuery for Applied {
    type Output = Migrations;

    async fn read(&self, session: &Session) -> Result<Option<Migrations>, Error> {
        let migrations = match seaql_migrations::Entity::find().all(session).await {
            Ok(applied) => Migrations::new(applied),
            Err(error) if is_missing_table(&error) => Migrations::new(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        // A replica may not have heard of the last ones yet.
        let is_behind = session.is_replica() && !migrations.pending.is_empty();
        Ok((!is_behind).then_some(migrations))
    }
}

impl Database {
    /// Which migrations were applied.
    pub async fn migrations(&self) -> Result<Migrations, Error> {
        self.read(&Applied).await
    }

    /// Creates or updates the tables in one transaction. A second program waits, and then has
    /// nothing to do.
    pub async fn migrate(&self) -> Result<(), Error> {
        if self.migrations().await?.pending.is_empty() {
            return Ok(());
        }
        let migrating = async {
            let transaction = self.begin_named().await?;
            self.noted(up(&transaction, self.is_pooled()).await)?;
            Ok(transaction.commit().await?)
        };
        self.while_alive(migrating).await
    }
}

async fn up(transaction: &DatabaseTransaction, is_pooled: bool) -> Result<(), DbErr> {
    if is_pooled {
        // Other transactions may have left statements of the same names on the pooler's connection.
        transaction.execute_unprepared("DEALLOCATE ALL").await?;
    }
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!(
            "SET LOCAL lock_timeout = '{LOCK_LIMIT_S}s'; \
             SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
        );
        transaction.execute_unprepared(&lock).await?;
    }
    Migrator::install(transaction).await?;
    let applied = seaql_migrations::Entity::find().all(transaction).await?;
    // Another program may have been faster, even a newer one.
    if !Migrations::new(applied).pending.is_empty() {
        Migrator::up(transaction, None).await?;
    }
    if is_pooled {
        transaction.execute_unprepared("DEALLOCATE ALL").await?;
    }
    Ok(())
}
