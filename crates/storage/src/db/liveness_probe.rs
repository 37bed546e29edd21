//! Checks on a connection of its own whether a PostgreSQL server lives, because the pool may be
//! busy.

use std::{sync::Arc, time::Duration};

use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::error_class::ErrorClass;

/// Time between two checks.
const INTERVAL: Duration = Duration::from_millis(500);

/// Time between two checks while the server refuses the login: an operator takes longer to fix
/// that.
const INTERVAL_REFUSED: Duration = Duration::from_secs(2);

/// How long a cancellation may take.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

/// The server's last answer; none before the first one.
#[derive(Clone, Default)]
struct ProbeResult {
    /// The number of the login in that check.
    login: u64,
    said: Option<Result<(), Arc<sqlx::Error>>>,
}

pub(super) struct LivenessProbe {
    /// Knows the address and the login as they are now.
    pool: PgPool,
    results: watch::Receiver<ProbeResult>,
    /// How many logins there have been.
    logins: watch::Receiver<u64>,
    /// A connection for cancellations, apart from the checks.
    canceller: Mutex<Option<PgConnection>>,
    _task: JoinSet<()>,
}

impl LivenessProbe {
    /// Checks from now on, once there is a login. No answer within the limit means that the server,
    /// or the way to it, is silent.
    pub(super) fn new(pool: PgPool, limit: Duration, logins: watch::Receiver<u64>) -> Self {
        let (sender, results) = watch::channel(ProbeResult::default());
        let mut task = JoinSet::new();
        task.spawn(probe_again(pool.clone(), limit, logins.clone(), sender));
        Self { pool, results, logins, canceller: Mutex::default(), _task: task }
    }

    /// The server's answer to the current login.
    pub(super) async fn latest(&self) -> Result<(), Arc<sqlx::Error>> {
        // The last word of the server may have been that it lives.
        if self.pool.is_closed() {
            return Err(Arc::new(sqlx::Error::PoolClosed));
        }
        let mut results = self.results.clone();
        let is_news = |probe_again: &ProbeResult| {
            probe_again.said.is_some() && probe_again.login == *self.logins.borrow()
        };
        let said =
            results.wait_for(is_news).await.ok().and_then(|probe_again| probe_again.said.clone());
        // The task ends with the last connection.
        said.unwrap_or_else(|| Err(Arc::new(sqlx::Error::PoolClosed)))
    }

    /// Waits until the server, or the way to it, is silent. If a connection breaks instead, its
    /// user notices by itself.
    pub(super) async fn silence(&self) -> Arc<sqlx::Error> {
        let mut results = self.results.clone();
        loop {
            if let Some(Err(error)) = &results.borrow_and_update().said
                && matches!(**error, sqlx::Error::PoolTimedOut)
            {
                return Arc::clone(error);
            }
            if results.changed().await.is_err() {
                return Arc::new(sqlx::Error::PoolClosed);
            }
        }
    }

    /// Waits until a server answers that did not answer the last check, or does not answer the next
    /// one.
    pub(super) async fn comes_back(&self) {
        let mut results = self.results.clone();
        // Without the task, no answer ever comes.
        let _ = results.wait_for(|probe_again| matches!(probe_again.said, Some(Err(_)))).await;
        let _ = results.wait_for(|probe_again| matches!(probe_again.said, Some(Ok(())))).await;
    }

    /// The error of the last check, if it failed. A pool that gave up only says that it did.
    pub(super) fn error(&self) -> Option<Arc<sqlx::Error>> {
        self.results.borrow().said.as_ref()?.as_ref().err().cloned()
    }

    /// Cancels the statement of a server process, if the process is still in the transaction that
    /// began then.
    pub(super) async fn cancel(&self, process: i32, began: &str) -> Result<(), sqlx::Error> {
        if self.error().is_some() {
            return Ok(());
        }
        let statement = format!(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
             WHERE pid = {process} AND xact_start = '{began}'"
        );
        let mut canceller = self.canceller.lock().await;
        let connection = canceller.take();
        let done = timeout(CANCEL_LIMIT, ask(&self.pool, connection, statement)).await;
        *canceller = Some(done.unwrap_or(Err(sqlx::Error::PoolTimedOut))?);
        Ok(())
    }
}

async fn probe_again(
    pool: PgPool,
    limit: Duration,
    mut logins: watch::Receiver<u64>,
    results: watch::Sender<ProbeResult>,
) {
    if logins.wait_for(|logins| *logins > 0).await.is_err() {
        return;
    }
    let mut connection = None;
    loop {
        let login = *logins.borrow_and_update();
        let asked = tokio::select! {
            () = pool.close_event() => Err(sqlx::Error::PoolClosed),
            asked = within(limit, &pool, connection.take()) => asked,
        };
        let interval = match &asked {
            Err(error) if ErrorClass::of_driver(error) != ErrorClass::Away => INTERVAL_REFUSED,
            _ => INTERVAL,
        };
        let said = match asked {
            Ok(kept) => {
                connection = Some(kept);
                Ok(())
            }
            Err(error) => Err(Arc::new(error)),
        };
        results.send_replace(ProbeResult { login, said: Some(said) });
        if pool.is_closed() {
            return;
        }
        tokio::select! {
            () = pool.close_event() => {}
            () = sleep(interval) => {}
            // The new one may be better.
            _ = logins.changed() => {}
        }
    }
}

/// Checks on the open connection, and if it is dead, on a new one: half of the time each.
async fn within(
    limit: Duration,
    pool: &PgPool,
    connection: Option<PgConnection>,
) -> Result<PgConnection, sqlx::Error> {
    let half = limit / 2;
    if connection.is_some()
        && let Ok(Ok(connection)) = timeout(half, ask(pool, connection, "SELECT 1".into())).await
    {
        return Ok(connection);
    }
    let asked = timeout(half, ask(pool, None, "SELECT 1".into())).await;
    asked.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Runs a statement on a connection or a new one, and returns the connection if it still works.
async fn ask(
    pool: &PgPool,
    connection: Option<PgConnection>,
    statement: String,
) -> Result<PgConnection, sqlx::Error> {
    let mut connection = match connection {
        Some(connection) => connection,
        None => pool.connect_options().connect().await?,
    };
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(connection)
}
