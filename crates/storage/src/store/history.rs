//! Histories and series in memory: loaded and resampled once per revision, within a limit of bytes.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
    time::Instant,
};

use anyhow::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use candles::{Candles, Ohlcv, OhlcvRow, Time, Timeframe};
use chrono::NaiveDate;
use futures_util::{TryStreamExt, future::BoxFuture};
use metrics::{Counter, Histogram};
use moka::future::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use telemetry::{
    metrics::{CACHE_HITS, CACHE_MISSES, HISTORY_READ_DURATION},
    traces,
};
use tokio::runtime::Handle;
use tracing::{Instrument as _, Span, debug_span};

use super::{Instrument, SeriesKey, single_flight::SingleFlight};
use crate::{
    Error,
    db::{Database, ReadQuery, Session},
    entity::{
        candle::{self, Column},
        instrument,
    },
    volume,
};

/// The hits and misses of the cache of series.
static HITS: LazyLock<Counter> = LazyLock::new(|| CACHE_HITS.counter(&["series"]));
static MISSES: LazyLock<Counter> = LazyLock::new(|| CACHE_MISSES.counter(&["series"]));

/// How long the database takes.
static READS: LazyLock<Histogram> = LazyLock::new(|| HISTORY_READ_DURATION.histogram(&[]));

/// Most histories that one SQL statement reads.
const MAX_BATCH: usize = 100;

/// Bytes of an entry beside its columns.
const OVERHEAD: usize = 256;

/// The share of a series' bytes that counts for the allocator, which rounds sizes up and keeps
/// pages with gaps. A full cache of 512 MB took 536 MB in a measurement.
const ALLOCATOR_SHARE: usize = 6;

/// The stored daily candles, and the series resampled from them.
#[derive(Clone)]
pub(super) struct Histories {
    loader: Arc<DataLoader<HistoryLoader>>,
    series: Cache<SeriesKey, Arc<Candles>>,
    flights: SingleFlight<SeriesKey, Arc<Candles>>,
}

impl Histories {
    pub(super) fn new(db: Database, cache_bytes: u64) -> Self {
        let weigh = |_: &SeriesKey, series: &Arc<Candles>| {
            let bytes = series.size_bytes();
            u32::try_from(OVERHEAD + bytes + bytes / ALLOCATOR_SHARE).unwrap_or(u32::MAX)
        };
        let runtime = Handle::current();
        let flights = SingleFlight::new();
        let histories = HistoryLoader { db, flights: flights.clone() };
        let loader = DataLoader::new(histories, move |load| runtime.spawn(load));
        Self {
            loader: Arc::new(loader.max_batch_size(MAX_BATCH)),
            series: Cache::builder().max_capacity(cache_bytes).weigher(weigh).build(),
            flights,
        }
    }

    /// The series, from memory or from the daily candles. All waiting tasks share one load and one
    /// resampling, which ends when no task waits any more.
    pub(super) async fn series(
        &self,
        instrument: &Instrument,
        timeframe: Timeframe,
    ) -> Result<Arc<Candles>, Error> {
        let key = SeriesKey::new(instrument, timeframe);
        if let Some(series) = self.series.get(&key).await {
            HITS.increment(1);
            return Ok(series);
        }
        MISSES.increment(1);
        let load = debug_span!(
            target: traces::TARGET, "load",
            candleql.symbol = &*instrument.symbol, candleql.timeframe = ?timeframe,
        );
        self.load(key, instrument.candle_count).instrument(load).await
    }

    fn load(&self, key: SeriesKey, rows: usize) -> BoxFuture<'_, Result<Arc<Candles>, Error>> {
        Box::pin(async move {
            if let Some(series) = self.series.get(&key).await {
                return Ok(series);
            }
            let histories = self.clone();
            let load = async move {
                let series = histories.load_now(key, rows).await?;
                histories.series.insert(key, Arc::clone(&series)).await;
                // The allocator would else hold some dozens more for a moment, long as they may be.
                histories.series.run_pending_tasks().await;
                Ok(series)
            };
            self.flights.join(key, load.in_current_span()).await
        })
    }

    async fn load_now(&self, key: SeriesKey, rows: usize) -> Result<Arc<Candles>, Error> {
        // Another load may have ended between the look into memory and this one's start.
        if let Some(series) = self.series.get(&key).await {
            return Ok(series);
        }
        if key.timeframe != Timeframe::DAILY {
            let daily = self.load(key.at(Timeframe::DAILY), rows).await?;
            return Ok(Arc::new(daily.resample(key.timeframe)));
        }
        let history = self.loader.load_one(Wanted { key, rows });
        Ok(history.await?.unwrap_or_else(|| Arc::new(Ohlcv::default().into())))
    }

    pub(super) async fn bytes(&self) -> u64 {
        self.series.run_pending_tasks().await;
        self.series.weighted_size()
    }
}

