//! Whether a server of PostgreSQL lives, asked on a connection of its own: the pool may be busy.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

/// How long an answer is taken for news: many ask at once, and as often as they like.
const FRESH: Duration = Duration::from_millis(250);

/// How often those who wait for a result ask whether the server still lives.
const WATCH: Duration = Duration::from_millis(500);

/// What came of asking.
type Beat = Result<(), Arc<sqlx::Error>>;

pub(super) struct Pulse {
    /// Knows the address and the login as they are now.
    pool: PgPool,
    limit: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<PgConnection>,
    last: Option<(Instant, Beat)>,
}

impl Pulse {
    /// An answer that takes longer than the limit is none.
    pub(super) fn new(pool: PgPool, limit: Duration) -> Self {
        Self { pool, limit, state: Mutex::default() }
    }

    /// Asks the server, or takes what it just said.
    pub(super) async fn feel(&self) -> Beat {
        let mut state = self.state.lock().await;
        if let Some((_, beat)) = state.last.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return beat.clone();
        }
        let beat = self.run(&mut state, "SELECT 1").await.map_err(Arc::new);
        state.last = Some((Instant::now(), beat.clone()));
        beat
    }

    /// Waits until the server, or the way to it, has gone silent. Where a connection breaks instead,
    /// those who use it hear of it themselves.
    pub(super) async fn silence(&self) -> Arc<sqlx::Error> {
        loop {
            sleep(WATCH).await;
            match self.feel().await {
                Err(error) if matches!(*error, sqlx::Error::PoolTimedOut) => return error,
                _ => {}
            }
        }
    }

    /// What went wrong when the server was last asked, if it did: a pool that gave up only says that
    /// it did.
    pub(super) fn last_error(&self) -> Option<Arc<sqlx::Error>> {
        self.state.try_lock().ok()?.last.as_ref()?.1.as_ref().err().cloned()
    }

    /// Closes the connection; the pool is closed by then.
    pub(super) async fn close(&self) {
        *self.state.lock().await = State::default();
    }

    /// Cancels what one of the server's processes works on.
    pub(super) async fn cancel(&self, process: i32) -> Result<(), sqlx::Error> {
        let mut state = self.state.lock().await;
        self.run(&mut state, &format!("SELECT pg_cancel_backend({process})")).await
    }

    /// Runs a statement. A connection on which it fails is given up, and one more is tried if it was
    /// not new: it may have been dead for long.
    async fn run(&self, state: &mut State, statement: &str) -> Result<(), sqlx::Error> {
        if self.pool.is_closed() {
            return Err(sqlx::Error::PoolClosed);
        }
        let limited = timeout(self.limit, async {
            if let Some(mut connection) = state.connection.take()
                && connection.execute(AssertSqlSafe(statement.to_owned())).await.is_ok()
            {
                return Ok(connection);
            }
            let mut connection = self.pool.connect_options().connect().await?;
            connection.execute(AssertSqlSafe(statement.to_owned())).await?;
            Ok(connection)
        });
        state.connection = Some(limited.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?);
        Ok(())
    }
}
