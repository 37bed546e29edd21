//! The database: connecting by the URL's scheme, migrating, asking whether it answers.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use migration::{Migrator, MigratorTrait};
pub use sea_orm::DatabaseConnection;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::{
        self,
        postgres::{PgListener, PgPoolOptions},
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

use crate::{config::DatabaseSettings, error::Error};

/// Key of the PostgreSQL advisory lock under which replicas migrate one after the other.
const MIGRATION_LOCK: i64 = 0x0063_616e_646c_6571;

/// The channel on which imports announce themselves.
const CHANNEL: &str = "candleql_import";

/// How long a writer of an embedded database waits for another one; an import may take minutes.
const SQLITE_WRITE_WAIT: Duration = Duration::from_mins(5);

/// Opens the connection pool. PostgreSQL is first contacted by the first query.
pub async fn connect(settings: &DatabaseSettings) -> anyhow::Result<DatabaseConnection> {
    let url = settings.database_url.as_str();
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(settings.database_max_connections)
        .acquire_timeout(settings.database_acquire_timeout)
        .sqlx_logging(false);
    match url.split_once(':') {
        Some(("sqlite", path)) => {
            if path.trim_start_matches('/').is_empty() || path.contains(":memory:") {
                bail!("an embedded database needs a file: sqlite://NAME.db");
            }
            options.map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .busy_timeout(SQLITE_WRITE_WAIT)
                    .synchronous(SqliteSynchronous::Normal)
            });
        }
        Some(("postgres" | "postgresql", _)) => {
            options.connect_lazy(true);
        }
        // The address may hold a password, so it is not repeated.
        _ => bail!("the database URL begins neither with sqlite: nor with postgres:"),
    }
    Database::connect(options).await.context("cannot open the database")
}

/// Whether the database is the embedded one, which every command creates and migrates by itself.
#[must_use]
pub fn is_embedded(db: &DatabaseConnection) -> bool {
    db.get_database_backend() == DbBackend::Sqlite
}

/// Creates or updates the tables in one transaction. Whoever comes second waits, and finds
/// nothing left to do.
pub async fn migrate(db: &DatabaseConnection) -> anyhow::Result<()> {
    if pending_migrations(db).await? == 0 {
        return Ok(());
    }
    let transaction = begin_write(db).await.context("cannot begin the migration")?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        transaction.execute_unprepared(&lock).await?;
    }
    Migrator::up(&transaction, None).await.context("cannot migrate the database")?;
    transaction.commit().await.context("cannot commit the migration")
}

/// Fails, and names the remedy, if tables are missing or old.
pub async fn check_migrated(db: &DatabaseConnection) -> anyhow::Result<()> {
    let pending = pending_migrations(db).await?;
    if pending > 0 {
        bail!("{pending} migrations are not applied; run `candleql migrate`");
    }
    Ok(())
}

async fn pending_migrations(db: &DatabaseConnection) -> anyhow::Result<usize> {
    let pending = Migrator::get_pending_migrations_read_only(db).await;
    Ok(pending.context("cannot read which migrations were applied")?.len())
}

/// Asks the database for an answer.
pub async fn ping(db: &DatabaseConnection) -> Result<(), DbErr> {
    db.execute_unprepared("SELECT 1").await.map(drop)
}

/// Begins a transaction that writes: SQLite takes its write lock at once, so that it waits for
/// another writer instead of failing at its own first write.
pub async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// Tells every server, once the transaction commits, that it has changed something. An embedded
/// database has no way to.
pub async fn announce(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    }
    Ok(())
}

/// What imports announce, heard on a connection of its own.
pub struct Announcements(PgListener);

impl Announcements {
    /// Listens from now on. Only PostgreSQL can announce, and only a primary that is reached
    /// without a pooler in between.
    pub async fn listen(db: &DatabaseConnection) -> Result<Self, sqlx::Error> {
        let options = db.get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with((*options).clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next one, or for a new connection after the old one broke: one may have been
    /// missed.
    pub async fn next(&mut self) -> Result<(), sqlx::Error> {
        self.0.try_recv().await.map(drop)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let unavailable = is_unavailable(&error);
        let error = Arc::new(anyhow::Error::from(error));
        if unavailable { Self::DatabaseUnavailable(error) } else { Self::Internal(error) }
    }
}

/// Whether the database is away, rather than at odds with what it was asked.
fn is_unavailable(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_));
    };
    match &**error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Connection exceptions, and shutdown by an administrator.
            code.starts_with("08") || code.starts_with("57P")
        }),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
