//! A candle as an object, and lists of candles as rows.

use std::{ops::Range, sync::Arc};

use async_graphql::Object;
use candles::Candles;

use super::{
    scalars::{Date, Volume},
    series_window::SeriesWindow,
};
use crate::graphql::json::{Cell, Price, Rows};

/// The candles of a window.
pub(super) struct CandleRows<'a>(pub(super) &'a SeriesWindow);

#[derive(Clone, Copy)]
pub(super) enum Column {
    PeriodStart,
    PeriodEnd,
    Open,
    High,
    Low,
    Close,
    Volume,
    TradingDays,
}

impl Rows for CandleRows<'_> {
    type Object = Candle;
    type Column = Column;

    fn column(name: &str) -> Option<Column> {
        Some(match name {
            "periodStart" => Column::PeriodStart,
            "periodEnd" => Column::PeriodEnd,
            "open" => Column::Open,
            "high" => Column::High,
            "low" => Column::Low,
            "close" => Column::Close,
            "volume" => Column::Volume,
            "tradingDays" => Column::TradingDays,
            _ => return None,
        })
    }

    fn len(&self) -> usize {
        self.0.range.len()
    }

    #[inline]
    fn write(&self, row: usize, column: Column, text: &mut Vec<u8>) {
        let candles = &self.0.shown;
        let (row, prices) = (self.0.range.start + row, candles.prices());
        let prices = match column {
            Column::Open => &prices.open,
            Column::High => &prices.high,
            Column::Low => &prices.low,
            Column::Close => &prices.close,
            Column::PeriodStart => return period_start(candles, row).write(text),
            Column::PeriodEnd => return period_end(candles, row).write(text),
            Column::Volume => return Volume(candles.volume()[row]).write(text),
            Column::TradingDays => return candles.trading_days()[row].write(text),
        };
        Price(prices[row]).write(text);
    }

    fn objects(&self) -> Vec<Candle> {
        let Range { start, end } = self.0.range;
        (start..end).map(|row| Candle { candles: Arc::clone(&self.0.shown), row }).collect()
    }
}

#[derive(Debug)]
pub struct Candle {
    candles: Arc<Candles>,
    row: usize,
}

fn period_start(candles: &Candles, row: usize) -> Date {
    Date(candles.times()[row].day())
}

fn period_end(candles: &Candles, row: usize) -> Date {
    Date(candles.timeframe().period_end(candles.times()[row]))
}

/// What happened in one period. Prices are null only where `fill: NULL` made the candle.
#[Object]
impl Candle {
    /// The first calendar day of the period, whether or not it was a trading day.
    async fn period_start(&self) -> Date {
        period_start(&self.candles, self.row)
    }

    /// The last calendar day of the period, whether or not it was a trading day.
    async fn period_end(&self) -> Date {
        period_end(&self.candles, self.row)
    }

    /// The first price.
    async fn open(&self) -> Option<f64> {
        Price(self.candles.prices().open[self.row]).known()
    }

    /// The highest price.
    async fn high(&self) -> Option<f64> {
        Price(self.candles.prices().high[self.row]).known()
    }

    /// The lowest price.
    async fn low(&self) -> Option<f64> {
        Price(self.candles.prices().low[self.row]).known()
    }

    /// The last price.
    async fn close(&self) -> Option<f64> {
        Price(self.candles.prices().close[self.row]).known()
    }

    /// The number of shares or units traded, which may have a fraction.
    async fn volume(&self) -> Volume {
        Volume(self.candles.volume()[self.row])
    }

    /// The number of trading days; 0 where `fill` made the candle.
    async fn trading_days(&self) -> u32 {
        self.candles.trading_days()[self.row]
    }
}
