//! Filling periods without stored rows.

use crate::{Candles, Time};

/// How to fill a period without stored rows, between an instrument's first and last candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fill {
    /// No candle for the period.
    #[default]
    None,
    /// A candle without prices (NaN) and with volume 0.
    Null,
    /// A candle whose four prices are the close before it, with volume 0.
    Previous,
}

impl Candles {
    /// The same candles, with every gap between the first and the last one filled.
    #[must_use]
    pub fn fill(&self, fill: Fill) -> Self {
        let price: fn(f64) -> f64 = match fill {
            Fill::None => return self.clone(),
            Fill::Null => |_| f64::NAN,
            Fill::Previous => |previous_close| previous_close,
        };
        let timeframe = self.timeframe;
        let periods = self.count_periods(timeframe);
        // The candles have no gap, perhaps because an earlier call filled them.
        if periods == self.len() {
            return self.clone();
        }
        let mut candles = Self::with_capacity(timeframe, periods);
        candles.filled.reserve_exact(periods);
        for (index, &time) in self.times.iter().enumerate() {
            if let Some(previous) = index.checked_sub(1) {
                let mut gap = timeframe.next_start(self.times[previous]);
                while gap < time {
                    candles.push_filled(gap, price(self.prices.close[previous]));
                    gap = timeframe.next_start(gap);
                }
            }
            candles.push_from(self, index);
            candles.filled.push(false);
        }
        candles
    }

    fn push_filled(&mut self, time: Time, price: f64) {
        self.times.push(time);
        self.prices.push(price, price, price, price);
        self.volume.push(0.0);
        self.trading_days.push(0);
        self.filled.push(true);
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;
    use crate::{Frequency, Ohlcv, OhlcvRow, Timeframe};

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

    #[track_caller]
    fn check_stored(fill: Fill, expected: &[bool]) {
        let candles = candles().fill(fill);
        let actual: Vec<bool> = (0..candles.len()).map(|index| candles.is_stored(index)).collect();
        assert_eq!(actual, expected);
        for end in 0..=expected.len() {
            let count = expected[..end].iter().filter(|is_stored| **is_stored).count();
            assert_eq!(candles.stored_before(end), count);
        }
        assert_eq!(candles.stored_before(expected.len() + 1), 3);
    }

    #[test]
    fn only_candles_that_were_added_are_not_stored() {
        check_stored(Fill::None, &[true, true, true]);
        check_stored(Fill::Null, &[true, false, false, true, false, true]);
        check_stored(Fill::Previous, &[true, false, false, true, false, true]);
    }

    #[test]
    fn filled_candles_stay_as_they_are_when_filled_again() {
        let filled = candles().fill(Fill::Previous);
        for fill in [Fill::None, Fill::Null, Fill::Previous] {
            assert_eq!(filled.fill(fill), filled);
        }
    }

    #[test]
    fn candles_without_gaps_stay_as_they_are() {
        let monthly = candles().resample(Timeframe::new(Frequency::Monthly, 1).unwrap());
        for fill in [Fill::None, Fill::Null, Fill::Previous] {
            assert_eq!(monthly.fill(fill), monthly);
            assert_eq!(monthly.fill(fill).size_bytes(), monthly.size_bytes());
        }
    }
}
