//! One address of PostgreSQL: its pool, its probe, and sessions that do not outlive it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use config::DatabaseSettings;
use parking_lot::Mutex;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement, TransactionTrait,
    metric,
    sqlx::{
        ConnectOptions, Connection, PgPool,
        postgres::{PgConnectOptions, PgPoolOptions},
    },
};
use tokio::{sync::watch, time::timeout};

use super::{
    ReadQuery,
    cancel_on_drop::CancelOnDrop,
    error_class::ErrorClass,
    liveness_probe::LivenessProbe,
    pooler_transaction::PoolerTransaction,
    session::{Kind, Session},
};
use crate::Error;

/// How long the check of an old connection may take.
const PING_LIMIT: Duration = Duration::from_millis(500);

/// How long a connection counts as alive after an answer.
const FRESH: Duration = Duration::from_millis(500);

/// How long the check of a returned connection may take.
const RELEASE_LIMIT: Duration = Duration::from_secs(1);

/// How long the server avoids an address that failed, if there is another one.
const AVOID: Duration = Duration::from_secs(5);

/// The role of an address.
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
    probe: Arc<LivenessProbe>,
    /// How many logins there have been.
    logins: watch::Sender<u64>,
    is_pooled: bool,
    statement_timeout: Duration,
    /// The pool no longer uses connections from before this time.
    retired: Arc<Mutex<Instant>>,
    avoided_until: Mutex<Option<Instant>>,
}

impl Endpoint {
    /// The pool contacts no server before the first session.
    pub(super) fn new(
        role: Role,
        options: PgConnectOptions,
        settings: &DatabaseSettings,
        has_login: bool,
        observe: impl Fn(&metric::Info<'_>) + Send + Sync + 'static,
    ) -> Self {
        let retired = Arc::new(Mutex::new(Instant::now()));
        let pool = pool(settings, &retired).connect_lazy_with(prepare(options, settings));
        let (logins, login) = watch::channel(u64::from(has_login));
        let limit = settings.database_acquire_timeout;
        let probe = Arc::new(LivenessProbe::new(pool.clone(), limit, login));
        let mut orm = DatabaseConnection::from(pool);
        orm.set_metric_callback(observe);
        Self(Arc::new(Inner {
            role,
            orm,
            probe,
            logins,
            is_pooled: settings.database_pooler,
            statement_timeout: settings.database_statement_timeout,
            retired,
            avoided_until: Mutex::default(),
        }))
    }

    /// Uses this login from now on.
    pub(super) fn set_options(&self, options: PgConnectOptions, settings: &DatabaseSettings) {
        self.pool().set_connect_options(prepare(options, settings));
        self.0.logins.send_modify(|logins| *logins += 1);
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.0.orm.get_postgres_connection_pool()
    }

    pub(super) fn orm(&self) -> &DatabaseConnection {
        &self.0.orm
    }

    /// Reads in a transaction. Fails soon after the server has gone, whatever the network does.
    pub(super) async fn read<R: ReadQuery>(&self, read: &R) -> Result<Option<R::Output>, Error> {
        let found = self.while_alive(self.read_in_session(read)).await;
        found.map_err(|error| match self.0.probe.error() {
            // The pool's own error says only that it gave up.
            Some(cause)
                if is_timeout(&error) && ErrorClass::of_driver(&cause) == ErrorClass::Away =>
            {
                cause.into()
            }
            _ => error,
        })
    }

    /// The result of some work, or an error soon after the server has gone silent.
    pub(super) async fn while_alive<T, E: From<DbErr>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            done = work => done,
            error = self.0.probe.silence() => {
                Err(DbErr::Conn(RuntimeErr::SqlxError(error)).into())
            }
        }
    }

    async fn read_in_session<R: ReadQuery>(&self, read: &R) -> Result<Option<R::Output>, Error> {
        let mut session = self.begin().await?;
        if self.0.role == Role::Reader {
            session = session.of_replica();
        }
        let (process, began) = self.limit(&session).await?;
        session.on_drop = Some(CancelOnDrop::new(Arc::clone(&self.0.probe), process, began));
        let found = read.read(&session).await;
        session.end();
        found
    }

    /// Asks the server for an answer.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        Ok(self.0.probe.latest().await?)
    }

    /// Waits until a silent server answers, now or a moment later.
    pub(super) async fn comes_back(&self) {
        self.0.probe.comes_back().await;
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self) -> Result<Session, DbErr> {
        self.begin_as(self.0.is_pooled).await
    }

    /// Begins a transaction, without names for its statements if the pooler needs that. If the
    /// caller drops this future, the work goes on: else the driver would forget that it has begun a
    /// transaction, and leave it open.
    pub(super) async fn begin_as(&self, is_unnamed: bool) -> Result<Session, DbErr> {
        let endpoint = self.clone();
        let begun = tokio::spawn(async move {
            Ok(Session::new(if is_unnamed {
                Kind::Pooler(PoolerTransaction::begin(endpoint.pool()).await?)
            } else {
                Kind::Transaction(endpoint.0.orm.begin().await?)
            }))
        });
        begun.await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string())))
    }

    /// Makes the transaction read-only, with a time limit. Returns the server process of the
    /// transaction and the time of its beginning.
    async fn limit(&self, session: &Session) -> Result<(i32, String), DbErr> {
        let limit = self.0.statement_timeout.as_millis().to_string();
        let statement = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_backend_pid(), now()::text, set_config('statement_timeout', $1, true), \
             set_config('transaction_read_only', 'on', true)",
            [limit.into()],
        );
        let row = session.query_one_raw(statement).await?;
        let row = row.ok_or(DbErr::RecordNotFound("of the session".to_owned()))?;
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
    }

    /// Closes every connection, once its user returns it.
    pub(super) async fn close(&self) {
        self.pool().close().await;
    }

    /// From now on, opens every connection anew.
    pub(super) fn retire(&self) {
        *self.0.retired.lock() = Instant::now();
    }

    /// Avoids the address for a while.
    pub(super) fn avoid(&self) {
        *self.0.avoided_until.lock() = Some(Instant::now() + AVOID);
    }

    /// Whether the address failed a moment ago.
    pub(super) fn is_avoided(&self) -> bool {
        self.0.avoided_until.lock().is_some_and(|until| Instant::now() < until)
    }
}

fn is_timeout(error: &Error) -> bool {
    let Error::Unavailable(error) = error else { return false };
    matches!(error.downcast_ref(), Some(DbErr::ConnectionAcquire(_)))
}

/// A pool that checks its connections before and after use. A connection that hangs on the network
/// must block neither its place nor the next task.
fn pool(settings: &DatabaseSettings, retired: &Arc<Mutex<Instant>>) -> PgPoolOptions {
    let retired = Arc::clone(retired);
    PgPoolOptions::new()
        .max_connections(settings.database_max_connections)
        .acquire_timeout(settings.database_acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let is_retired = meta.age > retired.lock().elapsed();
            Box::pin(async move {
                if is_retired || meta.idle_for < FRESH {
                    return Ok(!is_retired);
                }
                Ok(matches!(timeout(PING_LIMIT, connection.ping()).await, Ok(Ok(()))))
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move { Ok(timeout(RELEASE_LIMIT, connection.ping()).await.is_ok()) })
        })
}

/// The settings of a new connection. A pooler takes none.
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
