//! Price sources: the price that an indicator of one series reads.

use std::borrow::Cow;

use crate::{Candles, with_all::with_all};

with_all! {
    /// Which price of each candle an indicator reads.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum PriceSource {
        /// The first price.
        Open,
        /// The highest price.
        High,
        /// The lowest price.
        Low,
        /// The last price.
        Close,
        /// The volume.
        Volume,
        /// (high + low) / 2
        Hl2,
        /// (high + low + close) / 3, the typical price
        Hlc3,
        /// (open + high + low + close) / 4, the average price
        Ohlc4,
        /// (high + low + 2 x close) / 4, the weighted close
        Hlcc4,
    }
}

impl PriceSource {
    /// The price of each candle.
    #[must_use]
    pub fn column(self, candles: &Candles) -> Cow<'_, [f64]> {
        let prices = candles.prices();
        let [open, high, low, close] = [&prices.open, &prices.high, &prices.low, &prices.close];
        let each =
            |price: &dyn Fn(usize) -> f64| Cow::Owned((0..candles.len()).map(price).collect());
        match self {
            Self::Open => Cow::Borrowed(open),
            Self::High => Cow::Borrowed(high),
            Self::Low => Cow::Borrowed(low),
            Self::Close => Cow::Borrowed(close),
            Self::Volume => Cow::Borrowed(candles.volume()),
            Self::Hl2 => each(&|i| f64::midpoint(high[i], low[i])),
            Self::Hlc3 => each(&|i| (high[i] + low[i] + close[i]) / 3.0),
            Self::Ohlc4 => each(&|i| (open[i] + high[i] + low[i] + close[i]) / 4.0),
            Self::Hlcc4 => each(&|i| (high[i] + low[i] + close[i] + close[i]) / 4.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::{Ohlcv, OhlcvRow, Time};

    fn one_candle() -> Candles {
        let time = Time::of_day(NaiveDate::from_ymd_opt(2024, 1, 2).unwrap());
        let mut rows = Ohlcv::default();
        rows.push(OhlcvRow { time, open: 3.0, high: 17.0, low: 2.0, close: 8.0, volume: 70.0 })
            .unwrap();
        Candles::from(rows)
    }

    #[test]
    fn each_source_reads_its_price() {
        let expected = |source| match source {
            PriceSource::Open => 3.0,
            PriceSource::High => 17.0,
            PriceSource::Low => 2.0,
            PriceSource::Close => 8.0,
            PriceSource::Volume => 70.0,
            PriceSource::Hl2 => 9.5,
            PriceSource::Hlc3 => 9.0,
            PriceSource::Ohlc4 => 7.5,
            PriceSource::Hlcc4 => 8.75,
        };
        for source in PriceSource::ALL {
            assert_eq!(*source.column(&one_candle()), [expected(source)], "{source:?}");
        }
    }
}
