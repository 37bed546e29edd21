//! One address of PostgreSQL: its pool, its pulse, and sessions that do not outlive it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait, metric,
    sqlx::{
        ConnectOptions, Connection, PgPool,
        postgres::{PgConnectOptions, PgPoolOptions},
    },
};
use tokio::time::timeout;
use tracing::debug;

use super::{
    Read,
    fault::Fault,
    pulse::Pulse,
    session::{CancelOnDrop, Kind, Session},
    unnamed::UnnamedTransaction,
};
use crate::{config::DatabaseSettings, error::Error};

/// How long a connection that comes back may take to show that it is of use.
const RELEASE_LIMIT: Duration = Duration::from_secs(1);

/// How long an address that failed is not asked, where there is another one.
const AVOID: Duration = Duration::from_secs(5);

/// What an address is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The database itself.
    Writer,
    /// A replica, or several.
    Reader,
}

/// An address; copies share it.
#[derive(Clone)]
pub(super) struct Endpoint(Arc<Inner>);

struct Inner {
    role: Role,
    orm: DatabaseConnection,
    pulse: Pulse,
    is_pooled: bool,
    statement_timeout: Duration,
    /// Connections that were opened before are used no more.
    retired: Arc<Mutex<Instant>>,
    avoided_until: Mutex<Option<Instant>>,
}

impl Endpoint {
    /// Nothing is asked before the first session.
    pub(super) fn new(
        role: Role,
        options: PgConnectOptions,
        settings: &DatabaseSettings,
        observe: impl Fn(&metric::Info<'_>) + Send + Sync + 'static,
    ) -> Self {
        let retired = Arc::new(Mutex::new(Instant::now()));
        let pool = pool(settings, &retired).connect_lazy_with(prepare(options, settings));
        let pulse = Pulse::new(pool.clone(), settings.database_acquire_timeout);
        let mut orm = DatabaseConnection::from(pool);
        orm.set_metric_callback(observe);
        Self(Arc::new(Inner {
            role,
            orm,
            pulse,
            is_pooled: settings.database_pooler,
            statement_timeout: settings.database_statement_timeout,
            retired,
            avoided_until: Mutex::default(),
        }))
    }

    /// Logs in so from now on.
    pub(super) fn set_options(&self, options: PgConnectOptions, settings: &DatabaseSettings) {
        self.pool().set_connect_options(prepare(options, settings));
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.0.orm.get_postgres_connection_pool()
    }

    pub(super) fn orm(&self) -> &DatabaseConnection {
        &self.0.orm
    }

    /// Reads in a transaction. Ends with an error soon after the server is gone, whatever the
    /// network makes of it.
    pub(super) async fn read<R: Read>(&self, read: &R) -> Result<Option<R::Output>, Error> {
        let started = Instant::now();
        let mut found = self.read_once(read).await;
        let is_canceled = matches!(&found, Err(error) if Fault::of(error) == Fault::Canceled);
        // Where it was not for the time it took, it was meant for the last query of the connection.
        if is_canceled && started.elapsed() < self.0.statement_timeout {
            found = self.read_once(read).await;
        }
        found
    }

    async fn read_once<R: Read>(&self, read: &R) -> Result<Option<R::Output>, Error> {
        let found = tokio::select! {
            found = self.read_while_alive(read) => found,
            error = self.0.pulse.silence() => Err(error.into()),
        };
        found.map_err(|error| match self.0.pulse.last_error() {
            Some(cause) if Fault::of(&error) == Fault::Away => cause.into(),
            _ => error,
        })
    }

    async fn read_while_alive<R: Read>(&self, read: &R) -> Result<Option<R::Output>, Error> {
        let mut session = self.begin().await?;
        if self.0.role == Role::Reader {
            session = session.of_replica();
        }
        let process = self.limit(&session).await?;
        session.on_drop = Some(CancelOnDrop::new(self.clone(), process));
        let found = read.read(&session).await;
        session.end();
        found
    }

    /// Asks the server for an answer.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        Ok(self.0.pulse.feel().await?)
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self) -> Result<Session, DbErr> {
        Ok(Session::new(if self.0.is_pooled {
            Kind::Unnamed(UnnamedTransaction::begin(self.pool()).await?)
        } else {
            Kind::Transaction(self.0.orm.begin().await?)
        }))
    }

    /// Makes the transaction one that reads, and not for ever; tells which of the server's processes
    /// works on it.
    async fn limit(&self, session: &Session) -> Result<i32, DbErr> {
        let limit = self.0.statement_timeout.as_millis().to_string();
        let statement = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_backend_pid(), set_config('statement_timeout', $1, true), \
             set_config('transaction_read_only', 'on', true)",
            [limit.into()],
        );
        let row = session.query_one_raw(statement).await?;
        row.ok_or(DbErr::RecordNotFound("of the session".to_owned()))?.try_get_by_index(0)
    }

    /// Cancels what a session worked on that nobody waits for any more.
    pub(super) async fn cancel(&self, process: i32) {
        match self.0.pulse.cancel(process).await {
            Ok(()) => debug!(process, "cancelled a query that nobody waits for"),
            Err(error) => debug!(%error, process, "cannot cancel a query that nobody waits for"),
        }
    }

    /// Closes every connection, once it is given back.
    pub(super) async fn close(&self) {
        self.pool().close().await;
        self.0.pulse.close().await;
    }

    /// Opens every connection anew from now on.
    pub(super) fn retire(&self) {
        *self.0.retired.lock() = Instant::now();
    }

    /// Lets it alone for a while.
    pub(super) fn avoid(&self) {
        *self.0.avoided_until.lock() = Some(Instant::now() + AVOID);
    }

    /// Whether it was away a moment ago.
    pub(super) fn is_avoided(&self) -> bool {
        self.0.avoided_until.lock().is_some_and(|until| Instant::now() < until)
    }
}

/// A pool whose connections are looked at before and after use: one on which the network hangs must
/// not keep its place.
fn pool(settings: &DatabaseSettings, retired: &Arc<Mutex<Instant>>) -> PgPoolOptions {
    let retired = Arc::clone(retired);
    PgPoolOptions::new()
        .max_connections(settings.database_max_connections)
        .acquire_timeout(settings.database_acquire_timeout)
        .before_acquire(move |_, connection| {
            let is_retired = connection.age > retired.lock().elapsed();
            Box::pin(async move { Ok(!is_retired) })
        })
        .after_release(|connection, _| {
            Box::pin(async move { Ok(timeout(RELEASE_LIMIT, connection.ping()).await.is_ok()) })
        })
}

/// What a connection says of itself when it is opened. A pooler takes no settings.
fn prepare(options: PgConnectOptions, settings: &DatabaseSettings) -> PgConnectOptions {
    let mut options = options.disable_statement_logging();
    if options.get_application_name().is_none() {
        options = options.application_name("candleql");
    }
    if settings.database_pooler {
        options.extra_float_digits(None).statement_cache_capacity(0)
    } else {
        options
    }
}
