//! The store: the reads of requests, and what they leave in memory.
//!
//! The universe of instruments, with their revisions, is in memory ([`universe`]), and tasks find out
//! when an import has raised the revision ([`refresh`]). A history is read once per revision, when
//! a request first asks, and shared from then on ([`history`]); so are the series resampled from it.
//! A request for what is in memory runs no SQL.

mod history;
mod refresh;
mod series_key;
mod similar_symbols;
mod single_flight;
mod universe;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use candles::{Candles, Timeframe};
use config::StoreSettings;
use parking_lot::{Mutex, RwLock};
use telemetry::metrics;
use tokio::task::JoinSet;

use self::history::Histories;
use crate::{
    Error,
    db::{Database, PoolSize},
};

pub use self::{
    series_key::SeriesKey,
    universe::{Instrument, Page, PageQuery, Take, Universe},
};

/// Reads instruments and their histories.
pub struct Store {
    db: Database,
    settings: StoreSettings,
    universe: RwLock<Arc<Universe>>,
    /// When the database last said that the universe is true.
    checked: RwLock<Instant>,
    /// Held while the universe is read, so that an older answer cannot overwrite a newer one.
    refreshing: tokio::sync::Mutex<()>,
    histories: Histories,
    /// What keeps the universe true, ended with the store.
    tasks: Mutex<JoinSet<()>>,
}

impl Store {
    /// A store that knows of no instrument. Nothing is asked before [`Store::start`].
    #[must_use]
    pub fn new(db: Database, settings: &StoreSettings) -> Arc<Self> {
        Arc::new(Self {
            universe: RwLock::default(),
            checked: RwLock::new(Instant::now()),
            refreshing: tokio::sync::Mutex::default(),
            histories: Histories::new(db.clone(), settings.cache_bytes),
            tasks: Mutex::default(),
            settings: settings.clone(),
            db,
        })
    }

    /// Reads the universe of a migrated database, and keeps it true from now on.
    pub async fn start(self: &Arc<Self>) -> Result<(), Error> {
        self.update().await?;
        let mut tasks = self.tasks.lock();
        if tasks.is_empty() {
            tasks.spawn(refresh::poll(Arc::downgrade(self), self.settings.poll_interval));
            tasks.spawn(refresh::listen(Arc::downgrade(self), self.db.clone()));
        }
        Ok(())
    }

    /// Brings the universe up to date: what was imported before is seen by requests after.
    pub async fn refresh(&self) -> Result<(), Error> {
        metrics::IMPORTS.counter(&[]).increment(self.update().await?);
        Ok(())
    }

    /// The same; tells how many imports that were.
    async fn update(&self) -> Result<u64, Error> {
        let _refreshing = self.refreshing.lock().await;
        let (asked, universe) = (Instant::now(), self.universe());
        let mut imports = 0;
        if let Some(newer) = self.db.read(&*universe).await? {
            if newer.epoch() == universe.epoch() {
                // Each raises the revision by one.
                imports = newer.revision().abs_diff(universe.revision());
            }
            *self.universe.write() = Arc::new(newer);
        }
        *self.checked.write() = asked;
        Ok(imports)
    }

    /// How long ago the database last said that what is known of the instruments is true.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.checked.read().elapsed()
    }

    /// The instruments as they are now known.
    #[must_use]
    pub fn universe(&self) -> Arc<Universe> {
        Arc::clone(&self.universe.read())
    }

    /// The instrument's candles at a timeframe, at least as new as the instrument.
    pub async fn series(
        &self,
        instrument: &Instrument,
        timeframe: Timeframe,
    ) -> Result<Arc<Candles>, Error> {
        self.histories.series(instrument, timeframe).await
    }

    /// Bytes of memory that histories and series hold, after what is over the limit was dropped.
    pub async fn cached_bytes(&self) -> u64 {
        self.histories.bytes().await
    }

    /// How many connections to the database there are.
    #[must_use]
    pub fn pool_size(&self) -> PoolSize {
        self.db.pool_size()
    }

    /// Asks the database for an answer.
    pub async fn ping(&self) -> Result<(), Error> {
        self.db.ping().await
    }
}
