//! The store reads for requests and keeps the results in memory.
//!
//! The universe of instruments, with their revisions, is in memory ([`universe`]). Tasks find out
//! when an import has raised the revision ([`refresh`]). The store reads a history once per
//! revision, at the first request, and shares it ([`history`]), with the series resampled from it.
//! A request for data in memory runs no SQL.

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
    /// When the database last confirmed the universe.
    checked: RwLock<Instant>,
    /// The lock of a refresh, so that an older answer cannot overwrite a newer one.
    refreshing: tokio::sync::Mutex<()>,
    histories: Histories,
    /// The tasks that keep the universe current; they end with the store.
    tasks: Mutex<JoinSet<()>>,
}

impl Store {
    /// A store without instruments. [`Store::start`] runs the first query.
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

    /// Reads the universe of a migrated database, and keeps it current from now on.
    pub async fn start(self: &Arc<Self>) -> Result<(), Error> {
        self.update().await?;
        let mut tasks = self.tasks.lock();
        if tasks.is_empty() {
            tasks.spawn(refresh::poll(Arc::downgrade(self), self.settings.poll_interval));
            tasks.spawn(refresh::listen(Arc::downgrade(self), self.db.clone()));
        }
        Ok(())
    }

    /// Refreshes the universe: later requests see every earlier import.
    pub async fn refresh(&self) -> Result<(), Error> {
        metrics::IMPORTS.counter(&[]).increment(self.update().await?);
        Ok(())
    }

    /// The same; returns the number of imports.
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

    /// Time since the database last confirmed the universe.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.checked.read().elapsed()
    }

    /// The current instruments.
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

    /// Bytes of memory of histories and series, after the cache has dropped those over the limit.
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
