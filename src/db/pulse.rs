//! Whether a server of PostgreSQL lives, asked on a connection of its own: the pool may be busy.

use std::{sync::Arc, time::Duration};

use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::fault::Fault;

/// From one question to the next.
const INTERVAL: Duration = Duration::from_millis(500);

/// The same while the server lives and does not let us in: whoever mends that takes longer.
const INTERVAL_REFUSED: Duration = Duration::from_secs(2);

/// How long a cancellation may take.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

/// What the server said when it was last asked; nothing before the first answer.
type Beat = Option<Result<(), Arc<sqlx::Error>>>;

pub(super) struct Pulse {
    /// Knows the address and the login as they are now.
    pool: PgPool,
    beats: watch::Receiver<Beat>,
    /// For cancelling, apart from the questions.
    canceller: Mutex<Option<PgConnection>>,
    _task: JoinSet<()>,
}

impl Pulse {
    /// Asks from now on, once there is a login. No answer within the limit means that the server, or
    /// the way to it, is silent.
    pub(super) fn new(pool: PgPool, limit: Duration, has_login: watch::Receiver<bool>) -> Self {
        let (sender, beats) = watch::channel(None);
        let mut task = JoinSet::new();
        task.spawn(beat(pool.clone(), limit, has_login, sender));
        Self { pool, beats, canceller: Mutex::default(), _task: task }
    }

    /// What the server says.
    pub(super) async fn feel(&self) -> Result<(), Arc<sqlx::Error>> {
        let mut beats = self.beats.clone();
        let beat = beats.wait_for(Option::is_some).await.ok().and_then(|beat| (*beat).clone());
        // The task ends with the last connection.
        beat.unwrap_or_else(|| Err(Arc::new(sqlx::Error::PoolClosed)))
    }

    /// Waits until the server, or the way to it, is silent. Where a connection breaks instead, those
    /// who use it hear of it themselves.
    pub(super) async fn silence(&self) -> Arc<sqlx::Error> {
        let mut beats = self.beats.clone();
        loop {
            if let Some(Err(error)) = &*beats.borrow_and_update()
                && matches!(**error, sqlx::Error::PoolTimedOut)
            {
                return Arc::clone(error);
            }
            if beats.changed().await.is_err() {
                return Arc::new(sqlx::Error::PoolClosed);
            }
        }
    }

    /// Waits until the server answers that did not when it was asked last or will be next.
    pub(super) async fn comes_back(&self) {
        let mut beats = self.beats.clone();
        // Without the task there is nothing to wait for.
        let _ = beats.wait_for(|beat| matches!(beat, Some(Err(_)))).await;
        let _ = beats.wait_for(|beat| matches!(beat, Some(Ok(())))).await;
    }

    /// What went wrong when the server was last asked, if it did: a pool that gave up only says that
    /// it did.
    pub(super) fn error(&self) -> Option<Arc<sqlx::Error>> {
        self.beats.borrow().as_ref()?.as_ref().err().cloned()
    }

    /// Cancels what one of the server's processes works on, if it is still in the transaction that
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

async fn beat(
    pool: PgPool,
    limit: Duration,
    mut has_login: watch::Receiver<bool>,
    beats: watch::Sender<Beat>,
) {
    if has_login.wait_for(|has_login| *has_login).await.is_err() {
        return;
    }
    let mut connection = None;
    loop {
        let beat = tokio::select! {
            () = pool.close_event() => {
                beats.send_replace(Some(Err(Arc::new(sqlx::Error::PoolClosed))));
                return;
            }
            beat = within(limit, &pool, connection.take()) => beat,
        };
        let interval = match &beat {
            Err(error) if Fault::of_driver(error) != Fault::Away => INTERVAL_REFUSED,
            _ => INTERVAL,
        };
        let (kept, beat) = match beat {
            Ok(connection) => (Some(connection), Ok(())),
            Err(error) => (None, Err(Arc::new(error))),
        };
        connection = kept;
        beats.send_replace(Some(beat));
        tokio::select! {
            () = pool.close_event() => {}
            () = sleep(interval) => {}
        }
    }
}

/// Asks on the connection that there is, and if it is dead, on a new one: half of the time each.
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

/// Runs a statement on a connection or a new one, and gives it back if it is of further use.
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
