//! Histories and series in memory: loaded and resampled once per revision, weighed in bytes.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use candles::{Candles, Ohlcv, OhlcvRow, Timeframe};
use chrono::NaiveDate;
use futures_util::TryStreamExt;
use moka::future::Cache;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::runtime::Handle;

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
#[derive(Clone)]
pub(super) struct Histories {
    loader: Arc<DataLoader<HistoryLoader>>,
    series: Cache<Key, Arc<Candles>>,
    /// Where loads run: whoever asks first may be busy, and others wait for the same load.
    runtime: Handle,
}

impl Histories {
    pub(super) fn new(db: DatabaseConnection, cache_bytes: u64) -> Self {
        let weigh = |_: &Key, series: &Arc<Candles>| {
            u32::try_from(OVERHEAD + series.size_bytes()).unwrap_or(u32::MAX)
        };
        let runtime = Handle::current();
        let on_runtime = runtime.clone();
        let loader = DataLoader::new(HistoryLoader { db }, move |load| on_runtime.spawn(load));
        Self {
            loader: Arc::new(loader.max_batch_size(MAX_BATCH)),
            series: Cache::builder().max_capacity(cache_bytes).weigher(weigh).build(),
            runtime,
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
        if let Some(series) = self.series.get(&key).await {
            return Ok(series);
        }
        let (histories, rows) = (self.clone(), instrument.candle_count);
        let load = async move { histories.load(key, rows).await };
        self.runtime.spawn(load).await.map_err(Error::internal)?
    }

    async fn load(&self, key: Key, rows: usize) -> Result<Arc<Candles>, Error> {
        let daily_key = Key { timeframe: Timeframe::DAILY, ..key };
        let daily = async {
            let history = self.loader.load_one(Wanted { id: key.instrument_id, rows }).await?;
            Ok(history.unwrap_or_else(|| Arc::new(Ohlcv::default().into())))
        };
        let daily = self.series.try_get_with(daily_key, daily);
        if key == daily_key {
            return daily.await.map_err(own);
        }
        let resample = async {
            let daily = daily.await.map_err(own)?;
            Ok(Arc::new(daily.resample(key.timeframe)))
        };
        self.series.try_get_with(key, resample).await.map_err(own)
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

/// An instrument, and how many rows it has or about that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Wanted {
    id: i32,
    rows: usize,
}

type Row = (i32, NaiveDate, f64, f64, f64, f64, i64);

impl Loader<Wanted> for HistoryLoader {
    type Value = Arc<Candles>;
    type Error = Error;

    async fn load(&self, wanted: &[Wanted]) -> Result<HashMap<Wanted, Arc<Candles>>, Error> {
        let mut rows = candle::Entity::find()
            .select_only()
            .columns([Column::InstrumentId, Column::Date])
            .columns([Column::Open, Column::High, Column::Low, Column::Close, Column::Volume])
            .filter(Column::InstrumentId.is_in(wanted.iter().map(|wanted| wanted.id)))
            .order_by_asc(Column::InstrumentId)
            .order_by_asc(Column::Date)
            .into_tuple::<Row>()
            .stream(&self.db)
            .await?;
        let empty = |wanted: &Wanted| (wanted.id, Ohlcv::with_capacity(wanted.rows));
        let mut histories: HashMap<i32, Ohlcv> = wanted.iter().map(empty).collect();
        while let Some((id, date, open, high, low, close, volume)) = rows.try_next().await? {
            let Some(history) = histories.get_mut(&id) else { continue };
            history
                .push(OhlcvRow { date, open, high, low, close, volume })
                .with_context(|| format!("instrument {id} holds a row that no import writes"))
                .map_err(Error::internal)?;
        }
        tracing::debug!(instruments = wanted.len(), "read histories");
        // The same instrument may be wanted twice, before and after an import.
        let histories: HashMap<i32, Arc<Candles>> =
            histories.into_iter().map(|(id, history)| (id, Arc::new(history.into()))).collect();
        let read = |wanted: &Wanted| Some((*wanted, Arc::clone(histories.get(&wanted.id)?)));
        Ok(wanted.iter().filter_map(read).collect())
    }
}
