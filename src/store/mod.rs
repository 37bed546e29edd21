//! The store: the only read queries, and what they leave in memory.
//!
//! The catalogue of instruments, with their revisions, is in memory ([`catalog`]), and a task asks
//! once in a while whether an import has raised the revision. A history is read once per revision,
//! by whoever asks first, and shared from then on ([`history`]); so are the series resampled from
//! it. A request for what is in memory runs no SQL.

mod catalog;
mod history;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use candles::{Candles, Timeframe};
use parking_lot::RwLock;
use sea_orm::DatabaseConnection;
use tokio::{sync::Mutex, time::sleep};

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
}

impl Store {
    /// A store over a migrated database, with its catalogue, which it keeps true from now on.
    pub async fn open(
        db: DatabaseConnection,
        settings: &StoreSettings,
    ) -> Result<Arc<Self>, Error> {
        let store = Arc::new(Self {
            catalogue: RwLock::default(),
            refreshing: Mutex::default(),
            histories: Histories::new(db.clone(), settings.cache_bytes),
            db,
        });
        store.refresh().await?;
        tokio::spawn(poll(Arc::downgrade(&store), settings.poll_interval));
        Ok(store)
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

/// Keeps the catalogue true as long as the store is used. While the database is away, what is in
/// memory goes on being served.
async fn poll(store: Weak<Store>, interval: Duration) {
    let mut away = false;
    loop {
        sleep(interval).await;
        let Some(store) = store.upgrade() else { return };
        match store.refresh().await {
            Ok(()) if away => {
                tracing::info!("the catalogue is up to date again");
                away = false;
            }
            Err(error) if !away => {
                let error = format!("{:#}", anyhow::Error::from(error));
                tracing::warn!(error, "cannot ask for new revisions; serving what is in memory");
                away = true;
            }
            _ => {}
        }
    }
}
