//! The store: the only read queries, and what they leave in memory.
//!
//! The catalogue of instruments, with their revisions, is in memory ([`catalog`]), and tasks find out
//! when an import has raised the revision ([`refresh`]). A history is read once per revision, when
//! somebody first asks, and shared from then on ([`history`]); so are the series resampled from it.
//! A request for what is in memory runs no SQL.

mod catalog;
mod flight;
mod history;
mod refresh;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use candles::{Candles, Timeframe};
use parking_lot::{Mutex, RwLock};
use tokio::task::JoinSet;

pub use self::catalog::{Catalogue, Instrument, Page, PageQuery, Take};
use self::history::Histories;
use crate::{config::StoreSettings, db::Database, error::Error, telemetry::metrics};

/// Reads instruments and their histories.
pub struct Store {
    db: Database,
    settings: StoreSettings,
    catalogue: RwLock<Arc<Catalogue>>,
    /// When the database last said that the catalogue is true.
    checked: RwLock<Instant>,
    /// Held while the catalogue is read, so that an older answer cannot overwrite a newer one.
    refreshing: tokio::sync::Mutex<()>,
    histories: Histories,
    /// What keeps the catalogue true, ended with the store.
    tasks: Mutex<JoinSet<()>>,
}

impl Store {
    /// A store that knows of no instrument. Nothing is asked before [`Store::start`].
    #[must_use]
    pub fn new(db: Database, settings: &StoreSettings) -> Arc<Self> {
        Arc::new(Self {
            catalogue: RwLock::default(),
            checked: RwLock::new(Instant::now()),
            refreshing: tokio::sync::Mutex::default(),
            histories: Histories::new(db.clone(), settings.cache_bytes),
            tasks: Mutex::default(),
            settings: settings.clone(),
            db,
        })
    }

    /// Reads the catalogue of a migrated database, and keeps it true from now on.
    pub async fn start(self: &Arc<Self>) -> Result<(), Error> {
        self.update().await?;
        let mut tasks = self.tasks.lock();
        if tasks.is_empty() {
            tasks.spawn(refresh::poll(Arc::downgrade(self), self.settings.poll_interval));
            tasks.spawn(refresh::listen(Arc::downgrade(self), self.db.clone()));
        }
        Ok(())
    }

    /// Brings the catalogue up to date: what was imported before is seen by requests after.
    pub async fn refresh(&self) -> Result<(), Error> {
        metrics::IMPORTS.counter(&[]).increment(self.update().await?);
        Ok(())
    }

    /// The same; tells how many imports that were.
    async fn update(&self) -> Result<u64, Error> {
        let _refreshing = self.refreshing.lock().await;
        let (asked, catalogue) = (Instant::now(), self.catalogue());
        let mut imports = 0;
        if let Some(newer) = self.db.read(&*catalogue).await? {
            if newer.epoch() == catalogue.epoch() {
                // Each raises the revision by one.
                imports = newer.revision().abs_diff(catalogue.revision());
            } else {
                self.histories.forget();
            }
            *self.catalogue.write() = Arc::new(newer);
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
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read())
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

    /// Asks the database for an answer.
    pub async fn ping(&self) -> Result<(), Error> {
        self.db.ping().await
    }
}
