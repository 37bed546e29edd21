//! The start: the server listens, and waits until the database answers and has its tables.

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

/// Longest wait between two tries; a random part may double it.
const MAX_DELAY: Duration = Duration::from_secs(15);

/// How often the server looks whether another program has migrated the database.
const LOOK: Duration = Duration::from_secs(1);

/// What the server needs before it answers.
pub struct Startup {
    /// The database.
    pub db: Database,
    /// The reader of the database.
    pub store: Arc<Store>,
    /// The API keys, if the server requires them.
    pub keys: Option<Arc<Keys>>,
    /// Shows the reason for waiting.
    pub lifecycle: Arc<Lifecycle>,
}

/// Why the server cannot answer yet.
enum NotReady {
    /// The database does not answer, or the way to it is broken.
    Database(Error),
    /// The tables are missing or old, and another program has to migrate them; the text has their
    /// number and the remedy.
    Unmigrated(String),
}

impl From<Error> for NotReady {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl Startup {
    /// Waits for the database without limit, and for its migrations within a limit. A broken
    /// embedded database is an error at once.
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

/// Delays that grow, with a random part so that replicas differ.
fn delays() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(MAX_DELAY)
        .with_jitter()
        .without_max_times()
        .build()
}