/// Loads histories: one statement loads those that tasks ask for within a millisecond.
struct HistoryLoader {
    db: Database,
    /// The loads that tasks wait for, with the span of each.
    flights: SingleFlight<SeriesKey, Arc<Candles>>,
}

/// A daily series, and its approximate number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Wanted {
    key: SeriesKey,
    rows: usize,
}

impl Loader<Wanted> for HistoryLoader {
    type Value = Arc<Candles>;
    type Error = Error;

    async fn load(&self, wanted: &[Wanted]) -> Result<HashMap<Wanted, Arc<Candles>>, Error> {
        let keys: Vec<SeriesKey> = wanted.iter().map(|wanted| wanted.key).collect();
        let (read, began) = (ReadHistories { wanted }, Instant::now());
        let histories = tokio::select! {
            histories = self.db.read(&read).instrument(self.span(&keys)) => histories?,
            () = self.flights.all_left(&keys) => return Ok(HashMap::new()),
        };
        READS.record(began.elapsed());
        tracing::debug!(instruments = wanted.len(), "read histories");
        let read = |wanted: &Wanted| {
            Some((*wanted, Arc::clone(histories.get(&wanted.key.instrument_id)?)))
        };
        Ok(wanted.iter().filter_map(read).collect())
    }
}

impl HistoryLoader {
    /// The span of a read: a part of the first load's trace, and linked with the others'.
    fn span(&self, keys: &[SeriesKey]) -> Span {
        let loads = self.flights.spans(keys);
        let span = debug_span!(
            target: traces::TARGET, parent: loads.first().and_then(Span::id), "read",
            otel.kind = "client",
            db.system.name = if self.db.is_embedded() { "sqlite" } else { "postgresql" },
            db.operation.name = "SELECT",
            db.collection.name = "candle",
            candleql.histories = keys.len(),
        );
        for other in loads.iter().skip(1) {
            span.follows_from(other);
        }
        span
    }
}

/// Reads the histories of some instruments.
struct ReadHistories<'a> {
    wanted: &'a [Wanted],
}

type Row = (i32, NaiveDate, f64, f64, f64, f64, i64, Option<f64>);

impl ReadQuery for ReadHistories<'_> {
    type Output = HashMap<i32, Arc<Candles>>;

    async fn read(&self, session: &Session) -> Result<Option<Self::Output>, Error> {
        if session.is_replica() && self.is_behind(session).await? {
            return Ok(None);
        }
        let mut rows = candle::Entity::find()
            .select_only()
            .columns([Column::InstrumentId, Column::Date])
            .columns([Column::Open, Column::High, Column::Low, Column::Close, Column::Volume])
            .column(Column::FractionalVolume)
            .filter(Column::InstrumentId.is_in(self.ids()))
            .order_by_asc(Column::InstrumentId)
            .order_by_asc(Column::Date)
            .into_tuple::<Row>()
            .stream(session)
            .await?;
        let empty = |wanted: &Wanted| (wanted.key.instrument_id, Ohlcv::with_capacity(wanted.rows));
        // Tasks may want the same instrument twice, before and after an import.
        let mut histories: HashMap<i32, Ohlcv> = self.wanted.iter().map(empty).collect();
        while let Some((id, date, open, high, low, close, integer, fractional)) =
            rows.try_next().await?
        {
            let Some(history) = histories.get_mut(&id) else { continue };
            let (time, volume) = (Time::of_day(date), volume::volume(integer, fractional));
            history
                .push(OhlcvRow { time, open, high, low, close, volume })
                .with_context(|| format!("instrument {id} holds a row that no import writes"))
                .map_err(Error::internal)?;
        }
        let candles = |(id, history): (i32, Ohlcv)| (id, Arc::new(history.into()));
        Ok(Some(histories.into_iter().map(candles).collect()))
    }
}

impl ReadHistories<'_> {
    fn ids(&self) -> impl Iterator<Item = i32> {
        self.wanted.iter().map(|wanted| wanted.key.instrument_id)
    }

    /// Whether the replica lacks some instrument's last import. The check comes before the read, so
    /// the candles are at least as new.
    async fn is_behind(&self, session: &Session) -> Result<bool, Error> {
        let known: HashMap<i32, i64> = instrument::Entity::find()
            .select_only()
            .columns([instrument::Column::Id, instrument::Column::Revision])
            .filter(instrument::Column::Id.is_in(self.ids()))
            .into_tuple::<(i32, i64)>()
            .all(session)
            .await?
            .into_iter()
            .collect();
        let is_known = |wanted: &Wanted| {
            let revision = known.get(&wanted.key.instrument_id);
            revision.is_some_and(|revision| *revision >= wanted.key.version.revision)
        };
        Ok(!self.wanted.iter().all(is_known))
    }
}
