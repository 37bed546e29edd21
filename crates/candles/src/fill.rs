//! Filling periods in which nothing was stored.

use crate::Candles;

/// What stands in a period without stored rows, between an instrument's first and last candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fill {
    /// Nothing: the period is left out.
    #[default]
    None,
    /// A candle without prices (NaN) and with volume 0.
    Null,
    /// A candle whose four prices are the close before it, with volume 0.
    Previous,
}

impl Candles {
    /// The same candles with every gap between the first and the last one filled.
    #[must_use]
    pub fn fill(&self, fill: Fill) -> Self {
        let price = |previous_close: f64| match fill {
            Fill::None => None,
            Fill::Null => Some(f64::NAN),
            Fill::Previous => Some(previous_close),
        };
        let prices = &self.prices;
        let mut filled = Self::empty(self.timeframe);
        for (index, &time) in self.times.iter().enumerate() {
            if let Some(previous) = index.checked_sub(1)
                && let Some(price) = price(prices.close[previous])
            {
                let mut gap = self.timeframe.next_start(self.times[previous]);
                while gap < time {
                    filled.push(gap, [price; 4], 0.0, 0);
                    gap = self.timeframe.next_start(gap);
                }
            }
            filled.push(
                time,
                [prices.open[index], prices.high[index], prices.low[index], prices.close[index]],
                self.volume[index],
                self.trading_days[index],
            );
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;
    use crate::{Ohlcv, OhlcvRow, Time};

    /// Friday, Monday and Wednesday: a gap of two days and one of one day.
    fn candles() -> Candles {
        let mut rows = Ohlcv::default();
        for (day, close) in [(5, 10.0), (8, 11.0), (10, 12.0)] {
            let time = Time::of_day(NaiveDate::from_ymd_opt(2024, 1, day).unwrap());
            rows.push(OhlcvRow { time, open: 9.0, high: 13.0, low: 8.0, close, volume: 7.0 })
                .unwrap();
        }
        Candles::from(rows)
    }

    #[track_caller]
    fn check(fill: Fill, expected: &[(u32, Option<f64>, f64, u32)]) {
        let candles = candles().fill(fill);
        let actual: Vec<_> = (0..candles.len())
            .map(|index| {
                let open = candles.prices().open[index];
                let close = candles.prices().close[index];
                assert_eq!(open.is_nan(), close.is_nan());
                let day = candles.times()[index].day().day();
                let close = close.is_finite().then_some(close);
                (day, close, candles.volume()[index], candles.trading_days()[index])
            })
            .collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn none_leaves_gaps_out() {
        check(
            Fill::None,
            &[(5, Some(10.0), 7.0, 1), (8, Some(11.0), 7.0, 1), (10, Some(12.0), 7.0, 1)],
        );
    }

    #[test]
    fn null_has_no_price_and_no_volume() {
        check(
            Fill::Null,
            &[
                (5, Some(10.0), 7.0, 1),
                (6, None, 0.0, 0),
                (7, None, 0.0, 0),
                (8, Some(11.0), 7.0, 1),
                (9, None, 0.0, 0),
                (10, Some(12.0), 7.0, 1),
            ],
        );
    }

    #[test]
    fn previous_carries_the_close() {
        check(
            Fill::Previous,
            &[
                (5, Some(10.0), 7.0, 1),
                (6, Some(10.0), 0.0, 0),
                (7, Some(10.0), 0.0, 0),
                (8, Some(11.0), 7.0, 1),
                (9, Some(11.0), 0.0, 0),
                (10, Some(12.0), 7.0, 1),
            ],
        );
        let filled = candles().fill(Fill::Previous);
        let prices = filled.prices();
        assert_eq!(vec![prices.open[1], prices.high[1], prices.low[1]], vec![10.0; 3]);
    }
}
