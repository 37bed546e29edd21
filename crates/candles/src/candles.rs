//! Candles: an instrument's rows resampled to a timeframe, in columns.

use std::ops::Range;

use crate::{Ohlcv, Time, Timeframe};

/// Four columns of prices of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices {
    /// First price of each period.
    pub open: Vec<f64>,
    /// Highest price of each period.
    pub high: Vec<f64>,
    /// Lowest price of each period.
    pub low: Vec<f64>,
    /// Last price of each period.
    pub close: Vec<f64>,
}

impl Prices {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        let column = || Vec::with_capacity(rows);
        Self { open: column(), high: column(), low: column(), close: column() }
    }

    pub(crate) fn push(&mut self, open: f64, high: f64, low: f64, close: f64) {
        self.open.push(open);
        self.high.push(high);
        self.low.push(low);
        self.close.push(close);
    }

    /// Appends the open, high, low and close of some rows together.
    fn push_merged(&mut self, rows: &Self, range: Range<usize>) {
        let (first, last) = (range.start, range.end - 1);
        let high = rows.high[range.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = rows.low[range].iter().copied().fold(f64::INFINITY, f64::min);
        self.push(rows.open[first], high, low, rows.close[last]);
    }

    fn columns(&self) -> [&Vec<f64>; 4] {
        [&self.open, &self.high, &self.low, &self.close]
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.columns().iter().map(|column| column.capacity() * size_of::<f64>()).sum()
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.open.shrink_to_fit();
        self.high.shrink_to_fit();
        self.low.shrink_to_fit();
        self.close.shrink_to_fit();
    }
}

/// Candles of one timeframe in columns of equal length, oldest first.
///
/// Times strictly ascend. Stored rows make a candle, or [`Candles::fill`] adds it. An added candle
/// counts no trading day, and its prices may be NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Candles {
    pub(crate) timeframe: Timeframe,
    pub(crate) times: Vec<Time>,
    pub(crate) prices: Prices,
    pub(crate) volume: Vec<f64>,
    pub(crate) trading_days: Vec<u32>,
    /// Whether `fill` added each candle; empty if it added none.
    pub(crate) filled: Vec<bool>,
}

impl From<Ohlcv> for Candles {
    /// Daily candles: one per row.
    fn from(rows: Ohlcv) -> Self {
        let (times, prices, volume) = rows.into_columns();
        let trading_days = vec![1; times.len()];
        Self { times, prices, volume, trading_days, ..Self::empty(Timeframe::DAILY) }
    }
}

impl Candles {
    /// Resamples daily candles: open first, high max, low min, close last, volume and trading days
    /// summed over each period. Only stored candles count: a period without one has no candle.
    #[must_use]
    pub fn resample(&self, timeframe: Timeframe) -> Self {
        if !self.filled.is_empty() {
            return self.stored().resample(timeframe);
        }
        let capacity = self.count_periods(timeframe).min(self.len());
        let mut candles = Self::with_capacity(timeframe, capacity);
        let mut first = 0;
        while let Some(&time) = self.times.get(first) {
            let start = timeframe.period_start(time);
            let next_start = timeframe.next_start(start);
            let later = &self.times[first..];
            let end = first + later.iter().take_while(|&&time| time < next_start).count();
            // Each column is merged by itself, so that its sum or extreme stays in a register.
            candles.times.push(start);
            candles.prices.push_merged(&self.prices, first..end);
            candles.volume.push(self.volume[first..end].iter().sum());
            candles.trading_days.push(self.trading_days[first..end].iter().sum());
            first = end;
        }
        candles.shrink_to_fit();
        candles
    }

    /// The candles without those that `fill` added.
    fn stored(&self) -> Self {
        let mut stored = Self::empty(self.timeframe);
        for candle in (0..self.len()).filter(|&candle| self.is_stored(candle)) {
            stored.push_from(self, candle);
        }
        stored
    }

    fn shrink_to_fit(&mut self) {
        self.times.shrink_to_fit();
        self.prices.shrink_to_fit();
        self.volume.shrink_to_fit();
        self.trading_days.shrink_to_fit();
    }

    /// The number of periods from the first candle to the last, with or without candles.
    pub(crate) fn count_periods(&self, timeframe: Timeframe) -> usize {
        let ends = self.times.first().zip(self.times.last());
        ends.map_or(0, |(first, last)| timeframe.periods(*first, *last))
    }

