//! The store: the only read queries, and what they leave in memory.
//!
//! The catalogue of instruments, with their revisions, is in memory ([`catalog`]), and tasks find out
//! when an import has raised the revision ([`refresh`]). A history is read once per revision, when
//! somebody first asks, and shared from then on ([`history`]); so are the series resampled from it.
//! A request for what is in memory runs no SQL.

mod catalog;
mod history;
mod refresh;

use std::sync::{Arc, Weak};

use candles::{Candles, Timeframe};
use parking_lot::RwLock;
use sea_orm::DatabaseConnection;
use tokio::{sync::Mutex, task::JoinSet};

pub use self::catalog::{Catalogue, Instrument, Page, PageQuery, Take};
use self::history::Histories;
use crate::{config::StoreSettings, db, error::Error};

/// Reads instruments and their histories.
pub struct Store {
    db: DatabaseConnection,
    catalogue: RwLock<Arc<Catalogue>>,
    /// Held while the catalogue is read, so that an older answer cannot overwrite a newer one.
    refreshing: Mutex<()>,
    histories: Histories,
    /// What keeps the catalogue true, ended with the store.
    tasks: JoinSet<()>,
}

impl Store {
    /// A store over a migrated database, with its catalogue, which it keeps true from now on.
    pub async fn open(
        db: DatabaseConnection,
        settings: &StoreSettings,
    ) -> Result<Arc<Self>, Error> {
        let store = Self {
            catalogue: RwLock::default(),
            refreshing: Mutex::default(),
            histories: Histories::new(db.clone(), settings.cache_bytes),
            tasks: JoinSet::new(),
            db: db.clone(),
        };
        store.refresh().await?;
        Ok(Arc::new_cyclic(|this| {
            let mut store = store;
            store.tasks.spawn(refresh::poll(Weak::clone(this), settings.poll_interval));
            if !db::is_embedded(&db) {
                store.tasks.spawn(refresh::listen(Weak::clone(this), db));
            }
            store
        }))
    }

    /// Brings the catalogue up to date: what was imported before is seen by requests after.
    pub async fn refresh(&self) -> Result<(), Error> {
        let _refreshing = self.refreshing.lock().await;
        let catalogue = self.catalogue();
        if let Some(newer) = catalogue.refreshed(&self.db).await? {
            *self.catalogue.write() = Arc::new(newer);
        }
        Ok(())
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
        Ok(db::ping(&self.db).await?)
    }
}
