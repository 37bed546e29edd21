//! The candles of one instrument at one frequency, as rows and as columns.

use std::{ops::Range, sync::Arc};

use async_graphql::Object;
use candles::Candles;

use super::{
    instrument::Frequency,
    rows::{Candle, price},
    scalars::{Date, Long},
};

#[derive(Debug)]
pub struct Series {
    candles: Arc<Candles>,
    /// The candles that the window selected.
    range: Range<usize>,
}

impl Series {
    pub(super) fn new(candles: Candles, range: Range<usize>) -> Self {
        Self { candles: Arc::new(candles), range }
    }

    fn prices(&self, column: &[f64]) -> Vec<Option<f64>> {
        column[self.range.clone()].iter().copied().map(price).collect()
    }
}

/// Candles of one instrument at one frequency, oldest first: as rows (`candles`), or as columns of
/// equal length.
#[Object]
impl Series {
    /// The number of candles.
    async fn length(&self) -> usize {
        self.range.len()
    }

    /// How often a candle begins.
    async fn frequency(&self) -> Frequency {
        self.candles.timeframe().frequency().into()
    }

    /// How many days, weeks, months, quarters or years make a candle.
    async fn interval(&self) -> i32 {
        self.candles.timeframe().interval()
    }

    /// The candles as rows.
    async fn candles(&self) -> Vec<Candle> {
        Candle::rows(&self.candles, self.range.clone())
    }

    /// The first calendar day of each period, whether or not it was a trading day.
    async fn period_start(&self) -> Vec<Date> {
        self.candles.period_start()[self.range.clone()].iter().copied().map(Date).collect()
    }

    /// The last calendar day of each period, whether or not it was a trading day.
    async fn period_end(&self) -> Vec<Date> {
        self.range.clone().filter_map(|index| self.candles.period_end(index)).map(Date).collect()
    }

    /// The first price of each period.
    async fn open(&self) -> Vec<Option<f64>> {
        self.prices(&self.candles.prices().open)
    }

    /// The highest price of each period.
    async fn high(&self) -> Vec<Option<f64>> {
        self.prices(&self.candles.prices().high)
    }

    /// The lowest price of each period.
    async fn low(&self) -> Vec<Option<f64>> {
        self.prices(&self.candles.prices().low)
    }

    /// The last price of each period.
    async fn close(&self) -> Vec<Option<f64>> {
        self.prices(&self.candles.prices().close)
    }

    /// The number of shares or units traded in each period.
    async fn volume(&self) -> Vec<Long> {
        self.candles.volume()[self.range.clone()].iter().copied().map(Long).collect()
    }

    /// The number of trading days in each period; 0 where `fill` made the candle.
    async fn trading_days(&self) -> &[u32] {
        &self.candles.trading_days()[self.range.clone()]
    }
}