    pub(crate) fn empty(timeframe: Timeframe) -> Self {
        Self::with_capacity(timeframe, 0)
    }

    pub(crate) fn with_capacity(timeframe: Timeframe, candles: usize) -> Self {
        Self {
            timeframe,
            times: Vec::with_capacity(candles),
            prices: Prices::with_capacity(candles),
            volume: Vec::with_capacity(candles),
            trading_days: Vec::with_capacity(candles),
            filled: Vec::new(),
        }
    }

    /// Appends one candle of another list.
    pub(crate) fn push_from(&mut self, candles: &Self, candle: usize) {
        let Prices { open, high, low, close } = &candles.prices;
        self.times.push(candles.times[candle]);
        self.prices.push(open[candle], high[candle], low[candle], close[candle]);
        self.volume.push(candles.volume[candle]);
        self.trading_days.push(candles.trading_days[candle]);
    }

    /// Bytes of memory that the columns hold.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.times.capacity() * size_of::<Time>()
            + self.prices.size_bytes()
            + self.volume.capacity() * size_of::<f64>()
            + self.trading_days.capacity() * size_of::<u32>()
            + self.filled.capacity() * size_of::<bool>()
    }

    /// The timeframe of every candle.
    #[must_use]
    pub fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// The number of candles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are no candles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The start of each period, also of a period that begins on a day without trading.
    #[must_use]
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// The prices; NaN in candles filled with [`crate::Fill::Null`], finite elsewhere.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The volume traded in each period; 0 in filled candles.
    #[must_use]
    pub fn volume(&self) -> &[f64] {
        &self.volume
    }

    /// The number of stored rows in each period; 0 in filled candles.
    #[must_use]
    pub fn trading_days(&self) -> &[u32] {
        &self.trading_days
    }

    /// How many of the first candles come from stored rows.
    #[must_use]
    pub fn stored_before(&self, candle: usize) -> usize {
        let filled = self.filled.iter().take(candle).filter(|&&filled| filled).count();
        candle.min(self.len()) - filled
    }

    /// Whether a candle comes from stored rows; false for one that [`Candles::fill`] added, and
    /// beyond the last candle.
    #[must_use]
    pub fn is_stored(&self, candle: usize) -> bool {
        candle < self.len() && self.filled.get(candle).is_none_or(|filled| !filled)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::{Frequency, OhlcvRow};

    /// Monday to Wednesday, one row for each volume.
    fn days(volumes: [f64; 3]) -> Candles {
        let mut rows = Ohlcv::default();
        for (day, volume) in (1..).zip(volumes) {
            let time = Time::of_day(NaiveDate::from_ymd_opt(2024, 1, day).unwrap());
            rows.push(OhlcvRow { time, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume })
                .unwrap();
        }
        Candles::from(rows)
    }

    #[track_caller]
    fn check_sum(volumes: [f64; 3], expected: f64) {
        let weekly = days(volumes).resample(Timeframe::new(Frequency::Weekly, 1).unwrap());
        assert_eq!(weekly.volume(), [expected]);
    }

    #[test]
    fn candles_made_from_rows_are_stored() {
        let daily = days([1.0, 0.0, 3.0]);
        let weekly = daily.resample(Timeframe::new(Frequency::Weekly, 1).unwrap());
        assert_eq!([0, 1, 2, 3].map(|candle| daily.is_stored(candle)), [true, true, true, false]);
        assert_eq!([0, 1].map(|candle| weekly.is_stored(candle)), [true, false]);
    }

    #[test]
    fn fractional_volumes_are_summed() {
        check_sum([0.5, 1.25, 3.0], 4.75);
        // The sum of f64, in the order of the days.
        check_sum([0.1, 0.2, 0.3], 0.600_000_000_000_000_1);
    }

    #[test]
    fn sums_of_whole_volumes_are_exact_below_2_to_the_53() {
        check_sum([4_503_599_627_370_497.0, 4_503_599_627_370_493.0, 1.0], 9_007_199_254_740_991.0);
    }

    #[test]
    fn a_daily_candle_takes_48_bytes() {
        // A time, four prices, the volume and the number of trading days.
        assert_eq!(days([1.0, 2.0, 3.0]).size_bytes(), 3 * (4 + 4 * 8 + 8 + 4));
    }
}
