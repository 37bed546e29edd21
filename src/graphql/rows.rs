//! A candle as an object: the one seam between the columns of a series and lists of rows.

use std::{ops::Range, sync::Arc};

use async_graphql::Object;
use candles::Candles;

use super::scalars::{Date, Long};

#[derive(Debug)]
pub struct Candle {
    candles: Arc<Candles>,
    index: usize,
}

impl Candle {
    pub(super) fn rows(candles: &Arc<Candles>, range: Range<usize>) -> Vec<Self> {
        range.map(|index| Self { candles: Arc::clone(candles), index }).collect()
    }
}

/// The domain's NaN is the API's null.
pub(super) fn price(price: f64) -> Option<f64> {
    price.is_finite().then_some(price)
}

/// What happened in one period. Prices are null only where `fill: NULL` made the candle.
#[Object]
impl Candle {
    /// The first calendar day of the period, whether or not it was a trading day.
    async fn period_start(&self) -> Date {
        Date(self.candles.period_start()[self.index])
    }

    /// The last calendar day of the period, whether or not it was a trading day.
    async fn period_end(&self) -> Date {
        Date(self.candles.timeframe().period_end(self.candles.period_start()[self.index]))
    }

    /// The first price.
    async fn open(&self) -> Option<f64> {
        price(self.candles.prices().open[self.index])
    }

    /// The highest price.
    async fn high(&self) -> Option<f64> {
        price(self.candles.prices().high[self.index])
    }

    /// The lowest price.
    async fn low(&self) -> Option<f64> {
        price(self.candles.prices().low[self.index])
    }

    /// The last price.
    async fn close(&self) -> Option<f64> {
        price(self.candles.prices().close[self.index])
    }

    /// The number of shares or units traded.
    async fn volume(&self) -> Long {
        Long(self.candles.volume()[self.index])
    }

    /// The number of trading days; 0 where `fill` made the candle.
    async fn trading_days(&self) -> u32 {
        self.candles.trading_days()[self.index]
    }
}
