//! The store: the only read queries, and the histories that they leave in memory.
//!
//! An instrument's row, with its revision, is read for each request; its history is read once per
//! revision, by whoever asks first, and shared from then on. Both go through DataLoaders, so that
//! what many fields of many requests ask for within a millisecond is one SQL statement.

mod catalog;
mod history;

use std::sync::Arc;

use async_graphql::dataloader::DataLoader;
use candles::Ohlcv;
use sea_orm::DatabaseConnection;

pub use self::catalog::{Instrument, Page, PageQuery, Take};
use self::{catalog::InstrumentLoader, history::Histories};
use crate::{config::StoreSettings, db, error::Error};

/// Reads instruments and their histories.
pub struct Store {
    db: DatabaseConnection,
    instruments: DataLoader<InstrumentLoader>,
    histories: Histories,
}

impl Store {
    /// A store over a migrated database; its memory is empty.
    #[must_use]
    pub fn new(db: DatabaseConnection, settings: &StoreSettings) -> Self {
        Self {
            instruments: DataLoader::new(InstrumentLoader { db: db.clone() }, tokio::spawn),
            histories: Histories::new(db.clone(), settings.cache_bytes),
            db,
        }
    }

    /// The instrument with a symbol, given in capitals.
    pub async fn instrument(&self, symbol: String) -> Result<Option<Instrument>, Error> {
        self.instruments.load_one(symbol).await
    }

    /// A page of the instruments in the order of their symbols.
    pub async fn instruments(&self, query: &PageQuery) -> Result<Page, Error> {
        catalog::page(&self.db, query).await
    }

    /// The instrument's daily rows, at least as new as the instrument.
    pub async fn history(&self, instrument: &Instrument) -> Result<Arc<Ohlcv>, Error> {
        self.histories.get(instrument).await
    }

    /// Bytes of memory that histories hold, after what is over the limit was dropped.
    pub async fn cached_bytes(&self) -> u64 {
        self.histories.bytes().await
    }

    /// Asks the database for an answer.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(db::ping(&self.db).await?)
    }
}
