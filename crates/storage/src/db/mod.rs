//! The database: connecting by the URL's scheme, reading with patience, writing, migrating.
//!
//! An embedded database is a file, which answers or does not. PostgreSQL goes down and comes back,
//! changes its password, and has replicas that lag. [`Database::read`] hides that from its callers
//! as far as possible ([`postgres`]).

mod announcements;
mod cancel_on_drop;
mod credentials;
mod endpoint;
mod error_class;
mod liveness_probe;
mod migrate;
mod options;
mod pooler_transaction;
mod postgres;
mod secrets;
mod session;

use std::{future::pending, ops::Add, sync::Arc, time::Duration};

use anyhow::{Context, anyhow, bail};
use config::DatabaseSettings;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, metric,
    sqlx::{
        self, Pool,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

use self::{postgres::Postgres, session::Kind};
use crate::Error;

pub use self::{announcements::Announcements, migrate::Migrations, session::Session};

/// How long a writer of an embedded database waits for another one; an import may take minutes.
const SQLITE_WRITE_WAIT: Duration = Duration::from_mins(5);

/// The database; copies share it.
#[derive(Clone)]
pub struct Database(Arc<Engine>);

enum Engine {
    Embedded(DatabaseConnection),
    Postgres(Postgres),
}

/// A read, which the database may run again, and on another server.
pub trait ReadQuery: Sync {
    /// The result of the read.
    type Output: Send;

    /// Reads once. Returns nothing if a replica lags behind what the result needs; then the
    /// database itself is asked.
    fn read(
        &self,
        session: &Session,
    ) -> impl Future<Output = Result<Option<Self::Output>, Error>> + Send;
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSize {
    /// Open connections.
    pub open: u32,
    /// Idle connections.
    pub idle: u32,
    /// Most connections that the pools open.
    pub max: u32,
}

impl<DB: sqlx::Database> From<&Pool<DB>> for PoolSize {
    fn from(pool: &Pool<DB>) -> Self {
        let (open, max) = (pool.size(), pool.options().get_max_connections());
        Self { open, idle: u32::try_from(pool.num_idle()).unwrap_or(open), max }
    }
}

impl Add for PoolSize {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let [open, idle, max] =
            [self.open + other.open, self.idle + other.idle, self.max + other.max];
        Self { open, idle, max }
    }
}

impl Database {
    /// Opens an embedded database. The first query contacts PostgreSQL.
    pub async fn connect(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        Self::connect_observed(settings, |_| {}).await
    }

    /// The same, where every statement is told of.
    pub async fn connect_observed(
        settings: &DatabaseSettings,
        observe: impl Fn(&metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let scheme = match settings.database_secret_id {
            Some(_) => "postgres",
            None => settings.database_url.split(':').next().unwrap_or_default(),
        };
        let engine = match scheme {
            "postgres" | "postgresql" => Engine::Postgres(Postgres::open(settings, observe)?),
            "sqlite" => {
                let mut connection = open_embedded(settings).await?;
                connection.set_metric_callback(observe);
                Engine::Embedded(connection)
            }
            // The address may hold a password, so it is not repeated.
            _ => bail!("the database URL begins neither with sqlite: nor with postgres:"),
        };
        Ok(Self(Arc::new(engine)))
    }

    /// Whether the database is embedded. Every command creates and migrates such a database by
    /// itself.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(*self.0, Engine::Embedded(_))
    }

    /// Reads from a replica or from the database itself, and once more with a new login if the
    /// database refuses the old one. Fails as soon as the probe finds that the database is down.
    pub async fn read<R: ReadQuery>(&self, read: &R) -> Result<R::Output, Error> {
        match &*self.0 {
            Engine::Embedded(connection) => {
                let session = Session::new(Kind::Connection(connection.clone()));
                found(read.read(&session).await?)
            }
            Engine::Postgres(postgres) => postgres.read(read).await,
        }
    }

    /// Begins a transaction that writes: SQLite takes its write lock at once, so that it waits for
    /// another writer instead of failing at its own first write.
    pub async fn begin_write(&self) -> Result<Session, Error> {
        match &*self.0 {
            Engine::Embedded(connection) => {
                Ok(Session::new(Kind::Transaction(begin_embedded(connection).await?)))
            }
            Engine::Postgres(postgres) => postgres.begin().await,
        }
    }

    /// The same for an import, which on PostgreSQL needs the driver itself to copy rows in.
    pub async fn begin_import(&self) -> Result<Session, Error> {
        match &*self.0 {
            Engine::Embedded(_) => self.begin_write().await,
            Engine::Postgres(postgres) => postgres.begin_import().await,
        }
    }

    /// A transaction of the ORM's own kind, even where a pooler stands in between.
    async fn begin_named(&self) -> Result<DatabaseTransaction, Error> {
        match &*self.0 {
            Engine::Embedded(connection) => Ok(begin_embedded(connection).await?),
            Engine::Postgres(postgres) => postgres.begin_named().await,
        }
    }

    /// Asks the database, or a replica of it, for an answer.
    pub async fn ping(&self) -> Result<(), Error> {
        match &*self.0 {
            Engine::Embedded(connection) => {
                Ok(connection.execute_unprepared("SELECT 1").await.map(drop)?)
            }
            Engine::Postgres(postgres) => postgres.ping().await,
        }
    }

    /// Waits until the database itself answers again, now or a moment later.
    pub async fn comes_back(&self) {
        match &*self.0 {
            Engine::Embedded(_) => pending().await,
            Engine::Postgres(postgres) => postgres.writer().comes_back().await,
        }
    }

    /// The result of some work with the database itself, or an error soon after it has gone silent.
    async fn while_alive<T, E: From<DbErr>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match &*self.0 {
            Engine::Embedded(_) => work.await,
            Engine::Postgres(postgres) => postgres.writer().while_alive(work).await,
        }
    }

    /// How many connections there are.
    #[must_use]
    pub fn pool_size(&self) -> PoolSize {
        match &*self.0 {
            Engine::Embedded(connection) => connection.get_sqlite_connection_pool().into(),
            Engine::Postgres(postgres) => postgres.pool_size(),
        }
    }

    /// Closes every connection, once its user returns it.
    pub async fn close(&self) -> Result<(), DbErr> {
        match &*self.0 {
            Engine::Embedded(connection) => connection.close_by_ref().await,
            Engine::Postgres(postgres) => {
                postgres.close().await;
                Ok(())
            }
        }
    }

    fn is_pooled(&self) -> bool {
        matches!(&*self.0, Engine::Postgres(postgres) if postgres.is_pooled())
    }

    /// Notes what an error says about the server for writes.
    fn noted<T, E: Into<Error>>(&self, result: Result<T, E>) -> Result<T, Error> {
        let result = result.map_err(Into::into);
        if let (Engine::Postgres(postgres), Err(error)) = (&*self.0, &result) {
            postgres.note(error);
        }
        result
    }
}

async fn open_embedded(settings: &DatabaseSettings) -> anyhow::Result<DatabaseConnection> {
    let url = settings.database_url.as_str();
    let path = url.trim_start_matches("sqlite:");
    if path.trim_start_matches('/').is_empty() || path.contains(":memory:") {
        bail!("an embedded database needs a file: sqlite://NAME.db");
    }
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(settings.database_max_connections)
        .acquire_timeout(settings.database_acquire_timeout)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .busy_timeout(SQLITE_WRITE_WAIT)
                .synchronous(SqliteSynchronous::Normal)
        });
    sea_orm::Database::connect(options).await.context("cannot open the database")
}

async fn begin_embedded(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    connection
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await
}

/// The answer of the database itself, which never lags.
fn found<T>(found: Option<T>) -> Result<T, Error> {
    found.ok_or_else(|| Error::internal(anyhow!("the database takes itself for a replica")))
}
