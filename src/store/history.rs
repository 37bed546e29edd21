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

/// A series, named by its instrument and the revision that it is at least as new as. An import
/// raises the revision, so that the old entry is asked for no more and ages out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    instrument_id: i32,
    revision: i64,
    timeframe: Timeframe,
}

/// The daily candles that are stored, and what was resampled from them.
pub(super) struct Histories {
    loader: DataLoader<HistoryLoader>,
    series: Cache<Key, Arc<Candles>>,
}

impl Histories {
    pub(super) fn new(db: DatabaseConnection, cache_bytes: u64) -> Self {
        let weigh = |_: &Key, series: &Arc<Candles>| {
            u32::try_from(OVERHEAD + series.size_bytes()).unwrap_or(u32::MAX)
        };
        Self {
            loader: DataLoader::new(HistoryLoader { db }, tokio::spawn).max_batch_size(MAX_BATCH),
            series: Cache::builder().max_capacity(cache_bytes).weigher(weigh).build(),
        }
    }

    /// The series from memory; else from the daily candles, where all who wait share one
    /// resampling.
    pub(super) async fn series(
        &self,
        instrument: &Instrument,
        timeframe: Timeframe,
    ) -> Result<Arc<Candles>, Error> {
        let (instrument_id, revision) = (instrument.id, instrument.revision);
        let key = Key { instrument_id, revision, timeframe };
        if timeframe == Timeframe::DAILY {
            return self.daily(key).await;
        }
        let resample = async {
            let daily = self.daily(Key { timeframe: Timeframe::DAILY, ..key }).await?;
            Ok(Arc::new(daily.resample(timeframe)))
        };
        self.series.try_get_with(key, resample).await.map_err(own)
    }

    /// The daily candles from memory; else from the database, where all who wait share one load.
    async fn daily(&self, key: Key) -> Result<Arc<Candles>, Error> {
        let load = async {
            let history = self.loader.load_one(key.instrument_id).await?;
            Ok(history.unwrap_or_else(|| Arc::new(Ohlcv::default().into())))
        };
        self.series.try_get_with(key, load).await.map_err(own)
    }

    pub(super) async fn bytes(&self) -> u64 {
        self.series.run_pending_tasks().await;
        self.series.weighted_size()
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
    type Value = Arc<Candles>;
    type Error = Error;

    async fn load(&self, ids: &[i32]) -> Result<HashMap<i32, Arc<Candles>>, Error> {
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
        Ok(histories.into_iter().map(|(id, history)| (id, Arc::new(history.into()))).collect())
    }
}
