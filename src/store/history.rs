//! Histories and series in memory: loaded and resampled once per revision, weighed in bytes.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use candles::{Candles, Ohlcv, OhlcvRow, Timeframe};
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

/// Bytes of an entry beside its columns.
const OVERHEAD: usize = 256;

/// A history, named by its instrument and the revision that it is at least as new as. An import
/// raises the revision, so that the old entry is asked for no more and ages out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    instrument_id: i32,
    revision: i64,
}

/// Each cache may hold half of the memory.
pub(super) struct Histories {
    loader: DataLoader<HistoryLoader>,
    rows: Cache<Key, Arc<Ohlcv>>,
    series: Cache<(Key, Timeframe), Arc<Candles>>,
}

impl Histories {
    pub(super) fn new(db: DatabaseConnection, cache_bytes: u64) -> Self {
        let weigh = |columns: usize| u32::try_from(OVERHEAD + columns).unwrap_or(u32::MAX);
        Self {
            loader: DataLoader::new(HistoryLoader { db }, tokio::spawn).max_batch_size(MAX_BATCH),
            rows: Cache::builder()
                .max_capacity(cache_bytes / 2)
                .weigher(move |_, history: &Arc<Ohlcv>| weigh(history.size_bytes()))
                .build(),
            series: Cache::builder()
                .max_capacity(cache_bytes / 2)
                .weigher(move |_, series: &Arc<Candles>| weigh(series.size_bytes()))
                .build(),
        }
    }

    /// The series from memory; else from the history, where all who wait share one resampling.
    pub(super) async fn series(
        &self,
        instrument: &Instrument,
        timeframe: Timeframe,
    ) -> Result<Arc<Candles>, Error> {
        let key = Key { instrument_id: instrument.id, revision: instrument.revision };
        let resample = async {
            let history = self.history(key).await?;
            Ok(Arc::new(Candles::resample(&history, timeframe)))
        };
        self.series.try_get_with((key, timeframe), resample).await.map_err(own)
    }

    /// The history from memory; else from the database, where all who wait share one load.
    async fn history(&self, key: Key) -> Result<Arc<Ohlcv>, Error> {
        let load = async {
            let history = self.loader.load_one(key.instrument_id).await?;
            Ok(history.unwrap_or_default())
        };
        self.rows.try_get_with(key, load).await.map_err(own)
    }

    pub(super) async fn bytes(&self) -> u64 {
        self.rows.run_pending_tasks().await;
        self.series.run_pending_tasks().await;
        self.rows.weighted_size() + self.series.weighted_size()
    }
}

/// The error that all who waited for a load share.
#[allow(clippy::needless_pass_by_value)] // as `map_err` gives it
fn own(error: Arc<Error>) -> Error {
    Error::clone(&error)
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
