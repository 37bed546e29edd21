//! Histories in memory: loaded once per revision, weighed in bytes.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use candles::{Ohlcv, OhlcvRow};
use chrono::NaiveDate;
use futures_util::TryStreamExt;
use moka::future::Cache;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Instrument;
use crate::{
    entity::candle::{self, Column},
    error::Error,
};

/// Most histories that one SQL statement reads.
const MAX_BATCH: usize = 100;

/// A history in the cache, named by its instrument and the revision that it is at least as new as.
/// An import raises the revision, so that the old entry is asked for no more and ages out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    instrument_id: i32,
    revision: i64,
}

pub(super) struct Histories {
    loader: DataLoader<HistoryLoader>,
    cache: Cache<Key, Arc<Ohlcv>>,
}

impl Histories {
    pub(super) fn new(db: DatabaseConnection, cache_bytes: u64) -> Self {
        let weigh = |_: &Key, history: &Arc<Ohlcv>| {
            let bytes = size_of::<Key>() + size_of::<Ohlcv>() + history.size_bytes();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self {
            loader: DataLoader::new(HistoryLoader { db }, tokio::spawn).max_batch_size(MAX_BATCH),
            cache: Cache::builder().max_capacity(cache_bytes).weigher(weigh).build(),
        }
    }

    /// The history from memory; else from the database, where all who wait for it share one load.
    pub(super) async fn get(&self, instrument: &Instrument) -> Result<Arc<Ohlcv>, Error> {
        let key = Key { instrument_id: instrument.id, revision: instrument.revision };
        let load = async {
            let history = self.loader.load_one(key.instrument_id).await?;
            Ok(history.unwrap_or_default())
        };
        self.cache.try_get_with(key, load).await.map_err(|error: Arc<Error>| Error::clone(&error))
    }

    pub(super) async fn bytes(&self) -> u64 {
        self.cache.run_pending_tasks().await;
        self.cache.weighted_size()
    }
}

/// Loads histories by instrument.
struct HistoryLoader {
    db: DatabaseConnection,
}

type Row = (i32, NaiveDate, f64, f64, f64, f64, i64);

impl Loader<i32> for HistoryLoader {
    type Value = Arc<Ohlcv>;
    type Error = Error;

    async fn load(&self, ids: &[i32]) -> Result<HashMap<i32, Arc<Ohlcv>>, Error> {
        let mut rows = candle::Entity::find()
            .select_only()
            .columns([Column::InstrumentId, Column::Date])
            .columns([Column::Open, Column::High, Column::Low, Column::Close, Column::Volume])
            .filter(Column::InstrumentId.is_in(ids.iter().copied()))
            .order_by_asc(Column::InstrumentId)
            .order_by_asc(Column::Date)
            .into_tuple::<Row>()
            .stream(&self.db)
            .await?;
        let mut histories: HashMap<i32, Ohlcv> = HashMap::with_capacity(ids.len());
        while let Some((id, date, open, high, low, close, volume)) = rows.try_next().await? {
            histories
                .entry(id)
                .or_default()
                .push(OhlcvRow { date, open, high, low, close, volume })
                .with_context(|| format!("instrument {id} holds a row that no import writes"))
                .map_err(Error::internal)?;
        }
        tracing::debug!(instruments = ids.len(), "read histories");
        Ok(histories.into_iter().map(|(id, history)| (id, share(history))).collect())
    }
}

fn share(mut history: Ohlcv) -> Arc<Ohlcv> {
    history.shrink_to_fit();
    Arc::new(history)
}
