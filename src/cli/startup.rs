//! The start: until the database answers and its tables are there, the server listens and waits.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::bail;
use backon::{BackoffBuilder, ExponentialBuilder};
use config::StartSettings;
use storage::{Database, Error, keys::Keys, store::Store};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::{import, server::lifecycle::Lifecycle};

/// Longest wait from one try to the next, which chance may double.
const MAX_DELAY: Duration = Duration::from_secs(15);

/// How often to see whether somebody has migrated the database.
const LOOK: Duration = Duration::from_secs(1);

/// What has to be there before the server answers.
pub struct Startup {
    /// The database.
    pub db: Database,
    /// What reads it.
    pub store: Arc<Store>,
    /// The API keys, if they are asked for.
    pub keys: Option<Arc<Keys>>,
    /// Where the reason for waiting is told.
    pub lifecycle: Arc<Lifecycle>,
}

/// Why the server cannot answer yet.
enum NotReady {
    /// The database, or the way to it.
    Database(Error),
    /// Its tables are missing or old, and somebody else is to make them: how many and the remedy.
    Unmigrated(String),
}

impl From<Error> for NotReady {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl Startup {
    /// Waits for the database for ever, and for its migrations within a limit. An embedded database
    /// that cannot be used is an error at once.
    pub async fn run(&self, settings: &StartSettings) -> anyhow::Result<()> {
        if self.db.is_embedded() {
            self.open_embedded(settings).await?;
        }
        let mut delays = delays();
        let mut unmigrated: Option<Instant> = None;
        loop {
            match self.try_once(settings).await {
                Ok(()) => break,
                Err(NotReady::Unmigrated(reason)) => {
                    let since = *unmigrated.get_or_insert_with(Instant::now);
                    self.wait_for_migrations(&reason, since, settings.migration_wait).await?;
                }
                Err(NotReady::Database(error)) => {
                    self.tell(&error);
                    let delay = delays.next().unwrap_or(MAX_DELAY);
                    tokio::select! {
                        () = sleep(delay) => {}
                        () = self.db.comes_back() => delays = self::delays(),
                    }
                }
            }
        }
        self.lifecycle.serves();
        Ok(())
    }

    async fn open_embedded(&self, settings: &StartSettings) -> anyhow::Result<()> {
        self.db.migrate().await?;
        if !settings.no_bundled_data
            && let Some(report) = import::import_bundled_if_new(&self.db).await?
        {
            info!("imported the bundled data: {} symbols", report.symbols.len());
        }
        Ok(())
    }

    async fn try_once(&self, settings: &StartSettings) -> Result<(), NotReady> {
        if settings.migrate {
            self.db.migrate().await?;
        }
        let migrations = self.db.migrations().await?;
        migrations.check().map_err(|error| NotReady::Unmigrated(error.to_string()))?;
        if !migrations.unknown.is_empty() {
            let unknown = migrations.unknown.join(", ");
            info!("the database is ahead of this program, which does not know {unknown}");
        }
        self.store.start().await?;
        if let Some(keys) = &self.keys {
            keys.start().await?;
        }
        Ok(())
    }

    async fn wait_for_migrations(
        &self,
        reason: &str,
        since: Instant,
        limit: Duration,
    ) -> anyhow::Result<()> {
        if since.elapsed() > limit {
            bail!("{reason}: no program has applied them within {} ms", limit.as_millis());
        }
        if self.lifecycle.waits_for(reason) {
            warn!("waiting: {reason}");
        }
        sleep(LOOK).await;
        Ok(())
    }

    fn tell(&self, error: &Error) {
        self.lifecycle.waits_for(error.reason());
        warn!(error = error.with_causes(), "waiting for the database");
    }
}

/// Ever longer, and not the same for all replicas.
fn delays() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(MAX_DELAY)
        .with_jitter()
        .without_max_times()
        .build()
}
